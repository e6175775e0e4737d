/** Gate's public REST calls for USDT perpetuals, and the few others that clients make before them. */
import { RATIO_KINDS } from '@faultline/market/event'
import { BUCKETS_MS } from '@faultline/market/resolution'
import { floorTo, HOUR_MS } from '@faultline/market/units'
import { bars } from '../../bars.ts'
import type { Json } from '../../wire.ts'
import { TICKS_KEPT_MS, tradesIn } from '../recent-trades.ts'
import type { RestAnswer, RestCost, RestRequest, WireContext, WireListing } from '../wire-format.ts'
import { contractRow, riskLimitRows } from './contract-rows.ts'
import { fineSeconds, rate, seconds } from './numbers.ts'
import { asked, GateError, integer, intervalOf, invalid, limitOf, listingOf, mandatory, timeRange } from './params.ts'
import { candleRow, levelRows, liquidationRow, priceCandleRow, type StatsFigures, statsRow, tickerRow, tradeRow } from './rows.ts'

const BASE = '/api/v4'
const FUTURES = `${BASE}/futures/usdt`
/** Requests to one endpoint from one address. */
const REQUESTS = 200
const WINDOW_MS = 10_000

/** Candles in one answer, and how far back they can be asked for: so many of the interval. */
const CANDLES_PER_ANSWER = 2_000
const CANDLES_BACK = 10_000
const LIQUIDATIONS_SPAN_MS = HOUR_MS
/** Books are told at full tenths of a second, by REST as by the socket, so that one can be applied to the other. */
export const BOOK_STEP_MS = 100
const BOOK_LEVELS = 300

type Call = (query: URLSearchParams, context: WireContext) => Json

/** Clients load every kind of market; here there are USDT perpetuals and nothing else. */
const none: Call = () => []

const CALLS: Readonly<Record<string, Call>> = {
  [`${BASE}/spot/time`]: (_, { serverTime }) => ({ server_time: serverTime }),
  [`${BASE}/spot/currencies`]: none,
  [`${BASE}/spot/currency_pairs`]: none,
  [`${BASE}/margin/currency_pairs`]: none,
  [`${BASE}/futures/btc/contracts`]: none,
  [`${BASE}/delivery/usdt/contracts`]: none,
  [`${BASE}/options/underlyings`]: none,
  [`${FUTURES}/contracts`]: (_, { listings, now }) => listings.map((l) => contractRow(l, now)),
  [`${FUTURES}/candlesticks`]: candlesticks,
  [`${FUTURES}/contract_stats`]: contractStats,
  [`${FUTURES}/tickers`]: tickers,
  [`${FUTURES}/funding_rate`]: fundingRates,
  [`${FUTURES}/liq_orders`]: liquidations,
  [`${FUTURES}/risk_limit_tiers`]: (query, context) =>
    asked(query, context).flatMap((l) => riskLimitRows(l, query.get('contract') === null)),
  [`${FUTURES}/order_book`]: orderBook,
  [`${FUTURES}/trades`]: trades,
}

const ONE_CONTRACT = new RegExp(`^${FUTURES}/contracts/([^/]+)$`)

function callOf(path: string): { bucket: string; call: Call } | undefined {
  const contract = ONE_CONTRACT.exec(path)?.[1]
  if (contract !== undefined) {
    return { bucket: `${FUTURES}/contracts/{contract}`, call: (_, context) => contractRow(listingOf(context, contract), context.now) }
  }
  const call = Object.hasOwn(CALLS, path) ? CALLS[path] : undefined
  return call ? { bucket: path, call } : undefined
}

export function costOf({ method, path }: RestRequest): RestCost | undefined {
  const found = method === 'GET' ? callOf(path) : undefined
  return found && { bucket: found.bucket, weight: 1, limit: REQUESTS, windowMs: WINDOW_MS }
}

export function answer({ method, path, query }: RestRequest, context: WireContext): RestAnswer {
  try {
    const found = method === 'GET' ? callOf(path) : undefined
    if (!found) throw new GateError(404, 'NOT_FOUND', 'Not Found')
    return { status: 200, body: found.call(query, context) }
  } catch (error) {
    if (error instanceof GateError) return error.answer
    throw error
  }
}

/** The marks' candles are those of the trades, for no market keeps a history of its marks. */
function candlesticks(query: URLSearchParams, context: WireContext): Json {
  const [, prefix, contract] = /^(mark_|index_)?(.*)$/.exec(mandatory(query, 'contract')) ?? []
  const listing = listingOf(context, contract as string)
  const { ms } = intervalOf(query, '5m')
  const { from, to } = timeRange(query)
  const ranged = from !== undefined || to !== undefined
  if (ranged && query.has('limit')) throw invalid('limit conflicts with from and to')
  const points = limitOf(query, 100, CANDLES_PER_ANSWER)
  const { now } = context
  const last = floorTo(Math.min(to ?? now, now), ms)
  const first = from === undefined ? last - (ranged ? 100 : points - 1) * ms : Math.ceil(from / ms) * ms
  if (first < floorTo(now, ms) - CANDLES_BACK * ms) {
    throw invalid(`Candlestick too long ago. Maximum ${CANDLES_BACK} points recently are allowed`)
  }
  if ((last - first) / ms >= CANDLES_PER_ANSWER) {
    throw invalid(`Candlestick range too broad. Maximum ${CANDLES_PER_ANSWER} data points are allowed per request`)
  }
  const row = prefix === undefined ? candleRow : priceCandleRow
  return bars(listing.market, ms, first, last, now).map((bar) => row(listing, bar))
}

