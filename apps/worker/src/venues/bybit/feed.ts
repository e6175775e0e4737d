/** Bybit's linear perpetuals as a feed. A simulated venue or a proxy that speaks the same is the same feed at other addresses. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { TakerTally } from '../../feed/taker-tally.ts'
import type { SocketPlan, VenueFeed } from '../../feed/venue-feed.ts'
import { type Answer, complaintOf, header, httpRefusal, type Refusal } from '../carrier/answers.ts'
import { carriedFeed, type FeedOptions } from '../carrier/carried-feed.ts'
import { DEPTH_SILENCE_MS } from '../depth-polls.ts'
import { withListedOnly } from '../listed-only.ts'
import { MarkThinner } from '../mark-thinner.ts'
import { withPolledDepth } from '../polled-depth.ts'
import { isFields } from '../values.ts'
import { BybitDialect } from './dialect.ts'
import { BYBIT_HISTORY, BYBIT_LIMITS, type BybitLimit, BybitRest } from './rest.ts'

const WS_URL = 'wss://stream.bybit.com'
const WS_PATH = '/v5/public/linear'

/** Topics of one connection may have 21,000 characters together: 200 instruments need two. Tickers prove that liquidations would come. */
const SOCKETS = [
  { name: 'trades', channels: ['candle'] },
  { name: 'tickers', channels: ['markPrice', 'liquidation'] },
] as const satisfies readonly SocketPlan[]

/** “Too many visits”, and “exceeded the IP rate limit”: over with the window of seconds, of which nothing more is known. */
const TOO_MANY = new Set([10_006, 10_018])
/** 403: the address is shut out for ten minutes. */
const SHUT_OUT_MS = 10 * MINUTE_MS

/** Nothing is connected, and ccxt is not loaded, before the first request or socket. */
export function createBybitFeed(options: FeedOptions): VenueFeed {
  const tally = new TakerTally()
  const marks = new MarkThinner()
  let rest: BybitRest | undefined
  const feed = carriedFeed<BybitLimit>(
    {
      name: 'Bybit',
      exchange: 'bybit',
      limits: BYBIT_LIMITS,
      readRefusal,
      sockets: SOCKETS,
      urlOf: (_, wsUrl) => `${wsUrl ?? WS_URL}${WS_PATH}`,
      dialectOf: (plan) => new BybitDialect(plan, tally, marks),
      rest: (call, gate) => {
        rest = new BybitRest({ call, gate, log: options.log })
        return rest
      },
      facts: {
        maxSilenceMs: {
          // Candles are told at least once a minute, tickers when anything changes, bids and asks among it.
          candle: 75 * SECOND_MS,
          markPrice: 30 * SECOND_MS,
          depth: DEPTH_SILENCE_MS,
          openInterest: 5 * MINUTE_MS,
          longShortRatio: 20 * MINUTE_MS,
          funding: 8 * HOUR_MS + 30 * MINUTE_MS,
        },
        pollMs: { openInterest: MINUTE_MS, longShortRatio: 5 * MINUTE_MS, funding: 10 * MINUTE_MS },
        history: BYBIT_HISTORY,
        socketLifeMs: null,
      },
    },
    options,
  )
  const own = (): BybitRest => rest as BybitRest
  // One unknown topic refuses the whole request.
  const listed = withListedOnly(feed, (anew) => own().listedSymbols(anew), options.log, 'everything')
  return withPolledDepth(listed, (symbol) => own().depth(symbol), options.log)
}

/** Bybit says no under 200, by `retCode`. */
function readRefusal(answer: Answer): Refusal | null {
  const complaint = complaintOf(answer, 'retCode', 'retMsg')
  const { status, parsed } = answer
  if (status === 403) return { code: 'blocked', says: `403, ${complaint}`, waitMs: SHUT_OUT_MS, ban: true }
  const code = isFields(parsed) ? Number(parsed.retCode) : Number.NaN
  if (TOO_MANY.has(code)) return { code: 'blocked', says: complaint, waitMs: untilReset(answer), ban: false }
  const byStatus = httpRefusal(answer, () => complaint)
  if (byStatus) return byStatus
  if (code === 0) return null
  // 10000 and 10016 are errors of the server.
  const failed = !Number.isFinite(code) || code === 10_000 || code === 10_016
  return { code: failed ? 'failed' : 'refused', says: Number.isFinite(code) ? complaint : 'something that has no retCode' }
}

/** When the window of the call begins anew, where the venue tells. */
function untilReset(answer: Answer): number | null {
  const resetsAt = Number(header(answer, 'x-bapi-limit-reset-timestamp') ?? Number.NaN)
  const wait = resetsAt - Date.now()
  return wait > 0 && wait < MINUTE_MS ? wait : null
}
