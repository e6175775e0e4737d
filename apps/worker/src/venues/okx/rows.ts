/**
 * Single rows of OKX's answers and messages, wherever they came from. No I/O. A reader gives what the row means, or a text that
 * names the field that cannot be read (never its value, so that equal faults have equal reasons). Sizes are in contracts; what
 * cannot be turned into coins because the contract's size is not known is a fault.
 */
import type { CandleEvent, DepthEvent, FundingEvent, LiquidationEvent, MarkPriceEvent, OpenInterestEvent } from '@faultline/market/event'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { Trade } from '../../feed/taker-tally.ts'
import { decimal, type Fields, isFields, isFundingRate, isPrice, isSize, isSymbol, timeOf } from '../values.ts'
import { isInverse } from './contract-sizes.ts'

/** More levels than any book that we ask for has. */
const MOST_LEVELS = 1_000
const LONGEST_INTERVAL_MS = 7 * 24 * HOUR_MS

/** Base coin per contract; of inverse contracts USD. Undefined: it is not known. */
export type ContractSize = (symbol: string) => number | undefined

export interface Of<E> {
  symbol: string
  event: E
}

const NO_SIZE = 'contract size of the instrument is not known'

/** Contracts in base coin and USD. */
function sizes(contracts: number, price: number, symbol: string, contractSize: number): { quantity: number; quantityUsd: number } {
  const size = contracts * contractSize
  return isInverse(symbol) ? { quantity: size / price, quantityUsd: size } : { quantity: size, quantityUsd: size * price }
}

/** OKX writes what it does not give as an empty text, and leaves it out in older messages. */
export const told = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** One of `details`. `posSide` is the side of the position; `net` says nothing, and `side` is that of the order. */
export function readLiquidation(detail: unknown, symbol: unknown, contractSize: ContractSize): Of<LiquidationEvent> | string {
  if (!isSymbol(symbol)) return 'liquidation-orders instId is no symbol'
  if (!isFields(detail)) return 'liquidation-orders details is no list of objects'
  const time = timeOf(detail.ts)
  if (time === undefined) return 'liquidation-orders ts is no time'
  const { posSide, side } = detail
  const position = posSide === 'long' || posSide === 'short' ? posSide : side === 'sell' ? 'long' : side === 'buy' ? 'short' : undefined
  if (position === undefined) return 'liquidation-orders side is neither buy nor sell, and posSide neither long nor short'
  const price = decimal(detail.bkPx)
  if (!isPrice(price)) return 'liquidation-orders bkPx is no price'
  const contracts = decimal(detail.sz)
  if (!isSize(contracts) || contracts === 0) return 'liquidation-orders sz is no size above zero'
  const size = contractSize(symbol)
  if (size === undefined) return NO_SIZE
  const { quantity, quantityUsd } = sizes(contracts, price, symbol, size)
  return { symbol, event: { type: 'liquidation', time, side: position, price, priceKind: 'bankruptcy', quantity, quantityUsd } }
}

export interface Bar {
  openTime: number
  /** undefined: the row does not say (older ones) */
  closed: boolean | undefined
}

/** The start of a row, and whether it has closed: all that is needed of one that has not. */
export function readBarHead(row: unknown): Bar | string {
  if (!Array.isArray(row)) return 'candle row is no list'
  const openTime = timeOf(row[0])
  if (openTime === undefined || openTime % MINUTE_MS !== 0) return 'candle ts is not the start of a minute'
  const confirm: unknown = row[8]
  if (confirm !== undefined && confirm !== '0' && confirm !== '1') return 'candle confirm is neither 0 nor 1'
  return { openTime, closed: confirm === undefined ? undefined : confirm === '1' }
}

/** `[ts, open, high, low, close, vol (contracts), volCcy (base coin), volCcyQuote (quote), confirm]`. */
export function readCandle(
  row: readonly unknown[],
  openTime: number,
  intervalMs: number,
  symbol: string,
  contractSize: ContractSize,
): CandleEvent | string {
  const [open, high, low, close] = [decimal(row[1]), decimal(row[2]), decimal(row[3]), decimal(row[4])]
  if (!isPrice(open)) return 'candle open is no price'
  if (!isPrice(high)) return 'candle high is no price'
  if (!isPrice(low)) return 'candle low is no price'
  if (!isPrice(close)) return 'candle close is no price'
  if (high < open || high < close || high < low) return 'candle high is below open, close or low'
  if (low > open || low > close) return 'candle low is above open or close'
  const contracts = decimal(row[5])
  if (!isSize(contracts)) return 'candle vol is no size'
  const coins = told(row[6]) ? decimal(row[6]) : 0
  if (!isSize(coins)) return 'candle volCcy is no size'
  const quote = told(row[7]) ? decimal(row[7]) : 0
  if (!isSize(quote)) return 'candle volCcyQuote is no size'
  const candle = { type: 'candle', openTime, intervalMs, open, high, low, close } as const
  if (contracts === 0) return coins === 0 && quote === 0 ? { ...candle, volume: 0, quoteVolume: 0 } : 'candle vol is zero beside a volume'
  // Zero beside contracts that were traded is how a volume is not told.
  const traded = quote > 0 ? { quoteVolume: quote } : {}
  if (coins > 0) return { ...candle, volume: coins, ...traded }
  const size = contractSize(symbol)
  if (size === undefined) return NO_SIZE
  if (isInverse(symbol)) return 'candle volCcy is missing'
  return { ...candle, volume: contracts * size, ...traded }
}

