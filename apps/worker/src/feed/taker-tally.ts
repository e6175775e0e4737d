/**
 * What takers bought, from trades, for venues whose candles do not say it. Trades are added up per symbol and minute of the
 * venue's clock; a closed candle of a minute that was heard whole is given the bought share of its own volume.
 *
 * One tally serves a feed, one ear each of its sockets: sockets that overlap hear the same trades, which count once. From the
 * first trade that the younger one heard, it counts; before that, the older one.
 */
import type { CandleEvent } from '@faultline/market/event'
import { floorTo, MINUTE_MS, SECOND_MS } from '@faultline/market/units'

export interface Trade {
  /** the venue's clock, UTC ms */
  time: number
  price: number
  /** base coin */
  quantity: number
  /** the taker bought */
  buy: boolean
}

/** Minutes kept per symbol: the one that trades come of, and the one before. */
const MINUTES_KEPT = 2
/** What was heard may differ from the candle's volume by this part, and still tells the share. */
const TOLERANCE = 0.02
/** What differs by no more than this is every trade there was. */
const EXACT = 1e-6
/** A message of another channel proves that trades are heard from this much later on: channels are not in step. */
const STEP_MS = SECOND_MS

interface Minute {
  start: number
  quantity: number
  bought: number
  quote: number
  count: number
}

interface Heard {
  /** the younger last; the venue's clock from which on each hears every trade */
  ears: { ear: TakerEar; from: number }[]
  /** from which on the ears together heard every trade */
  wholeFrom: number
  newest: number
  /** the older first */
  minutes: Minute[]
  /** trades ever heard */
  count: number
}

export class TakerTally {
  private readonly symbols = new Map<string, Heard>()

  ear(): TakerEar {
    return new TakerEar(this.symbols)
  }

  /** Trades of a symbol since it was first heard: while it grows the market is alive. undefined: none was heard. */
  tradeCount(symbol: string): number | undefined {
    return this.symbols.get(symbol)?.count || undefined
  }
}

export class TakerEar {
  private readonly symbols: Map<string, Heard>
  private ended = false

  /** Made by TakerTally.ear(). */
  constructor(symbols: Map<string, Heard>) {
    this.symbols = symbols
  }

  /**
   * A message with trades of one symbol came. The first one tells where hearing begins, and does not count: it may repeat what
   * was traded before.
   */
  hear(symbol: string, trades: readonly Trade[]): void {
    if (this.ended || trades.length === 0) return
    const heard = this.heardOf(symbol)
    const own = heard.ears.findLast(({ ear }) => ear === this)
    if (!own) {
      const newest = trades.reduce((time, trade) => Math.max(time, trade.time), 0)
      this.beginAt(heard, newest + 1)
      heard.count++
      return
    }
    for (const trade of trades) if (counts(heard, this, trade.time)) add(heard, trade)
  }

  /** A message of another channel of this symbol was sent at `venueTime` over the same socket: from then on trades are heard too. */
  listens(symbol: string, venueTime: number): void {
    if (this.ended) return
    const heard = this.heardOf(symbol)
    if (!heard.ears.some(({ ear }) => ear === this)) this.beginAt(heard, venueTime + STEP_MS)
  }

  /** No symbol but these is subscribed to any more. */
  keep(symbols: ReadonlySet<string>): void {
    for (const symbol of this.symbols.keys()) if (!symbols.has(symbol)) this.leave(symbol)
  }

  /** The socket is gone. */
  end(): void {
    for (const symbol of this.symbols.keys()) this.leave(symbol)
    this.ended = true
  }

  /** Was every trade of this minute heard so far? */
  whole(symbol: string, minute: number): boolean {
    const heard = this.symbols.get(symbol)
    return heard !== undefined && heard.ears.length > 0 && heard.wholeFrom <= minute
  }

