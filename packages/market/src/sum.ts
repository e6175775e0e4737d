/**
 * Sums over venues: how an instrument that is the sum of others is called, and what may be added up. Amounts of columns are USD
 * at a price, so only markets whose prices mean the same can be added: one coin, counted in the same unit, quoted in dollars.
 */
import { assetUnits } from './asset-units.ts'
import type { InstrumentKey } from './instrument.ts'
import { FEED_VENUES, type FeedVenueId, SUM_VENUES, VENUES, type VenueId } from './venue.ts'

/** Quotes that are taken for a dollar. */
const DOLLARS: readonly string[] = ['USDT', 'USDC', 'USD', 'FDUSD', 'BUSD']

/** Whether instruments of this venue are sums of others. */
export const isSumVenue = (venue: VenueId): boolean => VENUES[venue].wire === null

/** Of these a sum consists: base and quote as instruments have them. */
export interface SummableMarket {
  venue: VenueId
  baseAsset: string
  quoteAsset: string
}

/**
 * Under which name a market is added to others: its coin in the unit that its price is for (`1000PEPE` for Binance's 1000PEPE and
 * Hyperliquid's kPEPE; PEPE itself, whose price is another, is apart). Null where it is added to nothing.
 */
export function summedAs({ venue, baseAsset, quoteAsset }: SummableMarket): string | null {
  if (isSumVenue(venue) || !DOLLARS.includes(quoteAsset.toUpperCase())) return null
  const { asset, units } = assetUnits(baseAsset)
  return units === 1 ? asset : `${units}${asset}`
}

/** The one order of venues in names and in sums: Float64 addition gives the same bytes in one order only. */
export const inSumOrder = (venues: readonly FeedVenueId[]): FeedVenueId[] => FEED_VENUES.filter((v) => venues.includes(v))

/** `market:BTC` of all venues (none named), `market:BTC-binance-okx` of some. */
export function sumKey(sum: { baseAsset: string; simulated: boolean; venues: readonly FeedVenueId[] }): InstrumentKey {
  const wires = inSumOrder(sum.venues).map((v) => VENUES[v].wire)
  return `${sum.simulated ? SUM_VENUES.simulated : SUM_VENUES.real}:${[sum.baseAsset, ...wires].join('-')}`
}
