/** Binance USDⓈ-M as a feed. A simulated venue or a proxy that speaks the same is the same feed at other addresses. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { BanFile } from '../../feed/ban-file.ts'
import { RequestGate } from '../../feed/request-gate.ts'
import { FeedError, type SocketPlan, type VenueFeed } from '../../feed/venue-feed.ts'
import { header } from './answers.ts'
import { type BinanceClient, connectBinance, type Patience, type Route } from './client.ts'
import { DepthThinner } from './depth-thinner.ts'
import { BINANCE_HISTORY, BINANCE_LIMITS, BinanceRest } from './rest.ts'
import { BinanceSocket } from './socket.ts'

/** Bans are per host; these are the ones that ccxt asks when no other is given. */
const REST_HOST = 'fapi.binance.com'

const PATIENCE: Patience = { connectMs: 10 * SECOND_MS, acknowledgeMs: 10 * SECOND_MS, beginMs: 10 * SECOND_MS, answerMs: 30 * SECOND_MS }

const PLANS = [
  { name: 'market', route: 'market', channels: ['candle', 'markPrice', 'liquidation'] },
  { name: 'public', route: 'public', channels: ['depth'] },
] as const satisfies readonly (SocketPlan & { route: Route })[]

/** `null`: the venue's own hosts. */
export interface BinanceFeedOptions {
  restUrl: string | null
  wsUrl: string | null
  banFile: BanFile
  log: (line: string) => void
  patience?: Patience
}

/** Nothing is connected, and ccxt is not loaded, before the first request or socket. */
export function createBinanceFeed({ restUrl, wsUrl, banFile, log, patience = PATIENCE }: BinanceFeedOptions): VenueFeed {
  const rest = restUrl?.replace(/\/+$/, '') ?? null
  const gate = new RequestGate({ host: rest === null ? REST_HOST : new URL(rest).host, banFile, limits: BINANCE_LIMITS, log })
  const thinner = new DepthThinner()
  const sockets = new Set<BinanceSocket>()
  let connecting: Promise<BinanceClient> | null = null
  let closed = false

  const client = (): Promise<BinanceClient> => {
    if (closed) throw new FeedError('unreachable', 'the feed was closed')
    connecting ??= connectBinance({
      restUrl: rest,
      patience,
      wsUrl: wsUrl?.replace(/\/+$/, '') ?? null,
      // Headers of this very answer: ccxt keeps those of the last one only, and several are under way at once.
      onAnswer: (answer) => {
        const used = Number(header(answer, 'x-mbx-used-weight-1m') ?? Number.NaN)
        if (Number.isFinite(used)) gate.tell('weight', used)
        if (answer.status === 429 || answer.status === 418) throw gate.refused(answer.status, header(answer, 'retry-after'))
        gate.accepted()
      },
    })
    return connecting
  }

  return {
    sockets: PLANS.map(({ name, channels }) => ({ name, channels })),
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
    rest: new BinanceRest({ client: async () => client(), gate, log }),

    async openSocket(plan, symbols, handlers) {
      const known = PLANS.find(({ name }) => name === plan.name)
      if (!known) throw new FeedError('refused', `there is no socket “${plan.name}” at Binance`)
      const socket = new BinanceSocket({
        client: await client(),
        plan: { ...known, channels: plan.channels },
        handlers,
        thinner,
        patience,
        log,
        onEnded: () => sockets.delete(socket),
      })
      sockets.add(socket)
      await socket.open(symbols)
      return socket
    },

    async close() {
      closed = true
      gate.close()
      await Promise.all([...sockets].map((socket) => socket.close()))
      await (await connecting?.catch(() => null))?.close()
    },
  }
}
