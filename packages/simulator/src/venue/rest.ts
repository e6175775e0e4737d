/** The venue's public REST calls: paths, what they cost and what they answer. */

import { BUCKETS_MS } from '@faultline/market/resolution'
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { FUNDING_CAP } from '../market-run.ts'
import { bars } from './bars.ts'
import { BOOK_LEVELS, type BookFeed } from './book-feed.ts'
import type { Charge, Limits } from './limits.ts'
import { isTrading, type Listing, type Listings } from './listings.ts'
import { ApiError, depthLimit, integer, intervalOf, limitOf, listed, mandatory, page, timeRange, trading } from './rest-params.ts'
import { longShortRatio, openInterestHist, takerVolume } from './rest-statistics.ts'
import type { TradeTick, VenueMarket } from './venue-market.ts'
import { aggregateTradeRow, depth, fundingInfoRow, fundingRow, type Json, klineRow, openInterestNow, premiumIndex } from './wire.ts'
import { exchangeInfo } from './wire-exchange-info.ts'

export interface RestContext {
  listings: Listings
  limits: Limits
  /** what has happened by then is known, UTC ms */
  now: number
  /** what the server says its time is: the clock's, unless a fault moves it */
  serverTime: number
  /** added to event times by that fault, ms */
  eventOffset: number
  book: (symbol: string) => BookFeed | undefined
}

export interface Endpoint {
  charge: (query: URLSearchParams) => Charge
  answer: (query: URLSearchParams, context: RestContext) => Json
}

/** Ticks are kept this long. */
const TICKS_KEPT_MS = 10 * MINUTE_MS
const DEPTH_LIMITS = [5, 10, 20, 50, 100, 500, BOOK_LEVELS]

const flat = (weight: number) => (): Charge => ({ weight })
const data = (): Charge => ({ weight: 0, cap: 'data' })
const funding = (): Charge => ({ weight: 0, cap: 'funding' })
const asNumber = (query: URLSearchParams, name: string, usual: number): number => {
  const value = Number(query.get(name) ?? usual)
  return Number.isFinite(value) ? value : usual
}

export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/fapi/v1/ping': { charge: flat(1), answer: () => ({}) },
  '/fapi/v1/time': { charge: flat(1), answer: (_, { serverTime }) => ({ serverTime }) },
  '/fapi/v1/exchangeInfo': {
    charge: flat(1),
    answer: (_, { listings, limits, now }) => exchangeInfo(listings.all(), limits, now),
  },
  '/fapi/v1/klines': { charge: (q) => ({ weight: klineWeight(asNumber(q, 'limit', 500)) }), answer: klines },
  '/fapi/v1/openInterest': { charge: flat(1), answer: openInterest },
  '/fapi/v1/fundingRate': { charge: funding, answer: fundingRate },
  '/fapi/v1/fundingInfo': {
    charge: funding,
    answer: (_, { listings }) => listings.all().map((l) => fundingInfoRow(l.instrument, FUNDING_CAP, l.genesis)),
  },
  '/fapi/v1/premiumIndex': { charge: (q) => ({ weight: q.has('symbol') ? 1 : 10 }), answer: premium },
  '/fapi/v1/depth': { charge: (q) => ({ weight: depthWeight(asNumber(q, 'limit', 500)) }), answer: orderBook },
  '/fapi/v1/aggTrades': { charge: flat(20), answer: aggTrades },
  '/futures/data/openInterestHist': { charge: data, answer: openInterestHist },
  '/futures/data/globalLongShortAccountRatio': { charge: data, answer: longShortRatio('accounts') },
  '/futures/data/topLongShortAccountRatio': { charge: data, answer: longShortRatio('topAccounts') },
  '/futures/data/topLongShortPositionRatio': { charge: data, answer: longShortRatio('topPositions') },
  '/futures/data/takerlongshortRatio': { charge: data, answer: takerVolume },
}

/** What a GET of `path` answers. @throws ApiError */
export function endpointOf(path: string): Endpoint {
  const endpoint = Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined
  if (!endpoint) throw new ApiError(404, -5000, `Path ${path}, Method GET is invalid`)
  return endpoint
}

