/** In which order rows are shown, and what to add to a list. Pure. */
import { sortValue } from '../../screener/prepare/columns.ts'
import type { ScreenerRow } from '../../screener/server/schema.ts'
import type { WatchlistRow } from './operations.ts'

/** By what a list may be sorted for a while; its own order stays as it is. */
export const SORTS = ['market', 'price', 'change', 'risk', 'cluster', 'openInterest', 'interestChange', 'funding'] as const
export type SortColumn = (typeof SORTS)[number]
export interface RowSort {
  column: SortColumn
  descending: boolean
}

/** The next when a column is pressed: as figures are looked for first, the other way round, and the own order again. */
export function nextRowSort(current: RowSort | null, column: SortColumn): RowSort | null {
  const first = column !== 'market' && column !== 'cluster'
  if (current?.column !== column) return { column, descending: first }
  return current.descending === first ? { column, descending: !first } : null
}

/** Rows without the figure stand last either way, equals in their own order. null: the own order. */
export function sortedRows(
  rows: readonly WatchlistRow[],
  markets: ReadonlyMap<string, ScreenerRow>,
  sort: RowSort | null,
): readonly WatchlistRow[] {
  if (sort === null) return rows
  const direction = sort.descending ? -1 : 1
  return rows
    .map((row) => {
      const market = markets.get(row.instrument)
      return { row, value: market ? sortValue(market, sort.column) : null }
    })
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
      return direction * (a.value < b.value ? -1 : a.value > b.value ? 1 : 0)
    })
    .map(({ row }) => row)
}

export interface ShortName {
  name: string
  /** the name alone does not say which market is meant */
  withVenue: boolean
}

/**
 * What each market is called where there is little room: its coin, the whole symbol where a venue has several of the coin, and the
 * venue beside it where several trade it. By key; nothing for what is not known.
 */
export function shortNames(rows: readonly WatchlistRow[], markets: ReadonlyMap<string, ScreenerRow>): Map<string, ShortName> {
  const known = rows.flatMap(({ instrument }) => markets.get(instrument) ?? [])
  const count = (nameOf: (market: ScreenerRow) => string) => {
    const counts = new Map<string, number>()
    for (const market of known) counts.set(nameOf(market), (counts.get(nameOf(market)) ?? 0) + 1)
    return (market: ScreenerRow) => counts.get(nameOf(market)) ?? 0
  }
  const ofCoin = count((market) => market.baseAsset)
  const ofVenue = count((market) => `${market.venue}\n${market.baseAsset}`)
  return new Map(
    known.map((market) => [market.key, { name: ofVenue(market) > 1 ? market.symbol : market.baseAsset, withVenue: ofCoin(market) > 1 }]),
  )
}

/**
 * The markets of the highest open interest that are not in `there`: of each coin one, its sum where there is one. Simulated ones only
 * where there are no others.
 */
export function suggestions(markets: readonly ScreenerRow[], there: ReadonlySet<string>, count: number): ScreenerRow[] {
  const real = markets.filter((market) => !market.simulated)
  const byInterest = (real.length > 0 ? real : [...markets])
    .filter((market) => market.reading?.openInterestUsd != null)
    .sort((a, b) => Number(b.sum) - Number(a.sum) || interest(b) - interest(a) || (a.key < b.key ? -1 : 1))
  const coins = new Set(byInterest.filter(({ key }) => there.has(key)).map(({ baseAsset }) => baseAsset))
  const found: ScreenerRow[] = []
  for (const market of byInterest) {
    if (coins.has(market.baseAsset)) continue
    coins.add(market.baseAsset)
    found.push(market)
  }
  return found.sort((a, b) => interest(b) - interest(a)).slice(0, count)
}

const interest = (market: ScreenerRow): number => market.reading?.openInterestUsd ?? 0