export function readMark(row: unknown): Of<MarkPriceEvent> | string {
  if (!isFields(row)) return 'mark-price data is no object'
  if (!isSymbol(row.instId)) return 'mark-price instId is no symbol'
  const time = timeOf(row.ts)
  if (time === undefined) return 'mark-price ts is no time'
  const markPrice = decimal(row.markPx)
  if (!isPrice(markPrice)) return 'mark-price markPx is no price'
  return { symbol: row.instId, event: { type: 'markPrice', time, markPrice } }
}

/** What the venue says of the next settlement. */
export interface FundingRate {
  symbol: string
  /** when it was said; undefined of older messages */
  time: number | undefined
  rate: number
  /** when that rate is settled */
  settlement: number
  intervalHours: number | undefined
}

/**
 * `fundingRate` is settled at `fundingTime`; `nextFundingTime` is the settlement after it, so that both make the interval.
 * `nextFundingRate`, where it is told, belongs to that later one and is not used.
 */
export function readFundingRate(row: unknown): FundingRate | string {
  if (!isFields(row)) return 'funding-rate data is no object'
  if (!isSymbol(row.instId)) return 'funding-rate instId is no symbol'
  const rate = decimal(row.fundingRate)
  if (!isFundingRate(rate)) return 'funding-rate fundingRate is no rate'
  const settlement = timeOf(row.fundingTime)
  if (settlement === undefined) return 'funding-rate fundingTime is no time'
  const time = told(row.ts) ? timeOf(row.ts) : undefined
  if (told(row.ts) && time === undefined) return 'funding-rate ts is no time'
  const after = told(row.nextFundingTime) ? timeOf(row.nextFundingTime) : undefined
  if (told(row.nextFundingTime) && after === undefined) return 'funding-rate nextFundingTime is no time'
  const before = told(row.prevFundingTime) ? timeOf(row.prevFundingTime) : undefined
  const intervalMs = after !== undefined ? after - settlement : before !== undefined ? settlement - before : Number.NaN
  const intervalHours = intervalMs > 0 && intervalMs <= LONGEST_INTERVAL_MS ? intervalMs / HOUR_MS : undefined
  return { symbol: row.instId, time, rate, settlement, intervalHours }
}

/** A settlement that has been: `realizedRate` is what was charged, `fundingRate` what had been predicted. */
export function readSettlement(row: unknown): Of<FundingEvent> | string {
  if (!isFields(row)) return 'funding-rate-history row is no object'
  if (!isSymbol(row.instId)) return 'funding-rate-history instId is no symbol'
  const time = timeOf(row.fundingTime)
  if (time === undefined) return 'funding-rate-history fundingTime is no time'
  const field = told(row.realizedRate) ? 'realizedRate' : 'fundingRate'
  const rate = decimal(row[field])
  if (!isFundingRate(rate)) return `funding-rate-history ${field} is no rate`
  return { symbol: row.instId, event: { type: 'funding', time, rate } }
}

/** `oi` in contracts, `oiCcy` in base coin, `oiUsd` in USD. */
export function readOpenInterest(row: unknown, contractSize: ContractSize): Of<OpenInterestEvent> | string {
  if (!isFields(row)) return 'open-interest data is no object'
  const symbol = row.instId
  if (!isSymbol(symbol)) return 'open-interest instId is no symbol'
  const time = timeOf(row.ts)
  if (time === undefined) return 'open-interest ts is no time'
  const event = openInterestOf(symbol, time, { oi: row.oi, oiCcy: row.oiCcy, oiUsd: row.oiUsd }, contractSize)
  return typeof event === 'string' ? event : { symbol, event }
}

interface OpenInterest {
  oi: unknown
  oiCcy: unknown
  oiUsd: unknown
}

