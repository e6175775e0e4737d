import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { TradeTick, VenueMarket } from '../venue-market.ts'

/** Markets keep their ticks for ten minutes. */
export const TICKS_KEPT_MS = 10 * MINUTE_MS
/** Ever wider, so that the usual question costs little. */
const LOOKS_MS = [SECOND_MS, 30 * SECOND_MS, TICKS_KEPT_MS]

/** Trades with time in (after, upTo]. */
export const tradesIn = (market: VenueMarket, after: number, upTo: number): TradeTick[] =>
  market.ticks(after, upTo).filter((tick): tick is TradeTick => tick.type === 'trade')

/** The latest trades until `time`, newest first, at most `limit` of them. */
export function latestTrades(market: VenueMarket, time: number, limit: number): TradeTick[] {
  for (const look of LOOKS_MS) {
    const found = tradesIn(market, Math.max(time - look, market.simulatedTo - TICKS_KEPT_MS, market.genesis - 1), time)
    if (found.length >= limit || look === TICKS_KEPT_MS) return found.slice(-limit).reverse()
  }
  return []
}
