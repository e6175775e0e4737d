import { stat } from 'node:fs/promises'
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { csvRows } from '../dump/csv-rows.ts'
import { isHeader, printable } from '../dump/formats.ts'
import { openDiskFile } from '../dump/input-files.ts'

const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }

/** `15m`, `1h`, `4h`, `1d` in milliseconds; it must divide a day or be whole days, so that rows stand at full hours of UTC. */
export function parseEvery(text: string): number {
  const match = /^([1-9]\d{0,3})([mhd])$/.exec(text.trim())
  const ms = match ? Number(match[1]) * (UNIT_MS[match[2] as string] as number) : Number.NaN
  if (DAY_MS % ms === 0 || ms % DAY_MS === 0) return ms
  throw new FaultlineError('bad_input', `--every: ${printable(text)} is not a length such as 15m, 1h, 4h or 1d that divides a day`)
}

/** Each multiple of `every` from `from` to `to`, both inclusive. */
export function timesEvery(every: number, from: number, to: number): number[] {
  const out: number[] = []
  for (let time = Math.ceil(from / every) * every; time <= to; time += every) out.push(time)
  return out
}

/**
 * The distinct values of the first column of a CSV (gzipped or not, with or without header), ascending. Other columns are not
 * looked at. FaultlineError naming file and line where a value is not a time in UTC milliseconds, and where there is none.
 */
export async function timesOfCsv(path: string): Promise<number[]> {
  const info = await stat(path).catch(() => null)
  if (!info?.isFile()) throw new FaultlineError('bad_input', `--at: ${path}: no such file`)
  const file = await openDiskFile(path, path)
  const times = new Set<number>()
  for await (const { firstLine, rows } of csvRows(file)) {
    rows.forEach((row, i) => {
      const text = row[0]?.trim() ?? ''
      if (text === '' && row.length === 1) return
      if (firstLine + i === 1 && isHeader(row)) return
      const time = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
      if (!(time >= EARLIEST_MS && time <= LATEST_MS)) {
        throw new FaultlineError('bad_input', `${printable(text)} is not a time in UTC milliseconds`, {
          place: { file: path, line: firstLine + i, field: 'time' },
        })
      }
      times.add(time)
    })
  }
  if (times.size === 0) throw new FaultlineError('bad_input', 'no time in its first column', { place: { file: path } })
  return [...times].sort((a, b) => a - b)
}

const EARLIEST_MS = Date.UTC(2009, 0, 3)
const LATEST_MS = Date.UTC(2100, 0, 1)
