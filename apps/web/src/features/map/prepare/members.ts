import { FEED_VENUES, type FeedVenueId } from '@faultline/market/venue'
import { isSum, type MarketRow } from '../../venues/prepare/venue-choice.ts'

/** The instruments that a sum adds up, in the order of venues; none of an instrument of one venue. */
export function membersOf<R extends MarketRow>(current: MarketRow, rows: readonly R[]): R[] {
  const { summedAs, sumOf, simulated } = current
  if (!isSum(current) || summedAs === null || sumOf === null) return []
  const place = (row: R) => FEED_VENUES.indexOf(row.venue as FeedVenueId)
  return rows
    .filter((row) => !isSum(row) && row.summedAs === summedAs && row.simulated === simulated)
    .filter((row) => sumOf.length === 0 || sumOf.some((venue) => venue === row.venue))
    .sort((a, b) => place(a) - place(b))
}
