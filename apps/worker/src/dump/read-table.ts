import { MINUTE_MS } from '@faultline/market/units'
import type { Classified } from './classify.ts'
import { csvRows } from './csv-rows.ts'
import { type DumpKind, type Layout, layoutOf } from './formats.ts'
import type { InputFile } from './input-files.ts'
import { emptyFile, noCandle, notBlank } from './peek-table.ts'
import { type MarketTables, type RowReader, rowReader } from './row-readers.ts'

export interface ReadTableOptions {
  file: InputFile
  kind: DumpKind
  named: Classified
  intervalMs: number | null
  now: number
  tablesOf(symbol: string | undefined, line: number): MarketTables
  onBytes?: ((bytes: number) => void) | undefined
}

/** Reads a whole table into the tables of its markets. A table without rows is fine, except one of candles. */
export async function readTable({ file, kind, named, intervalMs, now, tablesOf, onBytes }: ReadTableOptions): Promise<void> {
  let read: RowReader | null = null
  let rows = 0
  for await (const batch of csvRows(file, onBytes)) {
    let i = 0
    if (!read) {
      while (i < batch.rows.length && !notBlank(batch.rows[i] as string[])) i++
      const first = batch.rows[i]
      if (!first) continue
      const layout = layoutOf(kind, first, file.path, batch.firstLine + i)
      if (layout.hasHeader) i++
      const shiftMs = kind === 'metrics' ? labelShift(named, layout, batch.rows[i]) : 0
      read = rowReader({ file: file.path, layout, now, intervalMs: intervalMs ?? 0, shiftMs, tablesOf })
    }
    for (; i < batch.rows.length; i++) {
      const row = batch.rows[i] as string[]
      if (!notBlank(row)) continue
      read(row, batch.firstLine + i)
      rows++
    }
  }
  if (!read) throw emptyFile(file.path)
  if (rows === 0 && kind === 'klines') throw noCandle(file.path)
}

/**
 * Since 2026-06-25 the daily metrics of USDⓈ-M are labelled with the start of their five minutes instead of the end: a file
 * runs from 00:00 to 23:55 (before: from 00:05 to 00:00 of the next day), and a row holds what was measured five minutes
 * after its label (binance/binance-public-data issue 491). Taken as it stands, open interest would be known before it was.
 * Only daily files carry enough to tell: their name gives the day.
 */
const START_LABELS_SINCE = Date.UTC(2026, 5, 25)
function labelShift(named: Classified, layout: Layout, first: readonly string[] | undefined): number {
  if (named.day === null || named.day < START_LABELS_SINCE || !first) return 0
  const midnight = new Date(named.day).toISOString().slice(0, 10)
  const label = first[layout.names.indexOf('create_time')] ?? ''
  const startsAtMidnight = label.startsWith(`${midnight} 00:00:`) || Math.abs(Number(label) - named.day) < MINUTE_MS / 2
  return startsAtMidnight ? 5 * MINUTE_MS : 0
}
