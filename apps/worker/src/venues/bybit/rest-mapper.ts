/**
 * Answers of Bybit's REST endpoints in the house's vocabulary. No I/O. A row that cannot be read is left out and reported; an
 * answer of another shape than the endpoint's is an error.
 */
import type { CandleEvent, DepthEvent, FundingEvent, LongShortRatioEvent, OpenInterestEvent } from '@faultline/market/event'
import { type InstrumentDefinition, instrumentSchema, type MarginTier, marginTier } from '@faultline/market/instrument'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { inOrder, type Rows } from '../binance/rest-mapper.ts'
import { failed, readRows } from '../read-rows.ts'
import { decimal, type Fields, isFields, isFundingRate, isSize, isTime, timeOf } from '../values.ts'
import { isInverse, openInterestOf, readBar, readBook, readOneSide, readTicker } from './rows.ts'

/** Quotes that count as USD one for one. */
const USD_QUOTES: ReadonlySet<unknown> = new Set(['USDT', 'USDC', 'USD'])
const LONGEST_INTERVAL_MS = 7 * 24 * HOUR_MS

/** `result`, and the venue's clock when it answered. @throws FeedError failed */
function resultOf(endpoint: string, answer: unknown): { result: Fields; time: number | undefined } {
  if (!isFields(answer) || !isFields(answer.result)) throw failed(endpoint, 'something that has no result')
  return { result: answer.result, time: timeOf(answer.time) }
}

export function readServerTime(answer: unknown): number {
  const { result, time } = resultOf('time', answer)
  // Milliseconds are in the wrapper alone; `timeSecond` is the same without them.
  const known = time ?? decimal(result.timeSecond) * 1_000
  if (!isTime(known)) throw failed('time', 'no time')
  return known
}

/** `newest`: the latest start in the answer. Candles before it are closed, whatever any clock says. */
export function readKlines(answer: unknown, symbol: string): Rows<CandleEvent> & { newest: number | null } {
  const { result } = resultOf('kline', answer)
  if (result.symbol !== symbol) throw failed('kline', `no candles of ${symbol}`)
  let newest: number | null = null
  const { rows, unread } = readRows('kline', result.list, (row) => {
    const read = readKlineRow(row, MINUTE_MS, isInverse(symbol))
    if (typeof read !== 'string') newest = Math.max(newest ?? read.openTime, read.openTime)
    return read
  })
  return { rows: inOrder(rows, (c) => c.openTime), unread, newest }
}

/** `[start, open, high, low, close, volume, turnover]`, all of them texts. */
export function readKlineRow(row: unknown, intervalMs: number, inverse: boolean): CandleEvent | string {
  if (!Array.isArray(row)) return 'kline row is no list'
  const [start, open, high, low, close, volume, turnover] = row as unknown[]
  const openTime = timeOf(start)
  if (openTime === undefined || openTime % MINUTE_MS !== 0) return 'kline start is not the start of a minute'
  return readBar({ openTime, open, high, low, close, volume, turnover }, intervalMs, inverse)
}

/** As it stands now, from the ticker. */
export function readOpenInterest(answer: unknown, symbol: string): OpenInterestEvent {
  const { result, time } = resultOf('tickers', answer)
  const rows = Array.isArray(result.list) ? (result.list as unknown[]) : []
  const row = rows.find((r) => isFields(r) && r.symbol === symbol)
  if (row === undefined) throw failed('tickers', `no figures of ${symbol}`)
  if (time === undefined) throw failed('tickers', 'no time')
  const ticker = readTicker(row)
  if (typeof ticker === 'string') throw failed('tickers', ticker)
  const event = openInterestOf(ticker, time, isInverse(symbol))
  if (!event) throw failed('tickers', `no open interest of ${symbol}`)
  return event
}

export function readOpenInterestHistory(answer: unknown, symbol: string): Rows<OpenInterestEvent> & { cursor: string | null } {
  const { result } = resultOf('open-interest', answer)
  if (result.symbol !== symbol) throw failed('open-interest', `no figures of ${symbol}`)
  const { rows, unread } = readRows('open-interest', result.list, (row) => readOpenInterestRow(row, isInverse(symbol)))
  return { rows: inOrder(rows, (e) => e.time), unread, cursor: cursorOf(result) }
}

/** `openInterest` counts both sides; `singleOpenInterest`, where it is told, one. */
export function readOpenInterestRow(row: unknown, inverse: boolean): OpenInterestEvent | string {
  if (!isFields(row)) return 'open-interest row is no object'
  const time = timeOf(row.timestamp)
  if (time === undefined) return 'open-interest timestamp is no time'
  const openInterest = readOneSide(row, 'singleOpenInterest', 'openInterest')
  if (openInterest === undefined) return 'open-interest openInterest is missing'
  if (typeof openInterest === 'string') return `open-interest ${openInterest}`
  return openInterestOf({ openInterest }, time, inverse) ?? 'open-interest openInterest is in USD, without a price to turn it into coins'
}

/** Settlements come without their interval; `hours` is what it is now. */
export function readFunding(answer: unknown, symbol: string, hours: number | undefined): Rows<FundingEvent> {
  const { result } = resultOf('funding/history', answer)
  const { rows, unread } = readRows('funding/history', result.list, (row) => {
    const read = readFundingRow(row, hours)
    return typeof read === 'string' ? read : read.symbol === symbol ? read.event : `a row is not of ${symbol}`
  })
  return { rows: inOrder(rows, (e) => e.time), unread }
}

