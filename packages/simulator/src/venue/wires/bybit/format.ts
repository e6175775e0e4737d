/** Bybit v5, linear contracts: the simulated venue's words at `/v5/market/…` and on `/v5/public/linear`. */
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { bookChanges, bookOf } from '../book-changes.ts'
import { latestTrades } from '../recent-trades.ts'
import type { ClientRequest, Happening, RestCost, Topic, WireContext, WireFormat, WireListing } from '../wire-format.ts'
import { answer, hasPath, NOT_FOUND } from './rest.ts'
import { refused } from './rest-params.ts'
import { momentAt } from './tickers.ts'
import { middleOf, parseTopic } from './topics.ts'
import { bookData, klineData, liquidationData, tickDirections, ticker, tradeData } from './words.ts'

/** Bybit names each connection; here they share a name, as nothing is answered by it. */
const CONNECTION_ID = 'simulated-0000000000000000'
const TOO_MANY_VISITS = 10_006
const BANNED = 10_018
const SERVER_ERROR = 10_016
/** A change is told against a moment that markets still know well; after a longer silence all is told anew. */
const LONGEST_SILENCE_MS = 5 * MINUTE_MS
const BEST_AGAIN_MS = 3 * SECOND_MS

export const bybitFormat: WireFormat = {
  wire: 'bybit',
  symbolOf: (instrument) => instrument.symbol,
  contractSizeOf: () => 1,
  liquidationsPerSecond: null,
  acceptsPath: (path) => path === '/v5/public/linear',
  idleMs: 10 * MINUTE_MS,
  connectionMs: null,
  readRequest,
  messages,
  snapshot,
  costOf: ({ path }): RestCost | undefined =>
    hasPath(path) ? { bucket: 'address', weight: 1, limit: 600, windowMs: 5 * SECOND_MS } : undefined,
  answer,
  limitHeaders: ({ limit }, left, resetsAt) => ({
    'X-Bapi-Limit': String(limit),
    'X-Bapi-Limit-Status': String(left),
    'X-Bapi-Limit-Reset-Timestamp': String(resetsAt),
  }),
  refusal: (reason) =>
    reason === 'limit' ? refused(200, TOO_MANY_VISITS, 'Too many visits!') : refused(403, BANNED, 'access too frequent'),
  serverError: (status) => (status === 404 ? NOT_FOUND : refused(status, SERVER_ERROR, 'Server error')),
}

function readRequest(text: string, { listings }: WireContext): ClientRequest {
  const frame = parsed(text)
  if (!frame) return { kind: 'none', replies: [reply('', '', 'error:invalid request')] }
  const op = typeof frame.op === 'string' ? frame.op : ''
  const id = frame.req_id ?? ''
  if (op === 'ping') return { kind: 'none', replies: [reply(op, id, 'pong', true)] }
  if (op !== 'subscribe' && op !== 'unsubscribe') return { kind: 'none', replies: [reply(op, id, 'error:invalid op')] }
  const names = Array.isArray(frame.args) ? frame.args.map(String) : []
  if (names.length === 0) return { kind: 'none', replies: [reply(op, id, 'error:args is empty')] }
  const topics: Topic[] = []
  for (const name of names) {
    const topic = parseTopic(name)
    // One unknown name, and nothing of the request is done.
    if (!topic || !listings.some((l) => l.symbol === topic.symbol)) {
      return { kind: 'none', replies: [reply(op, id, `error:handler not found,topic:${name}`)] }
    }
    topics.push(topic)
  }
  return { kind: op, topics, replies: [reply(op, id, '', true)] }
}

