import { stat } from 'node:fs/promises'
import type { PricedLevel } from '@faultline/engine/readings/book-walk'
import type { BookLevel } from '@faultline/engine/readings/order-book-depth'
import { FaultlineError } from '@faultline/market/errors'
import { csvRows } from '../dump/csv-rows.ts'
import { type FieldReader, fieldReader } from '../dump/fields.ts'
import { isHeader, printable } from '../dump/formats.ts'
import { openDiskFile } from '../dump/input-files.ts'

const MAP_COLUMNS = ['time', 'price', 'long', 'short']
const BAND_COLUMNS = ['long', 'short'].flatMap((side) => ['p10', 'p50', 'p90'].map((band) => `${side}_${band}`))
const BOOK_COLUMNS = ['price', 'size']
/** Times that a message names before it only counts. */
const NAMED_TIMES = 5

/**
 * The one map of a CSV as `estimate` writes it, bands left aside. FaultlineError with file and line for a row that cannot be read, and
 * with the times where it holds several maps.
 */
export async function readMapFile(path: string): Promise<PricedLevel[]> {
  const times = new Set<number>()
  const levels: PricedLevel[] = []
  await readTable(path, '--map', MAP_COLUMNS, BAND_COLUMNS, (cell, line, read) => {
    times.add(timeOf(cell('time'), line, read))
    levels.push({
      price: read.price(cell('price'), line, 'price'),
      longUsd: read.notNegative(cell('long'), line, 'long'),
      shortUsd: read.notNegative(cell('short'), line, 'short'),
    })
  })
  if (times.size > 1) {
    const sorted = [...times].sort((a, b) => a - b)
    const named = sorted.length <= NAMED_TIMES ? sorted.join(', ') : `${sorted[0]} to ${sorted.at(-1)}`
    throw new FaultlineError(
      'bad_input',
      `${sorted.length} times (${named}); a cascade runs on the map of one: keep the rows of that one`,
      {
        place: { file: path, field: 'time' },
      },
    )
  }
  return levels
}

/** An order book, `price,size` in base coin, both sides in one file. FaultlineError with file and line for a row that cannot be read. */
export async function readBookFile(path: string): Promise<BookLevel[]> {
  const levels: BookLevel[] = []
  await readTable(path, '--book', BOOK_COLUMNS, [], (cell, line, read) => {
    levels.push([read.price(cell('price'), line, 'price'), read.notNegative(cell('size'), line, 'size')])
  })
  if (levels.length === 0) throw new FaultlineError('bad_input', 'no level below its header', { place: { file: path } })
  return levels
}

/** Only told apart, never computed with: what `estimate` wrote is not asked whether it lies in the past. */
function timeOf(text: string, line: number, read: FieldReader): number {
  const time = read.notNegative(text, line, 'time')
  return Number.isSafeInteger(time) ? time : read.fail(line, 'time', `${printable(text)} is not a time in UTC milliseconds`)
}

type ReadRow = (cell: (column: string) => string, line: number, read: FieldReader) => void

async function readTable(path: string, option: string, required: readonly string[], allowed: readonly string[], onRow: ReadRow) {
  const info = await stat(path).catch(() => null)
  if (!info) throw new FaultlineError('bad_input', `${option}: ${path}: no such file`)
  if (info.isDirectory()) throw new FaultlineError('bad_input', `${option}: ${path} is a folder; name a file`)
  const read = fieldReader(path, Number.POSITIVE_INFINITY)
  let columns: Map<string, number> | null = null
  let width = 0
  for await (const { firstLine, rows } of csvRows(await openDiskFile(path, path))) {
    rows.forEach((row, i) => {
      const line = firstLine + i
      if (columns === null) {
        columns = headerOf(row, path, line, required, allowed)
        width = row.length
        return
      }
      if (row.length === 1 && row[0]?.trim() === '') return
      if (row.length !== width)
        throw new FaultlineError('bad_input', `${row.length} fields where the header has ${width}`, { place: { file: path, line } })
      const places = columns
      onRow((column) => (row[places.get(column) as number] as string).trim(), line, read)
    })
  }
  if (columns === null)
    throw new FaultlineError('bad_input', `the file is empty; its first line is ${required.join(',')}`, { place: { file: path } })
}

function headerOf(row: string[], file: string, line: number, required: readonly string[], allowed: readonly string[]): Map<string, number> {
  const names = row.map((cell) => cell.trim().toLowerCase())
  const refuse = (what: string) =>
    new FaultlineError('bad_input', `${what}; the first line is ${required.join(',')}`, { place: { file, line } })
  if (isHeader(row) === false) throw refuse('numbers where the header is expected')
  const missing = required.find((name) => !names.includes(name))
  if (missing !== undefined) throw refuse(`the column ${missing} is missing`)
  const wrong = names.find((name, i) => !(required.includes(name) || allowed.includes(name)) || names.indexOf(name) !== i)
  if (wrong !== undefined)
    throw refuse(
      names.indexOf(wrong) === names.lastIndexOf(wrong)
        ? `no column ${printable(wrong)} is known`
        : `the column ${wrong} stands there twice`,
    )
  return new Map(names.map((name, i) => [name, i]))
}
