/**
 * Answers of OKX's REST endpoints in the house's vocabulary. No I/O. A row that cannot be read is left out and reported; an
 * answer of another shape than the endpoint's is an error.
 */
import type { CandleEvent, DepthEvent, FundingEvent, LongShortRatioEvent, OpenInterestEvent, RatioKind } from '@faultline/market/event'
import { type InstrumentDefinition, instrumentSchema, type MarginTier, marginTier } from '@faultline/market/instrument'
import { MINUTE_MS } from '@faultline/market/units'
import { inOrder, type Rows } from '../binance/rest-mapper.ts'
import { failed, readRows } from '../read-rows.ts'
import { decimal, type Fields, isFields, isPrice, isSize, isTime, timeOf } from '../values.ts'
import { isInverse } from './contract-sizes.ts'
import {
  type ContractSize,
  openInterestOf,
  readBarHead,
  readBook,
  readCandle,
  readFundingRate,
  readMark,
  readOpenInterest,
  readSettlement,
} from './rows.ts'

/** Settlement coins of linear contracts, which count as USD one for one. */
const USD_QUOTES: ReadonlySet<unknown> = new Set(['USDT', 'USDC', 'USD'])

/** @throws FeedError failed */
function dataOf(endpoint: string, answer: unknown): unknown[] {
  if (!isFields(answer) || !Array.isArray(answer.data)) throw failed(endpoint, 'something that has no data')
  return answer.data as unknown[]
}

export function readServerTime(answer: unknown): number {
  const [row] = dataOf('time', answer)
  const time = isFields(row) ? timeOf(row.ts) : undefined
  if (!isTime(time)) throw failed('time', 'no ts')
  return time
}

/** Closed ones alone. `oldest`: the earliest start in the answer, closed or not; null: it has no rows. */
export function readCandles(answer: unknown, symbol: string, contractSize: ContractSize): Rows<CandleEvent> & { oldest: number | null } {
  let oldest: number | null = null
  const { rows, unread } = readRows('candles', dataOf('candles', answer), (row) => {
    const head = readBarHead(row)
    if (typeof head === 'string') return head
    oldest = Math.min(oldest ?? head.openTime, head.openTime)
    if (head.closed === undefined) return 'candle confirm is missing'
    return head.closed ? readCandle(row as unknown[], head.openTime, MINUTE_MS, symbol, contractSize) : null
  })
  const closed = rows.filter((row) => row !== null)
  return { rows: inOrder(closed, (c) => c.openTime), unread, oldest }
}

/** Of every instrument that can be read, by its symbol. */
export function readOpenInterests(answer: unknown, contractSize: ContractSize): Rows<readonly [symbol: string, event: OpenInterestEvent]> {
  return readRows('open-interest', dataOf('open-interest', answer), (row) => {
    const read = readOpenInterest(row, contractSize)
    return typeof read === 'string' ? read : ([read.symbol, read.event] as const)
  })
}

/**
 * `[ts, oi, oiCcy, oiUsd]`. `ts` is the start of a period whose figure goes on being updated until it ends: the end is its time.
 */
export function readOpenInterestHistory(
  answer: unknown,
  symbol: string,
  periodMs: number,
  contractSize: ContractSize,
): Rows<OpenInterestEvent> {
  const { rows, unread } = readRows('open-interest-history', dataOf('open-interest-history', answer), (row) => {
    const read = readOpenInterestRow(row, symbol, contractSize)
    return typeof read === 'string' ? read : { ...read, time: read.time + periodMs }
  })
  return { rows: inOrder(rows, (e) => e.time), unread }
}

export function readOpenInterestRow(row: unknown, symbol: string, contractSize: ContractSize): OpenInterestEvent | string {
  if (!Array.isArray(row)) return 'open-interest-history row is no list'
  const [ts, oi, oiCcy, oiUsd] = row as unknown[]
  const time = timeOf(ts)
  if (time === undefined) return 'open-interest-history ts is no time'
  return openInterestOf(symbol, time, { oi, oiCcy, oiUsd }, contractSize)
}

/** `hours` between settlements as it is now; undefined: it is not known. */
export function readFunding(answer: unknown, symbol: string, hours: number | undefined): Rows<FundingEvent> {
  const { rows, unread } = readRows('funding-rate-history', dataOf('funding-rate-history', answer), (row) => {
    const read = readSettlement(row)
    if (typeof read === 'string') return read
    if (read.symbol !== symbol) return `a row is not of ${symbol}`
    return hours === undefined ? read.event : { ...read.event, intervalHours: hours }
  })
  return { rows: inOrder(rows, (e) => e.time), unread }
}

/** Hours between settlements of one instrument; undefined where the answer does not tell. */
export function readFundingHours(answer: unknown): number | undefined {
  const [row] = dataOf('funding-rate', answer)
  const read = readFundingRate(row)
  if (typeof read === 'string') throw failed('funding-rate', read)
  return read.intervalHours
}

