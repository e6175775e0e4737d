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
import type { ForcedOrder, Tape } from './exchange.ts'
import { RatioMeter } from './metrics.ts'

/** The true map, one row per time and bin that holds anything: USD (size × liquidation price) that would be liquidated. */
export interface TruthTable {
  length: number
  time: number[]
  bin: number[]
  long: number[]
  short: number[]
}

/** Bins of the global grid within ×0.5 … ×2. */
const REACH = Math.log(2)

export class Recorder implements Tape {
  recording = false
  readonly candleRows: EventTableBuilder<'candle'>
  readonly takerBuyQuote: number[] = []
  readonly openInterestRows = new EventTableBuilder('openInterest')
  readonly ratioRows = new EventTableBuilder('longShortRatio')
  readonly fundingRows = new EventTableBuilder('funding', 64)
  readonly forcedOrders: ForcedOrder[] = []
  readonly truth: TruthTable = { length: 0, time: [], bin: [], long: [], short: [] }
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
  snapshotTruth(time: number, books: Books, price: number): void {
    const first = binOf(price * Math.exp(-REACH))
    const last = binOf(price * Math.exp(REACH))
    const long = new Float64Array(last - first + 1)
    const short = new Float64Array(last - first + 1)
    for (let i = 0; i < books.count; i++) {
      const p = books.at(i)
      if (p.liquidation <= 0) continue
      const row = binOf(p.liquidation) - first
      if (row < 0 || row >= long.length) continue
      const side = p.direction > 0 ? long : short
      side[row] = (side[row] as number) + p.lots * this.lotSize * p.liquidation
    }
    const { truth } = this
    for (let row = 0; row < long.length; row++) {
      const l = long[row] as number
      const s = short[row] as number
      if (l + s < 1) continue
      truth.time.push(time)
      truth.bin.push(first + row)
      truth.long.push(l)
      truth.short.push(s)
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
