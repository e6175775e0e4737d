import { MINUTE_MS } from '@faultline/market/units'
import type { VenueRest } from '../feed/venue-feed.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { fetchPage } from './channel-history.ts'
import { orStopped } from './or-stopped.ts'
import { missingIn } from './windows.ts'

/**
 * One request for the candles of [from, to), which lies on full minutes and is no longer than a page of the venue; what comes
 * is stored at once. `got` counts them, `missing` is what the venue did not give.
 *
 * @throws FeedError; FaultlineError unavailable when the signal ends it; whatever ingest.store() throws
 */
export async function refillCandles(options: {
  rest: VenueRest
  ingest: Pick<Ingest, 'store'>
  symbol: string
  instrumentId: number
  from: number
  to: number
  signal: AbortSignal
}): Promise<{ got: number; missing: [from: number, to: number][] }> {
  const { rest, ingest, symbol, instrumentId, from, to, signal } = options
  const candles = from < to ? await orStopped(fetchPage(rest, 'candle', symbol, { from, to }), signal) : []
  if (candles.length > 0) await ingest.store(instrumentId, candles)
  const times = candles.flatMap((event) => (event.type === 'candle' ? [event.openTime] : []))
  return { got: candles.length, missing: missingIn({ from, to }, times, MINUTE_MS).map((hole) => [hole.from, hole.to]) }
}
