/** How OKX's sockets are spoken to: `op: subscribe` with channels, each acknowledged by itself; `ping` and `pong` as text. */
import type { MarkPriceEvent } from '@faultline/market/event'
import type { FeedChannel } from '@faultline/market/feed'
import { SECOND_MS } from '@faultline/market/units'
import { type Emit, TakerCandles } from '../../feed/taker-candles.ts'
import type { TakerTally } from '../../feed/taker-tally.ts'
import type { Reading, SocketPlan } from '../../feed/venue-feed.ts'
import type { Acknowledgement, Dialect, Heartbeat, Request } from '../carrier/dialect.ts'
import type { MarkThinner } from '../mark-thinner.ts'
import { type Fields, isFields } from '../values.ts'
import { type Arg, argOf, readMessage, replyOf, unknown } from './mapper.ts'
import { type ContractSize, type FundingRate, readFundingRate, readTrade } from './rows.ts'

/** Channels of a symbol, by ours. Candles say nothing of takers: trades do. Marks have no funding: it has a channel. */
const CHANNELS: Readonly<Partial<Record<FeedChannel, readonly string[]>>> = {
  candle: ['candle1m', 'trades-all'],
  markPrice: ['mark-price', 'funding-rate'],
}
/** Every swap's, by one subscription: there is none by instrument. */
const LIQUIDATIONS = { channel: 'liquidation-orders', instType: 'SWAP' }
const CHANNELS_PER_MESSAGE = 100
/** OKX cuts off a socket on which nothing is said for 30 s. */
const PING_MS = 20 * SECOND_MS
const CONTROL: readonly Reading[] = [{ kind: 'control' }]

interface Shared {
  contractSize: ContractSize
  tally: TakerTally
  marks: MarkThinner
}

export class OkxDialect implements Dialect {
  /** Three requests a second and 480 an hour are taken from one connection. */
  readonly betweenMs = 400
  readonly symbolsPerBatch: number
  readonly heartbeat: Heartbeat = { everyMs: PING_MS, frame: () => 'ping', isAnswer: (message) => message === 'pong' }
  private readonly channels: readonly string[]
  private readonly liquidations: boolean
  private readonly shared: Shared
  private followed: ReadonlySet<string> = new Set()
  /** the next settlement, by symbol: of those that are followed */
  private readonly funding = new Map<string, FundingRate>()
  private candles: TakerCandles | null = null

  /** `shared` by all sockets of a feed */
  constructor({ channels }: Pick<SocketPlan, 'channels'>, shared: Shared) {
    this.channels = channels.flatMap((channel) => CHANNELS[channel] ?? [])
    this.liquidations = channels.includes('liquidation')
    this.shared = shared
    this.symbolsPerBatch = Math.floor(CHANNELS_PER_MESSAGE / Math.max(1, this.channels.length))
  }

  begin(emit: Emit): void {
    // A socket that hears no trades must not be counted on for them.
    if (this.channels.includes('trades-all')) this.candles = new TakerCandles({ tally: this.shared.tally, emit })
  }

  opening(): Request[] {
    return this.liquidations ? [{ frame: { op: 'subscribe', args: [LIQUIDATIONS] }, awaits: [keyOf('subscribe', LIQUIDATIONS)] }] : []
  }

  subscribe(symbols: readonly string[]): Request[] {
    return [this.request('subscribe', symbols)]
  }

  unsubscribe(symbols: readonly string[]): Request[] {
    return [this.request('unsubscribe', symbols)]
  }

  subscribed(symbols: ReadonlySet<string>): void {
    this.followed = symbols
    for (const symbol of this.funding.keys()) if (!symbols.has(symbol)) this.funding.delete(symbol)
    this.candles?.keep(symbols)
    this.shared.marks.keep(symbols)
  }

