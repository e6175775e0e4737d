/** Which venues trade what is shown, which of them are in the picture, and where another choice leads: pure. */
import { inSumOrder, isSumVenue, sumKey } from '@faultline/market/sum'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { FEED_VENUES, type FeedVenueId, VENUES, type VenueId } from '@faultline/market/venue'

/** What of a row of the instrument list is needed here. */
export interface MarketRow {
  key: string
  venue: string
  symbol: string
  simulated: boolean
  summedAs: string | null
  sumOf: readonly FeedVenueId[] | null
  openInterestUsd: number | null
}

export interface VenueChoice {
  /** as sums name it */
  baseAsset: string
  simulated: boolean
  /** all that trade it, in the order of sums */
  venues: readonly FeedVenueId[]
  /** in the picture */
  chosen: readonly FeedVenueId[]
}

const isVenue = (venue: string): venue is VenueId => Object.hasOwn(VENUES, venue)
export const isSum = (row: Pick<MarketRow, 'venue'>): boolean => isVenue(row.venue) && isSumVenue(row.venue)

/** Null where there is nothing to choose: one venue trades it, or nothing can be added to it. */
export function venueChoice(current: MarketRow, rows: readonly MarketRow[]): VenueChoice | null {
  const { summedAs: baseAsset, simulated } = current
  if (baseAsset === null) return null
  const venues = inSumOrder(tradedAt(baseAsset, simulated, rows).map((row) => row.venue as FeedVenueId))
  if (venues.length < 2) return null
  const own = FEED_VENUES.filter((v) => v === current.venue)
  return { baseAsset, simulated, venues, chosen: current.sumOf === null ? own : current.sumOf.length === 0 ? venues : current.sumOf }
}

const tradedAt = (baseAsset: string, simulated: boolean, rows: readonly MarketRow[]): MarketRow[] =>
  rows.filter((row) => !isSum(row) && row.summedAs === baseAsset && row.simulated === simulated)

/** The choice with `venue` taken in or left out; null where that would leave none. */
export function toggled({ chosen }: VenueChoice, venue: FeedVenueId): FeedVenueId[] | null {
  const next = inSumOrder(chosen.includes(venue) ? chosen.filter((v) => v !== venue) : [...chosen, venue])
  return next.length === 0 ? null : next
}

/** The instrument that shows these venues: `known` is false where it may have to be made first. */
export function instrumentOf(
  choice: VenueChoice,
  venues: readonly FeedVenueId[],
  rows: readonly MarketRow[],
): { key: string; known: boolean } {
  const { baseAsset, simulated } = choice
  if (venues.length === 1) {
    const [largest] = tradedAt(baseAsset, simulated, rows)
      .filter((row) => row.venue === venues[0])
      .sort((a, b) => (b.openInterestUsd ?? -1) - (a.openInterestUsd ?? -1) || (a.symbol < b.symbol ? -1 : 1))
    if (largest) return { key: largest.key, known: true }
  }
  const all = choice.venues.every((v) => venues.includes(v))
  const key = sumKey({ baseAsset, simulated, venues: all ? [] : venues })
  return { key, known: rows.some((row) => row.key === key) }
}

/** Sums of chosen venues are views of a market, not markets: lists leave them out, but for the one that is shown. */
export const isListed = (row: MarketRow, current?: string): boolean => !row.sumOf?.length || row.key === current

/** In the order of the list, each sum first among the instruments that it adds up. */
export function sumsFirst<R extends MarketRow>(rows: readonly R[]): R[] {
  const groups = new Map<string, R[]>()
  for (const row of rows) {
    const name = row.summedAs === null ? row.key : `${row.simulated} ${row.summedAs}`
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  return [...groups.values()].flatMap((group) => [...group.filter(isSum), ...group.filter((row) => !isSum(row))])
}

/** Columns of several markets close within moments of each other, in any order. */
const EQUALLY_FRESH_MS = 5 * MINUTE_MS

/**
 * What to open of `rows`, which stand in the order of the list: the first of the freshest that is no sum, and of the instruments of its
 * coin the one of the first venue, so that it is the same one every time. A market that has just begun, and shows next to nothing, is
 * opened only where none of the equally fresh ones shows more: a picture of a day says more than a minute that is newer.
 */
export function firstToOpen<R extends MarketRow & { firstBucket: number | null; lastBucket: number | null }>(
  rows: readonly R[],
): R | undefined {
  const end = (row: R) => row.lastBucket ?? Number.NEGATIVE_INFINITY
  const length = (row: R) => end(row) - (row.firstBucket ?? end(row))
  const open = rows.filter((row) => !isSum(row) && row.lastBucket !== null)
  const newest = Math.max(...open.map(end))
  const fresh = open.filter((row) => newest - end(row) <= EQUALLY_FRESH_MS)
  const enough = Math.min(DAY_MS, Math.max(...fresh.map(length))) / 2
  const shown = fresh.filter((row) => length(row) >= enough)
  const [first] = shown
  if (!first || first.summedAs === null) return first
  const place = (row: R) => FEED_VENUES.indexOf(row.venue as FeedVenueId)
  const same = shown.filter((row) => row.summedAs === first.summedAs && row.simulated === first.simulated)
  return same.sort((a, b) => place(a) - place(b) || (a.symbol < b.symbol ? -1 : 1))[0]
}

export interface Share {
  venue: FeedVenueId
  usd: number
  /** of all that is known, 0 to 1 */
  share: number
}

/** Shares of what is known, the largest first; who is not known has none. */
export function sharesOf(figures: readonly { venue: string; openInterestUsd: number | null }[]): Share[] {
  const usd = new Map<FeedVenueId, number>()
  for (const { venue, openInterestUsd } of figures) {
    const known = FEED_VENUES.find((v) => v === venue)
    if (known && openInterestUsd !== null && openInterestUsd > 0) usd.set(known, (usd.get(known) ?? 0) + openInterestUsd)
  }
  const total = [...usd.values()].reduce((a, b) => a + b, 0)
  return [...usd].map(([venue, value]) => ({ venue, usd: value, share: value / total })).sort((a, b) => b.usd - a.usd)
}

/** Of the instruments of one venue each, as the list has them: the same figures before a sum is shown. */
export const listedInterest = ({ baseAsset, simulated }: VenueChoice, rows: readonly MarketRow[]): MarketRow[] =>
  tradedAt(baseAsset, simulated, rows)