const reply = (op: string, id: unknown, message: string, success = false): string =>
  JSON.stringify({ success, ret_msg: message, conn_id: CONNECTION_ID, req_id: id, op })

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? (frame as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function messages(topic: Topic, happening: Happening, context: WireContext, toldAt: number): readonly string[] {
  const { listing, time } = happening
  if (topic.kind !== happening.kind || topic.symbol !== listing.symbol) return []
  const { instrument } = listing
  const ts = time + context.serverTime - context.now
  const anew = time - toldAt > LONGEST_SILENCE_MS || toldAt < listing.market.genesis
  switch (happening.kind) {
    case 'trade': {
      if (happening.ticks.length === 0) return []
      const directions = tickDirections(listing, happening.ticks)
      return [
        snapshotFrame(
          topic,
          ts,
          happening.ticks.map((tick, i) => tradeData(listing, tick, directions[i] as string)),
        ),
      ]
    }
    case 'liquidation':
      if (happening.orders.length === 0) return []
      return [
        snapshotFrame(
          topic,
          ts,
          happening.orders.map((order) => liquidationData(listing, order)),
        ),
      ]
    case 'candle': {
      const { interval, intervalMs, bar, closed } = happening
      if (interval !== topic.interval) return []
      const [last] = latestTrades(listing.market, Math.min(time, bar.openTime + intervalMs - 1), 1)
      const traded = last && last.time >= bar.openTime ? last.time : bar.openTime
      return [snapshotFrame(topic, ts, [klineData(instrument, middleOf(topic), intervalMs, bar, closed, traded)])]
    }
    case 'mark': {
      if (anew) return tickerSnapshot(topic, listing, time, ts)
      const before = ticker(listing, momentAt(listing, toldAt), listing.market.depthAt(toldAt, 1))
      const best = listing.market.depthAt(time, 1)
      const changed = Object.entries(ticker(listing, happening, best)).filter(([key, value]) => before[key] !== value)
      if (changed.length === 0) return []
      const data = { symbol: listing.symbol, ...Object.fromEntries(changed) }
      return [JSON.stringify({ topic: topic.name, type: 'delta', data, cs: best.lastUpdateId, ts })]
    }
    case 'depth': {
      const levels = Number(middleOf(topic))
      const after = bookOf(happening, levels)
      const before = anew ? undefined : listing.market.depthAt(toldAt, levels)
      const { bids, asks } = before ? bookChanges(before, after) : after
      if (before && bids.length + asks.length === 0) {
        // The best level alone is told again after a while, as the same update.
        if (levels > 1 || time - toldAt < BEST_AGAIN_MS) return []
        return [snapshotFrame(topic, ts, bookData(listing, before.lastUpdateId, after.bids, after.asks), time)]
      }
      // Of the best level there are no deltas.
      const data = levels === 1 || anew ? bookData(listing, after.lastUpdateId, after.bids, after.asks) : undefined
      return [
        data
          ? snapshotFrame(topic, ts, data, time)
          : JSON.stringify({ topic: topic.name, type: 'delta', ts, data: bookData(listing, after.lastUpdateId, bids, asks), cts: time }),
      ]
    }
  }
}

/** A ticker or a book as it was told last: what comes next is told against it. */
function snapshot(topic: Topic, context: WireContext, toldAt: number): readonly string[] {
  const listing = context.listings.find((l) => l.symbol === topic.symbol)
  if (!listing) return []
  const ts = toldAt + context.serverTime - context.now
  if (topic.kind === 'mark') return tickerSnapshot(topic, listing, toldAt, ts)
  if (topic.kind !== 'depth') return []
  const { lastUpdateId, bids, asks } = listing.market.depthAt(toldAt, Number(middleOf(topic)))
  return [snapshotFrame(topic, ts, bookData(listing, lastUpdateId, bids, asks), toldAt)]
}

function tickerSnapshot(topic: Topic, listing: WireListing, time: number, ts: number): string[] {
  const best = listing.market.depthAt(time, 1)
  const data = ticker(listing, momentAt(listing, time), best)
  return [JSON.stringify({ topic: topic.name, type: 'snapshot', data, cs: best.lastUpdateId, ts })]
}

/** `cts`: when a book stood so in the matching engine */
const snapshotFrame = (topic: Topic, ts: number, data: object, cts?: number): string =>
  JSON.stringify({ topic: topic.name, type: 'snapshot', ts, data, ...(cts === undefined ? {} : { cts }) })
