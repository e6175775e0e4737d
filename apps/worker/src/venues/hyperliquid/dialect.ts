/** How Hyperliquid's sockets are spoken to: one subscription a frame, acknowledged by repeating it; pings of its own. */
import type { FeedChannel } from '@faultline/market/feed'
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { type Emit, TakerCandles } from '../../feed/taker-candles.ts'
import type { TakerTally } from '../../feed/taker-tally.ts'
import type { Reading, SocketPlan } from '../../feed/venue-feed.ts'
import type { DepthThinner } from '../binance/depth-thinner.ts'
import type { Acknowledgement, Dialect, Heartbeat, Request } from '../carrier/dialect.ts'
import { hearTrades } from '../hear-trades.ts'
import type { MarkThinner } from '../mark-thinner.ts'
import type { Fields } from '../values.ts'
import { candlesOf, isPong, readMessage, replyOf, tradesOf } from './mapper.ts'
import { HeardTime, OpenCandles } from './stream-state.ts'

/** The server cuts off who says nothing for a minute. */
const PING_MS = 20 * SECOND_MS
/**
 * Subscriptions of a coin, by channel. Candles say nothing of takers: trades do, and are first, so that they are heard as soon as
 * anything is.
 */
const SUBSCRIPTIONS: Readonly<Partial<Record<FeedChannel, readonly object[]>>> = {
  candle: [{ type: 'trades' }, { type: 'candle', interval: '1m' }],
  markPrice: [{ type: 'activeAssetCtx' }],
  depth: [{ type: 'l2Book' }],
}
const CONTROL: readonly Reading[] = [{ kind: 'control' }]

interface Shared {
  tally: TakerTally
  marks: MarkThinner
  depths: DepthThinner
}

export class HyperliquidDialect implements Dialect {
  /** 2,000 messages a minute may be sent from one address, over all its sockets. */
  readonly betweenMs = 40
  readonly symbolsPerBatch = 20
  readonly heartbeat: Heartbeat = { everyMs: PING_MS, frame: () => ({ method: 'ping' }), isAnswer: isPong }
  private readonly subscriptions: readonly object[]
  private readonly shared: Shared
  private readonly time = new HeardTime()
  private readonly open = new OpenCandles()
  private candles: TakerCandles | null = null

  /** `shared` is of all sockets of a feed. */
  constructor({ channels }: Pick<SocketPlan, 'channels'>, shared: Shared) {
    this.subscriptions = channels.flatMap((channel) => SUBSCRIPTIONS[channel] ?? [])
    this.shared = shared
  }

  begin(emit: Emit): void {
    this.candles = new TakerCandles({ tally: this.shared.tally, emit })
  }

  subscribe(symbols: readonly string[]): Request[] {
    return this.requests('subscribe', symbols)
  }

  unsubscribe(symbols: readonly string[]): Request[] {
    return this.requests('unsubscribe', symbols)
  }

  subscribed(symbols: ReadonlySet<string>): void {
    this.candles?.keep(symbols)
    this.open.keep(symbols)
  }

  acknowledgement(message: unknown): Acknowledgement | undefined {
    const reply = replyOf(message)
    if (!reply) return undefined
    return 'error' in reply ? { keys: null, refusal: reply.error } : { keys: [keyOf(reply.method, reply.subscription)], refusal: null }
  }

  read(message: unknown, receivedAt: number): readonly Reading[] {
    hearTrades(this.candles, tradesOf(message))
    const readings = readMessage(message, { time: this.time.at(receivedAt) })
    const told = readings.flatMap((reading) => [...this.closedBy(reading), this.thinned(reading, receivedAt)])
    const closed = candlesOf(message).flatMap((candle) => {
      const over = typeof candle === 'string' ? null : this.open.tell(candle)
      return over && typeof candle !== 'string' ? [closedReading(candle.symbol, over)] : []
    })
    const all = [...closed, ...told].map((reading) => this.candles?.pass(reading, message, receivedAt) ?? reading)
    return all.length > 0 ? all : CONTROL
  }

  end(): void {
    this.candles?.end()
  }

  /** Books say what time it is: a minute that is over has its candle, though nobody has traded since. */
  private closedBy(reading: Reading): Reading[] {
    if (reading.kind !== 'data' || reading.channel !== 'depth') return []
    const over = this.open.pass(reading.symbol, reading.venueTime)
    return over ? [closedReading(reading.symbol, over)] : []
  }

  private thinned(reading: Reading, receivedAt: number): Reading {
    if (reading.kind === 'data' && reading.channel === 'depth') this.time.hear(reading.venueTime, receivedAt)
    return this.shared.marks.thin(this.shared.depths.thin(reading))
  }

  private requests(method: 'subscribe' | 'unsubscribe', symbols: readonly string[]): Request[] {
    return symbols.flatMap((coin) =>
      this.subscriptions.map((about) => {
        const subscription = { ...about, coin } as Fields
        return { frame: { method, subscription }, awaits: [keyOf(method, subscription)] }
      }),
    )
  }
}

/** Answers repeat the subscription, with fields of their own beside. */
const keyOf = (method: string, { type, coin, interval = '' }: Fields): string => [method, type, coin, interval].join(' ')

const closedReading = (symbol: string, candle: Parameters<OpenCandles['tell']>[0]['event']): Reading => ({
  kind: 'data',
  channel: 'candle',
  symbol,
  venueTime: candle.openTime + MINUTE_MS,
  events: [candle],
})
