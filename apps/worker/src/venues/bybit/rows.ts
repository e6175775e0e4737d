/**
 * Single rows of Bybit's answers and messages, wherever they came from. No I/O. A reader gives what the row means, or a text that
 * names the field that cannot be read (never its value, so that equal faults have equal reasons).
 */
import type { CandleEvent, DepthEvent, LiquidationEvent, MarkPriceEvent, OpenInterestEvent } from '@faultline/market/event'
import { HOUR_MS } from '@faultline/market/units'
import type { Trade } from '../../feed/taker-tally.ts'
import { decimal, type Fields, isFields, isFundingRate, isPrice, isSize, isSymbol, isTime, timeOf } from '../values.ts'

/** More levels than any book that we ask for has. */
const MOST_LEVELS = 1_000
/** `openInterest` counts longs and shorts; `singleOpenInterest`, where it is told, counts one side. */
export const SIDES_IN_OPEN_INTEREST = 2 as const
const INVERSE = /^[A-Z0-9]+USD(?:[FGHJKMNQUVXZ]\d{2})?$/
const LONGEST_INTERVAL_HOURS = 7 * 24

/** Coin-margined contracts (BTCUSD, BTCUSDU26), whose sizes are in USD. */
export const isInverse = (symbol: string): boolean => INVERSE.test(symbol)

export interface Of<E> {
  symbol: string
  /** the venue's time */
  time: number
  event: E
}

/** A size as Bybit gives it, in base coin and USD. */
function sizes(size: number, price: number, inverse: boolean): { quantity: number; quantityUsd: number } {
  return inverse ? { quantity: size / price, quantityUsd: size } : { quantity: size, quantityUsd: size * price }
}

/** `T s S v p` of allLiquidation, `updatedTime symbol side size price` of the older topic. `S` is the side of the position. */
export function readLiquidation(row: unknown, contractSize = 1): Of<LiquidationEvent> | string {
  if (!isFields(row)) return 'liquidation is no object'
  const old = row.s === undefined && row.symbol !== undefined
  const names = old ? OLD_LIQUIDATION : ALL_LIQUIDATION
  const wrong = (field: keyof typeof names, what: string): string => `liquidation ${names[field]} is ${what}`
  const symbol = row[names.symbol]
  if (!isSymbol(symbol)) return wrong('symbol', 'no symbol')
  const time = timeOf(row[names.time])
  if (time === undefined) return wrong('time', 'no time')
  const side = row[names.side]
  if (side !== 'Buy' && side !== 'Sell') return wrong('side', 'neither Buy nor Sell')
  const price = decimal(row[names.price])
  if (!isPrice(price)) return wrong('price', 'no price')
  const size = decimal(row[names.size]) * contractSize
  if (!isSize(size) || size === 0) return wrong('size', 'no size above zero')
  const { quantity, quantityUsd } = sizes(size, price, isInverse(symbol))
  return {
    symbol,
    time,
    event: { type: 'liquidation', time, side: side === 'Buy' ? 'long' : 'short', price, priceKind: 'bankruptcy', quantity, quantityUsd },
  }
}
const ALL_LIQUIDATION = { symbol: 's', time: 'T', side: 'S', price: 'p', size: 'v' } as const
const OLD_LIQUIDATION = { symbol: 'symbol', time: 'updatedTime', side: 'side', price: 'price', size: 'size' } as const

export interface Bar {
  openTime: number
  open: unknown
  high: unknown
  low: unknown
  close: unknown
  volume: unknown
  turnover: unknown
}

