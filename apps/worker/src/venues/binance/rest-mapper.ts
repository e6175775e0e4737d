/**
 * Answers of Binance's REST endpoints in the house's vocabulary. No I/O. A row that cannot be read is left out and reported,
 * so that one odd row does not hold up all others; an answer of another shape than the endpoint's is an error.
 */
import type { CandleEvent, FundingEvent, LongShortRatioEvent, OpenInterestEvent, RatioKind } from '@faultline/market/event'
import { type InstrumentDefinition, instrumentSchema } from '@faultline/market/instrument'
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { FeedError } from '../../feed/venue-feed.ts'
import { decimal, isFields, isFundingRate, isPrice, isSize, isTime, isTradeCount, timeOf } from '../values.ts'
import { ROUNDING } from './mapper.ts'

/** `unread`: how many rows were left out, and what was wrong with the first. */
export interface Rows<T> {
  rows: T[]
  unread: { count: number; reason: string } | null
}

/** Quotes that count as USD one for one. Perpetuals in other coins (ETHBTC) have no size in USD here. */
const USD_QUOTES: ReadonlySet<unknown> = new Set(['USDT', 'USDC', 'FDUSD', 'BUSD', 'USD'])
export const USUAL_FUNDING_HOURS = 8

const failed = (endpoint: string, what: string): FeedError => new FeedError('failed', `${endpoint} answered ${what}`)

/** Every row by itself; a reader's text says what is wrong. @throws FeedError failed when not one row of several can be read */
function readRows<T>(endpoint: string, answer: unknown, read: (row: unknown) => T | string): Rows<T> {
  if (!Array.isArray(answer)) throw failed(endpoint, 'something that is no list')
  const rows: T[] = []
  const reasons: string[] = []
  for (const row of answer as unknown[]) {
    const result = read(row)
    if (typeof result === 'string') reasons.push(result)
    else rows.push(result)
  }
  const [first] = reasons
  if (first === undefined) return { rows, unread: null }
  if (rows.length === 0) throw failed(endpoint, `no row that can be read: ${first}`)
  return { rows, unread: { count: reasons.length, reason: `${endpoint}: ${first}` } }
}

/** In order of time, each time once: the first row of a time stays. */
export function inOrder<T>(rows: readonly T[], timeOfRow: (row: T) => number): T[] {
  const sorted = [...rows].sort((a, b) => timeOfRow(a) - timeOfRow(b))
  return sorted.filter((row, i) => i === 0 || timeOfRow(row) !== timeOfRow(sorted[i - 1] as T))
}

export function readServerTime(answer: unknown): number {
  const time = isFields(answer) ? answer.serverTime : undefined
  if (!isTime(time)) throw failed('time', 'no serverTime')
  return time
}

/** Candles of one length. `newest`: the latest open time in the answer. Candles before it are closed, whatever any clock says. */
export function readKlines(answer: unknown, intervalMs = MINUTE_MS): Rows<CandleEvent> & { newest: number | null } {
  let newest: number | null = null
  const { rows, unread } = readRows('klines', answer, (row) => {
    if (!Array.isArray(row) || row.length < 10) return 'a row is no list of ten fields'
    const fields = row as unknown[]
    const [openTime, , , , , , closeTime] = fields
    if (!isTime(openTime) || openTime % Math.min(intervalMs, DAY_MS) !== 0) return 'openTime is not the start of a minute'
    if (closeTime !== openTime + intervalMs - 1) return 'closeTime is not the end of the minute'
    newest = Math.max(newest ?? openTime, openTime)
    const at = (index: number): number => decimal(fields[index])
    const [open, high, low, close] = [at(1), at(2), at(3), at(4)]
    if (!isPrice(open) || !isPrice(high) || !isPrice(low) || !isPrice(close)) return 'open, high, low or close is no price'
    if (high < open || high < close || high < low || low > open || low > close) return 'open, high, low and close contradict each other'
    const [volume, quoteVolume, tradeCount, takerBuyVolume] = [at(5), at(7), at(8), at(9)]
    if (!isSize(volume) || !isSize(quoteVolume)) return 'volume or quoteVolume is no size'
    if (!isTradeCount(tradeCount)) return 'the number of trades is none'
    if (!isSize(takerBuyVolume) || takerBuyVolume > volume * ROUNDING) return 'takerBuyVolume is no part of the volume'
    const candle: CandleEvent = {
      type: 'candle',
      openTime,
      intervalMs,
      open,
      high,
      low,
      close,
      volume,
      quoteVolume,
      takerBuyVolume,
      tradeCount,
    }
    return candle
  })
  return { rows: inOrder(rows, (c) => c.openTime), unread, newest }
}