export function readFundingRow(row: unknown, intervalHours?: number): { symbol: string; event: FundingEvent } | string {
  if (!isFields(row) || typeof row.symbol !== 'string') return 'funding symbol is no symbol'
  const time = timeOf(row.fundingRateTimestamp)
  if (time === undefined) return 'funding fundingRateTimestamp is no time'
  const rate = decimal(row.fundingRate)
  if (!isFundingRate(rate)) return 'funding fundingRate is no rate'
  const event: FundingEvent = { type: 'funding', time, rate }
  return { symbol: row.symbol, event: intervalHours === undefined ? event : { ...event, intervalHours } }
}

export function readRatios(answer: unknown, symbol: string): Rows<LongShortRatioEvent> & { cursor: string | null } {
  const { result } = resultOf('account-ratio', answer)
  const { rows, unread } = readRows('account-ratio', result.list, (row) => {
    const read = readRatioRow(row)
    return typeof read === 'string' ? read : read.symbol === symbol ? read.event : `a row is not of ${symbol}`
  })
  return { rows: inOrder(rows, (e) => e.time), unread, cursor: cursorOf(result) }
}

/** Shares of the accounts that hold longs and shorts. */
export function readRatioRow(row: unknown): { symbol: string; event: LongShortRatioEvent } | string {
  if (!isFields(row) || typeof row.symbol !== 'string') return 'account-ratio symbol is no symbol'
  const time = timeOf(row.timestamp)
  if (time === undefined) return 'account-ratio timestamp is no time'
  const [longs, shorts] = [decimal(row.buyRatio), decimal(row.sellRatio)]
  if (!isSize(longs)) return 'account-ratio buyRatio is no share'
  if (!isSize(shorts) || shorts === 0) return 'account-ratio sellRatio is no share above zero'
  return { symbol: row.symbol, event: { type: 'longShortRatio', time, kind: 'accounts', ratio: longs / shorts } }
}

/** Perpetuals that trade, in USDT or USDC; `fundingHours` by symbol; `cursor`: there are more. */
export function readInstruments(answer: unknown): {
  instruments: InstrumentDefinition[]
  fundingHours: Map<string, number>
  cursor: string | null
} {
  const { result } = resultOf('instruments-info', answer)
  if (!Array.isArray(result.list)) throw failed('instruments-info', 'no list of instruments')
  const fundingHours = new Map<string, number>()
  const instruments = (result.list as unknown[]).flatMap((row) => {
    if (!isFields(row) || row.contractType !== 'LinearPerpetual' || row.status !== 'Trading' || !USD_QUOTES.has(row.quoteCoin)) return []
    const parsed = instrumentSchema.safeParse({
      venue: 'bybit-linear',
      symbol: row.symbol,
      baseAsset: row.baseCoin,
      quoteAsset: row.quoteCoin,
      contractSize: 1,
    })
    if (!parsed.success) return []
    const intervalMs = decimal(row.fundingInterval) * MINUTE_MS
    if (intervalMs > 0 && intervalMs <= LONGEST_INTERVAL_MS) fundingHours.set(parsed.data.symbol, intervalMs / HOUR_MS)
    return [parsed.data]
  })
  return { instruments, fundingHours, cursor: cursorOf(result) }
}

/**
 * Lowest tier first; null for inverse contracts, whose limits are in coins. Bybit has written the margins as fractions and as per
 * cents; the initial margin of a tier is one by its leverage, which tells them apart.
 */
export function readRiskLimits(answer: unknown, symbol: string): MarginTier[] | null {
  const { result } = resultOf('risk-limit', answer)
  if (isInverse(symbol)) return null
  const { rows } = readRows('risk-limit', result.list, (row) => {
    if (!isFields(row) || row.symbol !== symbol) return `a row is not of ${symbol}`
    const [cap, maintenance, initial, leverage] = [
      decimal(row.riskLimitValue),
      decimal(row.maintenanceMargin),
      decimal(row.initialMargin),
      decimal(row.maxLeverage),
    ]
    if (!(cap > 0)) return 'riskLimitValue is no size above zero'
    if (!(leverage >= 1)) return 'maxLeverage is no leverage'
    if (!(initial > 0) || !(maintenance > 0)) return 'initialMargin or maintenanceMargin is no margin'
    const unit = Math.abs(Math.log(initial * leverage)) < Math.abs(Math.log((initial * leverage) / 100)) ? 1 : 100
    return { cap, maintMarginRatio: maintenance / unit, maxLeverage: leverage }
  })
  const sorted = [...rows].sort((a, b) => a.cap - b.cap)
  return sorted.map(({ cap, maintMarginRatio, maxLeverage }, i) => {
    const parsed = marginTier.safeParse({ floorUsd: sorted[i - 1]?.cap ?? 0, capUsd: cap, maintMarginRatio, maxLeverage })
    if (!parsed.success) throw failed('risk-limit', 'margins that are none')
    return parsed.data
  })
}

export function readOrderbook(answer: unknown, symbol: string): DepthEvent {
  const { result } = resultOf('orderbook', answer)
  const book = readBook(result, result.cts ?? result.ts)
  if (typeof book === 'string') throw failed('orderbook', book)
  if (book.symbol !== symbol) throw failed('orderbook', `no book of ${symbol}`)
  return book.event
}

function cursorOf({ nextPageCursor }: Fields): string | null {
  return typeof nextPageCursor === 'string' && nextPageCursor !== '' ? nextPageCursor : null
}
