/** The columns of the screener: how each is sorted, exported and named in the address. Pure. */
import type { ScreenerReading, ScreenerRow } from '../server/schema.ts'

export const COLUMNS = [
  'market',
  'spark',
  'price',
  'change',
  'risk',
  'asymmetry',
  'cluster',
  'clusterUsd',
  'openInterest',
  'interestChange',
  'funding',
  'liquidated',
] as const
export type ColumnId = (typeof COLUMNS)[number]

/** The market says which row it is: it stays. */
export const OPTIONAL_COLUMNS = COLUMNS.filter((id) => id !== 'market')

export const SORTABLE = COLUMNS.filter((id) => id !== 'spark')

/** (longs − shorts) / both within ±5 %: positive, more stands below. Null where nothing stands. */
export function balanceOf({ longUsd, shortUsd }: ScreenerReading): number | null {
  if (longUsd === null || shortUsd === null || !(longUsd + shortUsd > 0)) return null
  return (longUsd - shortUsd) / (longUsd + shortUsd)
}

export interface NearestCluster {
  side: 'long' | 'short'
  price: number
  usd: number
  distance: number
}

/** The nearer one of the two. */
export function nearestOf({ below, above }: ScreenerReading): NearestCluster | null {
  if (below && (!above || Math.abs(below.distance) <= above.distance)) return { side: 'long', ...below }
  return above && { side: 'short', ...above }
}

export const liquidatedOf = ({ liquidatedLongUsd, liquidatedShortUsd }: ScreenerReading): number | null =>
  liquidatedLongUsd === null && liquidatedShortUsd === null ? null : (liquidatedLongUsd ?? 0) + (liquidatedShortUsd ?? 0)

/** What a row is sorted by; null stands last in either direction. Names are sorted as text. */
export function sortValue(row: ScreenerRow, column: ColumnId): number | string | null {
  const { reading } = row
  if (column === 'market') return row.symbol
  if (reading === null) return null
  switch (column) {
    case 'spark':
      return null
    case 'price':
      return reading.price
    case 'change':
      return reading.change24h
    case 'risk':
      return reading.risk
    case 'asymmetry':
      return balanceOf(reading)
    case 'cluster': {
      const nearest = nearestOf(reading)
      return nearest && Math.abs(nearest.distance)
    }
    case 'clusterUsd':
      return nearestOf(reading)?.usd ?? null
    case 'openInterest':
      return reading.openInterestUsd
    case 'interestChange':
      return reading.openInterestChange24h
    case 'funding':
      return reading.funding8h
    case 'liquidated':
      return liquidatedOf(reading)
  }
}

export interface Sort {
  column: ColumnId
  descending: boolean
}
export const DEFAULT_SORT: Sort = { column: 'risk', descending: true }

/** The next sort when a header is pressed: figures begin with the largest, names with A and distances with the nearest. */
export const nextSort = (current: Sort, column: ColumnId): Sort =>
  current.column === column
    ? { column, descending: !current.descending }
    : { column, descending: column !== 'market' && column !== 'cluster' }

/** `-risk`: the largest first. Null for what is no sort. */
export function readSort(text: string): Sort | null {
  const descending = text.startsWith('-')
  const column = SORTABLE.find((id) => id === text.slice(descending ? 1 : 0))
  return column ? { column, descending } : null
}
export const writeSort = ({ column, descending }: Sort): string => `${descending ? '-' : ''}${column}`

/** Columns in the order of the table, the market always among them; null where none of the names is one. */
export function readColumns(text: string): ColumnId[] | null {
  const names = text.split(',')
  const found = OPTIONAL_COLUMNS.filter((id) => names.includes(id))
  return found.length === 0 ? null : ['market', ...found]
}
export const writeColumns = (columns: readonly ColumnId[]): string => columns.filter((id) => id !== 'market').join(',')