function contractStats(query: URLSearchParams, context: WireContext): Json {
  const listing = listingOf(context, mandatory(query, 'contract'))
  const { ms } = intervalOf(query, '5m')
  if (ms < (BUCKETS_MS['5m'] as number)) throw invalid('Invalid request parameter `interval` value: 1m')
  const limit = limitOf(query, 30, 100)
  const from = timeRange(query).from
  const { now } = context
  const begin = Math.ceil((from ?? floorTo(now, ms) - (limit - 1) * ms) / ms) * ms
  const end = Math.min(now + 1, begin + limit * ms)
  return statsIn(listing, ms, begin, end).map((figures) => statsRow(listing, figures))
}

function statsIn({ market }: WireListing, intervalMs: number, from: number, to: number): StatsFigures[] {
  const marks = market.openInterestHistory(from, to).columns
  const { columns } = market.ratioHistory(from, to)
  const ratios = new Map<number, StatsFigures['ratios']>()
  columns.kind.forEach((kind, i) => {
    const time = columns.time[i] as number
    const name = RATIO_KINDS[kind]
    if (name) ratios.set(time, { ...ratios.get(time), [name]: columns.ratio[i] as number })
  })
  const out: StatsFigures[] = []
  marks.time.forEach((time, i) => {
    if (time % intervalMs !== 0) return
    out.push({
      time,
      openInterest: marks.openInterest[i] as number,
      openInterestUsd: marks.openInterestUsd[i] as number,
      ratios: ratios.get(time) ?? {},
      liquidations: market.forcedOrders(time - intervalMs, time),
    })
  })
  return out
}

function tickers(query: URLSearchParams, context: WireContext): Json {
  const { now } = context
  return asked(query, context).map((listing) => {
    const { market } = listing
    const last = market.candleAt(now).close
    return tickerRow(listing, { mark: market.markAt(now), openInterest: market.openInterestAt(now), last, now })
  })
}

/** The newest first. */
function fundingRates(query: URLSearchParams, context: WireContext): Json {
  const { market } = listingOf(context, mandatory(query, 'contract'))
  const limit = limitOf(query, 100, 1_000)
  const { from, to } = timeRange(query)
  const { columns } = market.fundingHistory(from ?? 0, Math.min(to ?? context.now, context.now) + 1)
  const rows = Array.from(columns.time, (time, i) => ({ r: rate(columns.rate[i] as number), t: seconds(time) }))
  return rows.slice(-limit).reverse()
}

/** The newest first, over an hour at most. */
function liquidations(query: URLSearchParams, context: WireContext): Json {
  const limit = limitOf(query, 100, 1_000)
  const { from, to } = timeRange(query)
  const end = Math.min(to ?? context.now, context.now)
  if (from !== undefined && from > end) throw invalid('from is greater than to')
  if (from !== undefined && end - from > LIQUIDATIONS_SPAN_MS + 999)
    throw invalid('the time range between from and to exceeds 3600 seconds')
  const rows = asked(query, context).flatMap((listing) =>
    listing.market.forcedOrders(from ?? end - LIQUIDATIONS_SPAN_MS, end + 1).map((order) => ({ listing, order })),
  )
  rows.sort((a, b) => b.order.time - a.order.time)
  return rows.slice(0, limit).map(({ listing, order }) => liquidationRow(listing, order))
}

function orderBook(query: URLSearchParams, context: WireContext): Json {
  const listing = listingOf(context, mandatory(query, 'contract'))
  const limit = limitOf(query, 10, BOOK_LEVELS)
  const time = Math.max(listing.market.genesis, floorTo(context.now, BOOK_STEP_MS))
  const book = listing.market.depthAt(time, limit)
  return {
    ...(query.get('with_id') === 'true' ? { id: book.lastUpdateId } : {}),
    current: fineSeconds(context.serverTime),
    update: fineSeconds(time),
    asks: levelRows(listing, book.asks.slice(0, limit)),
    bids: levelRows(listing, book.bids.slice(0, limit)),
  }
}

/** The newest first. */
function trades(query: URLSearchParams, context: WireContext): Json {
  const listing = listingOf(context, mandatory(query, 'contract'))
  const limit = limitOf(query, 100, 1_000)
  const offset = integer(query, 'offset') ?? 0
  const { from, to } = timeRange(query)
  const { market } = listing
  const kept = Math.max(market.genesis, market.simulatedTo - TICKS_KEPT_MS)
  const found = tradesIn(market, Math.max(kept, from ?? 0) - 1, Math.min(to ?? context.now, context.now)).reverse()
  return found.slice(offset, offset + limit).map((t) => tradeRow(listing, t))
}
