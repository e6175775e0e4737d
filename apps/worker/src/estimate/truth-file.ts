import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TruthMap } from '@faultline/engine/score/truth-map'
import { FaultlineError } from '@faultline/market/errors'
import { csvRows } from '../dump/csv-rows.ts'
import { isHeader, printable } from '../dump/formats.ts'
import { openDiskFile } from '../dump/input-files.ts'

const FIELDS = ['time', 'price', 'long', 'short'] as const

/**
 * `truth.csv` (or `truth.csv.gz`) of a folder, `time,price,long,short` in any order of rows: a map per distinct time, ascending; null where
 * there is no such file. FaultlineError naming file and line where a value cannot be.
 */
export async function readTruth(folder: string): Promise<TruthMap[] | null> {
  for (const name of ['truth.csv', 'truth.csv.gz']) {
    const path = join(folder, name)
    const info = await stat(path).catch(() => null)
    if (info?.isFile()) return readTruthFile(path, name)
  }
  return null
}

async function readTruthFile(path: string, name: string): Promise<TruthMap[]> {
  const file = await openDiskFile(path, name)
  const maps = new Map<number, { time: number; price: number[]; long: number[]; short: number[] }>()
  for await (const { firstLine, rows } of csvRows(file)) {
    rows.forEach((row, i) => {
      const line = firstLine + i
      if (row.length === 1 && row[0]?.trim() === '') return
      if (line === 1 && isHeader(row)) return
      const [time, price, long, short] = FIELDS.map((field, f) => numberIn(row[f], field, name, line)) as [number, number, number, number]
      const map = maps.get(time) ?? { time, price: [], long: [], short: [] }
      maps.set(time, map)
      map.price.push(price)
      map.long.push(long)
      map.short.push(short)
    })
  }
  return [...maps.values()].sort((a, b) => a.time - b.time)
}

function numberIn(text: string | undefined, field: (typeof FIELDS)[number], file: string, line: number): number {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  const fine = field === 'time' ? Number.isSafeInteger(value) && value >= 0 : field === 'price' ? value > 0 : value >= 0
  if (fine && Number.isFinite(value)) return value
  throw new FaultlineError('bad_input', `${text === undefined ? 'nothing' : printable(text)} is not a ${field}`, {
    place: { file, line, field },
  })
}
