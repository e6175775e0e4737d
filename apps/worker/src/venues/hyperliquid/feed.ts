/** Hyperliquid's perpetuals as a feed. A simulated venue or a proxy that speaks the same is the same feed at other addresses. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { TakerTally } from '../../feed/taker-tally.ts'
import type { SocketPlan, VenueFeed } from '../../feed/venue-feed.ts'
import { DepthThinner } from '../binance/depth-thinner.ts'
import { carriedFeed, type FeedOptions } from '../carrier/carried-feed.ts'
import { withListedOnly } from '../listed-only.ts'
import { MarkThinner } from '../mark-thinner.ts'
import { HyperliquidDialect } from './dialect.ts'
import type { ObservedPositions } from './observed.ts'
import { HYPERLIQUID_HISTORY, HYPERLIQUID_LIMITS, type HyperliquidLimit, HyperliquidRest } from './rest.ts'

const WS_URL = 'wss://api.hyperliquid.xyz'
const WS_PATH = '/ws'
/** All of it on one: books tell what time it is in messages that do not say it. No liquidations are published. */
const SOCKETS = [{ name: 'market', channels: ['candle', 'markPrice', 'depth'] }] as const satisfies readonly SocketPlan[]

/** A feed, and what addresses hold. */
export interface HyperliquidFeed extends VenueFeed {
  readonly observed: ObservedPositions
}

/** Nothing is connected, and ccxt is not loaded, before the first request or socket. */
export function createHyperliquidFeed(options: FeedOptions): HyperliquidFeed {
  const { log, openInterestSides = 1 } = options
  const shared = { tally: new TakerTally(), marks: new MarkThinner(), depths: new DepthThinner() }
  let rest: HyperliquidRest | undefined
  const feed = carriedFeed<HyperliquidLimit>(
    {
      name: 'Hyperliquid',
      exchange: 'hyperliquid',
      limits: HYPERLIQUID_LIMITS,
      sockets: SOCKETS,
      urlOf: (_, wsUrl) => `${wsUrl ?? WS_URL}${WS_PATH}`,
      dialectOf: (plan) => new HyperliquidDialect(plan, shared),
      rest: (call, gate) => {
        rest = new HyperliquidRest({ call, gate, log, openInterestSides })
        return rest
      },
      facts: {
        maxSilenceMs: {
          // Candles are told when somebody trades. Coins that nobody trades for minutes are listed, too.
          candle: 10 * MINUTE_MS,
          markPrice: MINUTE_MS,
          depth: 30 * SECOND_MS,
          openInterest: 5 * MINUTE_MS,
          funding: HOUR_MS + 30 * MINUTE_MS,
        },
        pollMs: { openInterest: MINUTE_MS, longShortRatio: null, funding: 10 * MINUTE_MS },
        history: HYPERLIQUID_HISTORY,
        socketLifeMs: null,
      },
    },
    options,
  )
  const own = (): HyperliquidRest => rest as HyperliquidRest
  return {
    ...withListedOnly(feed, (anew) => own().listedSymbols(anew), log),
    observed: { clearinghouseState: (address) => own().clearinghouseState(address) },
  }
}