/** `[ts, ratio]`; of taker volumes `[ts, sold, bought]`. The figure belongs to the end of its period, as that of open interest. */
export function readRatios(endpoint: string, answer: unknown, kind: RatioKind, periodMs: number): Rows<LongShortRatioEvent> {
  const { rows, unread } = readRows(endpoint, dataOf(endpoint, answer), (row) => {
    const read = readRatioRow(row, kind)
    return typeof read === 'string' ? `${endpoint} ${read}` : { ...read, time: read.time + periodMs }
  })
  return { rows: inOrder(rows, (e) => e.time), unread }
}

export function readRatioRow(row: unknown, kind: RatioKind): LongShortRatioEvent | string {
  if (!Array.isArray(row)) return 'row is no list'
  const [ts, first, second] = row as unknown[]
  const time = timeOf(ts)
  if (time === undefined) return 'ts is no time'
  if (kind !== 'takerVolume') {
    const ratio = decimal(first)
    return isSize(ratio) ? { type: 'longShortRatio', time, kind, ratio } : 'ratio is no ratio'
  }
  const [sold, bought] = [decimal(first), decimal(second)]
  if (!isSize(sold) || sold === 0) return 'sellVol is no size above zero'
  if (!isSize(bought)) return 'buyVol is no size'
  return { type: 'longShortRatio', time, kind, ratio: bought / sold }
}

/** Swaps that trade, with the contract size of every swap in the list, live or not (of inverse ones: USD). */
export function readInstruments(answer: unknown): { instruments: InstrumentDefinition[]; contractSizes: Map<string, number> } {
  const contractSizes = new Map<string, number>()
  const instruments = dataOf('instruments', answer).flatMap((row) => {
    if (!isFields(row) || typeof row.instId !== 'string' || row.instType !== 'SWAP') return []
    const contractSize = contractSizeOf(row)
    if (contractSize === undefined) return []
    contractSizes.set(row.instId, contractSize)
    if (row.state !== 'live' || row.ctType !== 'linear' || !USD_QUOTES.has(row.settleCcy)) return []
    const [baseAsset, quoteAsset] = String(row.instFamily || row.uly || row.instId).split('-')
    const parsed = instrumentSchema.safeParse({ venue: 'okx-swap', symbol: row.instId, baseAsset, quoteAsset, contractSize })
    return parsed.success ? [parsed.data] : []
  })
  return { instruments, contractSizes }
}

/** `ctVal` times `ctMult`, which is 1 wherever it was seen. */
export function contractSizeOf(row: Fields): number | undefined {
  const size = decimal(row.ctVal) * (row.ctMult === undefined || row.ctMult === '' ? 1 : decimal(row.ctMult))
  return isSize(size) && size > 0 ? size : undefined
}

/**
 * Lowest tier first. Tiers are in contracts: those of linear instruments become USD at `price`, those of inverse ones by their
 * size alone. @throws FeedError failed
 */
export function readPositionTiers(answer: unknown, symbol: string, contractSize: number, price: number): MarginTier[] {
  const usdPerContract = contractSize * (isInverse(symbol) ? 1 : price)
  const { rows } = readRows('position-tiers', dataOf('position-tiers', answer), (row) => {
    if (!isFields(row)) return 'a row is no object'
    const [floor, cap, ratio, leverage] = [decimal(row.minSz), decimal(row.maxSz), decimal(row.mmr), decimal(row.maxLever)]
    if (!isSize(floor)) return 'minSz is no size'
    if (!isSize(cap) || cap <= floor) return 'maxSz is not above minSz'
    if (!(ratio > 0 && ratio < 1)) return 'mmr is no margin'
    if (!(leverage >= 1)) return 'maxLever is no leverage'
    return { floor, cap, maintMarginRatio: ratio, maxLeverage: leverage }
  })
  const sorted = [...rows].sort((a, b) => a.cap - b.cap)
  return sorted.map(({ cap, maintMarginRatio, maxLeverage }, i) => {
    // `minSz` is one lot above the cap before it; a tier begins where that one ends.
    const floorUsd = (sorted[i - 1]?.cap ?? 0) * usdPerContract
    const parsed = marginTier.safeParse({ floorUsd, capUsd: cap * usdPerContract, maintMarginRatio, maxLeverage })
    if (!parsed.success) throw failed('position-tiers', 'tiers that are none')
    return parsed.data
  })
}

export function readMarkPrice(answer: unknown, symbol: string): number {
  const rows = dataOf('mark-price', answer).map(readMark)
  const mark = rows.find((row) => typeof row !== 'string' && row.symbol === symbol)
  if (mark === undefined || typeof mark === 'string' || !isPrice(mark.event.markPrice)) throw failed('mark-price', `no price of ${symbol}`)
  return mark.event.markPrice
}

/** The answer names no instrument: it is of the one that was asked for. */
export function readBooks(answer: unknown, symbol: string, contractSize: ContractSize): DepthEvent {
  const [row] = dataOf('books', answer)
  const book = isFields(row) ? readBook(row, symbol, contractSize) : 'books data is no object'
  if (typeof book === 'string') throw failed('books', book)
  return book.event
}
