import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { FeedError, type VenueRest } from '../feed/venue-feed.ts'

/**
 * After a refusal: was it that question, or does the venue refuse the instrument, or us, whatever is asked (an address that is
 * shut out for a while, a country that is not served)? Asks for a minute that just passed. `now` is the venue's clock, UTC ms.
 * @throws FeedError of any other kind
 */
export async function answersAtAll(rest: VenueRest, symbol: string, now: number): Promise<boolean> {
  const to = floorTo(now, MINUTE_MS) - MINUTE_MS
  try {
    await rest.candles(symbol, to - MINUTE_MS, to)
    return true
  } catch (error) {
    if (error instanceof FeedError && error.code === 'refused') return false
    throw error
  }
}