  acknowledgement(message: unknown): Acknowledgement | undefined {
    const reply = replyOf(message)
    if (!reply) return undefined
    const { event, arg, error } = reply
    if (error !== null) return { keys: null, refusal: error }
    // Others are notices: that the connection will be closed, how many there are.
    return (event === 'subscribe' || event === 'unsubscribe') && arg ? { keys: [keyOf(event, arg)], refusal: null } : undefined
  }

  read(message: unknown, receivedAt: number): readonly Reading[] {
    const channel = isFields(message) ? argOf(message)?.channel : undefined
    if (channel === 'liquidation-orders') return this.readFollowed(message as Fields)
    if (channel === 'funding-rate') this.hearFunding(message as Fields)
    if (channel === 'trades-all') return this.readTrades(message as Fields, receivedAt)
    return readMessage(message, this.shared).map((reading) =>
      this.pass(this.shared.marks.thin(this.withFunding(reading)), message, receivedAt),
    )
  }

  end(): void {
    this.candles?.end()
  }

  /** Of all the instruments that come, those that are followed; what cannot be read is told whoever’s it is. */
  private readFollowed(message: Fields): readonly Reading[] {
    const rows = Array.isArray(message.data) ? (message.data as unknown[]) : []
    const others = (row: unknown): boolean => isFields(row) && typeof row.instId === 'string' && !this.followed.has(row.instId)
    if (rows.length > 0 && rows.every(others)) return CONTROL
    return readMessage(rows.some(others) ? { ...message, data: rows.filter((row) => !others(row)) } : message, this.shared)
  }

  private hearFunding(message: Fields): void {
    for (const row of rowsOf(message)) {
      const read = readFundingRate(row)
      if (typeof read !== 'string') this.funding.set(read.symbol, read)
    }
  }

  /** One sign of life for all of them, and what could not be read. */
  private readTrades(message: Fields, receivedAt: number): readonly Reading[] {
    const symbol = argOf(message)?.instId
    const rows = rowsOf(message)
    const read = (rows.length > 0 ? rows : [undefined]).map((row) => readTrade(row, this.shared.contractSize))
    const readings = read.filter((row) => typeof row === 'string').map(unknown)
    const trades = read.filter((row) => typeof row !== 'string').filter((row) => row.symbol === symbol)
    const last = trades.at(-1)
    if (last) {
      this.candles?.trades(last.symbol, trades)
      readings.push(
        this.pass({ kind: 'data', channel: 'candle', symbol: last.symbol, venueTime: last.time, events: [] }, message, receivedAt),
      )
    }
    return readings.length > 0 ? readings : CONTROL
  }

  private pass(reading: Reading, message: unknown, receivedAt: number): Reading {
    return this.candles?.pass(reading, message, receivedAt) ?? reading
  }

  /** A rate is predicted until it is settled; then the channel tells the next one. */
  private withFunding(reading: Reading): Reading {
    if (reading.kind !== 'data' || reading.channel !== 'markPrice') return reading
    const funding = this.funding.get(reading.symbol)
    if (!funding) return reading
    const { rate, settlement } = funding
    return {
      ...reading,
      events: reading.events.map((event) =>
        event.type === 'markPrice' && event.time < settlement ? withRate(event, rate, settlement) : event,
      ),
    }
  }

  private request(op: 'subscribe' | 'unsubscribe', symbols: readonly string[]): Request {
    const args = symbols.flatMap((instId) => this.channels.map((channel) => ({ channel, instId })))
    return { frame: { op, args }, awaits: args.map((arg) => keyOf(op, arg)) }
  }
}

const rowsOf = ({ data }: Fields): readonly unknown[] => (Array.isArray(data) ? (data as unknown[]) : [])

const keyOf = (event: string, { channel, instId }: { channel: string; instId?: Arg['instId'] }): string =>
  `${event} ${channel} ${String(instId ?? '')}`

const withRate = (mark: MarkPriceEvent, rate: number, settlement: number): MarkPriceEvent => ({
  ...mark,
  predictedFundingRate: rate,
  nextFundingTime: settlement,
})
