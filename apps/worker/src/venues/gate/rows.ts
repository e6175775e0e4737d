/**
 * Single rows of Gate's messages and answers, wherever they came from. No I/O. A reader gives what the row means, or a text that
 * names the field that cannot be read (never its value, so that equal faults have equal reasons).
 */
import type {
  CandleEvent,
  DepthEvent,
  FundingEvent,
  LiquidationEvent,
  LongShortRatioEvent,
  MarkPriceEvent,
  OpenInterestEvent,
  RatioKind,
} from '@faultline/market/event'
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { decimal, type Fields, isFields, isFundingRate, isPrice, isSize, isSymbol } from '../values.ts'
import { isInverse } from './contract-sizes.ts'
import { instantOf, minuteOf } from './values.ts'

/** What the reader has to know beside the message. */
export interface Context {
  /** base coin per contract, of inverse contracts USD; undefined: not known */
  contractSize(symbol: string): number | undefined
}

/** More levels than any book that we ask for has. */
const MOST_LEVELS = 1_000
const LONGEST_INTERVAL_S = 7 * 24 * 3_600

/** `reason` for contracts of whose size nothing is known: their figures cannot be told in coins. */
export const unknownSize = (what: string): string => `${what} contract is one whose size is not known`

/** Dividing by ten thousand gives 0.0124 where multiplying by 0.0001 gives a little more. */
const times = (contracts: number, contractSize: number): number =>
  contractSize < 1 ? contracts / (1 / contractSize) : contracts * contractSize

/** Contracts in base coin and USD. */
export function sizesOf(contracts: number, contractSize: number, price: number, symbol: string): { quantity: number; quantityUsd: number } {
  const size = times(contracts, contractSize)
  return isInverse(symbol) ? { quantity: size / price, quantityUsd: size } : { quantity: size, quantityUsd: size * price }
}

export interface Of<E> {
  symbol: string
  event: E
}

/**
 * REST (`liq_orders`): `size` is the position, above zero a long; what was forced is `order_size` where it is told. Sockets
 * (`public_liquidates`): `size` is the order, below zero for a long that is sold, `price` is the order's.
 */
export function readLiquidation(row: unknown, context: Context): Of<LiquidationEvent> | string {
  if (!isFields(row)) return 'liquidation is no object'
  const { contract: symbol } = row
  if (!isSymbol(symbol)) return 'liquidation contract is no symbol'
  const time = instantOf(row.time_ms) ?? instantOf(row.time)
  if (time === undefined) return 'liquidation time is no time'
  const size = decimal(row.size)
  if (!isSize(Math.abs(size)) || size === 0) return 'liquidation size is no size beside zero'
  const contractSize = context.contractSize(symbol)
  if (contractSize === undefined) return unknownSize('liquidation')
  const forced = row.fill_price === undefined && row.order_price === undefined ? orderOf(row, size) : filledOf(row, size)
  if (typeof forced === 'string') return forced
  const { side, price, priceKind, contracts } = forced
  const { quantity, quantityUsd } = sizesOf(contracts, contractSize, price, symbol)
  if (!isSize(quantity) || quantity === 0 || !isSize(quantityUsd)) return 'liquidation size is no size beside zero'
  return { symbol, event: { type: 'liquidation', time, side, price, priceKind, quantity, quantityUsd } }
}

type Forced = Pick<LiquidationEvent, 'side' | 'price' | 'priceKind'> & { contracts: number }

function orderOf(row: Fields, size: number): Forced | string {
  const price = decimal(row.price)
  if (!isPrice(price)) return 'liquidation price is no price'
  return { side: size < 0 ? 'long' : 'short', price, priceKind: 'order', contracts: Math.abs(size) }
}

