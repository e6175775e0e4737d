/** What Gate answers and streams, object by object. */
import type { Bar } from '../../bars.ts'
import type { ForcedTick, MarkAt, TradeTick } from '../../venue-market.ts'
import type { Json } from '../../wire.ts'
import { daySummary } from '../day-summary.ts'
import { trimmed } from '../numbers.ts'
import type { WireListing } from '../wire-format.ts'
import { contracts, contractsNumber, contractsText, fineSeconds, mark, price, rate, seconds } from './numbers.ts'

type JsonObject = { [key: string]: Json }
const RATIO_DECIMALS = 6
const USD_DECIMALS = 4
const PERCENT_DECIMALS = 2

const usd = (value: number): string => trimmed(value, USD_DECIMALS)
const coins = ({ instrument }: WireListing, value: number): string => trimmed(value, instrument.quantityDecimals)
const number = (value: number, decimals: number): number => Number(value.toFixed(decimals))

/** `v` in contracts, `sum` in quote coin. */
export function candleRow(listing: WireListing, bar: Bar): JsonObject {
  return {
    t: seconds(bar.openTime),
    v: contracts(listing, bar.volume),
    c: price(listing, bar.close),
    h: price(listing, bar.high),
    l: price(listing, bar.low),
    o: price(listing, bar.open),
    sum: usd(bar.quoteVolume),
  }
}

/** A candle of marks or of the index has no volume. */
export function priceCandleRow(listing: WireListing, bar: Bar): JsonObject {
  const { v: _v, sum: _sum, ...prices } = candleRow(listing, bar)
  return prices
}

/** `n` is interval and contract, `a` base coin, `w` whether it is closed. */
export function candleUpdate(listing: WireListing, interval: string, bar: Bar, closed: boolean): JsonObject {
  const { sum: _sum, ...row } = candleRow(listing, bar)
  return { ...row, n: `${interval}_${listing.symbol}`, a: coins(listing, bar.volume), w: closed }
}

/** Positive: the taker bought. REST writes both times in seconds, in spite of the name of one of them. */
export function tradeRow(listing: WireListing, t: TradeTick): JsonObject {
  const time = fineSeconds(t.time)
  return {
    id: t.aggregateId,
    create_time: time,
    create_time_ms: time,
    contract: listing.symbol,
    size: contracts(listing, t.takerBuys ? t.quantity : -t.quantity),
    price: price(listing, t.price),
  }
}

export function tradeUpdate(listing: WireListing, t: TradeTick): JsonObject {
  return { ...tradeRow(listing, t), create_time: seconds(t.time), create_time_ms: t.time }
}

/** `size` is the position's: positive where a long was liquidated. Its order had the opposite sign. */
export function liquidationRow(listing: WireListing, order: ForcedTick): JsonObject {
  const position = order.direction * order.quantity
  return {
    time: seconds(order.time),
    contract: listing.symbol,
    size: contracts(listing, position),
    order_size: contracts(listing, -position),
    order_price: price(listing, order.orderPrice),
    fill_price: price(listing, order.averagePrice),
    left: 0,
  }
}

/** On the socket `size` is the order's: negative where a long was liquidated. `price` is the order's too. */
export function liquidationUpdate(listing: WireListing, order: ForcedTick): JsonObject {
  return {
    price: Number(price(listing, order.orderPrice)),
    size: contracts(listing, -order.direction * order.quantity),
    time_ms: order.time,
    contract: listing.symbol,
  }
}

/** What a ticker is made of. */
export interface TickerFigures {
  mark: MarkAt
  openInterest: number
  last: number
  now: number
}

/** `total_size` is open interest in contracts; `funding_rate` what will be settled next. */
export function tickerUpdate(listing: WireListing, figures: TickerFigures): JsonObject {
  const day = daySummary(listing.market, figures.now)
  const { markPrice, indexPrice, predictedFundingRate } = figures.mark
  const quote = trimmed(day.quoteVolume, 0)
  return {
    contract: listing.symbol,
    last: price(listing, figures.last),
    change_percentage: trimmed((100 * (figures.last - day.open)) / day.open, PERCENT_DECIMALS),
    total_size: contractsText(listing, figures.openInterest),
    volume_24h: contractsText(listing, day.volume),
    volume_24h_base: coins(listing, day.volume),
    volume_24h_quote: quote,
    volume_24h_settle: quote,
    mark_price: mark(listing, markPrice),
    funding_rate: rate(predictedFundingRate),
    funding_rate_indicative: rate(predictedFundingRate),
    index_price: mark(listing, indexPrice),
    quanto_base_rate: '',
    low_24h: price(listing, day.low),
    high_24h: price(listing, day.high),
  }
}

/** REST's has the best bid and ask besides. */
export function tickerRow(listing: WireListing, figures: TickerFigures): JsonObject {
  const { bids, asks } = listing.market.depthAt(figures.now, 1)
  const [bid, ask] = [bids[0], asks[0]]
  return {
    ...tickerUpdate(listing, figures),
    highest_bid: bid ? price(listing, bid[0]) : '',
    highest_size: bid ? contractsText(listing, bid[1]) : '0',
    lowest_ask: ask ? price(listing, ask[0]) : '',
    lowest_size: ask ? contractsText(listing, ask[1]) : '0',
  }
}

export type Levels = readonly (readonly [price: number, quantity: number])[]
export const levelRows = (listing: WireListing, levels: Levels): Json[] =>
  levels.map(([p, q]) => ({ s: contracts(listing, q), p: price(listing, p) }))

/** Statistics at `time`: open interest and ratios then, liquidations and taker volume of the interval that ends there. */
export interface StatsFigures {
  time: number
  openInterest: number
  openInterestUsd: number
  ratios: { accounts?: number; topAccounts?: number; topPositions?: number; takerVolume?: number }
  liquidations: readonly ForcedTick[]
}

export function statsRow(listing: WireListing, figures: StatsFigures): JsonObject {
  const { time, openInterest, openInterestUsd, ratios, liquidations } = figures
  const died = (direction: 1 | -1, of: (order: ForcedTick) => number): number =>
    liquidations.reduce((sum, order) => (order.direction === direction ? sum + of(order) : sum), 0)
  const quantity = (order: ForcedTick): number => order.quantity
  const value = (order: ForcedTick): number => order.quantity * order.averagePrice
  const amount = (direction: 1 | -1): number => number(died(direction, quantity), listing.instrument.quantityDecimals)
  return {
    time: seconds(time),
    lsr_taker: number(ratios.takerVolume ?? 0, RATIO_DECIMALS),
    lsr_account: number(ratios.accounts ?? 0, RATIO_DECIMALS),
    long_liq_size: contractsNumber(listing, died(1, quantity)),
    long_liq_amount: amount(1),
    long_liq_usd: number(died(1, value), USD_DECIMALS),
    short_liq_size: contractsNumber(listing, died(-1, quantity)),
    short_liq_amount: amount(-1),
    short_liq_usd: number(died(-1, value), USD_DECIMALS),
    open_interest: contractsNumber(listing, openInterest),
    open_interest_usd: number(openInterestUsd, USD_DECIMALS),
    top_lsr_account: number(ratios.topAccounts ?? 0, RATIO_DECIMALS),
    top_lsr_size: number(ratios.topPositions ?? 0, RATIO_DECIMALS),
    mark_price: openInterest > 0 ? Number(mark(listing, openInterestUsd / openInterest)) : 0,
  }
}
