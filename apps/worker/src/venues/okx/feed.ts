/** OKX's linear swaps as a feed. A simulated venue or a proxy that speaks the same is the same feed at other addresses. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { TakerTally } from '../../feed/taker-tally.ts'
import type { SocketPlan, VenueFeed } from '../../feed/venue-feed.ts'
import { type Answer, complaintOf, httpRefusal, type Refusal } from '../carrier/answers.ts'
import { carriedFeed, type FeedOptions } from '../carrier/carried-feed.ts'
import { DEPTH_SILENCE_MS } from '../depth-polls.ts'
import { withListedOnly } from '../listed-only.ts'
import { MarkThinner } from '../mark-thinner.ts'
import { withPolledDepth } from '../polled-depth.ts'
import { isFields } from '../values.ts'
import { OkxDialect } from './dialect.ts'
import { OKX_HISTORY, OKX_LIMITS, type OkxLimit, OkxRest } from './rest.ts'

const WS_URL = 'wss://ws.okx.com:8443'

/** Named as OKX's paths: candles and every single trade are under one, everything else under the other. */
const SOCKETS = [
  { name: 'business', channels: ['candle'] },
  { name: 'public', channels: ['markPrice', 'liquidation'] },
] as const satisfies readonly SocketPlan[]

/** Over the limit of a path, whose window is two seconds; the answer does not say when it is over. */
const TOO_MANY = '50011'
const TOO_MANY_MS = 5 * SECOND_MS

/** Nothing is connected, and ccxt is not loaded, before the first request or socket. */
export function createOkxFeed(options: FeedOptions): VenueFeed {
  const tally = new TakerTally()
  const marks = new MarkThinner()
  let made: OkxRest | undefined
  const rest = (): OkxRest => made as OkxRest
  const contractSize = (symbol: string): number | undefined => rest().contractSize(symbol)
  const feed = carriedFeed<OkxLimit>(
    {
      name: 'OKX',
      exchange: 'okx',
      limits: OKX_LIMITS,
      readRefusal,
      sockets: SOCKETS,
      urlOf: ({ name }, wsUrl) => `${wsUrl ?? WS_URL}/ws/v5/${name}`,
      dialectOf: (plan) => new OkxDialect(plan, { contractSize, tally, marks }),
      rest: (call, gate) => {
        made = new OkxRest({ call, gate, log: options.log })
        return made
      },
      facts: {
        maxSilenceMs: {
          // Candles are told at least once a minute, marks at least every ten seconds.
          candle: 75 * SECOND_MS,
          markPrice: 20 * SECOND_MS,
          depth: DEPTH_SILENCE_MS,
          openInterest: 5 * MINUTE_MS,
          longShortRatio: 25 * MINUTE_MS,
          funding: 8 * HOUR_MS + 30 * MINUTE_MS,
        },
        pollMs: { openInterest: MINUTE_MS, longShortRatio: 5 * MINUTE_MS, funding: 10 * MINUTE_MS },
        history: OKX_HISTORY,
        socketLifeMs: null,
      },
    },
    options,
  )
  const sized: VenueFeed = {
    ...feed,
    async openSocket(plan, symbols, handlers) {
      // Sizes are in contracts: without the list, the usual ones have to do.
      await rest()
        .knowContractSizes()
        .catch((error: unknown) => options.log(`OKX’s contract sizes are those of the table: ${(error as Error).message}`))
      return feed.openSocket(plan, symbols, handlers)
    },
  }
  // What is refused of a request names nobody, and ends the socket.
  const listed = withListedOnly(sized, (anew) => rest().listedSymbols(anew), options.log, 'everything')
  return withPolledDepth(listed, (symbol) => rest().depth(symbol), options.log)
}

/** OKX says no by `code`, under 200 and under others. */
function readRefusal(answer: Answer): Refusal | null {
  const complaint = complaintOf(answer, 'code', 'msg')
  const { status, parsed } = answer
  const code = isFields(parsed) && parsed.code !== undefined ? String(parsed.code) : undefined
  if (status === 403) return { code: 'blocked', says: `403, ${complaint}`, waitMs: null, ban: true }
  const byStatus = httpRefusal(answer, () => complaint)
  if (code === TOO_MANY || status === 429) {
    const named = byStatus?.code === 'blocked' ? byStatus.waitMs : null
    return { code: 'blocked', says: complaint, waitMs: named ?? TOO_MANY_MS, ban: false }
  }
  if (byStatus) return byStatus
  if (code === '0') return null
  if (code === undefined) return { code: 'failed', says: 'something that has no code' }
  // 50001, 50004, 50026: out of service, timed out, an error of the system.
  return { code: ['50001', '50004', '50026'].includes(code) ? 'failed' : 'refused', says: complaint }
}