/** `volume` is in base coin and `turnover` in the quote's; of inverse contracts the other way round. */
export function readBar(bar: Bar, intervalMs: number, inverse: boolean): CandleEvent | string {
  const [open, high, low, close] = [decimal(bar.open), decimal(bar.high), decimal(bar.low), decimal(bar.close)]
  if (!isPrice(open)) return 'kline open is no price'
  if (!isPrice(high)) return 'kline high is no price'
  if (!isPrice(low)) return 'kline low is no price'
  if (!isPrice(close)) return 'kline close is no price'
  if (high < open || high < close || high < low) return 'kline high is below open, close or low'
  if (low > open || low > close) return 'kline low is above open or close'
  const [volume, turnover] = [decimal(bar.volume), decimal(bar.turnover)]
  if (!isSize(volume)) return 'kline volume is no size'
  if (!isSize(turnover)) return 'kline turnover is no size'
  const base = { type: 'candle', openTime: bar.openTime, intervalMs, open, high, low, close } as const
  return inverse ? { ...base, volume: turnover, quoteVolume: volume } : { ...base, volume, quoteVolume: turnover }
}

/** What a ticker says, or what has changed in it. Absent: it does not say. */
export interface Ticker {
  symbol: string
  markPrice?: number
  indexPrice?: number
  fundingRate?: number
  nextFundingTime?: number
  fundingHours?: number
  /** of one side; base coin, or USD where `inverse` */
  openInterest?: number
  /** of one side; the quote's coin, or base coin where `inverse` */
  openInterestValue?: number
}

/** Fields that are there have to be right; an empty text is how Bybit says that a contract has none. */
export function readTicker(row: unknown): Ticker | string {
  if (!isFields(row)) return 'tickers data is no object'
  if (!isSymbol(row.symbol)) return 'tickers symbol is no symbol'
  const ticker: Ticker = { symbol: row.symbol }
  for (const [field, source, reader, what] of TICKER_FIELDS) {
    if (!told(row[source])) continue
    const value = reader(row[source])
    if (value === undefined) return `tickers ${source} is ${what}`
    ticker[field] = value
  }
  for (const [field, single, both] of OPEN_INTEREST_FIELDS) {
    const value = readOneSide(row, single, both)
    if (typeof value === 'string') return `tickers ${value}`
    if (value !== undefined) ticker[field] = value
  }
  return ticker
}
/** The field of one side where it is told, else half of that of both. Undefined: neither is told; a text says what is wrong. */
export function readOneSide(row: Fields, single: string, both: string): number | string | undefined {
  const field = told(row[single]) ? single : both
  if (!told(row[field])) return undefined
  const value = decimal(row[field])
  if (!isSize(value)) return `${field} is no size`
  return field === single ? value : value / SIDES_IN_OPEN_INTEREST
}

const told = (value: unknown): boolean => value !== undefined && value !== ''
const checked = (is: (value: number) => boolean) => (value: unknown) => {
  const number = decimal(value)
  return is(number) ? number : undefined
}
const isHours = (hours: number): boolean => hours > 0 && hours <= LONGEST_INTERVAL_HOURS
const TICKER_FIELDS = [
  ['markPrice', 'markPrice', checked(isPrice), 'no price'],
  ['indexPrice', 'indexPrice', checked(isPrice), 'no price'],
  ['fundingRate', 'fundingRate', checked(isFundingRate), 'no funding rate'],
  ['nextFundingTime', 'nextFundingTime', (value: unknown) => (Number(value) === 0 ? 0 : timeOf(value)), 'no time'],
  ['fundingHours', 'fundingIntervalHour', checked(isHours), 'no number of hours'],
] as const
const OPEN_INTEREST_FIELDS = [
  ['openInterest', 'singleOpenInterest', 'openInterest'],
  ['openInterestValue', 'singleOpenInterestValue', 'openInterestValue'],
] as const

/** Undefined where the ticker tells no mark price. */
export function markOf(ticker: Ticker, time: number): MarkPriceEvent | undefined {
  const { markPrice, indexPrice, fundingRate, nextFundingTime } = ticker
  if (markPrice === undefined) return undefined
  const event: MarkPriceEvent = { type: 'markPrice', time, markPrice }
  if (indexPrice !== undefined) event.indexPrice = indexPrice
  // Dated contracts have neither; a rate alone says nothing without its settlement.
  if (fundingRate !== undefined && isTime(nextFundingTime)) {
    event.predictedFundingRate = fundingRate
    event.nextFundingTime = nextFundingTime
  }
  return event
}

