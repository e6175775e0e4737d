/**
 * A market for speed, as the simulator's wire formats ask one: prices, candles, trades and answers are a function of the
 * instrument and of time, and nothing is kept. Twice a second comes an instrument's turn: somebody trades, and its price moves.
 */
import { EventTableBuilder, type FundingTable, type LongShortRatioTable, type OpenInterestTable } from '@faultline/market/event-table'
import { floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { BRACKETS } from '@faultline/simulator/margin'
import type {
  CandleSoFar,
  DepthAt,
  ForcedTick,
  MarkAt,
  TradeTick,
  VenueCandles,
  VenueInstrument,
  VenueMarket,
} from '@faultline/simulator/venue-market'

export const TURN_MS = 500
/** Everything happens on this grid of the clock. */
export const TICK_MS = 5
const TRADES_PER_MINUTE = MINUTE_MS / TURN_MS
/** base coin */
const TRADE_QUANTITY = 8
const STATISTICS_MS = 5 * MINUTE_MS
const FUNDING_HOURS = 8
const FUNDING_MS = FUNDING_HOURS * HOUR_MS
const GENESIS_AGO_MS = 2 * HOUR_MS
const LEVELS = 50
const PRICE_DECIMALS = 4

const round = (price: number): number => Number(price.toFixed(PRICE_DECIMALS))

/** The same coins at every venue. */
export const coinOf = (index: number): string => `LOAD${String(index).padStart(3, '0')}`

/** When in each half second an instrument has its turn: they are spread over it. */
export const turnOf = (index: number, count: number): number => floorTo((index * TURN_MS) / count, TICK_MS)

export class LoudMarket implements VenueMarket {
  readonly instrument: VenueInstrument
  readonly genesis = floorTo(Date.now() - GENESIS_AGO_MS, HOUR_MS)
  private readonly index: number
  private readonly turn: number
  /** Levels never change: what is done with them is the same. */
  private readonly book: Pick<DepthAt, 'bids' | 'asks'>

  constructor(index: number, count: number) {
    this.index = index
    this.turn = turnOf(index, count)
    const side = (sign: 1 | -1): [number, number][] =>
      Array.from({ length: LEVELS }, (_, i) => [round((20 + index) * (1 + (sign * (i + 1)) / 1e4)), 10.5 + i])
    this.book = { bids: side(-1), asks: side(1) }
    this.instrument = {
      symbol: `${coinOf(index)}USDT`,
      baseAsset: coinOf(index),
      quoteAsset: 'USDT',
      priceDecimals: PRICE_DECIMALS,
      quantityDecimals: 3,
      fundingIntervalHours: FUNDING_HOURS,
      brackets: BRACKETS,
      character: 'loud',
    }
  }

  get simulatedTo(): number {
    return Date.now()
  }

  advance(): void {}

  /** It moves with every turn, so that venues that tell only what changed have something to tell. */
  priceAt(time: number): number {
    const turns = Math.floor((time - this.turn) / TURN_MS)
    return round((20 + this.index) * (1 + 0.01 * Math.sin(time / (20 * MINUTE_MS) + this.index)) + 0.001 * (turns % 7))
  }

  candles(from: number, to: number): VenueCandles {
    const table = new EventTableBuilder('candle', Math.max(1, (to - from) / MINUTE_MS))
    const quote: number[] = []
    const ids: number[] = []
    for (let openTime = Math.max(from, this.genesis); openTime < to && openTime + MINUTE_MS <= Date.now(); openTime += MINUTE_MS) {
      const c = this.candleAt(openTime + MINUTE_MS - 1)
      table.push(openTime, c.open, c.high, c.low, c.close, c.volume, c.quoteVolume, c.takerBuyVolume, c.tradeCount)
      quote.push(c.takerBuyQuoteVolume)
      ids.push(c.lastTradeId)
    }
    return { ...table.finish(), takerBuyQuoteVolume: Float64Array.from(quote), lastTradeId: Float64Array.from(ids) }
  }

  candleAt(time: number): CandleSoFar {
    const openTime = floorTo(time, MINUTE_MS)
    const first = this.tradeNumber(openTime) + (this.turn === 0 ? 0 : 1)
    const tradeCount = Math.min(TRADES_PER_MINUTE, Math.max(0, this.tradeNumber(time) - first + 1))
    const last = first + tradeCount - 1
    // Of three in a row takers buy two.
    const sold = Math.floor(last / 3) - Math.floor((first - 1) / 3)
    const bought = (tradeCount - sold) * TRADE_QUANTITY
    const open = this.priceAt(openTime)
    const close = this.priceAt(time)
    return {
      openTime,
      open,
      close,
      high: round(Math.max(open, close) * 1.0005),
      low: round(Math.min(open, close) * 0.9995),
      volume: tradeCount * TRADE_QUANTITY,
      quoteVolume: tradeCount * TRADE_QUANTITY * close,
      takerBuyVolume: bought,
      takerBuyQuoteVolume: bought * close,
      tradeCount,
      firstTradeId: first,
      lastTradeId: last,
    }
  }

  openInterestHistory(from: number, to: number): OpenInterestTable {
    const table = new EventTableBuilder('openInterest')
    for (const time of this.steps(STATISTICS_MS, from, to)) {
      const held = this.openInterestAt(time)
      table.push(time, held, held * this.priceAt(time))
    }
    return table.finish()
  }

  ratioHistory(from: number, to: number): LongShortRatioTable {
    const table = new EventTableBuilder('longShortRatio')
    for (const time of this.steps(STATISTICS_MS, from, to)) for (let kind = 0; kind < 4; kind++) table.push(time, kind, 1.2)
    return table.finish()
  }

  fundingHistory(from: number, to: number): FundingTable {
    const table = new EventTableBuilder('funding', 4)
    for (const time of this.steps(FUNDING_MS, from, to)) table.push(time, 1e-4, FUNDING_HOURS)
    return table.finish()
  }

  openInterestAt(time: number): number {
    return Math.round(1e6 * (1 + 0.2 * Math.sin(time / HOUR_MS + this.index)))
  }

  markAt(time: number): MarkAt {
    const price = this.priceAt(time)
    return { markPrice: price, indexPrice: price, predictedFundingRate: 1e-4, nextFundingTime: floorTo(time, FUNDING_MS) + FUNDING_MS }
  }

  depthAt(time: number, levels: number): DepthAt {
    return { lastUpdateId: time, bids: this.book.bids.slice(0, levels), asks: this.book.asks.slice(0, levels) }
  }

  /** Trades alone: liquidations are told as they are sent, and asked for by nobody. */
  ticks(after: number, upTo: number): TradeTick[] {
    const ticks: TradeTick[] = []
    for (let n = this.tradeNumber(after) + 1; n <= this.tradeNumber(upTo); n++) ticks.push(this.trade(n))
    return ticks
  }

  forcedOrders(): readonly ForcedTick[] {
    return []
  }

  positions(): readonly [] {
    return []
  }

  checkpoint(): Uint8Array {
    return new Uint8Array()
  }

  /** Of the latest trade until `time`. */
  private tradeNumber(time: number): number {
    return Math.floor((time - this.turn) / TURN_MS)
  }

  private trade(number: number): TradeTick {
    const time = number * TURN_MS + this.turn
    return {
      type: 'trade',
      time,
      aggregateId: number,
      firstTradeId: number,
      count: 1,
      price: this.priceAt(time),
      quantity: TRADE_QUANTITY,
      takerBuys: number % 3 !== 0,
    }
  }

  private *steps(step: number, from: number, to: number): Generator<number> {
    const until = Math.min(to, Date.now() + 1)
    for (let time = Math.ceil(Math.max(from, this.genesis) / step) * step; time < until; time += step) yield time
  }
}