  /** Has everything of a closed candle's minute arrived: all its volume, or a trade of a later minute? */
  complete(symbol: string, candle: CandleEvent): boolean {
    const heard = this.symbols.get(symbol)
    if (!heard) return true
    return heard.newest >= candle.openTime + MINUTE_MS || differs(minuteOf(heard, candle.openTime)?.quantity ?? 0, candle.volume) <= EXACT
  }

  /**
   * The candle with what its trades add to it: `takerBuyVolume`, and `quoteVolume` and `tradeCount` where it has none. As it is
   * where its minute was not heard whole, or the trades do not add up to its volume within 2 %.
   */
  withTaker(symbol: string, candle: CandleEvent): CandleEvent {
    const heard = this.symbols.get(symbol)
    if (candle.takerBuyVolume !== undefined || candle.intervalMs !== MINUTE_MS || !heard || !this.whole(symbol, candle.openTime))
      return candle
    const minute = minuteOf(heard, candle.openTime)
    // None: nobody traded, or it is not kept any more, and then its candle has a volume.
    const { quantity, bought, quote, count } = minute ?? { quantity: 0, bought: 0, quote: 0, count: 0 }
    const difference = differs(quantity, candle.volume)
    if (difference > TOLERANCE) return candle
    const scale = quantity > 0 ? candle.volume / quantity : 0
    const all = difference <= EXACT
    return {
      ...candle,
      takerBuyVolume: Math.min(candle.volume, bought * scale),
      ...(candle.quoteVolume === undefined ? { quoteVolume: quote * scale } : {}),
      ...(candle.tradeCount === undefined && all ? { tradeCount: count } : {}),
    }
  }

  private heardOf(symbol: string): Heard {
    let heard = this.symbols.get(symbol)
    if (!heard) {
      heard = { ears: [], wholeFrom: Number.POSITIVE_INFINITY, newest: 0, minutes: [], count: 0 }
      this.symbols.set(symbol, heard)
    }
    return heard
  }

  private beginAt(heard: Heard, from: number): void {
    // Nobody else was listening, or the others were later: what came before is not known.
    if (heard.ears.length === 0 || from < heard.wholeFrom) {
      heard.wholeFrom = from
      heard.minutes = []
    }
    heard.ears.push({ ear: this, from })
  }

  private leave(symbol: string): void {
    const heard = this.symbols.get(symbol)
    if (!heard) return
    const at = heard.ears.findIndex(({ ear }) => ear === this)
    const left = heard.ears[at]
    if (!left) return
    heard.ears.splice(at, 1)
    if (heard.ears.length === 0) this.symbols.delete(symbol)
    else if (at === heard.ears.length) {
      // The younger one has gone, and what it heard in place of the older one may have been cut short.
      heard.wholeFrom = Math.max(heard.newest, left.from) + STEP_MS
      heard.minutes = []
    }
  }
}

/** A trade counts for the youngest of those ears that hear everything of its time. */
function counts({ ears, wholeFrom }: Heard, ear: TakerEar, time: number): boolean {
  return time >= wholeFrom && ears.findLast(({ from }) => from <= time)?.ear === ear
}

function add(heard: Heard, { time, price, quantity, buy }: Trade): void {
  heard.count++
  if (time > heard.newest) heard.newest = time
  let minute = minuteOf(heard, time)
  if (!minute) {
    const start = floorTo(time, MINUTE_MS)
    const last = heard.minutes.at(-1)
    if (last && start < last.start) return // older than what is kept
    minute = { start, quantity: 0, bought: 0, quote: 0, count: 0 }
    heard.minutes.push(minute)
    if (heard.minutes.length > MINUTES_KEPT) heard.minutes.shift()
  }
  minute.quantity += quantity
  minute.quote += price * quantity
  if (buy) minute.bought += quantity
  minute.count++
}

const minuteOf = ({ minutes }: Heard, time: number): Minute | undefined => {
  const start = floorTo(time, MINUTE_MS)
  return minutes.find((minute) => minute.start === start)
}

/** By how much of the larger one two sums differ. */
const differs = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / Math.max(a, b))