function filledOf(row: Fields, position: number): Forced | string {
  const side = position > 0 ? 'long' : 'short'
  const order = row.order_size === undefined ? position : decimal(row.order_size)
  if (!isSize(Math.abs(order)) || order === 0) return 'liquidation order_size is no size beside zero'
  // What is left went into the book as an order of its own.
  const left = row.left === undefined ? 0 : decimal(row.left)
  if (!isSize(Math.abs(left))) return 'liquidation left is no size'
  const filled = Math.abs(order) - Math.abs(left)
  const fillPrice = row.fill_price === undefined ? 0 : decimal(row.fill_price)
  if (!(fillPrice === 0 || isPrice(fillPrice))) return 'liquidation fill_price is no price'
  if (fillPrice > 0 && filled > 0) return { side, price: fillPrice, priceKind: 'fill', contracts: filled }
  const orderPrice = decimal(row.order_price)
  if (!isPrice(orderPrice)) return 'liquidation order_price is no price'
  return { side, price: orderPrice, priceKind: 'order', contracts: Math.abs(order) }
}

/** `t o h l c v` and, on REST, `sum`, the turnover in the quote's coin. `v` counts contracts. */
export function readCandle(row: Fields, symbol: string, context: Context, intervalMs = MINUTE_MS): CandleEvent | string {
  const openTime = minuteOf(row.t)
  if (openTime === undefined) return 'candlestick t is not the start of a minute'
  const [open, high, low, close] = [decimal(row.o), decimal(row.h), decimal(row.l), decimal(row.c)]
  if (!isPrice(open)) return 'candlestick o is no price'
  if (!isPrice(high)) return 'candlestick h is no price'
  if (!isPrice(low)) return 'candlestick l is no price'
  if (!isPrice(close)) return 'candlestick c is no price'
  if (high < open || high < close || high < low) return 'candlestick h is below open, close or low'
  if (low > open || low > close) return 'candlestick l is above open or close'
  const contracts = decimal(row.v)
  if (!isSize(contracts)) return 'candlestick v is no size'
  if (isInverse(symbol)) return 'candlestick contract is an inverse one, whose volume in coins is not told'
  const contractSize = context.contractSize(symbol)
  if (contractSize === undefined) return unknownSize('candlestick')
  const volume = times(contracts, contractSize)
  if (!isSize(volume)) return 'candlestick v is no size'
  const event: CandleEvent = { type: 'candle', openTime, intervalMs, open, high, low, close, volume }
  if (row.sum === undefined) return event
  const quoteVolume = decimal(row.sum)
  return isSize(quoteVolume) ? { ...event, quoteVolume } : 'candlestick sum is no size'
}

/** What a ticker says. Absent: it does not. */
export interface Ticker {
  symbol: string
  markPrice?: number
  indexPrice?: number
  /** per interval, as it will be settled */
  fundingRate?: number
  nextFundingTime?: number
  fundingHours?: number
  /** contracts */
  openInterest?: number
}

/** A row of `futures.tickers` or of REST's `tickers`. Fields that are there have to be right. */
export function readTicker(row: unknown): Ticker | string {
  if (!isFields(row)) return 'ticker is no object'
  if (!isSymbol(row.contract)) return 'ticker contract is no symbol'
  const ticker: Ticker = { symbol: row.contract }
  for (const [field, source, read, what] of TICKER_FIELDS) {
    if (!told(row[source])) continue
    const value = read(row[source])
    if (value === undefined) return `ticker ${source} is ${what}`
    ticker[field] ??= value
  }
  return ticker
}
const told = (value: unknown): boolean => value !== undefined && value !== null && value !== ''
const checked = (is: (value: number) => boolean) => (value: unknown) => {
  const number = decimal(value)
  return is(number) ? number : undefined
}
const hoursOf = (value: unknown): number | undefined => {
  const seconds = decimal(value)
  return seconds > 0 && seconds <= LONGEST_INTERVAL_S ? seconds / 3_600 : undefined
}
const TICKER_FIELDS = [
  ['markPrice', 'mark_price', checked(isPrice), 'no price'],
  ['indexPrice', 'index_price', checked(isPrice), 'no price'],
  // The indicative rate is the older name of what `funding_rate` says by now.
  ['fundingRate', 'funding_rate', checked(isFundingRate), 'no funding rate'],
  ['fundingRate', 'funding_rate_indicative', checked(isFundingRate), 'no funding rate'],
  ['nextFundingTime', 'funding_next_apply', instantOf, 'no time'],
  ['fundingHours', 'funding_interval', hoursOf, 'no number of seconds'],
  ['openInterest', 'total_size', checked(isSize), 'no size'],
] as const

