/** A market made by hand, for tests that need exact numbers: it says what it was told to say. */
import {
  type CandleTable,
  EventTableBuilder,
  type FundingTable,
  type LongShortRatioTable,
  type OpenInterestTable,
} from '@faultline/market/event-table'
import { floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { BRACKETS } from '../margin.ts'
import type {
  CandleSoFar,
  DepthAt,
  ForcedTick,
  MarkAt,
  OpenPosition,
  Tick,
  TradeTick,
  VenueCandles,
  VenueInstrument,
  VenueMarket,
} from './venue-market.ts'

/** 2026-06-01T00:00:00Z */
export const GENESIS = 1_780_272_000_000
export const HAND = 'SIMHANDUSDT'
const STEP_MS = 5 * MINUTE_MS
const FUNDING_MS = 8 * HOUR_MS

export function handInstrument(symbol: string = HAND): VenueInstrument {
  return {
    symbol,
    baseAsset: symbol.replace(/USDT$/, ''),
    quoteAsset: 'USDT',
    priceDecimals: 2,
    quantityDecimals: 3,
    fundingIntervalHours: 8,
    brackets: BRACKETS,
    character: 'made by hand',
  }
}

/** A trade `second` seconds after genesis; ids are given by the market. */
export const trade = (second: number, price: number, quantity: number, takerBuys = true, count = 1): Tick => ({
  type: 'trade',
  time: GENESIS + Math.round(second * 1_000),
  aggregateId: 0,
  firstTradeId: 0,
  count,
  price,
  quantity,
  takerBuys,
})

/** A liquidation, as `trade`. */
export const forced = (second: number, direction: 1 | -1, quantity: number, orderPrice: number, averagePrice: number): ForcedTick => ({
  type: 'forced',
  time: GENESIS + Math.round(second * 1_000),
  direction,
  quantity,
  orderPrice,
  averagePrice,
})

export interface HandMarketOptions {
  symbol?: string
  ticks?: readonly Tick[]
  book?: (time: number) => DepthAt
  positions?: readonly OpenPosition[]
}

export class HandMarket implements VenueMarket {
  readonly instrument: VenueInstrument
  readonly genesis = GENESIS
  simulatedTo = GENESIS
  private readonly all: Tick[]
  private readonly book: (time: number) => DepthAt
  private readonly open: readonly OpenPosition[]

  constructor(options: HandMarketOptions = {}) {
    this.instrument = handInstrument(options.symbol)
    let nextId = 1
    let nextAggregateId = 1
    this.all = [...(options.ticks ?? [])]
      .sort((a, b) => a.time - b.time)
      .map((tick) => {
        if (tick.type === 'forced') return tick
        const numbered = { ...tick, aggregateId: nextAggregateId++, firstTradeId: nextId }
        nextId += tick.count
        return numbered
      })
    this.book = options.book ?? ((time) => ({ lastUpdateId: 1 + time - GENESIS, bids: [[99, 1]], asks: [[101, 2]] }))
    this.open = options.positions ?? []
  }

  advance(time: number): void {
    this.simulatedTo = Math.max(this.simulatedTo, time)
  }

  candles(from: number, to: number): VenueCandles {
    const table = new EventTableBuilder('candle')
    const quote: number[] = []
    const ids: number[] = []
    for (let openTime = Math.max(from, GENESIS); openTime < to && openTime + MINUTE_MS <= this.simulatedTo; openTime += MINUTE_MS) {
      const c = this.candleAt(openTime + MINUTE_MS - 1)
      table.push(openTime, c.open, c.high, c.low, c.close, c.volume, c.quoteVolume, c.takerBuyVolume, c.tradeCount)
      quote.push(c.takerBuyQuoteVolume)
      ids.push(c.lastTradeId)
    }
    const candles: CandleTable = table.finish()
    return { ...candles, takerBuyQuoteVolume: Float64Array.from(quote), lastTradeId: Float64Array.from(ids) }
  }

  candleAt(time: number): CandleSoFar {
    const openTime = floorTo(time, MINUTE_MS)
    const before = this.trades((t) => t.time < openTime).at(-1)
    const inside = this.trades((t) => t.time >= openTime && t.time <= time)
    const sum = (of: (t: TradeTick) => number): number => inside.reduce((total, t) => total + of(t), 0)
    const prices = inside.map((t) => t.price)
    const still = before?.price ?? 100
    const tradeCount = sum((t) => t.count)
    const lastTradeId = (before ? before.firstTradeId + before.count - 1 : 0) + tradeCount
    return {
      openTime,
      open: prices[0] ?? still,
      high: prices.length > 0 ? Math.max(...prices) : still,
      low: prices.length > 0 ? Math.min(...prices) : still,
      close: prices.at(-1) ?? still,
      volume: sum((t) => t.quantity),
      quoteVolume: sum((t) => t.quantity * t.price),
      takerBuyVolume: sum((t) => (t.takerBuys ? t.quantity : 0)),
      takerBuyQuoteVolume: sum((t) => (t.takerBuys ? t.quantity * t.price : 0)),
      tradeCount,
      firstTradeId: lastTradeId - tradeCount + 1,
      lastTradeId,
    }
  }

  /** 1,000 coins and one more with every five minutes, at 100 USD. */
  openInterestHistory(from: number, to: number): OpenInterestTable {
    const table = new EventTableBuilder('openInterest')
    for (const time of this.steps(STEP_MS, from, to)) {
      const coins = 1_000 + (time - GENESIS) / STEP_MS
      table.push(time, coins, coins * 100)
    }
    return table.finish()
  }

  /** All four kinds, every five minutes: 1.5, 0.5, 2 and 1. */
  ratioHistory(from: number, to: number): LongShortRatioTable {
    const table = new EventTableBuilder('longShortRatio')
    for (const time of this.steps(STEP_MS, from, to)) {
      for (const [kind, ratio] of [1.5, 0.5, 2, 1].entries()) table.push(time, kind, ratio)
    }
    return table.finish()
  }

  /** At full eight hours, 3 ms late: 0.0001, 0.0002 … */
  fundingHistory(from: number, to: number): FundingTable {
    const table = new EventTableBuilder('funding')
    for (const time of this.steps(FUNDING_MS, GENESIS, this.simulatedTo + 1)) {
      if (time + 3 >= from && time + 3 < to) table.push(time + 3, 1e-4 * (1 + (time - GENESIS) / FUNDING_MS), 8)
    }
    return table.finish()
  }

  openInterestAt(): number {
    return 1_234.5678
  }

  markAt(time: number): MarkAt {
    const markPrice = this.candleAt(time).close
    return {
      markPrice,
      indexPrice: markPrice + 0.25,
      predictedFundingRate: -0.00012,
      nextFundingTime: floorTo(time, FUNDING_MS) + FUNDING_MS,
    }
  }

  depthAt(time: number, levels: number): DepthAt {
    const { lastUpdateId, bids, asks } = this.book(time)
    return { lastUpdateId, bids: bids.slice(0, levels), asks: asks.slice(0, levels) }
  }

  ticks(after: number, upTo: number): readonly Tick[] {
    return this.all.filter((t) => t.time > after && t.time <= upTo)
  }

  forcedOrders(from: number, to: number): readonly ForcedTick[] {
    return this.all.filter((t) => t.type === 'forced' && t.time >= from && t.time < to) as ForcedTick[]
  }

  positions(): readonly OpenPosition[] {
    return this.open
  }

  checkpoint(): Uint8Array {
    return new Uint8Array()
  }

  private trades(wanted: (t: TradeTick) => boolean): TradeTick[] {
    return this.all.filter((t): t is TradeTick => t.type === 'trade' && wanted(t))
  }

  private *steps(step: number, from: number, to: number): Generator<number> {
    for (let time = Math.max(Math.ceil(from / step) * step, GENESIS); time < to && time <= this.simulatedTo; time += step) yield time
  }
}