export function openInterestOf(
  symbol: string,
  time: number,
  { oi, oiCcy, oiUsd }: OpenInterest,
  contractSize: ContractSize,
): OpenInterestEvent | string {
  const contracts = told(oi) ? decimal(oi) : undefined
  if (contracts !== undefined && !isSize(contracts)) return 'open-interest oi is no size'
  const coins = told(oiCcy) ? decimal(oiCcy) : undefined
  if (coins !== undefined && !isSize(coins)) return 'open-interest oiCcy is no size'
  const usd = told(oiUsd) ? decimal(oiUsd) : undefined
  if (usd !== undefined && !isSize(usd)) return 'open-interest oiUsd is no size'
  const size = contractSize(symbol)
  const inverse = isInverse(symbol)
  // Contracts of inverse instruments are in USD by their size.
  const openInterestUsd = usd ?? (inverse && contracts !== undefined && size !== undefined ? contracts * size : undefined)
  const valued = openInterestUsd === undefined ? {} : { openInterestUsd }
  if (coins !== undefined) return { type: 'openInterest', time, openInterest: coins, ...valued }
  if (contracts === undefined) return 'open-interest oi is missing'
  if (size === undefined) return NO_SIZE
  if (inverse) return 'open-interest oiCcy is missing, and contracts are in USD'
  return { type: 'openInterest', time, openInterest: contracts * size, ...valued }
}

/** `side` is that of the taker. */
export function readTrade(row: unknown, contractSize: ContractSize): (Trade & { symbol: string }) | string {
  if (!isFields(row)) return 'trades data is no object'
  const { instId: symbol, side } = row
  if (!isSymbol(symbol)) return 'trades instId is no symbol'
  const time = timeOf(row.ts)
  if (time === undefined) return 'trades ts is no time'
  if (side !== 'buy' && side !== 'sell') return 'trades side is neither buy nor sell'
  const price = decimal(row.px)
  if (!isPrice(price)) return 'trades px is no price'
  const contracts = decimal(row.sz)
  if (!isSize(contracts) || contracts === 0) return 'trades sz is no size above zero'
  const size = contractSize(symbol)
  if (size === undefined) return NO_SIZE
  return { symbol, time, price, quantity: sizes(contracts, price, symbol, size).quantity, buy: side === 'buy' }
}

/** A whole book: `[price, contracts, 0, orders]` per level. */
export function readBook(book: Fields, symbol: unknown, contractSize: ContractSize): Of<DepthEvent> | string {
  if (!isSymbol(symbol)) return 'books instId is no symbol'
  const time = timeOf(book.ts)
  if (time === undefined) return 'books ts is no time'
  const size = contractSize(symbol)
  if (size === undefined) return NO_SIZE
  const bids = readLevels(book.bids, -1, symbol, size)
  if (typeof bids === 'string') return `books bids is ${bids}`
  const asks = readLevels(book.asks, 1, symbol, size)
  if (typeof asks === 'string') return `books asks is ${asks}`
  const [bid, ask] = [bids[0], asks[0]]
  if (bid && ask && bid[0] >= ask[0]) return 'books bids is at or above the best ask'
  return { symbol, event: { type: 'depth', time, bids, asks } }
}

type Levels = [price: number, quantity: number][]

/** `direction` 1: prices rise from level to level; −1: they fall. A text says what is wrong. */
function readLevels(value: unknown, direction: 1 | -1, symbol: string, contractSize: number): Levels | string {
  if (!Array.isArray(value) || value.length > MOST_LEVELS) return 'no list of levels'
  const levels: Levels = []
  let before = direction > 0 ? 0 : Number.POSITIVE_INFINITY
  for (const level of value as unknown[]) {
    if (!Array.isArray(level)) return 'no list of levels'
    const [price, contracts] = [decimal(level[0]), decimal(level[1])]
    if (!isPrice(price)) return 'no list of prices'
    // A size of zero takes a level away: that is a change, and no book.
    if (!isSize(contracts) || contracts === 0) return 'no list of sizes above zero'
    if (direction * (price - before) <= 0) return 'not in order'
    levels.push([price, sizes(contracts, price, symbol, contractSize).quantity])
    before = price
  }
  return levels
}

const UNITS_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, H: HOUR_MS, D: 24 * HOUR_MS, W: 7 * 24 * HOUR_MS }

/** Milliseconds of a bar as OKX names it (`1m`, `4H`, `1Dutc`); undefined of a month, which has no fixed length, and of what is none. */
export function intervalOf(name: string): number | undefined {
  const [, count, unit] = /^(\d{1,2})([mHDW])(?:utc)?$/.exec(name) ?? []
  const unitMs = unit === undefined ? undefined : UNITS_MS[unit]
  return unitMs === undefined || Number(count) === 0 ? undefined : Number(count) * unitMs
}
