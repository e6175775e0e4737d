/**
 * Closed candles of one socket, on their way to get what takers bought from the trades of the same socket (taker-tally.ts).
 * A candle may come before the last trades of its minute: it then waits for them, for a moment.
 */
import { MINUTE_MS } from '@faultline/market/units'
import { type Clock, systemClock } from './clock.ts'
import type { TakerEar, TakerTally, Trade } from './taker-tally.ts'
import type { Reading } from './venue-feed.ts'

type Data = Extract<Reading, { kind: 'data' }>
/** Hands on a reading later than its message came; `raw` and `receivedAt` are the message's. */
export type Emit = (reading: Reading, raw: unknown, receivedAt: number) => void

/** A closed candle waits no longer than this for trades, ms of our clock: the column waits for it. */
const HOLD_MS = 1_500
const CONTROL: Reading = { kind: 'control' }

interface Held {
  reading: Data
  raw: unknown
  receivedAt: number
  cancel: () => void
}

export class TakerCandles {
  private readonly tally: TakerTally
  private readonly ear: TakerEar
  private readonly emit: Emit
  private readonly clock: Clock
  /** at most one per symbol */
  private readonly held = new Map<string, Held>()

  /** `tally` is shared by all sockets of a feed. */
  constructor(options: { tally: TakerTally; emit: Emit; clock?: Clock }) {
    this.tally = options.tally
    this.ear = options.tally.ear()
    this.emit = options.emit
    this.clock = options.clock ?? systemClock
  }

  /** A message with trades of one symbol came; a candle that waited for them goes on by emit(). */
  trades(symbol: string, trades: readonly Trade[]): void {
    this.ear.hear(symbol, trades)
    const held = this.held.get(symbol)
    if (held && this.isComplete(held.reading)) this.release(symbol)
  }

  /**
   * Every other reading passes here. Returns what goes on at once: the reading itself with what its trades add, or a control
   * reading in place of a candle that waits.
   */
  pass(reading: Reading, raw: unknown, receivedAt: number): Reading {
    if (reading.kind !== 'data') return reading
    this.ear.listens(reading.symbol, reading.venueTime)
    const told = this.withTradeCount(reading)
    if (told.channel !== 'candle' || told.events.length === 0) return told
    this.release(told.symbol)
    if (this.isComplete(told)) return this.withTaker(told)
    const cancel = this.clock.setTimeout(() => this.release(told.symbol), HOLD_MS)
    this.held.set(told.symbol, { reading: told, raw, receivedAt, cancel })
    return CONTROL
  }

  /** No symbol but these is subscribed to any more. */
  keep(symbols: ReadonlySet<string>): void {
    for (const symbol of this.held.keys()) if (!symbols.has(symbol)) this.release(symbol)
    this.ear.keep(symbols)
  }

  /** The socket is gone: what waits goes on as it is. */
  end(): void {
    for (const symbol of [...this.held.keys()]) this.release(symbol)
    this.ear.end()
  }

  private release(symbol: string): void {
    const held = this.held.get(symbol)
    if (!held) return
    this.held.delete(symbol)
    held.cancel()
    this.emit(this.withTaker(held.reading), held.raw, held.receivedAt)
  }

  private isComplete({ symbol, events }: Data): boolean {
    return events.every(
      (event) =>
        event.type !== 'candle' ||
        event.takerBuyVolume !== undefined ||
        event.intervalMs !== MINUTE_MS ||
        !this.ear.whole(symbol, event.openTime) ||
        this.ear.complete(symbol, event),
    )
  }

  private withTaker(reading: Data): Data {
    return {
      ...reading,
      events: reading.events.map((event) => (event.type === 'candle' ? this.ear.withTaker(reading.symbol, event) : event)),
    }
  }

  /** Where the venue does not count its trades, those that were heard prove that its market is alive. */
  private withTradeCount(reading: Data): Data {
    const tradeCount = this.tally.tradeCount(reading.symbol)
    if (reading.tradeCount !== undefined || tradeCount === undefined) return reading
    return { ...reading, tradeCount }
  }
}