/** Undefined where the ticker tells no mark price. */
export function markOf({ markPrice, indexPrice, fundingRate, nextFundingTime }: Ticker, time: number): MarkPriceEvent | undefined {
  if (markPrice === undefined) return undefined
  const event: MarkPriceEvent = { type: 'markPrice', time, markPrice }
  if (indexPrice !== undefined) event.indexPrice = indexPrice
  if (fundingRate !== undefined) event.predictedFundingRate = fundingRate
  if (nextFundingTime !== undefined) event.nextFundingTime = nextFundingTime
  return event
}

/** In base coin and, where the ticker tells the price, USD. */
export function openInterestOf({ symbol, openInterest, markPrice }: Ticker, time: number, context: Context): OpenInterestEvent | string {
  if (openInterest === undefined) return 'ticker total_size is missing'
  const contractSize = context.contractSize(symbol)
  if (contractSize === undefined) return unknownSize('ticker')
  if (isInverse(symbol) && markPrice === undefined) return 'ticker mark_price is missing'
  const { quantity } = sizesOf(openInterest, contractSize, markPrice ?? 1, symbol)
  return isSize(quantity) ? { type: 'openInterest', time, openInterest: quantity } : 'ticker total_size is no size'
}

/** Of a row of `contract_stats`: five minutes, labelled by `time`. */
export function readStatOpenInterest(row: Fields, symbol: string, context: Context): OpenInterestEvent | string {
  const time = instantOf(row.time)
  if (time === undefined) return 'contract_stats time is no time'
  const contracts = decimal(row.open_interest)
  if (!isSize(contracts)) return 'contract_stats open_interest is no size'
  const usd = told(row.open_interest_usd) ? decimal(row.open_interest_usd) : undefined
  if (usd !== undefined && !isSize(usd)) return 'contract_stats open_interest_usd is no size'
  const price = decimal(row.mark_price)
  const contractSize = context.contractSize(symbol)
  // The row says itself what its contracts are worth.
  const byValue = usd !== undefined && isPrice(price) ? usd / price : undefined
  if (contractSize === undefined && byValue === undefined) return unknownSize('contract_stats')
  if (contractSize !== undefined && isInverse(symbol) && !isPrice(price)) return 'contract_stats mark_price is no price'
  const quantity = contractSize === undefined ? (byValue as number) : sizesOf(contracts, contractSize, price, symbol).quantity
  if (!isSize(quantity)) return 'contract_stats open_interest is no size'
  const event: OpenInterestEvent = { type: 'openInterest', time, openInterest: quantity }
  return usd === undefined ? event : { ...event, openInterestUsd: usd }
}

const RATIO_FIELDS: Readonly<Record<RatioKind, string>> = {
  accounts: 'lsr_account',
  topAccounts: 'top_lsr_account',
  topPositions: 'top_lsr_size',
  takerVolume: 'lsr_taker',
}

/** Of a row of `contract_stats`. Null: nothing was counted, which Gate writes as 0, or the field is not there. */
export function readStatRatio(row: Fields, kind: RatioKind): LongShortRatioEvent | string | null {
  const time = instantOf(row.time)
  if (time === undefined) return 'contract_stats time is no time'
  const field = RATIO_FIELDS[kind]
  if (!told(row[field])) return null
  const ratio = decimal(row[field])
  if (!isSize(ratio)) return `contract_stats ${field} is no ratio`
  return ratio === 0 ? null : { type: 'longShortRatio', time, kind, ratio }
}

