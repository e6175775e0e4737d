import { type LiveEvent, timeOf } from '@faultline/db/repositories/live-events'
import { MINUTE_MS } from '@faultline/market/units'
import type { FeedError, VenueFeed, VenueRest } from '../feed/venue-feed.ts'
import { leaveIfStopped } from '../pipeline/stop.ts'
import { answersAtAll } from './answers-at-all.ts'
import { allOrWorst, fetchPage, type HistoryChannel, orRefused } from './channel-history.ts'
import { pagesOf } from './pages.ts'
import type { Stretch } from './windows.ts'

/** Venues keep open interest every five minutes at the latest: so far back stands the figure that a window's first bucket sees. */
const OPEN_INTEREST_LEAD_MS = 15 * MINUTE_MS

/**
 * Everything that the venue has about [window.from, window.to), in order of time: candles, open interest with the last figure
 * before the window, funding, ratios. Empty when the venue has no candles there, whatever else it may have. A channel that
 * the venue refuses, or no longer has for that age, is left out. `now` is the venue's clock, UTC ms.
 *
 * @throws FeedError, `refused` for candles or when the venue refuses everything; FaultlineError unavailable when `signal` ends it
 */
export async function fetchWindow(
  rest: VenueRest,
  symbol: string,
  window: Stretch,
  limits: VenueFeed['history'],
  now: number,
  options: { signal?: AbortSignal; onLeftOut?: (channel: HistoryChannel, reason: string) => void } = {},
): Promise<LiveEvent[]> {
  const { signal, onLeftOut } = options
  const refusals: FeedError[] = []

  const paged = async (channel: HistoryChannel, range: Stretch): Promise<LiveEvent[]> => {
    const limit = limits[channel]
    const events: LiveEvent[] = []
    for (const page of limit ? pagesOf(range, limit, now) : []) {
      leaveIfStopped(signal)
      const answer = fetchPage(rest, channel, symbol, page)
      const got = channel === 'candle' ? await answer : await orRefused(answer)
      if (Array.isArray(got)) events.push(...got)
      else {
        refusals.push(got)
        onLeftOut?.(channel, got.message)
      }
    }
    return events
  }

  const candles = await paged('candle', window)
  if (candles.length === 0) return []
  const [openInterest = [], ...others] = await allOrWorst([
    paged('openInterest', { from: window.from - OPEN_INTEREST_LEAD_MS, to: window.to }),
    paged('funding', window),
    paged('longShortRatio', window),
  ])
  // Once the candles are stored nobody asks again: what is left out has to be left out for a reason of its own.
  if (refusals[0] && !(await answersAtAll(rest, symbol, now))) throw refusals[0]
  const firstInside = openInterest.findIndex((event) => timeOf(event) >= window.from)
  const known = firstInside === -1 ? openInterest.slice(-1) : openInterest.slice(Math.max(0, firstInside - 1))
  return [...candles, ...known, ...others.flat()].sort((a, b) => timeOf(a) - timeOf(b))
}
