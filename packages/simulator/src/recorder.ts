/**
 * What the public sees of the market: candles, open interest with ratios every five minutes, funding every eight hours,
 * forced orders; and what it does not see: the true map at each full hour.
 */

import {
  type CandleTable,
  EventTableBuilder,
  type FundingTable,
  type LongShortRatioTable,
  type OpenInterestTable,
} from '@faultline/market/event-table'
import { binOf } from '@faultline/market/price-grid'
import type { Books } from './books.ts'
import type { Exchange, ForcedOrder, Tape } from './exchange.ts'
import { RatioMeter } from './metrics.ts'

/** The true map, one row per time and bin that holds anything: USD (size × liquidation price) that would be liquidated. */
export interface TruthTable {
  length: number
  time: number[]
  bin: number[]
  long: number[]
  short: number[]
  /** means over that USD, NaN where there is none: notional at entry over margin, and ms since the position was opened */
  longLeverage: number[]
  shortLeverage: number[]
  longAge: number[]
  shortAge: number[]
}

/** USD held by positions of the crowd, both sides, by the leverage of its wallet: sums over the hours. */
export interface LeverageOfOpenInterest {
  upTo3: number
  upTo7: number
  above7: number
}

/** What lost its margin while it won is reckoned at this leverage: a mean of the infinite tells nothing. */
const MOST_LEVERAGE = 1000
/** Bins of the global grid within ×0.5 … ×2. */
const REACH = Math.log(2)

/** One side of the true map while it is added up. */
class TrueSide {
  readonly usd: Float64Array
  /** times USD */
  readonly leverage: Float64Array
  readonly age: Float64Array

  constructor(bins: number) {
    this.usd = new Float64Array(bins)
    this.leverage = new Float64Array(bins)
    this.age = new Float64Array(bins)
  }

  add(row: number, usd: number, leverage: number, age: number): void {
    this.usd[row] = (this.usd[row] as number) + usd
    this.leverage[row] = (this.leverage[row] as number) + usd * leverage
    this.age[row] = (this.age[row] as number) + usd * age
  }
}

export class Recorder implements Tape {
  recording = false
  readonly candleRows: EventTableBuilder<'candle'>
  readonly takerBuyQuote: number[] = []
  readonly openInterestRows = new EventTableBuilder('openInterest')
  readonly ratioRows = new EventTableBuilder('longShortRatio')
  readonly fundingRows = new EventTableBuilder('funding', 64)
  readonly forcedOrders: ForcedOrder[] = []
  readonly truth: TruthTable = {
    length: 0,
    time: [],
    bin: [],
    long: [],
    short: [],
    longLeverage: [],
    shortLeverage: [],
    longAge: [],
    shortAge: [],
  }
  readonly leverage: LeverageOfOpenInterest = { upTo3: 0, upTo7: 0, above7: 0 }
  private readonly lotSize: number
  private readonly tick: (price: number) => number
  private open = 0
  private high = 0
  private low = 0
  private close = 0
  private buyLots = 0
  private sellLots = 0
  private buyQuote = 0
  private sellQuote = 0
  private prints = 0
  private readonly meter = new RatioMeter()

  constructor(lotSize: number, tick: (price: number) => number, candles: number) {
    this.lotSize = lotSize
    this.tick = tick
    this.candleRows = new EventTableBuilder('candle', candles)
  }

  touch(price: number): void {
    if (price > this.high) this.high = price
    if (price < this.low) this.low = price
    this.close = price
  }

  trade(takerBuys: boolean, lots: number, price: number, prints: number): void {
    const quote = lots * this.lotSize * price
    this.meter.trade(takerBuys, lots)
    if (takerBuys) {
      this.buyLots += lots
      this.buyQuote += quote
    } else {
      this.sellLots += lots
      this.sellQuote += quote
    }
    this.prints += prints
  }

  churn(takerBuys: boolean, lots: number, price: number, prints: number): void {
    this.trade(takerBuys, lots, price, prints)
  }

  forced(order: ForcedOrder): void {
    if (this.recording) this.forcedOrders.push(order)
  }

  /** A new candle begins at `price`, which is where the last one ended. */
  beginCandle(price: number): void {
    this.open = this.high = this.low = this.close = price
    this.buyLots = this.sellLots = this.buyQuote = this.sellQuote = this.prints = 0
  }

  endCandle(openTime: number): void {
    const { tick, lotSize } = this
    this.candleRows.push(
      openTime,
      tick(this.open),
      tick(this.high),
      tick(this.low),
      tick(this.close),
      (this.buyLots + this.sellLots) * lotSize,
      this.buyQuote + this.sellQuote,
      this.buyLots * lotSize,
      this.prints,
    )
    this.takerBuyQuote.push(this.buyQuote)
  }

  /** Forgets the taker flow of the five minutes before, as when recording starts. */
  beginMetrics(): void {
    this.meter.begin()
  }

  /** The figures of one five-minute mark. Ratios are left out where their denominator is empty. */
  metrics(time: number, books: Books, price: number): void {
    const lots = books.openInterestLots
    this.openInterestRows.push(time, lots * this.lotSize, lots * this.lotSize * price)
    this.meter.read(time, books).forEach((ratio, kind) => {
      if (Number.isFinite(ratio)) this.ratioRows.push(time, kind, ratio)
    })
  }

  funding(time: number, rate: number, intervalHours: number): void {
    this.fundingRows.push(time, rate, intervalHours)
  }

  /** The true map of this moment. The maker is hedged elsewhere and is never liquidated: it has no place on it. */
  snapshotTruth(time: number, exchange: Exchange): void {
    const { books, mark } = exchange
    const first = binOf(mark * Math.exp(-REACH))
    const bins = binOf(mark * Math.exp(REACH)) - first + 1
    const sides = [new TrueSide(bins), new TrueSide(bins)] as const
    for (let i = 0; i < books.count; i++) {
      const p = books.at(i)
      const size = p.lots * this.lotSize
      const leverage = Math.min(MOST_LEVERAGE, (size * p.entry) / Math.max(p.margin, Number.MIN_VALUE))
      const whole = exchange.leverageOf(p)
      this.leverage[whole <= 3 ? 'upTo3' : whole <= 7 ? 'upTo7' : 'above7'] += size * mark
      if (p.liquidation <= 0) continue
      const row = binOf(p.liquidation) - first
      if (row < 0 || row >= bins) continue
      sides[p.direction > 0 ? 0 : 1].add(row, size * p.liquidation, leverage, time - exchange.openedAt(p))
    }
    const { truth } = this
    const [long, short] = sides
    for (let row = 0; row < bins; row++) {
      const l = long.usd[row] as number
      const s = short.usd[row] as number
      if (l + s < 1) continue
      truth.time.push(time)
      truth.bin.push(first + row)
      truth.long.push(l)
      truth.short.push(s)
      truth.longLeverage.push((long.leverage[row] as number) / l)
      truth.shortLeverage.push((short.leverage[row] as number) / s)
      truth.longAge.push((long.age[row] as number) / l)
      truth.shortAge.push((short.age[row] as number) / s)
      truth.length++
    }
  }

  tables(): { candles: CandleTable; openInterest: OpenInterestTable; ratios: LongShortRatioTable; funding: FundingTable } {
    return {
      candles: this.candleRows.finish(),
      openInterest: this.openInterestRows.finish(),
      ratios: this.ratioRows.finish(),
      funding: this.fundingRows.finish(),
    }
  }
}
