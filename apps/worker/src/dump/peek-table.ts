import { FaultlineError } from '@faultline/market/errors'
import { BUCKETS_MS } from '@faultline/market/resolution'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { csvRows } from './csv-rows.ts'
import { fieldReader } from './fields.ts'
import { type DumpKind, isHeader, kindOfHeader, type Layout, layoutOf } from './formats.ts'
import type { InputFile } from './input-files.ts'
import { SNAP_MS } from './row-readers.ts'

/** What the first lines of a table say. */
export interface Peeked {
  kind: DumpKind | null
  /** of the first row's symbol column */
  symbol: string | null
  /** length of the candles, klines only */
  intervalMs: number | null
}

/** A look at the first lines, for what the name leaves open. A file that has a kind and is empty or of wrong columns is an error. */
export async function peekTable(file: InputFile, named: DumpKind | null, now: number): Promise<Peeked> {
  for await (const batch of csvRows(file)) {
    const start = batch.rows.findIndex(notBlank)
    const first = batch.rows[start]
    if (!first) continue
    const kind = named ?? kindOfHeader(first)
    if (!kind) return { kind: null, symbol: null, intervalMs: null }
    const layout = layoutOf(kind, first, file.path, batch.firstLine + start)
    const body = start + (isHeader(first) ? 1 : 0)
    const rows = batch.rows.slice(body).filter(notBlank)
    return {
      kind,
      symbol: rows[0]?.[layout.names.indexOf('symbol')]?.toUpperCase() || null,
      intervalMs: kind === 'klines' ? candleLength(file.path, layout, rows, batch.firstLine + body, now) : null,
    }
  }
  if (named) throw emptyFile(file.path)
  return { kind: null, symbol: null, intervalMs: null }
}

export const notBlank = (row: readonly string[]) => row.length > 1 || row[0]?.trim() !== ''
export const emptyFile = (file: string) => new FaultlineError('bad_input', 'the file is empty', { place: { file } })

/** From the close of the first candle, else from the usual distance of two candles. */
function candleLength(file: string, layout: Layout, rows: readonly (readonly string[])[], firstLine: number, now: number): number {
  const fields = fieldReader(file, now)
  const openTime = layout.names.indexOf('open_time')
  const closeTime = layout.names.indexOf('close_time')
  const first = rows[0]
  if (!first) throw noCandle(file)
  const open = fields.time(first[openTime] ?? '', firstLine, 'open_time')
  if (closeTime >= 0 && first[closeTime]) {
    const length = fields.time(first[closeTime], firstLine, 'close_time') - open
    return (
      nearestLength(length) ??
      fields.fail(firstLine, 'close_time', `${Math.round(length / 1000)} s after the open; candles are one of ${LENGTHS}`)
    )
  }
  const steps: number[] = []
  for (let i = 1, before = open; i < rows.length; i++) {
    const text = rows[i]?.[openTime] ?? ''
    // What is not a time here is told when the file is read.
    const time = /^\d+$/.test(text) ? fields.time(text, firstLine + i, 'open_time') : before
    if (time - before > SNAP_MS) steps.push(time - before)
    before = time
  }
  // The median: gaps are longer, rows stamped late are shorter and longer in turn.
  const usual = steps.sort((a, b) => a - b)[steps.length >> 1] ?? Number.NaN
  return (
    nearestLength(usual) ??
    fields.fail(firstLine, 'open_time', `cannot tell the length of the candles: no close_time, and they are not one of ${LENGTHS} apart`)
  )
}

export const noCandle = (file: string) =>
  new FaultlineError('bad_input', 'no candle in it; leave the file out or fetch it again', { place: { file } })

const LENGTHS = `${Object.keys(BUCKETS_MS).join(', ')} or another number of minutes that divides a day`

/**
 * Both ends of a candle may be stamped late or early by SNAP_MS: what is not exact is taken for a length that venues have.
 * Exactly, any number of minutes will do that divides a day, so that candles stand at the same times every day.
 */
function nearestLength(length: number): number | undefined {
  const minutes = Math.round(length / MINUTE_MS) * MINUTE_MS
  if (minutes > 0 && DAY_MS % minutes === 0 && Math.abs(minutes - length) <= EXACT_MS) return minutes
  return Object.values(BUCKETS_MS).find((ms) => Math.abs(ms - length) <= Math.min(2 * SNAP_MS + 1, ms / 2 + 1))
}
/** A close_time is the last millisecond of the candle, or the last second, or its end. */
const EXACT_MS = 1000