/** In base coin and USD. Undefined where the ticker tells none, or USD alone and no price to turn it into coins. */
export function openInterestOf(ticker: Omit<Ticker, 'symbol'>, time: number, inverse: boolean): OpenInterestEvent | undefined {
  const { openInterest, openInterestValue, markPrice } = ticker
  if (openInterest === undefined) return undefined
  if (!inverse) {
    const event: OpenInterestEvent = { type: 'openInterest', time, openInterest }
    return openInterestValue === undefined ? event : { ...event, openInterestUsd: openInterestValue }
  }
  const coins = openInterestValue ?? (markPrice === undefined ? undefined : openInterest / markPrice)
  return coins === undefined ? undefined : { type: 'openInterest', time, openInterest: coins, openInterestUsd: openInterest }
}

/** `S` is the side of the taker. */
export function readTrade(row: unknown): (Trade & { symbol: string }) | string {
  if (!isFields(row)) return 'publicTrade is no object'
  const { T: time, s: symbol, S: side } = row
  if (!isSymbol(symbol)) return 'publicTrade s is no symbol'
  if (!isTime(time)) return 'publicTrade T is no time'
  if (side !== 'Buy' && side !== 'Sell') return 'publicTrade S is neither Buy nor Sell'
  const price = decimal(row.p)
  if (!isPrice(price)) return 'publicTrade p is no price'
  const size = decimal(row.v)
  if (!isSize(size) || size === 0) return 'publicTrade v is no size above zero'
  const { quantity } = sizes(size, price, isInverse(symbol))
  return { symbol, time, price, quantity, buy: side === 'Buy' }
}

/** A whole book (REST, or a snapshot of a socket): `s b a`, and when it was. */
export function readBook(book: Fields, time: unknown): Of<DepthEvent> | string {
  const symbol = book.s
  if (!isSymbol(symbol)) return 'orderbook s is no symbol'
  const at = timeOf(time)
  if (at === undefined) return 'orderbook ts is no time'
  const bids = readLevels(book.b, -1, isInverse(symbol))
  if (typeof bids === 'string') return `orderbook b is ${bids}`
  const asks = readLevels(book.a, 1, isInverse(symbol))
  if (typeof asks === 'string') return `orderbook a is ${asks}`
  const [bid, ask] = [bids[0], asks[0]]
  if (bid && ask && bid[0] >= ask[0]) return 'orderbook b is at or above the best ask'
  return { symbol, time: at, event: { type: 'depth', time: at, bids, asks } }
}

type Levels = [price: number, quantity: number][]

/** `direction` 1: prices rise from level to level; −1: they fall. A text says what is wrong. */
function readLevels(value: unknown, direction: 1 | -1, inverse: boolean): Levels | string {
  if (!Array.isArray(value) || value.length > MOST_LEVELS) return 'no list of levels'
  const levels: Levels = []
  let before = direction > 0 ? 0 : Number.POSITIVE_INFINITY
  for (const level of value as unknown[]) {
    if (!Array.isArray(level)) return 'no list of levels'
    const [price, size] = [decimal(level[0]), decimal(level[1])]
    if (!isPrice(price)) return 'no list of prices'
    // A size of zero takes a level away: that is a change, and no book.
    if (!isSize(size) || size === 0) return 'no list of sizes above zero'
    if (direction * (price - before) <= 0) return 'not in order'
    levels.push([price, sizes(size, price, inverse).quantity])
    before = price
  }
  return levels
}

/** Milliseconds of an interval as Bybit names it; undefined of a month, which has no fixed length, and of what is none. */
export function intervalOf(name: unknown): number | undefined {
  if (name === 'D') return 24 * HOUR_MS
  if (name === 'W') return 7 * 24 * HOUR_MS
  return typeof name === 'string' && /^(?:1|3|5|15|30|60|120|240|360|720)$/.test(name) ? (Number(name) * HOUR_MS) / 60 : undefined
}
