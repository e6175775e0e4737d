/** Binance USDⓈ-M as a feed. A simulated venue or a proxy that speaks the same is the same feed at other addresses. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { SocketPlan, VenueFeed } from '../../feed/venue-feed.ts'
import { type Answer, complaintOf, header, httpRefusal, type Refusal } from '../carrier/answers.ts'
import { carriedFeed, type FeedOptions } from '../carrier/carried-feed.ts'
import { isFields } from '../values.ts'
import { DepthThinner } from './depth-thinner.ts'
import { BinanceDialect } from './dialect.ts'
import { BINANCE_HISTORY, BINANCE_LIMITS, type BinanceLimit, BinanceRest } from './rest.ts'

const WS_URL = 'wss://fstream.binance.com'

/** Named as Binance's paths for market data: books are under one, everything else under the other. */
const SOCKETS = [
  { name: 'market', channels: ['candle', 'markPrice', 'liquidation'] },
  { name: 'public', channels: ['depth'] },
] as const satisfies readonly SocketPlan[]

/** Nothing is connected, and ccxt is not loaded, before the first request or socket. */
export function createBinanceFeed(options: FeedOptions): VenueFeed {
  const thinner = new DepthThinner()
  return carriedFeed<BinanceLimit>(
    {
      name: 'Binance',
      exchange: 'binanceusdm',
      limits: BINANCE_LIMITS,
      readRefusal,
      readLimits: (answer, gate) => {
        const used = Number(header(answer, 'x-mbx-used-weight-1m') ?? Number.NaN)
        if (Number.isFinite(used)) gate.tell('weight', used)
      },
      protocolPings: true,
      sockets: SOCKETS,
      urlOf: ({ name }, wsUrl, inUse) => {
        // The venue takes any number behind the path: each connection can be told by it.
        const base = `${wsUrl ?? WS_URL}/${name}/ws`
        let number = 0
        while (inUse.has(`${base}/${number}`)) number++
        return `${base}/${number}`
      },
      dialectOf: (plan) => new BinanceDialect(plan, thinner),
      rest: (call, gate) => new BinanceRest({ call, gate, log: options.log }),
      facts: {
        maxSilenceMs: {
          // The open candle is told with every trade; where nobody trades, the closed one comes each minute.
          candle: 75 * SECOND_MS,
          markPrice: 15 * SECOND_MS,
          depth: 30 * SECOND_MS,
          openInterest: 5 * MINUTE_MS,
          longShortRatio: 20 * MINUTE_MS,
          funding: 8 * HOUR_MS + 30 * MINUTE_MS,
        },
        pollMs: { openInterest: MINUTE_MS, longShortRatio: 5 * MINUTE_MS, funding: 10 * MINUTE_MS },
        history: BINANCE_HISTORY,
        socketLifeMs: DAY_MS,
      },
    },
    options,
  )
}

function readRefusal(answer: Answer): Refusal | null {
  const complaint = complaintOf(answer, 'code', 'msg')
  const byStatus = httpRefusal(answer, () => complaint)
  if (byStatus) return byStatus
  // Some endpoints say no under 200.
  const { parsed } = answer
  return isFields(parsed) && typeof parsed.code === 'number' && parsed.code < 0 ? { code: 'refused', says: complaint } : null
}
