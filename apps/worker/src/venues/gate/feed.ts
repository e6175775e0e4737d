/** Gate's USDT futures as a feed. A simulated venue or a proxy that speaks the same is the same feed at other addresses. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { RequestGate } from '../../feed/request-gate.ts'
import { TakerTally } from '../../feed/taker-tally.ts'
import type { SocketPlan, VenueFeed } from '../../feed/venue-feed.ts'
import { type Answer, complaintOf, header, httpRefusal, type Refusal } from '../carrier/answers.ts'
import { carriedFeed, type FeedOptions } from '../carrier/carried-feed.ts'
import { DEPTH_SILENCE_MS } from '../depth-polls.ts'
import { withListedOnly } from '../listed-only.ts'
import { MarkThinner } from '../mark-thinner.ts'
import { withPolledDepth } from '../polled-depth.ts'
import { GateDialect } from './dialect.ts'
import { GATE_HISTORY, GATE_LIMITS, type GateLimit, GateRest } from './rest.ts'
import type { Context } from './rows.ts'

const WS_URL = 'wss://fx-ws.gateio.ws'
const WS_PATH = '/v4/ws/usdt'
const SOCKETS = [{ name: 'futures', channels: ['candle', 'markPrice', 'liquidation'] }] as const satisfies readonly SocketPlan[]

/** Nothing is connected, and ccxt is not loaded, before the first request or socket. */
export function createGateFeed(options: FeedOptions): VenueFeed {
  const tally = new TakerTally()
  const marks = new MarkThinner()
  let rest: GateRest | undefined
  const context: Context = { contractSize: (symbol) => rest?.context.contractSize(symbol) }
  const carried = carriedFeed<GateLimit>(
    {
      name: 'Gate',
      exchange: 'gate',
      limits: GATE_LIMITS,
      readRefusal,
      readLimits,
      sockets: SOCKETS,
      urlOf: (_, wsUrl) => `${wsUrl ?? WS_URL}${WS_PATH}`,
      dialectOf: (plan) =>
        new GateDialect(plan, { tally, marks, context, nextSettlement: (symbol, time) => rest?.nextSettlement(symbol, time) }),
      rest: (call, gate) => {
        rest = new GateRest({ call, gate, log: options.log })
        return rest
      },
      facts: {
        maxSilenceMs: {
          // Candles and tickers are told at least once in some seconds, also where nobody trades.
          candle: 90 * SECOND_MS,
          markPrice: 30 * SECOND_MS,
          depth: DEPTH_SILENCE_MS,
          openInterest: 5 * MINUTE_MS,
          longShortRatio: 20 * MINUTE_MS,
          funding: 8 * HOUR_MS + 30 * MINUTE_MS,
        },
        pollMs: { openInterest: MINUTE_MS, longShortRatio: 5 * MINUTE_MS, funding: 10 * MINUTE_MS },
        history: GATE_HISTORY,
        socketLifeMs: null,
      },
    },
    options,
  )
  const own = (): GateRest => rest as GateRest
  // Asking for what is listed tells the sizes of contracts as well.
  const listed = withListedOnly(carried, (anew) => own().listedSymbols(anew), options.log)
  return withPolledDepth(listed, (symbol) => own().depth(symbol), options.log)
}

/** Gate says no by the status, with a label. */
function readRefusal(answer: Answer): Refusal | null {
  const refusal = httpRefusal(answer, () => complaintOf(answer, 'label', 'message'))
  return refusal?.code === 'blocked' && refusal.waitMs === null ? { ...refusal, waitMs: untilReset(answer) } : refusal
}

/** When the window of the endpoint begins anew, where Gate tells: in seconds. */
function untilReset(answer: Answer): number | null {
  const wait = Number(header(answer, 'x-gate-ratelimit-reset-timestamp') ?? Number.NaN) * SECOND_MS - Date.now()
  return wait > 0 && wait < MINUTE_MS ? wait : null
}

/** Each answer tells what is left of its endpoint's limit. */
function readLimits(answer: Answer, gate: RequestGate<GateLimit>): void {
  const [limit, left] = ['limit', 'requests-remain'].map((name) => Number(header(answer, `x-gate-ratelimit-${name}`) ?? Number.NaN))
  const endpoint = URL.canParse(answer.url) ? new URL(answer.url).pathname.split('/').at(-1) : undefined
  if (endpoint === undefined || !isEndpoint(endpoint) || limit === undefined || left === undefined || !(limit >= 1 && left >= 0)) return
  gate.setLimit(endpoint, limit)
  gate.tell(endpoint, Math.max(0, limit - left))
}

const isEndpoint = (name: string): name is GateLimit => Object.hasOwn(GATE_LIMITS, name)
