/** Bybit's public calls: paths and what they answer. */
import { RATIO_KINDS } from '@faultline/market/event'
import { BUCKETS_MS } from '@faultline/market/resolution'
import { floorTo, HOUR_MS } from '@faultline/market/units'
import { bars } from '../../bars.ts'
import { latestTrades } from '../recent-trades.ts'
import type { RestAnswer, RestRequest, WireContext } from '../wire-format.ts'
import { asked, BybitError, envelope, integer, intervalOf, limitOf, listed, range, refused } from './rest-params.ts'
import { momentAt } from './tickers.ts'
import {
  accountRatioRow,
  bookData,
  fundingRow,
  INTERVALS,
  instrumentInfo,
  klineRow,
  openInterestRow,
  recentTrade,
  restTicker,
  riskLimits,
  serverTime,
  settledAt,
} from './words.ts'

type Endpoint = (query: URLSearchParams, context: WireContext) => object

const CATEGORIES = ['spot', 'linear', 'inverse', 'option']
/** Periods of statistics: `5min`, `1h` … */
const PERIODS: Readonly<Record<string, number>> = Object.fromEntries(
  ['5m', '15m', '30m', '1h', '4h', '1d'].map((name) => [name.replace(/m$/, 'min'), BUCKETS_MS[name] as number]),
)
const MOST_LEVELS = 500
const ACCOUNTS = RATIO_KINDS.indexOf('accounts')

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/v5/market/time': (_, { serverTime: time }) => serverTime(time),
  '/v5/market/instruments-info': instrumentsInfo,
  '/v5/market/kline': kline,
  '/v5/market/tickers': tickers,
  '/v5/market/open-interest': openInterest,
  '/v5/market/funding/history': fundingHistory,
  '/v5/market/account-ratio': accountRatio,
  '/v5/market/recent-trade': recentTrades,
  '/v5/market/orderbook': orderBook,
  '/v5/market/risk-limit': riskLimit,
}

export const NOT_FOUND = refused(404, 404, 'Not Found')

export const hasPath = (path: string): boolean => Object.hasOwn(ENDPOINTS, path)

export function answer({ method, path, query }: RestRequest, context: WireContext): RestAnswer {
  const endpoint = method === 'GET' && hasPath(path) ? ENDPOINTS[path] : undefined
  const time = context.serverTime
  if (!endpoint) return NOT_FOUND
  try {
    return envelope(0, 'OK', endpoint(query, context), time)
  } catch (error) {
    if (error instanceof BybitError) return envelope(error.retCode, error.message, {}, time)
    throw error
  }
}

/** Of the other categories there is nothing to list, and none of them is an error. */
function instrumentsInfo(query: URLSearchParams, { listings }: WireContext): object {
  const category = query.get('category') ?? ''
  if (!CATEGORIES.includes(category)) throw new BybitError(10_001, 'Illegal category')
  const symbol = query.get('symbol')
  const base = query.get('baseCoin')
  const trading = (query.get('status') ?? 'Trading') === 'Trading'
  const list = category === 'linear' && trading ? listings : []
  return {
    category,
    list: list.filter((l) => (!symbol || l.symbol === symbol) && (!base || l.instrument.baseAsset === base)).map(instrumentInfo),
    nextPageCursor: '',
  }
}

/** Newest first. Where both ends hold more than `limit`, the newest; from a start alone, the oldest. */
function kline(query: URLSearchParams, context: WireContext): object {
  const { instrument, market, symbol } = listed(query, context)
  const intervalMs = BUCKETS_MS[intervalOf(query, 'interval', INTERVALS)] as number
  const limit = limitOf(query, 200, 1_000)
  const { start, end } = range(query, 'start', 'end')
  const length = (limit - 1) * intervalMs
  const { now } = context
  const from = start === undefined ? undefined : Math.ceil(start / intervalMs) * intervalMs
  const to = Math.min(end ?? (from === undefined ? now : from + length), now)
  const first = Math.max(from ?? 0, floorTo(to, intervalMs) - length)
  const list = bars(market, intervalMs, first, to, now).map((bar) => klineRow(instrument, bar))
  return { symbol, category: 'linear', list: list.reverse() }
}

