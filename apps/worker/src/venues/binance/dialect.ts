/** How Binance's sockets are spoken to: SUBSCRIBE with streams, acknowledged by its id. */
import type { FeedChannel } from '@faultline/market/feed'
import type { SocketPlan } from '../../feed/venue-feed.ts'
import type { Acknowledgement, Dialect, Request } from '../carrier/dialect.ts'
import type { DepthThinner } from './depth-thinner.ts'
import { readMessage, replyOf } from './mapper.ts'

/** Streams of a symbol, by channel. */
const STREAMS: Readonly<Partial<Record<FeedChannel, string>>> = {
  candle: 'kline_1m',
  markPrice: 'markPrice',
  liquidation: 'forceOrder',
  depth: 'depth20@500ms',
}
const STREAMS_PER_MESSAGE = 100

export class BinanceDialect implements Dialect {
  /** Binance takes ten messages a second from a client, pongs among them, and closes the socket of one that sends more. */
  readonly betweenMs = 200
  readonly symbolsPerBatch: number
  /** It answers pings of the protocol, which ccxt sends. */
  readonly heartbeat = null
  private readonly channels: readonly FeedChannel[]
  private readonly thinner: DepthThinner
  private lastId = 0

  /** `thinner` is shared by all sockets of a feed. */
  constructor({ channels }: Pick<SocketPlan, 'channels'>, thinner: DepthThinner) {
    this.channels = channels
    this.thinner = thinner
    this.symbolsPerBatch = Math.floor(STREAMS_PER_MESSAGE / channels.length)
  }

  subscribe(symbols: readonly string[]): Request[] {
    return [this.request('SUBSCRIBE', symbols)]
  }

  unsubscribe(symbols: readonly string[]): Request[] {
    return [this.request('UNSUBSCRIBE', symbols)]
  }

  acknowledgement(message: unknown): Acknowledgement | undefined {
    const reply = replyOf(message)
    return reply && { keys: [String(reply.id)], refusal: reply.error }
  }

  read(message: unknown): ReturnType<Dialect['read']> {
    return readMessage(message).map((reading) => this.thinner.thin(reading))
  }

  subscribed(symbols: ReadonlySet<string>): void {
    if (this.channels.includes('depth')) this.thinner.keep(symbols)
  }

  private request(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', symbols: readonly string[]): Request {
    const id = ++this.lastId
    const params = symbols.flatMap((symbol) => this.channels.flatMap((channel) => streamOf(symbol, channel)))
    return { frame: { method, params, id }, awaits: [String(id)] }
  }
}

function streamOf(symbol: string, channel: FeedChannel): string[] {
  const stream = STREAMS[channel]
  return stream === undefined ? [] : [`${symbol.toLowerCase()}@${stream}`]
}
