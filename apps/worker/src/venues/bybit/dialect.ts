/** How Bybit's sockets are spoken to: `op: subscribe` with topics, acknowledged by `req_id`; pings of its own. */
import type { FeedChannel } from '@faultline/market/feed'
import { SECOND_MS } from '@faultline/market/units'
import { type Emit, TakerCandles } from '../../feed/taker-candles.ts'
import type { TakerTally } from '../../feed/taker-tally.ts'
import type { Reading, SocketPlan } from '../../feed/venue-feed.ts'
import type { Acknowledgement, Dialect, Heartbeat, Request } from '../carrier/dialect.ts'
import type { MarkThinner } from '../mark-thinner.ts'
import { type Fields, isFields } from '../values.ts'
import { readMessage, replyOf, topicOf, unknown } from './mapper.ts'
import { readTrade } from './rows.ts'
import { BybitTickers } from './tickers.ts'

/** Topics of a symbol, by channel. Candles say nothing of takers: trades do. */
const TOPICS: Readonly<Partial<Record<FeedChannel, readonly string[]>>> = {
  candle: ['kline.1', 'publicTrade'],
  markPrice: ['tickers'],
  liquidation: ['allLiquidation'],
}
const TOPICS_PER_MESSAGE = 100
/** Bybit cuts off who says nothing for ten minutes, and asks for a ping every 20 s. */
const PING_MS = 20 * SECOND_MS
const CONTROL: readonly Reading[] = [{ kind: 'control' }]

export class BybitDialect implements Dialect {
  readonly betweenMs = 100
  readonly symbolsPerBatch: number
  readonly heartbeat: Heartbeat = {
    everyMs: PING_MS,
    frame: () => ({ op: 'ping' }),
    isAnswer: (message) => isFields(message) && message.topic === undefined && (message.op === 'pong' || message.ret_msg === 'pong'),
  }
  private readonly topics: readonly string[]
  private readonly tally: TakerTally
  private readonly marks: MarkThinner
  private readonly tickers = new BybitTickers()
  private candles: TakerCandles | null = null
  private lastId = 0

  /** `tally` and `marks` are shared by all sockets of a feed. */
  constructor({ channels }: Pick<SocketPlan, 'channels'>, tally: TakerTally, marks: MarkThinner) {
    this.topics = channels.flatMap((channel) => TOPICS[channel] ?? [])
    this.tally = tally
    this.marks = marks
    this.symbolsPerBatch = Math.floor(TOPICS_PER_MESSAGE / Math.max(1, this.topics.length))
  }

  begin(emit: Emit): void {
    // A socket that hears no trades must not be counted on for them.
    if (this.topics.includes('publicTrade')) this.candles = new TakerCandles({ tally: this.tally, emit })
  }

  subscribe(symbols: readonly string[]): Request[] {
    return [this.request('subscribe', symbols)]
  }

  unsubscribe(symbols: readonly string[]): Request[] {
    return [this.request('unsubscribe', symbols)]
  }

  subscribed(symbols: ReadonlySet<string>): void {
    this.tickers.keep(symbols)
    this.candles?.keep(symbols)
    this.marks.keep(symbols)
  }

  acknowledgement(message: unknown): Acknowledgement | undefined {
    const reply = replyOf(message)
    return reply && { keys: reply.id === null ? null : [reply.id], refusal: reply.error }
  }

  read(message: unknown, receivedAt: number): readonly Reading[] {
    const topic = isFields(message) ? topicOf(message) : undefined
    if (topic?.name === 'tickers') return [this.marks.thin(this.tickers.read(message))]
    if (topic?.name === 'publicTrade') return this.readTrades(message as Fields, topic.symbol, receivedAt)
    return readMessage(message).map((reading) => this.pass(reading, message, receivedAt))
  }

  end(): void {
    this.candles?.end()
  }

  /** One sign of life for all of them, and what could not be read. */
  private readTrades(message: Fields, symbol: string, receivedAt: number): readonly Reading[] {
    const rows = Array.isArray(message.data) ? (message.data as unknown[]) : [undefined]
    const read = rows.map(readTrade)
    const readings = read.filter((row) => typeof row === 'string').map(unknown)
    const trades = read.filter((row) => typeof row !== 'string').filter((row) => row.symbol === symbol)
    this.candles?.trades(symbol, trades)
    const last = trades.at(-1)
    if (last) readings.push(this.pass({ kind: 'data', channel: 'candle', symbol, venueTime: last.time, events: [] }, message, receivedAt))
    return readings.length > 0 ? readings : CONTROL
  }

  private pass(reading: Reading, message: unknown, receivedAt: number): Reading {
    return this.candles?.pass(reading, message, receivedAt) ?? reading
  }

  private request(op: 'subscribe' | 'unsubscribe', symbols: readonly string[]): Request {
    const id = String(++this.lastId)
    const args = symbols.flatMap((symbol) => this.topics.map((topic) => `${topic}.${symbol}`))
    return { frame: { req_id: id, op, args }, awaits: [id] }
  }
}
