/** Figures of the shown price range for the right column: pure. */
import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import { type MapProfile, totalWithin } from '@faultline/ui/map/profile'
import type { ClusterReading, CurrentReadings } from '../../readings/server/schema.ts'
import { addPlanes, type VenueProfile } from './map-profile.ts'

export interface PriceRange {
  low: number
  high: number
}

/** USD of both sides within the range. */
export interface SideTotals {
  longUsd: number
  shortUsd: number
}

export const totalsOf = ({ long, short, price }: Pick<MapProfile, 'long' | 'short' | 'price'>, { low, high }: PriceRange): SideTotals => ({
  longUsd: totalWithin(long, 'long', price, low, high),
  shortUsd: totalWithin(short, 'short', price, low, high),
})

/** Per class of leverage, highest first; null where leverage is not known. */
export function leverageTable(
  { profile, price }: Pick<CurrentReadings, 'profile' | 'price'>,
  range: PriceRange,
): (SideTotals & { name: string })[] | null {
  const { long, short } = profile
  if (!long.leverage || !short.leverage) return null
  return LEVERAGE_CLASSES.map((name, i) => ({
    name,
    ...totalsOf(
      {
        price,
        long: { firstBin: long.total.firstBin, usd: long.leverage?.[i] ?? [], p10: null, p90: null },
        short: { firstBin: short.total.firstBin, usd: short.leverage?.[i] ?? [], p10: null, p90: null },
      },
      range,
    ),
  })).reverse()
}

export interface Contribution {
  venue: string
  name: string
  usd: number
  /** of what all of them hold in the range; 0 where that is nothing */
  share: number
}

/** What each venue of a sum holds in the range, the largest first. */
export function contributions(venues: readonly VenueProfile[], price: number, range: PriceRange): Contribution[] {
  const held = venues.map(({ venue, name, profiles }) => {
    const plane = (side: 'long' | 'short') => ({ ...addPlanes(profiles.map((p) => p[side].total)), p10: null, p90: null })
    const { longUsd, shortUsd } = totalsOf({ price, long: plane('long'), short: plane('short') }, range)
    return { venue, name, usd: longUsd + shortUsd }
  })
  const all = held.reduce((sum, { usd }) => sum + usd, 0)
  return held.map((row) => ({ ...row, share: all > 0 ? row.usd / all : 0 })).sort((a, b) => b.usd - a.usd)
}

/** The largest clusters whose peak is in the range, from the highest price to the lowest. */
export const largestClusters = (clusters: readonly ClusterReading[], { low, high }: PriceRange, most = 8): ClusterReading[] =>
  clusters
    .filter(({ peakPrice }) => peakPrice >= low && peakPrice <= high)
    .sort((a, b) => b.usd - a.usd)
    .slice(0, most)
    .sort((a, b) => b.peakPrice - a.peakPrice)
