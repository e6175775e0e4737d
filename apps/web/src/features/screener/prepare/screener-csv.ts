/** The table as a file: the rows and columns that are shown, in their order. Pure. */
import { isoTime } from '@faultline/market/units'
import { csvLine } from '../../export/prepare/csv.ts'
import type { ScreenerReading, ScreenerRow } from '../server/schema.ts'
import { balanceOf, type ColumnId } from './columns.ts'

type Value = string | number | null | undefined

/** Headers are names for programs, so they are the same in every language. Ratios are plain, times ISO. */
const FIELDS: Record<ColumnId, readonly [header: string, value: (row: ScreenerRow, reading: ScreenerReading | null) => Value][]> = {
  market: [
    ['instrument', (row) => row.key],
    ['symbol', (row) => row.symbol],
    ['venue', (row) => row.venue],
    ['simulated', (row) => String(row.simulated)],
    ['time', (_, r) => r && isoTime(r.bucket + r.bucketMs)],
  ],
  spark: [],
  price: [['price', (_, r) => r?.price]],
  change: [['change_24h', (_, r) => r?.change24h]],
  risk: [['risk_index', (_, r) => r?.risk]],
  asymmetry: [
    ['longs_within_5pct_usd_estimated', (_, r) => r?.longUsd],
    ['shorts_within_5pct_usd_estimated', (_, r) => r?.shortUsd],
    ['asymmetry', (_, r) => r && balanceOf(r)],
  ],
  cluster: [
    ['cluster_below_price', (_, r) => r?.below?.price ?? null],
    ['cluster_below_distance', (_, r) => r?.below?.distance ?? null],
    ['cluster_above_price', (_, r) => r?.above?.price ?? null],
    ['cluster_above_distance', (_, r) => r?.above?.distance ?? null],
  ],
  clusterUsd: [
    ['cluster_below_usd_estimated', (_, r) => r?.below?.usd ?? null],
    ['cluster_above_usd_estimated', (_, r) => r?.above?.usd ?? null],
  ],
  openInterest: [['open_interest_usd', (_, r) => r?.openInterestUsd]],
  interestChange: [['open_interest_change_24h', (_, r) => r?.openInterestChange24h]],
  funding: [['funding_8h', (_, r) => r?.funding8h]],
  liquidated: [
    ['liquidated_longs_24h_usd', (_, r) => r?.liquidatedLongUsd],
    ['liquidated_shorts_24h_usd', (_, r) => r?.liquidatedShortUsd],
  ],
}

/** RFC 4180 with a head. `columns` in the order of the table; the sparkline has no fields. */
export function screenerCsv(rows: readonly ScreenerRow[], columns: readonly ColumnId[]): string {
  const fields = columns.flatMap((id) => FIELDS[id])
  return [
    csvLine(fields.map(([header]) => header)),
    ...rows.map((row) => csvLine(fields.map(([, value]) => value(row, row.reading) ?? ''))),
  ].join('')
}
