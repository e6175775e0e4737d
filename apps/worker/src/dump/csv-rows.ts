import { FaultlineError } from '@faultline/market/errors'
import { CsvError, parse } from 'csv-parse/sync'
import type { InputFile } from './input-files.ts'

/** Consecutive lines of a file: `rows[i]` are the fields of line `firstLine + i`. A blank line is `['']`. */
export interface RowBatch {
  firstLine: number
  rows: string[][]
}

/** No line of any of our tables comes near this; what has none in so many bytes is no table. */
const LONGEST_LINE = 1 << 16
const LINE_FEED = 10
const BYTE_ORDER_MARK = '\ufeff'

/**
 * The fields of a CSV, some thousand lines at a time. Memory stays flat whatever the file's size. CR LF, a byte order mark
 * and quoted fields are fine; binary data and broken quoting are a FaultlineError with file and line.
 */
export async function* csvRows(file: InputFile, onBytes?: (bytes: number) => void): AsyncGenerator<RowBatch> {
  let firstLine = 1
  let rest: Buffer = Buffer.alloc(0)
  const batch = (bytes: Buffer): RowBatch => {
    let text = bytes.toString('utf8')
    if (firstLine === 1 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1)
    const rows = splitRows(text, file.path, firstLine)
    const out = { firstLine, rows }
    firstLine += rows.length
    return out
  }

  for await (const chunk of file.open(onBytes)) {
    const zero = chunk.indexOf(0)
    if (zero >= 0) throw notText(file.path, firstLine)
    const end = chunk.lastIndexOf(LINE_FEED) + 1
    if (end === 0) {
      rest = Buffer.concat([rest, chunk])
      if (rest.length > LONGEST_LINE) throw notText(file.path, firstLine)
      continue
    }
    const whole = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, end)]) : chunk.subarray(0, end)
    rest = Buffer.from(chunk.subarray(end))
    yield batch(whole)
  }
  if (rest.length > 0) yield batch(rest)
}

/**
 * Text of whole lines into fields. Without a quote in it a CSV is nothing but commas and line ends, and splitting there is
 * five times as fast as a general parser (measured: 1.3 million against 0.25 million kline rows a second).
 */
export function splitRows(text: string, file: string, firstLine: number): string[][] {
  const body = text.endsWith('\n') ? text.slice(0, text.endsWith('\r\n') ? -2 : -1) : text
  const lines = body.split('\n')
  if (!text.includes('"')) return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line).split(','))
  const rows = parseQuoted(body)
  if (rows) {
    while (rows.length < lines.length && lines[rows.length]?.trim() === '') rows.push([''])
    if (rows.length === lines.length) return rows
  }
  // A row is one line in all our tables, so the line to blame is the first that does not parse by itself.
  const broken = lines.findIndex((line) => parseQuoted(line) === null)
  throw new FaultlineError('bad_input', 'a quote that is not closed on its line or stands in the wrong place', {
    place: { file, line: firstLine + Math.max(0, broken) },
  })
}

/** Every line is a row, also a blank or a short one, so that a row's line follows from its place. Null for broken quoting. */
function parseQuoted(text: string): string[][] | null {
  try {
    return parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n'] })
  } catch (error) {
    if (error instanceof CsvError) return null
    throw error
  }
}

const notText = (file: string, line: number) =>
  new FaultlineError('bad_input', 'binary data where a table in text was expected', { place: { file, line } })