export function readOpenInterest(answer: unknown, symbol: string): OpenInterestEvent {
  if (!isFields(answer) || answer.symbol !== symbol) throw failed('openInterest', `no figure of ${symbol}`)
  const openInterest = decimal(answer.openInterest)
  if (!isSize(openInterest)) throw failed('openInterest', 'a figure that is no size')
  if (!isTime(answer.time)) throw failed('openInterest', 'no time')
  return { type: 'openInterest', time: answer.time, openInterest }
}

export function readOpenInterestHistory(answer: unknown, symbol: string): Rows<OpenInterestEvent> {
  const { rows, unread } = readRows('openInterestHist', answer, (row) => {
    if (!isFields(row) || row.symbol !== symbol) return `a row is not of ${symbol}`
    const time = timeOf(row.timestamp)
    if (time === undefined) return 'timestamp is no time'
    const [openInterest, openInterestUsd] = [decimal(row.sumOpenInterest), decimal(row.sumOpenInterestValue)]
    if (!isSize(openInterest)) return 'sumOpenInterest is no size'
    if (!isSize(openInterestUsd)) return 'sumOpenInterestValue is no size'
    const event: OpenInterestEvent = { type: 'openInterest', time, openInterest, openInterestUsd }
    return event
  })
  return { rows: inOrder(rows, (e) => e.time), unread }
}

/** `endpoint` for messages. Taker volumes come without a symbol. */
export function readRatios(endpoint: string, answer: unknown, kind: RatioKind): Rows<LongShortRatioEvent> {
  const field = kind === 'takerVolume' ? 'buySellRatio' : 'longShortRatio'
  const { rows, unread } = readRows(endpoint, answer, (row) => {
    if (!isFields(row)) return 'a row is no object'
    const time = timeOf(row.timestamp)
    if (time === undefined) return 'timestamp is no time'
    const ratio = decimal(row[field])
    if (!isSize(ratio)) return `${field} is no ratio`
    const event: LongShortRatioEvent = { type: 'longShortRatio', time, kind, ratio }
    return event
  })
  return { rows: inOrder(rows, (e) => e.time), unread }
}

/**
 * Settlements are stamped some milliseconds after the full minute. The full minute is their time here, as in the dumps: the
 * same settlement has the same key wherever it was read.
 */
export function readFunding(answer: unknown, symbol: string, intervalHours: number): Rows<FundingEvent> {
  const { rows, unread } = readRows('fundingRate', answer, (row) => {
    if (!isFields(row) || row.symbol !== symbol) return `a row is not of ${symbol}`
    const stamped = timeOf(row.fundingTime)
    if (stamped === undefined) return 'fundingTime is no time'
    const rate = decimal(row.fundingRate)
    if (!isFundingRate(rate)) return 'fundingRate is no rate'
    const event: FundingEvent = { type: 'funding', time: floorTo(stamped + MINUTE_MS / 2, MINUTE_MS), rate, intervalHours }
    return event
  })
  return { rows: inOrder(rows, (e) => e.time), unread }
}

/** Hours between settlements of the symbols that have others than eight. */
export function readFundingHours(answer: unknown): Map<string, number> {
  const { rows } = readRows('fundingInfo', answer, (row) => {
    if (!isFields(row) || typeof row.symbol !== 'string') return 'a row has no symbol'
    const hours = decimal(row.fundingIntervalHours)
    return hours > 0 && hours * HOUR_MS <= 7 * 24 * HOUR_MS ? ([row.symbol, hours] as const) : 'fundingIntervalHours is no number of hours'
  })
  return new Map(rows)
}

/** Perpetuals that are trading, in USD; `weightLimit`: what the address may use per minute, where the answer says it. */
export function readExchangeInfo(answer: unknown): { instruments: InstrumentDefinition[]; weightLimit: number | null } {
  if (!isFields(answer) || !Array.isArray(answer.symbols)) throw failed('exchangeInfo', 'no list of symbols')
  const instruments = (answer.symbols as unknown[]).flatMap((symbol) => {
    if (!isFields(symbol) || symbol.contractType !== 'PERPETUAL' || symbol.status !== 'TRADING') return []
    if (!USD_QUOTES.has(symbol.quoteAsset)) return []
    const parsed = instrumentSchema.safeParse({
      venue: 'binance-usdm',
      symbol: symbol.symbol,
      baseAsset: symbol.baseAsset,
      quoteAsset: symbol.quoteAsset,
      contractSize: 1,
    })
    return parsed.success ? [parsed.data] : []
  })
  const limits = Array.isArray(answer.rateLimits) ? (answer.rateLimits as unknown[]) : []
  const weight = limits.find((l) => isFields(l) && l.rateLimitType === 'REQUEST_WEIGHT' && l.interval === 'MINUTE' && l.intervalNum === 1)
  const limit = isFields(weight) ? decimal(weight.limit) : Number.NaN
  return { instruments, weightLimit: limit >= 1 ? limit : null }
}
