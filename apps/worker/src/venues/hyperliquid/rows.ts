/**
 * Single rows of Hyperliquid's messages and answers, wherever they came from. No I/O. A reader gives what the row means, or a
 * text that names the field that cannot be read (never its value, so that equal faults have equal reasons). Sizes are in coins.
 */
import type { CandleEvent, DepthEvent, FundingEvent, LiquidationEvent, MarkPriceEvent, OpenInterestEvent } from '@faultline/market/event'
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { decimal, type Fields, isFields, isFundingRate, isPrice, isSize, isTradeCount, timeOf } from '../values.ts'

/** More levels than any book that we ask for has. */
const MOST_LEVELS = 1_000
export const FUNDING_HOURS = 1
const COIN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

/** Coins have small letters as well: `kPEPE`. */
export const isCoin = (value: unknown): value is string => typeof value === 'string' && COIN.test(value)

export interface Of<E> {
  symbol: string
  event: E
}

export const nextFullHour = (time: number): number => floorTo(time, HOUR_MS) + HOUR_MS

const UNITS = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const
/** Milliseconds of an interval (`1m`, `4h`); undefined of months, which have no fixed length, and of what is none. */
export function intervalOf(name: unknown): number | undefined {
  const [, count, unit] = (typeof name === 'string' && /^(\d{1,2})([mhd])$/.exec(name)) || []
  return count === undefined || Number(count) === 0 ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS]
}

/** `t T s i o h l c v n`: of the open minute as well as of past ones. `v` is in coins; nothing tells the turnover. */
export function readCandle(row: unknown): Of<CandleEvent> | string {
  if (!isFields(row)) return 'candle is no object'
  const { s: symbol } = row
  if (!isCoin(symbol)) return 'candle s is no coin'
  const intervalMs = intervalOf(row.i)
  if (intervalMs === undefined) return 'candle i is no interval'
  const openTime = timeOf(row.t)
  if (openTime === undefined || openTime % MINUTE_MS !== 0) return 'candle t is not the start of a minute'
  if (row.T !== undefined && timeOf(row.T) !== openTime + intervalMs - 1) return 'candle T is not the end of its interval'
  const [open, high, low, close] = [decimal(row.o), decimal(row.h), decimal(row.l), decimal(row.c)]
  if (!isPrice(open)) return 'candle o is no price'
  if (!isPrice(high)) return 'candle h is no price'
  if (!isPrice(low)) return 'candle l is no price'
  if (!isPrice(close)) return 'candle c is no price'
  if (high < open || high < close || high < low) return 'candle h is below open, close or low'
  if (low > open || low > close) return 'candle l is above open or close'
  const volume = decimal(row.v)
  if (!isSize(volume)) return 'candle v is no size'
  const event: CandleEvent = { type: 'candle', openTime, intervalMs, open, high, low, close, volume }
  if (row.n === undefined) return { symbol, event }
  const tradeCount = decimal(row.n)
  if (!isTradeCount(tradeCount)) return 'candle n is no number of trades'
  // A volume without a trade: nobody has counted.
  return { symbol, event: tradeCount === 0 && volume > 0 ? event : { ...event, tradeCount } }
}

/** What the context of a coin says (`activeAssetCtx`, `metaAndAssetCtxs`). It has no time. Absent: it does not say. */
export interface AssetContext {
  markPrice?: number
  indexPrice?: number
  /** of the running hour, as it would be settled now */
  fundingRate?: number
  /** base coin, as the venue counts it */
  openInterest?: number
}

/** Fields that are there have to be right. */
export function readContext(ctx: unknown): AssetContext | string {
  if (!isFields(ctx)) return 'ctx is no object'
  const context: AssetContext = {}
  for (const [field, source, is, what] of CONTEXT_FIELDS) {
    const given = ctx[source]
    if (given === undefined || given === null) continue
    const value = decimal(given)
    if (!is(value)) return `ctx ${source} is ${what}`
    context[field] = value
  }
  return context
}
const CONTEXT_FIELDS = [
  ['markPrice', 'markPx', isPrice, 'no price'],
  ['indexPrice', 'oraclePx', isPrice, 'no price'],
  ['fundingRate', 'funding', isFundingRate, 'no funding rate'],
  ['openInterest', 'openInterest', isSize, 'no size'],
] as const

/** Undefined where the context tells no mark price. Every hour is settled. */
export function markOf({ markPrice, indexPrice, fundingRate }: AssetContext, time: number): MarkPriceEvent | undefined {
  if (markPrice === undefined) return undefined
  const event: MarkPriceEvent = { type: 'markPrice', time, markPrice }
  if (indexPrice !== undefined) event.indexPrice = indexPrice
  if (fundingRate !== undefined) {
    event.predictedFundingRate = fundingRate
    event.nextFundingTime = nextFullHour(time)
  }
  return event
}

/** `sides`: 1 where the venue counts each contract once, 2 where it counts its long and its short. */
export function openInterestOf({ openInterest }: AssetContext, time: number, sides: number): OpenInterestEvent | undefined {
  return openInterest === undefined ? undefined : { type: 'openInterest', time, openInterest: openInterest / sides }
}

/** A row of `fundingHistory`. It is stamped some milliseconds after the full hour to which it belongs, which is its time here. */
export function readFunding(row: unknown): Of<FundingEvent> | string {
  if (!isFields(row)) return 'fundingHistory row is no object'
  if (!isCoin(row.coin)) return 'fundingHistory coin is no coin'
  const stamped = timeOf(row.time)
  if (stamped === undefined) return 'fundingHistory time is no time'
  const rate = decimal(row.fundingRate)
  if (!isFundingRate(rate)) return 'fundingHistory fundingRate is no funding rate'
  const time = floorTo(stamped + MINUTE_MS / 2, MINUTE_MS)
  return { symbol: row.coin, event: { type: 'funding', time, rate, intervalHours: FUNDING_HOURS } }
}

