/** OKX's public calls: paths, what they cost and what they answer. */
import { RATIO_KINDS, type RatioKind } from '@faultline/market/event'
import { BUCKETS_MS } from '@faultline/market/resolution'
import { floorTo, HOUR_MS, SECOND_MS } from '@faultline/market/units'
import { bars } from '../../bars.ts'
import { latestTrades } from '../recent-trades.ts'
import type { RestAnswer, RestCost, RestRequest, WireContext } from '../wire-format.ts'
import { BARS, between, choice, limitOf, listed, OkxError, ofType, refused } from './rest-params.ts'
import { openInterestHistory, openInterestVolume, ratios, takerVolume } from './rest-statistics.ts'
import {
  bookRows,
  candleRow,
  fundingRate,
  fundingRow,
  instrumentInfo,
  markPrice,
  openInterest,
  positionTiers,
  restTrade,
  settledAt,
  ticker,
} from './words.ts'

export type Answered = readonly unknown[]
interface Endpoint {
  /** per address and two seconds */
  limit: number
  answer: (query: URLSearchParams, context: WireContext) => Answered
}

const MOST_CANDLES = 300
/** `market/candles` goes back so many bars, `market/history-candles` to the beginning. */
const RECENT_CANDLES = 1_440
const MOST_LEVELS = 400
const WINDOW_MS = 2 * SECOND_MS

const longShort = (kind: RatioKind): Endpoint => ({ limit: 5, answer: ratios(RATIO_KINDS.indexOf(kind)) })

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/api/v5/public/time': { limit: 10, answer: (_, { serverTime }) => [{ ts: String(serverTime) }] },
  '/api/v5/public/instruments': { limit: 20, answer: (query, context) => ofType(query, context).map(instrumentInfo) },
  '/api/v5/public/open-interest': { limit: 20, answer: openInterests },
  '/api/v5/public/funding-rate': { limit: 10, answer: fundingRates },
  '/api/v5/public/funding-rate-history': { limit: 10, answer: fundingHistory },
  '/api/v5/public/mark-price': { limit: 10, answer: markPrices },
  '/api/v5/public/position-tiers': { limit: 10, answer: tiers },
  '/api/v5/market/candles': { limit: 40, answer: candles(RECENT_CANDLES) },
  '/api/v5/market/history-candles': { limit: 20, answer: candles(Number.POSITIVE_INFINITY) },
  '/api/v5/market/ticker': { limit: 20, answer: (query, context) => [ticker(listed(query, context), context.now)] },
  '/api/v5/market/tickers': { limit: 20, answer: (query, context) => ofType(query, context).map((l) => ticker(l, context.now)) },
  '/api/v5/market/books': { limit: 40, answer: books },
  '/api/v5/market/trades': { limit: 100, answer: trades },
  '/api/v5/rubik/stat/contracts/open-interest-history': { limit: 10, answer: openInterestHistory },
  '/api/v5/rubik/stat/contracts/open-interest-volume': { limit: 5, answer: openInterestVolume },
  '/api/v5/rubik/stat/contracts/long-short-account-ratio-contract': longShort('accounts'),
  '/api/v5/rubik/stat/contracts/long-short-account-ratio-contract-top-trader': longShort('topAccounts'),
  '/api/v5/rubik/stat/contracts/long-short-position-ratio-contract-top-trader': longShort('topPositions'),
  '/api/v5/rubik/stat/taker-volume-contract': { limit: 5, answer: takerVolume },
}

const endpointOf = (path: string): Endpoint | undefined => (Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined)

export const NOT_FOUND = refused(404, '404', 'Not Found')

/** Each path has a limit of its own. */
export function costOf({ path }: RestRequest): RestCost | undefined {
  const endpoint = endpointOf(path)
  return endpoint && { bucket: path, weight: 1, limit: endpoint.limit, windowMs: WINDOW_MS }
}

export function answer({ method, path, query }: RestRequest, context: WireContext): RestAnswer {
  const endpoint = endpointOf(path)
  if (!endpoint) return NOT_FOUND
  if (method !== 'GET') return refused(405, '50115', 'Invalid request type.')
  try {
    return { status: 200, body: { code: '0', data: endpoint.answer(query, context), msg: '' } }
  } catch (error) {
    if (error instanceof OkxError) return refused(error.status, error.code, error.message)
    throw error
  }
}

/** Newest first. `before` alone means the newest, too: OKX pages backwards. */
function candles(kept: number): Endpoint['answer'] {
  return (query, context) => {
    const listing = listed(query, context)
    const intervalMs = BUCKETS_MS[choice(query, 'bar', BARS, '1m')] as number
    const limit = limitOf(query, 'limit', 100, MOST_CANDLES)
    const { after, before } = between(query)
    const { now } = context
    const to = Math.min(now, after - 1)
    const length = (limit - 1) * intervalMs
    const oldest = floorTo(now, intervalMs) - (kept - 1) * intervalMs
    const from = Math.max(before === undefined ? 0 : before + 1, floorTo(to, intervalMs) - length, oldest)
    const found = bars(listing.market, intervalMs, from, to, now)
    return found.reverse().map((bar) => candleRow(listing, bar, bar.openTime + intervalMs <= now))
  }
}

function openInterests(query: URLSearchParams, context: WireContext): Answered {
  const { now } = context
  return ofType(query, context).map((l) => openInterest(l, l.market.openInterestAt(now), l.market.markAt(now).markPrice, now))
}

/** An instrument is enough, too. */
function markPrices(query: URLSearchParams, context: WireContext): Answered {
  const { now } = context
  const asked = query.has('instId') && !query.has('instType') ? [listed(query, context)] : ofType(query, context)
  return asked.map((l) => markPrice(l, l.market.markAt(now), now))
}

/** `instId=ANY` means all. */
function fundingRates(query: URLSearchParams, context: WireContext): Answered {
  const all = query.get('instId') === 'ANY' ? context.listings : [listed(query, context)]
  return all.map((l) => fundingRate(l, l.market.markAt(context.now), context.now))
}

function fundingHistory(query: URLSearchParams, context: WireContext): Answered {
  const listing = listed(query, context)
  const limit = limitOf(query, 'limit', 400, 400)
  const { after, before } = between(query)
  const from = before === undefined ? 0 : before + 1
  // A settlement may be told a little after its hour.
  const { columns } = listing.market.fundingHistory(from, Math.min(context.now, after + HOUR_MS) + 1)
  return Array.from(columns.time, (time, i) => ({ time: settledAt(time), settled: columns.rate[i] as number }))
    .filter(({ time }) => time >= from && time < after)
    .slice(-limit)
    .reverse()
    .map(({ time, settled }) => fundingRow(listing, time, settled))
}

function tiers(query: URLSearchParams, context: WireContext): Answered {
  choice(query, 'tdMode', { cross: true, isolated: true }, '')
  return ofType(query, context).flatMap((l) => positionTiers(l, l.market.markAt(context.now).markPrice))
}

function books(query: URLSearchParams, context: WireContext): Answered {
  const listing = listed(query, context)
  const { lastUpdateId, bids, asks } = listing.market.depthAt(context.now, limitOf(query, 'sz', 1, MOST_LEVELS))
  return [{ asks: bookRows(listing, asks), bids: bookRows(listing, bids), ts: String(context.now), seqId: lastUpdateId }]
}

/** The latest, newest first; the last ten minutes are kept. */
function trades(query: URLSearchParams, context: WireContext): Answered {
  const listing = listed(query, context)
  return latestTrades(listing.market, context.now, limitOf(query, 'limit', 100, 500)).map((tick) => restTrade(listing, tick))
}