/** Of a row of `funding_rate`, `t r`. `t` is a second or so after the full hour that it belongs to, which is its time here. */
export function readSettlement(row: Fields, intervalHours: number | undefined): FundingEvent | string {
  const stamped = instantOf(row.t)
  if (stamped === undefined) return 'funding_rate t is no time'
  const rate = decimal(row.r)
  if (!isFundingRate(rate)) return 'funding_rate r is no funding rate'
  const event: FundingEvent = { type: 'funding', time: floorTo(stamped + MINUTE_MS / 2, MINUTE_MS), rate }
  return intervalHours === undefined ? event : { ...event, intervalHours }
}

export interface Trade {
  symbol: string
  time: number
  price: number
  /** base coin */
  quantity: number
  takerBought: boolean
}

/** `size` has the sign of the taker's side. */
export function readTrade(row: unknown, context: Context): Trade | string {
  if (!isFields(row)) return 'trade is no object'
  const { contract: symbol } = row
  if (!isSymbol(symbol)) return 'trade contract is no symbol'
  const time = instantOf(row.create_time_ms) ?? instantOf(row.create_time)
  if (time === undefined) return 'trade create_time is no time'
  const price = decimal(row.price)
  if (!isPrice(price)) return 'trade price is no price'
  const size = decimal(row.size)
  if (!isSize(Math.abs(size)) || size === 0) return 'trade size is no size beside zero'
  const contractSize = context.contractSize(symbol)
  if (contractSize === undefined) return unknownSize('trade')
  const { quantity } = sizesOf(Math.abs(size), contractSize, price, symbol)
  return isSize(quantity) ? { symbol, time, price, quantity, takerBought: size > 0 } : 'trade size is no size beside zero'
}

/** A whole book: `t` (sockets) or `update` (REST), and `bids asks` of levels `p s` in contracts. */
export function readBook(book: unknown, symbol: string, context: Context): DepthEvent | string {
  if (!isFields(book)) return 'order_book is no object'
  const time = instantOf(book.t) ?? instantOf(book.update) ?? instantOf(book.current)
  if (time === undefined) return 'order_book update is no time'
  const contractSize = context.contractSize(symbol)
  if (contractSize === undefined) return unknownSize('order_book')
  const toBase = (contracts: number, price: number): number => sizesOf(contracts, contractSize, price, symbol).quantity
  const bids = readLevels(book.bids, -1, toBase)
  if (typeof bids === 'string') return `order_book bids is ${bids}`
  const asks = readLevels(book.asks, 1, toBase)
  if (typeof asks === 'string') return `order_book asks is ${asks}`
  const [bid, ask] = [bids[0], asks[0]]
  if (bid && ask && bid[0] >= ask[0]) return 'order_book bids is at or above the best ask'
  return { type: 'depth', time, bids, asks }
}

type Levels = [price: number, quantity: number][]

/** `direction` 1: prices rise from level to level; −1: they fall. A text says what is wrong. */
function readLevels(value: unknown, direction: 1 | -1, toBase: (contracts: number, price: number) => number): Levels | string {
  if (!Array.isArray(value) || value.length > MOST_LEVELS) return 'no list of levels'
  const levels: Levels = []
  let before = direction > 0 ? 0 : Number.POSITIVE_INFINITY
  for (const level of value as unknown[]) {
    if (!isFields(level)) return 'no list of levels'
    const [price, contracts] = [decimal(level.p), decimal(level.s)]
    if (!isPrice(price)) return 'no list of prices'
    // A size of zero takes a level away: that is a change, and no book.
    const quantity = toBase(contracts, price)
    if (!isSize(quantity) || quantity === 0) return 'no list of sizes above zero'
    if (direction * (price - before) <= 0) return 'not in order'
    levels.push([price, quantity])
    before = price
  }
  return levels
}