export interface Trade {
  symbol: string
  time: number
  price: number
  quantity: number
  takerBought: boolean
}

/** `side` is the taker's: B bought, A sold. */
export function readTrade(row: unknown): Trade | string {
  if (!isFields(row)) return 'trade is no object'
  const { coin: symbol, side } = row
  if (!isCoin(symbol)) return 'trade coin is no coin'
  const time = timeOf(row.time)
  if (time === undefined) return 'trade time is no time'
  if (side !== 'A' && side !== 'B') return 'trade side is neither A nor B'
  const [price, quantity] = [decimal(row.px), decimal(row.sz)]
  if (!isPrice(price)) return 'trade px is no price'
  if (!isSize(quantity) || quantity === 0) return 'trade sz is no size above zero'
  return { symbol, time, price, quantity, takerBought: side === 'B' }
}

/** A whole book: bids and asks as `levels`, of sockets and of REST. */
export function readBook(book: unknown): Of<DepthEvent> | string {
  if (!isFields(book)) return 'l2Book is no object'
  if (!isCoin(book.coin)) return 'l2Book coin is no coin'
  const time = timeOf(book.time)
  if (time === undefined) return 'l2Book time is no time'
  if (!Array.isArray(book.levels) || book.levels.length !== 2) return 'l2Book levels is no pair of lists'
  const [bids, asks] = [readLevels(book.levels[0], -1), readLevels(book.levels[1], 1)]
  if (typeof bids === 'string') return `l2Book levels 0 is ${bids}`
  if (typeof asks === 'string') return `l2Book levels 1 is ${asks}`
  const [bid, ask] = [bids[0], asks[0]]
  if (bid && ask && bid[0] >= ask[0]) return 'l2Book levels 0 is at or above the best ask'
  return { symbol: book.coin, event: { type: 'depth', time, bids, asks } }
}

type Levels = [price: number, quantity: number][]

/** `direction` 1: prices rise from level to level; −1: they fall. A text says what is wrong. */
function readLevels(value: unknown, direction: 1 | -1): Levels | string {
  if (!Array.isArray(value) || value.length > MOST_LEVELS) return 'no list of levels'
  const levels: Levels = []
  let before = direction > 0 ? 0 : Number.POSITIVE_INFINITY
  for (const level of value as unknown[]) {
    if (!isFields(level)) return 'no list of levels'
    const [price, quantity] = [decimal(level.px), decimal(level.sz)]
    if (!isPrice(price)) return 'no list of prices'
    if (!isSize(quantity) || quantity === 0) return 'no list of sizes above zero'
    if (direction * (price - before) <= 0) return 'not in order'
    levels.push([price, quantity])
    before = price
  }
  return levels
}

/** Whose fill it is, as the message around it says; null: it does not. */
export type Owner = string | null

/**
 * A fill with a `liquidation`: somebody's position was closed by force, and this is one side of it. Only the feed of an address
 * tells them, of the liquidated one or of whoever took the other side. Undefined: an ordinary fill.
 */
export function readLiquidationFill(fill: unknown, owner: Owner): Of<LiquidationEvent> | string | undefined {
  if (!isFields(fill)) return 'fill is no object'
  if (fill.liquidation === undefined || fill.liquidation === null) return undefined
  if (!isFields(fill.liquidation)) return 'fill liquidation is no object'
  const { coin: symbol, liquidation } = fill
  if (!isCoin(symbol)) return 'fill coin is no coin'
  const time = timeOf(fill.time)
  if (time === undefined) return 'fill time is no time'
  const side = sideOf(fill, liquidation.liquidatedUser, owner)
  if (side !== 'long' && side !== 'short') return side
  const quantity = decimal(fill.sz)
  if (!isSize(quantity) || quantity === 0) return 'fill sz is no size above zero'
  const filled = fill.px === undefined ? 0 : decimal(fill.px)
  if (!(filled === 0 || isPrice(filled))) return 'fill px is no price'
  const price = filled > 0 ? filled : decimal(liquidation.markPx)
  if (!isPrice(price)) return 'fill liquidation.markPx is no price'
  const priceKind = filled > 0 ? 'fill' : 'trigger'
  return { symbol, event: { type: 'liquidation', time, side, price, priceKind, quantity, quantityUsd: quantity * price } }
}

/** The side of the position that was liquidated; a text says why it cannot be told. */
function sideOf(fill: Fields, liquidated: unknown, owner: Owner): 'long' | 'short' | string {
  if (fill.side !== 'A' && fill.side !== 'B') return 'fill side is neither A nor B'
  const own = isOwn(fill, liquidated, owner)
  if (own === undefined) return 'fill dir does not say whose position was closed'
  // Whoever is liquidated sells a long or buys back a short; the other one does the opposite.
  return (fill.side === 'A') === own ? 'long' : 'short'
}

/** Is it the fill of the liquidated one, and not of who traded with it? Undefined: nothing says so. */
function isOwn({ dir, crossed }: Fields, liquidated: unknown, owner: Owner): boolean | undefined {
  if (owner !== null && typeof liquidated === 'string') return owner.toLowerCase() === liquidated.toLowerCase()
  if (typeof dir === 'string') {
    if (/^liquidated\b/i.test(dir)) return true
    // Force only ever closes: what opens or turns a position is the other side's.
    if (/open|>/i.test(dir)) return false
  }
  // A liquidation takes from the book; who stood there was not the one that is liquidated.
  return typeof crossed === 'boolean' ? crossed : undefined
}
