import type { CandleTable, FundingTable, LongShortRatioTable, OpenInterestTable } from '@faultline/market/event-table'
import type { Bracket } from '../margin.ts'

/**
 * What the venue's server asks of one simulated instrument. Times are UTC milliseconds of the venue's clock, prices are in
 * USD, sizes in base coin. Nothing here reads a clock: the server says which time it is.
 */
export interface VenueMarket {
  readonly instrument: VenueInstrument
  /** the first candle's open time: where public history begins; what is older than 90 days is forgotten */
  readonly genesis: number
  /** end of what has been simulated; every answer below is about times up to here */
  readonly simulatedTo: number

  /** Simulates until `simulatedTo >= time`. Deterministic: how the way there is cut into calls changes nothing. */
  advance(time: number): void

  /** Closed one-minute candles with openTime in [from, to), with what takers paid, and ids. */
  candles(from: number, to: number): VenueCandles
  /**
   * The candle that contains `time` as it stood at `time`, closed or not; `time` within the last ten simulated minutes. It is
   * made of the public trades alone, and at its last millisecond it equals the closed candle, field by field.
   */
  candleAt(time: number): CandleSoFar
  /** Five-minute marks with time in [from, to). */
  openInterestHistory(from: number, to: number): OpenInterestTable
  ratioHistory(from: number, to: number): LongShortRatioTable
  /** Settlements with time in [from, to). */
  fundingHistory(from: number, to: number): FundingTable
  /** Base coin at `time` (at the beginning of the inner step that contains it); `time` as for `candleAt`, also below. */
  openInterestAt(time: number): number
  markAt(time: number): MarkAt
  /** The book that a market order would meet at `time`, best first: a level on every tick. */
  depthAt(time: number, levels: number): DepthAt

  /** Trades and liquidations with time in (after, upTo], in order of time; only the last ten simulated minutes are kept. */
  ticks(after: number, upTo: number): readonly Tick[]
  /** Every liquidation with time in [from, to), unthrottled. */
  forcedOrders(from: number, to: number): readonly ForcedTick[]

  /** All open positions at `simulatedTo`: what the venue never tells in public. */
  positions(): readonly OpenPosition[]
  /** The same by whose they are, where the market knows (one of several venues of a split market does). */
  accounts?(): readonly Account[]

  /** Everything that further steps and answers depend on; `openMarket` of the same version reads it. */
  checkpoint(): Uint8Array
}

export interface VenueInstrument {
  /** `SIMOAKUSDT` */
  symbol: string
  baseAsset: string
  quoteAsset: string
  /** decimals of prices and of quantities */
  priceDecimals: number
  quantityDecimals: number
  fundingIntervalHours: number
  brackets: readonly Bracket[]
  /** in a few words: "large and calm" */
  character: string
}

export interface CandleSoFar {
  openTime: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  quoteVolume: number
  takerBuyVolume: number
  takerBuyQuoteVolume: number
  tradeCount: number
  /** lastTradeId − firstTradeId + 1 = tradeCount: without a trade the last is that of the trade before */
  firstTradeId: number
  lastTradeId: number
}

/** Candles with two columns more, row by row the fields of the same names in CandleSoFar. */
export interface VenueCandles extends CandleTable {
  readonly takerBuyQuoteVolume: Float64Array
  readonly lastTradeId: Float64Array
}

export interface MarkAt {
  markPrice: number
  indexPrice: number
  /** what the rate would be if the interval ended now; in the five seconds from a settlement on, the rate that was settled */
  predictedFundingRate: number
  /** after the time that was asked for */
  nextFundingTime: number
}

export interface DepthAt {
  lastUpdateId: number
  bids: [price: number, quantity: number][]
  asks: [price: number, quantity: number][]
}

/** One aggregated trade; aggregate ids rise by one, trade ids by `count`, both from 1 at genesis without a hole. */
export interface TradeTick {
  type: 'trade'
  time: number
  aggregateId: number
  firstTradeId: number
  count: number
  price: number
  quantity: number
  takerBuys: boolean
}

export interface ForcedTick {
  type: 'forced'
  time: number
  /** of the position that died */
  direction: 1 | -1
  quantity: number
  /** the order's limit: the bankruptcy price */
  orderPrice: number
  averagePrice: number
  /** whose position it was, where the market knows: as in `Account` */
  address?: string
}
export type Tick = TradeTick | ForcedTick

export interface OpenPosition {
  id: number
  direction: 1 | -1
  /** base coin */
  quantity: number
  entryPrice: number
  /** USD */
  margin: number
  cross: boolean
  /** 0: never */
  liquidationPrice: number
}

/** What somebody holds here: one position of the instrument at most. The same address may hold other instruments' too. */
export interface Account {
  /** `0x` and forty hexadecimal digits in small letters */
  address: string
  positions: readonly OpenPosition[]
}
