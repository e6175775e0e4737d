/** How Gate's sockets are spoken to: channels with a payload, acknowledged by `id`; pings of its own. */
import type { FeedChannel } from '@faultline/market/feed'
import { SECOND_MS } from '@faultline/market/units'
import { type Emit, TakerCandles } from '../../feed/taker-candles.ts'
import type { TakerTally } from '../../feed/taker-tally.ts'
import type { Reading, SocketPlan } from '../../feed/venue-feed.ts'
import type { Acknowledgement, Dialect, Heartbeat, Request } from '../carrier/dialect.ts'
import { hearTrades } from '../hear-trades.ts'
import type { MarkThinner } from '../mark-thinner.ts'
import { isFields } from '../values.ts'
import { readMessage, replyOf, tradesOf } from './mapper.ts'
import type { Context } from './rows.ts'

/** Gate refuses a payload as a whole for one contract that it does not know. */
const CONTRACTS_PER_MESSAGE = 20
const PING_MS = 15 * SECOND_MS
/** Channels whose payload is a list of contracts, by ours. Candles say nothing of takers: trades do. */
const CHANNELS: Readonly<Partial<Record<FeedChannel, string>>> = {
  candle: 'futures.trades',
  markPrice: 'futures.tickers',
  liquidation: 'futures.public_liquidates',
}

const now = (): number => Math.floor(Date.now() / SECOND_MS)

interface Shared {
  tally: TakerTally
  marks: MarkThinner
  context: Context
  /** the settlement of a symbol after a time, UTC ms: not every ticker tells it */
  nextSettlement: (symbol: string, time: number) => number | undefined
}

export class GateDialect implements Dialect {
  readonly betweenMs = 20
  readonly symbolsPerBatch = CONTRACTS_PER_MESSAGE
  readonly heartbeat: Heartbeat = {
    everyMs: PING_MS,
    frame: () => ({ time: now(), channel: 'futures.ping' }),
    isAnswer: (message) => isFields(message) && message.channel === 'futures.pong',
  }
  private readonly channels: readonly FeedChannel[]
  private readonly shared: Shared
  private candles: TakerCandles | null = null
  private lastId = 0

  /** `shared` is of all sockets of a feed. */
  constructor({ channels }: Pick<SocketPlan, 'channels'>, shared: Shared) {
    this.channels = channels
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
  }

  acknowledgement(message: unknown): Acknowledgement | undefined {
    const reply = replyOf(message)
    return reply && { keys: reply.id === null ? null : [String(reply.id)], refusal: reply.error }
  }

  read(message: unknown, receivedAt: number): readonly Reading[] {
    const { context, marks } = this.shared
    const readings = readMessage(message, context)
    hearTrades(this.candles, tradesOf(message, context))
    return readings.map((reading) => {
      const told = this.withSettlement(reading)
      return marks.thin(this.candles?.pass(told, message, receivedAt) ?? told)
    })
  }

  end(): void {
    this.candles?.end()
  }

  private withSettlement(reading: Reading): Reading {
    if (reading.kind !== 'data' || reading.channel !== 'markPrice') return reading
    const events = reading.events.map((event) => {
      if (event.type !== 'markPrice' || event.nextFundingTime !== undefined) return event
      const nextFundingTime = this.shared.nextSettlement(reading.symbol, event.time)
      return nextFundingTime === undefined ? event : { ...event, nextFundingTime }
    })
    return { ...reading, events }
  }

  private requests(event: 'subscribe' | 'unsubscribe', symbols: readonly string[]): Request[] {
    const lists = this.channels.flatMap((ours) => {
      const channel = CHANNELS[ours]
      return channel === undefined ? [] : [this.request(event, channel, symbols)]
    })
    // Of candles, a message is about one contract.
    const candles = this.channels.includes('candle') ? symbols.map((s) => this.request(event, 'futures.candlesticks', ['1m', s])) : []
    return [...lists, ...candles]
  }

  private request(event: 'subscribe' | 'unsubscribe', channel: string, payload: readonly string[]): Request {
    const id = ++this.lastId
    return { frame: { time: now(), id, channel, event, payload }, awaits: [String(id)] }
  }
}
