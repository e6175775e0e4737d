/**
 * Answers of Gate's REST endpoints in the house's vocabulary (docs/venues/gate.md). No I/O. A row that cannot be read is left out
 * and reported; an answer of another shape than the endpoint's is an error.
 */
import type { CandleEvent, DepthEvent, FundingEvent, LongShortRatioEvent, OpenInterestEvent, RatioKind } from '@faultline/market/event'
import { type InstrumentDefinition, instrumentSchema, type MarginTier, marginTier } from '@faultline/market/instrument'
import { inOrder, type Rows } from '../binance/rest-mapper.ts'
import { failed, readRows } from '../read-rows.ts'
import { decimal, type Fields, isFields, isSymbol } from '../values.ts'
import {
  type Context,
  openInterestOf,
  readBook,
  readCandle,
  readSettlement,
  readStatOpenInterest,
  readStatRatio,
  readTicker,
} from './rows.ts'
import { instantOf } from './values.ts'

/** Quotes that count as USD one for one. */
const USD_QUOTES: ReadonlySet<string> = new Set(['USDT', 'USD1', 'USDC'])

export function readServerTime(answer: unknown): number {
  const time = instantOf(isFields(answer) ? answer.server_time : undefined)
  if (time === undefined) throw failed('time', 'no server_time')
  return time
}

const objectOf =
  <T>(read: (row: Fields) => T | string) =>
  (row: unknown): T | string =>
    isFields(row) ? read(row) : 'a row is no object'

/** `newest`: the latest open time in the answer. Candles before it are closed, whatever any clock says. */
export function readCandles(answer: unknown, symbol: string, context: Context): Rows<CandleEvent> & { newest: number | null } {
  const { rows, unread } = readRows(
    'candlesticks',
    answer,
    objectOf((row) => readCandle(row, symbol, context)),
  )
  const sorted = inOrder(rows, (c) => c.openTime)
  return { rows: sorted, unread, newest: sorted.at(-1)?.openTime ?? null }
}

/** Of every contract in `tickers`, which has no time: `time` is when it was asked. */
export function readTickers(answer: unknown, time: number, context: Context): Rows<readonly [symbol: string, event: OpenInterestEvent]> {
  return readRows('tickers', answer, (row) => {
    const ticker = readTicker(row)
    if (typeof ticker === 'string') return ticker
    const event = openInterestOf(ticker, time, context)
    return typeof event === 'string' ? event : [ticker.symbol, event]
  })
}

/** What one page of `contract_stats` says: open interest, and every ratio that was counted. */
export interface Statistics {
  openInterest: OpenInterestEvent[]
  ratios: LongShortRatioEvent[]
  unread: Rows<unknown>['unread']
}

export function readStatistics(answer: unknown, symbol: string, context: Context, kinds: readonly RatioKind[]): Statistics {
  const { rows, unread } = readRows(
    'contract_stats',
    answer,
    objectOf((row) => {
      const openInterest = readStatOpenInterest(row, symbol, context)
      if (typeof openInterest === 'string') return openInterest
      const ratios: LongShortRatioEvent[] = []
      for (const kind of kinds) {
        const ratio = readStatRatio(row, kind)
        if (typeof ratio === 'string') return ratio
        if (ratio !== null) ratios.push(ratio)
      }
      return { time: openInterest.time, openInterest, ratios }
    }),
  )
  const sorted = inOrder(rows, (r) => r.time)
  return { openInterest: sorted.map((r) => r.openInterest), ratios: sorted.flatMap((r) => r.ratios), unread }
}

export function readSettlements(answer: unknown, intervalHours: number | undefined): Rows<FundingEvent> {
  const { rows, unread } = readRows(
    'funding_rate',
    answer,
    objectOf((row) => readSettlement(row, intervalHours)),
  )
  return { rows: inOrder(rows, (e) => e.time), unread }
}

/** A contract of the list: what it is, and what else the feed needs of it. */
export interface Contract {
  instrument: InstrumentDefinition
  /** undefined: the list does not say */
  fundingHours: number | undefined
  /** the settlement that came next when the list was made, UTC ms; undefined: the list does not say */
  nextFunding: number | undefined
}

/**
 * Perpetuals in USD that are trading, neither being delisted nor not opened yet. Only those that are settled in what they are
 * quoted in (`direct`).
 */
export function readContracts(answer: unknown): Rows<Contract> {
  const { rows, unread } = readRows(
    'contracts',
    answer,
    objectOf((row) => {
      const { name, in_delisting: ending, status, type, is_pre_market: early } = row
      if (!isSymbol(name)) return 'name is no symbol'
      const [baseAsset, quoteAsset = '', ...rest] = name.split('_')
      const trades = ending !== true && early !== true && (status === undefined || status === 'trading')
      if (!trades || (type !== undefined && type !== 'direct') || !USD_QUOTES.has(quoteAsset) || rest.length > 0) return null
      const contractSize = decimal(row.quanto_multiplier)
      if (!(contractSize > 0)) return 'quanto_multiplier is no size above zero'
      const instrument = instrumentSchema.safeParse({ venue: 'gate-usdt', symbol: name, baseAsset, quoteAsset, contractSize })
      if (!instrument.success) return 'name is no symbol'
      const hours = decimal(row.funding_interval) / 3_600
      const fundingHours = hours > 0 && hours <= 168 ? hours : undefined
      return { instrument: instrument.data, fundingHours, nextFunding: instantOf(row.funding_next_apply) }
    }),
  )
  return { rows: rows.filter((row) => row !== null), unread }
}

/** `risk_limit` is where a tier ends; the lowest begins at zero, and nobody may hold more than the last. */
export function readMarginTiers(answer: unknown): MarginTier[] {
  const { rows } = readRows(
    'risk_limit_tiers',
    answer,
    objectOf((row) => {
      const [limit, ratio, leverage] = [decimal(row.risk_limit), decimal(row.maintenance_rate), decimal(row.leverage_max)]
      if (!(limit > 0)) return 'risk_limit is no size above zero'
      if (!(ratio > 0 && ratio < 1)) return 'maintenance_rate is no part of a position'
      if (!(leverage >= 1)) return 'leverage_max is no leverage'
      return { capUsd: limit, maintMarginRatio: ratio, maxLeverage: leverage }
    }),
  )
  const sorted = [...rows].sort((a, b) => a.capUsd - b.capUsd)
  return sorted.map((tier, i) => marginTier.parse({ floorUsd: sorted[i - 1]?.capUsd ?? 0, ...tier }))
}

export function readOrderBook(answer: unknown, symbol: string, context: Context): DepthEvent {
  const book = readBook(answer, symbol, context)
  if (typeof book === 'string') throw failed('order_book', `what cannot be read: ${book}`)
  return book
}