function klineWeight(limit: number): number {
  if (limit < 100) return 1
  if (limit < 500) return 2
  return limit <= 1_000 ? 5 : 10
}

function depthWeight(limit: number): number {
  if (limit <= 50) return 2
  if (limit <= 100) return 5
  return limit <= 500 ? 10 : 20
}

function symbolOf(query: URLSearchParams, { listings }: RestContext): Listing {
  return listed(listings, mandatory(query, 'symbol'))
}

function klines(query: URLSearchParams, context: RestContext): Json {
  const { instrument, market } = symbolOf(query, context)
  const intervalMs = intervalOf(query, 'interval', BUCKETS_MS)
  const limit = limitOf(query, 500, 1_500)
  const { startTime, endTime } = timeRange(query)
  if (!market) return []
  const { now } = context
  const length = (limit - 1) * intervalMs
  const last = Math.min(endTime ?? now, now)
  const first = startTime ?? floorTo(last, intervalMs) - length
  const start = Math.max(Math.ceil(first / intervalMs) * intervalMs, floorTo(market.genesis, intervalMs))
  return bars(market, intervalMs, start, Math.min(last, start + length), now).map((bar) => klineRow(instrument, bar, intervalMs))
}

function openInterest(query: URLSearchParams, context: RestContext): Json {
  const listing = symbolOf(query, context)
  return openInterestNow(listing.instrument, trading(listing).openInterestAt(context.now), context.now)
}

function fundingRate(query: URLSearchParams, context: RestContext): Json {
  const symbol = query.get('symbol')
  const asked = symbol === null ? context.listings.all() : [listed(context.listings, symbol)]
  const limit = limitOf(query, 100, 1_000)
  const { startTime, endTime } = timeRange(query)
  const found = asked.filter(isTrading).flatMap(({ instrument, market }) => {
    const { time, rate } = market.fundingHistory(startTime ?? 0, Math.min(endTime ?? context.now, context.now) + 1).columns
    return Array.from(time, (t, i) => ({ time: t, row: () => fundingRow(instrument, t, rate[i] as number, openAt(market, t)) }))
  })
  found.sort((a, b) => a.time - b.time)
  return page(found, limit, startTime).map((f) => f.row())
}

/** The mark at a settlement: where the candle of its minute opened. */
function openAt(market: VenueMarket, time: number): number {
  const minute = floorTo(time, MINUTE_MS)
  const closed = market.candles(minute, minute + MINUTE_MS)
  return closed.length > 0 ? (closed.columns.open[0] as number) : market.candleAt(time).open
}

function premium(query: URLSearchParams, context: RestContext): Json {
  const { now, listings } = context
  const symbol = query.get('symbol')
  if (symbol === null) {
    return listings.trading().map(({ instrument, market }) => premiumIndex(instrument, market.markAt(now), now))
  }
  const listing = listed(listings, symbol)
  return premiumIndex(listing.instrument, trading(listing).markAt(now), now)
}

function orderBook(query: URLSearchParams, context: RestContext): Json {
  const { instrument } = symbolOf(query, context)
  const limit = depthLimit(query, DEPTH_LIMITS)
  const feed = context.book(instrument.symbol)
  const { book, time } = feed ? feed.snapshot(context.now) : { book: { lastUpdateId: 0, bids: [], asks: [] }, time: context.now }
  return depth(instrument, book, limit, time, context.now + context.eventOffset)
}

function aggTrades(query: URLSearchParams, context: RestContext): Json {
  const { instrument, market } = symbolOf(query, context)
  const limit = limitOf(query, 500, 1_000)
  const fromId = integer(query, 'fromId')
  const { startTime, endTime } = timeRange(query)
  if (!market) return []
  const kept = market
    .ticks(Math.max(market.genesis, market.simulatedTo - TICKS_KEPT_MS), context.now)
    .filter((tick): tick is TradeTick => tick.type === 'trade')
  const wanted = kept.filter((t) => {
    if (fromId !== undefined) return t.aggregateId >= fromId
    return t.time >= (startTime ?? 0) && t.time <= (endTime ?? context.now)
  })
  return page(wanted, limit, fromId ?? startTime).map((t) => aggregateTradeRow(instrument, t))
}
