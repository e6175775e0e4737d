/** Hyperliquid's one public call, POST /info with a type in its body, and the leaderboard of its statistics host. */
import { BUCKETS_MS } from '@faultline/market/resolution'
import { floorTo, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { bars } from '../../bars.ts'
import type { Json } from '../../wire.ts'
import { latestTrades } from '../recent-trades.ts'
import type { RestAnswer, RestCost, RestRequest, WireContext, WireListing } from '../wire-format.ts'
import { clearinghouseState, fillsOf, leaderboard } from './accounts.ts'
import { allMids, assetContext, figuresOf, meta } from './contexts.ts'
import { hourlyFundings, nextPart } from './funding.ts'
import { rate } from './numbers.ts'
import { BOOK_LEVELS, bookRow, candleRow, tradeRow } from './rows.ts'

/** Weight per address and minute. */
const WEIGHT_PER_MINUTE = 1_200
const LEADERBOARDS = ['/leaderboard', '/Mainnet/leaderboard']

/** Candles that it has at all, counted back from now; and rows of one answer that is asked for by time. */
const CANDLES_BACK = 5_000
const ROWS_PER_ANSWER = 500
const RECENT_TRADES = 10
const NOT_JSON = 'Failed to deserialize the JSON body into the target type'
const ADDRESS = /^0x[0-9a-f]{40}$/i

export const INTERVALS: Readonly<Record<string, number>> = Object.fromEntries(
  ['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '8h', '12h', '1d'].map((name) => [name, BUCKETS_MS[name] as number]),
)

/** A body that does not say what its type needs. */
class Unreadable extends Error {}
/** A coin that is not there. */
class Unknown extends Error {}

type Body = Readonly<Record<string, unknown>>
type Call = (body: Body, context: WireContext) => Json

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

function textOf(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string') throw new Unreadable(`missing field \`${name}\``)
  return value
}

function timeOf(body: Body, name: string): number | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw new Unreadable(`invalid \`${name}\``)
  return value
}

function userOf(body: Body): string {
  const user = textOf(body, 'user')
  if (!ADDRESS.test(user)) throw new Unreadable('invalid `user`')
  return user
}

function listingOf(body: Body, { listings }: WireContext): WireListing {
  const coin = textOf(body, 'coin')
  const listing = listings.find(({ symbol }) => symbol === coin)
  if (!listing) throw new Unknown(coin)
  return listing
}

const CALLS: Readonly<Record<string, Call>> = {
  meta: (_, context) => meta(context),
  metaAndAssetCtxs: (_, context) => [meta(context), context.listings.map((l) => assetContext(l, figuresOf(l, context.now)))],
  allMids: (_, context) => allMids(context, context.now),
  candleSnapshot,
  fundingHistory,
  predictedFundings: (_, { listings, now }) =>
    listings.map(({ symbol, market }) => {
      const next = nextPart(market, now)
      return [symbol, [['HlPerp', { fundingRate: rate(next.rate), nextFundingTime: next.time, fundingIntervalHours: 1 }]]]
    }),
  l2Book: (body, context) => {
    const listing = listingOf(body, context)
    return bookRow(listing, listing.market.depthAt(context.now, BOOK_LEVELS), context.now)
  },
  recentTrades: (body, context) => {
    const listing = listingOf(body, context)
    return latestTrades(listing.market, context.now, RECENT_TRADES).map((t) => tradeRow(listing, t))
  },
  clearinghouseState: (body, context) => clearinghouseState(context, userOf(body)),
  userFills: (body, context) => fillsOf(context, userOf(body), 0, context.now),
  userFillsByTime: (body, context) =>
    fillsOf(context, userOf(body), timeOf(body, 'startTime') ?? 0, timeOf(body, 'endTime') ?? context.now).reverse(),
  exchangeStatus: (_, { serverTime }) => ({ time: serverTime, specialStatuses: null }),
  // Clients load every kind of market; here there are perpetuals and the coin that they are settled in.
  spotMeta: () => SPOT,
  spotMetaAndAssetCtxs: () => [SPOT, []],
  perpDexs: () => [null],
}

const SPOT: Json = { tokens: [{ name: 'USDC', szDecimals: 8, weiDecimals: 8, index: 0, isCanonical: true, fullName: null }], universe: [] }

/** Oldest first. */
function candleSnapshot(body: Body, context: WireContext): Json {
  if (!isObject(body.req)) throw new Unreadable('missing field `req`')
  const listing = listingOf(body.req, context)
  const interval = textOf(body.req, 'interval')
  const ms = Object.hasOwn(INTERVALS, interval) ? INTERVALS[interval] : undefined
  if (ms === undefined) throw new Unreadable(`invalid \`interval\` ${interval}`)
  const { now } = context
  const oldest = floorTo(now, ms) - (CANDLES_BACK - 1) * ms
  const from = Math.max(floorTo(timeOf(body.req, 'startTime') ?? 0, ms), oldest)
  const to = Math.min(timeOf(body.req, 'endTime') ?? now, now)
  return bars(listing.market, ms, from, to, now).map((bar) => candleRow(listing, interval, ms, bar))
}

/** Oldest first. `premium` is what would make the rate by itself. */
function fundingHistory(body: Body, context: WireContext): Json {
  const { symbol, market } = listingOf(body, context)
  const from = timeOf(body, 'startTime')
  if (from === undefined) throw new Unreadable('missing field `startTime`')
  const to = Math.min(timeOf(body, 'endTime') ?? context.now, context.now)
  return hourlyFundings(market, from, to + 1)
    .slice(0, ROWS_PER_ANSWER)
    .map((part) => ({ coin: symbol, fundingRate: rate(part.rate), premium: rate(part.rate), time: part.time }))
}

const LIGHT = ['l2Book', 'allMids', 'clearinghouseState', 'exchangeStatus']

/** Documented weights; answers of many rows cost more, as many as can be told from the question. */
function weightOf(body: Body): number {
  const type = String(body.type)
  if (LIGHT.includes(type)) return 2
  if (type === 'recentTrades') return 20 + 1
  const asked = type === 'candleSnapshot' && isObject(body.req) ? body.req : body
  const [from, to] = [Number(asked.startTime), Number(asked.endTime)]
  const span = Number.isFinite(to - from) ? Math.max(0, to - from) : Number.POSITIVE_INFINITY
  if (type === 'candleSnapshot') {
    const ms = INTERVALS[String(asked.interval)] ?? MINUTE_MS
    return 20 + Math.floor(Math.min(CANDLES_BACK, span / ms) / 60)
  }
  if (type === 'fundingHistory') return 20 + Math.floor(Math.min(ROWS_PER_ANSWER, span / HOUR_MS) / 20)
  return 20
}

export function costOf({ method, path, body }: RestRequest): RestCost | undefined {
  const limit = { limit: WEIGHT_PER_MINUTE, windowMs: MINUTE_MS }
  // The statistics host counts by itself.
  if (method === 'GET' && LEADERBOARDS.includes(path)) return { bucket: 'stats', weight: 20, ...limit }
  if (method !== 'POST' || path !== '/info') return undefined
  return { bucket: 'info', weight: isObject(body) ? weightOf(body) : 20, ...limit }
}

export function answer({ method, path, body }: RestRequest, context: WireContext): RestAnswer {
  if (method === 'GET' && LEADERBOARDS.includes(path)) return { status: 200, body: leaderboard(context) }
  if (method !== 'POST' || path !== '/info') return { status: 404, body: null }
  if (!isObject(body)) return { status: 422, body: NOT_JSON }
  const type = String(body.type)
  const call = Object.hasOwn(CALLS, type) ? CALLS[type] : undefined
  if (!call) return { status: 422, body: NOT_JSON }
  try {
    return { status: 200, body: call(body, context) }
  } catch (error) {
    if (error instanceof Unreadable) return { status: 422, body: NOT_JSON }
    if (error instanceof Unknown) return { status: 500, body: null }
    throw error
  }
}
