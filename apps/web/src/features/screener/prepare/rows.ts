/** Which rows the screener shows, in which order, and what they add up to. Pure. */
import type { ScreenerRow } from '../server/schema.ts'
import { liquidatedOf, type Sort, sortValue } from './columns.ts'

export const SHOWN = ['all', 'sums', 'venues'] as const
export type Shown = (typeof SHOWN)[number]

export interface Filter {
  /** every word must occur in symbol, coin, venue or its name */
  text: string
  /** least risk index; null: any */
  risk: number | null
  /** least open interest, USD; null: any */
  openInterest: number | null
  show: Shown
}

export const RISK_STEPS = [20, 45, 70] as const
export const INTEREST_STEPS = [1e6, 1e7, 4e7, 1e8, 1e9] as const

/** Rows that pass; what is not known passes no lower bound. `venueName`: as the table shows it. */
export function filterRows(rows: readonly ScreenerRow[], filter: Filter, venueName: (row: ScreenerRow) => string): ScreenerRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const { reading } = row
    if (filter.show !== 'all' && row.sum !== (filter.show === 'sums')) return false
    if (filter.risk !== null && !((reading?.risk ?? -1) >= filter.risk)) return false
    if (filter.openInterest !== null && !((reading?.openInterestUsd ?? -1) >= filter.openInterest)) return false
    const hay = `${row.key} ${row.symbol} ${row.baseAsset} ${venueName(row)} ${row.simulated ? 'simulated' : ''}`.toLowerCase()
    return words.every((word) => hay.includes(word))
  })
}

const byName = (a: ScreenerRow, b: ScreenerRow): number =>
  compare(a.symbol, b.symbol) || Number(b.sum) - Number(a.sum) || compare(a.key, b.key)
/** By code points: thousands of names are compared at once, and the order is the same everywhere. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By one column; what is not known stands last either way, equals are in order of their names. */
export function sortRows(rows: readonly ScreenerRow[], { column, descending }: Sort): ScreenerRow[] {
  const direction = descending ? -1 : 1
  return rows
    .map((row) => ({ row, value: sortValue(row, column) }))
    .sort((a, b) => {
      if (typeof a.value === 'string' || typeof b.value === 'string') return direction * byName(a.row, b.row)
      if (a.value === null || b.value === null) return a.value === b.value ? byName(a.row, b.row) : a.value === null ? 1 : -1
      return direction * (a.value - b.value) || byName(a.row, b.row)
    })
    .map(({ row }) => row)
}

/** What has changed, put over what was there. Rows keep their identity where nothing has. */
export function mergeRows(rows: readonly ScreenerRow[], changed: readonly ScreenerRow[]): ScreenerRow[] {
  const news = new Map(changed.map((row) => [row.key, row]))
  const merged = rows.map((row) => {
    const next = news.get(row.key)
    news.delete(row.key)
    return next === undefined || isSame(row, next) ? row : next
  })
  return [...merged, ...news.values()]
}

const isSame = (a: ScreenerRow, b: ScreenerRow): boolean => JSON.stringify(a) === JSON.stringify(b)

export type RiskLevel = 'calm' | 'elevated' | 'high'
/** Where the index begins to be called so. */
export const HIGH_RISK = 70
const ELEVATED_RISK = 45
export const riskLevel = (risk: number): RiskLevel => (risk >= HIGH_RISK ? 'high' : risk >= ELEVATED_RISK ? 'elevated' : 'calm')

export interface Totals {
  /** markets of one venue each that were read; sums are made of these */
  markets: number
  venues: number
  /** what these figures are of: simulated markets where there are no others */
  simulated: boolean
  /** rows of simulated markets, sums too, that are in the list and in none of these figures */
  leftOut: number
  /** mean of the risk index, weighted by open interest */
  risk: number | null
  highRisk: number
  longUsd: number
  shortUsd: number
  liquidatedLongUsd: number
  liquidatedShortUsd: number
  /** whether any venue publishes liquidations */
  liquidationsKnown: boolean
}

/** Over all markets, each venue's once. Real ones alone where there are any: what is simulated adds up to nothing real. */
export function totalsOf(rows: readonly ScreenerRow[]): Totals {
  const single = rows.filter((row) => !row.sum && row.reading !== null)
  const simulated = !single.some((row) => !row.simulated)
  const counted = single.filter((row) => row.simulated === simulated)
  const total = {
    markets: counted.length,
    venues: new Set(counted.map((row) => row.venue)).size,
    simulated: simulated && counted.length > 0,
    leftOut: simulated ? 0 : rows.filter((row) => row.simulated).length,
    highRisk: 0,
    longUsd: 0,
    shortUsd: 0,
    liquidatedLongUsd: 0,
    liquidatedShortUsd: 0,
    liquidationsKnown: false,
  }
  let [weight, weighted] = [0, 0]
  for (const { reading } of counted) {
    if (!reading) continue
    total.longUsd += reading.longUsd ?? 0
    total.shortUsd += reading.shortUsd ?? 0
    total.liquidatedLongUsd += reading.liquidatedLongUsd ?? 0
    total.liquidatedShortUsd += reading.liquidatedShortUsd ?? 0
    if (liquidatedOf(reading) !== null) total.liquidationsKnown = true
    if (reading.risk === null) continue
    if (reading.risk >= HIGH_RISK) total.highRisk++
    weight += reading.openInterestUsd ?? 0
    weighted += (reading.openInterestUsd ?? 0) * reading.risk
  }
  return { ...total, risk: weight > 0 ? weighted / weight : null }
}
