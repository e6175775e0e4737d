/** The instruments table: filter and sort. Rows without a figure stand last in either direction. */
import { MINUTE_MS } from '@faultline/market/units'

export interface InstrumentFigures {
  key: string
  symbol: string
  baseAsset: string
  venue: string
  simulated: boolean
  lastClose: number | null
  change24h: number | null
  openInterestUsd: number | null
  fundingRate: number | null
  firstBucket: number | null
  lastBucket: number | null
  bucketMs: number | null
  columnCount: number
}

export const SORT_KEYS = ['symbol', 'price', 'change', 'openInterest', 'funding', 'range', 'columnCount', 'age'] as const
export type SortKey = (typeof SORT_KEYS)[number]
export interface Sort {
  key: SortKey
  descending: boolean
}

/** Every word of `text` must occur in symbol, asset, venue or its name. */
export function filterRows<R extends InstrumentFigures>(rows: readonly R[], text: string, venueName: (venue: string) => string): R[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const hay = `${row.key} ${row.baseAsset} ${venueName(row.venue)} ${row.simulated ? 'simulated' : ''}`.toLowerCase()
    return words.every((word) => hay.includes(word))
  })
}

/**
 * Markets that are live get their columns one after the other: those whose newest is this near the newest of all count as
 * equally fresh, or the list would be in motion all the time.
 */
const EQUALLY_FRESH_MS = 5 * MINUTE_MS

export function sortRows<R extends InstrumentFigures>(rows: readonly R[], sort: Sort): R[] {
  const direction = sort.descending ? -1 : 1
  const newest = Math.max(...rows.map((row) => endOf(row) ?? Number.NEGATIVE_INFINITY))
  return [...rows].sort((a, b) => {
    const x = value(a, sort.key, newest)
    const y = value(b, sort.key, newest)
    const bySymbol = a.symbol.localeCompare(b.symbol) || a.key.localeCompare(b.key)
    if (typeof x === 'string' || typeof y === 'string') return direction * bySymbol
    if (x === null || y === null) return x === y ? bySymbol : x === null ? 1 : -1
    return direction * (x - y) || bySymbol
  })
}

/** The next sort when a header is pressed: numbers begin with the largest, names with A. */
export const nextSort = (current: Sort, key: SortKey): Sort =>
  current.key === key ? { key, descending: !current.descending } : { key, descending: key !== 'symbol' && key !== 'age' }

/** End of the last bucket. */
const endOf = ({ lastBucket, bucketMs }: InstrumentFigures): number | null => (lastBucket === null ? null : lastBucket + (bucketMs ?? 0))

function value(row: InstrumentFigures, key: SortKey, newest: number): number | string | null {
  switch (key) {
    case 'symbol':
      return row.symbol
    case 'price':
      return row.lastClose
    case 'change':
      return row.change24h
    case 'openInterest':
      return row.openInterestUsd
    case 'funding':
      return row.fundingRate
    case 'range':
      return row.firstBucket === null || row.lastBucket === null ? null : row.lastBucket - row.firstBucket
    case 'columnCount':
      return row.columnCount
    case 'age': {
      const end = endOf(row)
      if (end === null) return null
      return newest - end <= EQUALLY_FRESH_MS ? 0 : newest - end
    }
  }
}