function tickers(query: URLSearchParams, context: WireContext): object {
  const list = asked(query, context).map((listing) =>
    restTicker(listing, momentAt(listing, context.now), listing.market.depthAt(context.now, 1)),
  )
  return { category: 'linear', list }
}

interface Row {
  time: number
  row: object
}

/** The newest `limit` rows until the end or the cursor, newest first, and where to go on. */
function page(rows: readonly Row[], limit: number): { list: object[]; nextPageCursor: string } {
  const shown = rows.slice(-limit).reverse()
  return { list: shown.map((r) => r.row), nextPageCursor: rows.length > limit ? String(shown.at(-1)?.time) : '' }
}

/** [from, to) of history that a call asks for: a cursor is the time of the oldest row that was shown. */
function span(query: URLSearchParams, { now }: WireContext, spare: number): [from: number, to: number] {
  const { start, end } = range(query, 'startTime', 'endTime')
  const to = Math.min(end ?? now, now, (integer(query, 'cursor') ?? Number.POSITIVE_INFINITY) - 1) + 1
  return [start ?? to - spare, to]
}

function openInterest(query: URLSearchParams, context: WireContext): object {
  const { instrument, market, symbol } = listed(query, context)
  const periodMs = intervalOf(query, 'intervalTime', PERIODS)
  const limit = limitOf(query, 50, 200)
  const { columns } = market.openInterestHistory(...span(query, context, (limit + 1) * periodMs))
  const rows = Array.from(columns.time, (time, i) => ({ time, coins: columns.openInterest[i] as number }))
    .filter(({ time }) => time % periodMs === 0)
    .map(({ time, coins }) => ({ time, row: openInterestRow(instrument, time, coins) }))
  return { symbol, category: 'linear', ...page(rows, limit) }
}

function accountRatio(query: URLSearchParams, context: WireContext): object {
  const { market, symbol } = listed(query, context)
  const periodMs = intervalOf(query, 'period', PERIODS)
  const limit = limitOf(query, 50, 500)
  const { columns } = market.ratioHistory(...span(query, context, (limit + 1) * periodMs))
  const rows = Array.from(columns.time, (time, i) => ({ time, kind: columns.kind[i], ratio: columns.ratio[i] as number }))
    .filter(({ time, kind }) => kind === ACCOUNTS && time % periodMs === 0)
    .map(({ time, ratio }) => ({ time, row: accountRatioRow(symbol, time, ratio) }))
  return page(rows, limit)
}

/** A start without an end is refused, as Bybit does. */
function fundingHistory(query: URLSearchParams, context: WireContext): object {
  const { market, symbol } = listed(query, context)
  const limit = limitOf(query, 200, 200)
  const { start, end } = range(query, 'startTime', 'endTime')
  if (start !== undefined && end === undefined) throw new BybitError(10_001, 'params error: endTime is required')
  const until = Math.min(end ?? context.now, context.now)
  // A settlement may be told a little after its hour.
  const { columns } = market.fundingHistory(start ?? 0, Math.min(until + HOUR_MS, context.now) + 1)
  const rows = Array.from(columns.time, (time, i) => ({ time: settledAt(time), settled: columns.rate[i] as number }))
    .filter(({ time }) => time >= (start ?? 0) && time <= until)
    .map(({ time, settled }) => ({ time, row: fundingRow(symbol, time, settled) }))
  return { category: 'linear', list: page(rows, limit).list }
}

/** The latest, newest first; the last ten minutes are kept. */
function recentTrades(query: URLSearchParams, context: WireContext): object {
  const listing = listed(query, context)
  const ticks = latestTrades(listing.market, context.now, limitOf(query, 500, 1_000))
  return { category: 'linear', list: ticks.map((tick) => recentTrade(listing, tick)) }
}

function orderBook(query: URLSearchParams, context: WireContext): object {
  const listing = listed(query, context)
  const { now: ts } = context
  const { lastUpdateId, bids, asks } = listing.market.depthAt(ts, limitOf(query, 25, MOST_LEVELS))
  return { ...bookData(listing, lastUpdateId, bids, asks), ts, cts: ts }
}

function riskLimit(query: URLSearchParams, context: WireContext): object {
  return { category: 'linear', list: asked(query, context).flatMap(riskLimits), nextPageCursor: '' }
}
