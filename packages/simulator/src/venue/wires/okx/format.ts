/** OKX v5, swaps: the simulated venue's words at `/api/v5/…`, on `/ws/v5/public` and, candles alone, on `/ws/v5/business`. */

import { BUCKETS_MS } from '@faultline/market/resolution'
import { SECOND_MS } from '@faultline/market/units'
import { barAt } from '../../bars.ts'
import type { DepthAt } from '../../venue-market.ts'
import { bookChanges, bookOf } from '../book-changes.ts'
import type { ClientRequest, Happening, Topic, WireContext, WireFormat, WireListing } from '../wire-format.ts'
import { answer, costOf, NOT_FOUND } from './rest.ts'
import { refused } from './rest-params.ts'
import { type Arg, argOf, BUSINESS_PATH, channelOf, LEVELS, LONGEST_SILENCE_MS, PUBLIC_PATH, quietMsOf, topicOf } from './topics.ts'
import {
  bookRows,
  candleRow,
  checksum,
  contractSizeOf,
  fundingRate,
  indexTicker,
  liquidationData,
  markPrice,
  openInterest,
  symbolOf,
  ticker,
  tradeData,
} from './words.ts'

/** OKX names each connection; here they share a name, as nothing is answered by it. */
const CONNECTION_ID = 'a1b2c3d4'

export const okxFormat: WireFormat = {
  wire: 'okx',
  symbolOf,
  contractSizeOf,
  liquidationsPerSecond: 1,
  acceptsPath: (path) => path === PUBLIC_PATH || path === BUSINESS_PATH,
  idleMs: 30 * SECOND_MS,
  connectionMs: null,
  readRequest,
  messages,
  snapshot,
  costOf,
  answer,
  refusal: (reason) =>
    reason === 'limit'
      ? refused(429, '50011', 'Rate limit reached. Please refer to API documentation and throttle requests accordingly.')
      : refused(403, '403', 'Forbidden'),
  serverError: (status) => {
    if (status === 404) return NOT_FOUND
    return status === 503
      ? refused(503, '50001', 'Service temporarily unavailable. Try again later.')
      : refused(status, '50026', 'System error. Try again later.')
  },
}

function readRequest(text: string, context: WireContext, path: string): ClientRequest {
  // Not JSON, and neither is the answer.
  if (text === 'ping') return { kind: 'none', replies: ['pong'] }
  const frame = parsed(text)
  const { op, args, id } = frame ?? {}
  if ((op !== 'subscribe' && op !== 'unsubscribe') || !Array.isArray(args) || args.length === 0) {
    return { kind: 'none', replies: [failed('60012', `Invalid request: ${text}`, id)] }
  }
  const topics: Topic[] = []
  const replies = args.map((arg: Arg) => {
    const topic = typeof arg === 'object' && arg !== null ? topicOf(arg, context, path) : undefined
    if (!topic) return failed('60018', missing(arg), id)
    topics.push(topic)
    return JSON.stringify({ ...withId(id), event: op, arg: argOf(topic), connId: CONNECTION_ID })
  })
  return { kind: op, topics, replies }
}

const withId = (id: unknown): object => (typeof id === 'string' ? { id } : {})
const failed = (code: string, msg: string, id: unknown): string =>
  JSON.stringify({ ...withId(id), event: 'error', code, msg, connId: CONNECTION_ID })

function missing(arg: Arg): string {
  const { channel, instId, instType } = arg ?? {}
  const what = [
    `channel:${String(channel)}`,
    ...(instType ? [`instType:${String(instType)}`] : []),
    ...(instId ? [`instId:${String(instId)}`] : []),
  ]
  return `Wrong URL or ${what.join(',')} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`
}

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
  if (topic.kind !== happening.kind || (topic.symbol !== null && topic.symbol !== listing.symbol)) return []
  const ts = time + context.serverTime - context.now
  switch (happening.kind) {
    // Each aggregated trade has a message to itself.
    case 'trade':
      return happening.ticks.map((tick) => data(topic, [tradeData(listing, tick)]))
    case 'liquidation':
      return happening.orders.length === 0 ? [] : [data(topic, [liquidationData(listing, happening.orders)])]
    case 'candle':
      if (happening.interval !== topic.interval) return []
      return [data(topic, [candleRow(listing, happening.bar, happening.closed)])]
    case 'mark':
      if (time - toldAt < quietMsOf(topic) && sameState(topic, listing, toldAt, time)) return []
      return [data(topic, [state(topic, listing, time, ts)])]
    case 'depth':
      return depth(topic, happening, ts, toldAt)
  }
}

function depth(topic: Topic, happening: Extract<Happening, { kind: 'depth' }>, ts: number, toldAt: number): string[] {
  const { listing, time } = happening
  const levels = LEVELS[channelOf(topic)] as number
  const after = bookOf(happening, levels)
  if (time - toldAt > LONGEST_SILENCE_MS || toldAt < listing.market.genesis) return [wholeBook(topic, listing, after, ts)]
  const before = listing.market.depthAt(toldAt, levels)
  const { bids, asks } = bookChanges(before, after)
  if (bids.length + asks.length === 0) return []
  if (channelOf(topic) !== 'books') return [wholeBook(topic, listing, after, ts)]
  const update = {
    asks: bookRows(listing, asks),
    bids: bookRows(listing, bids),
    ts: String(ts),
    checksum: checksum(listing, after),
    seqId: after.lastUpdateId,
    prevSeqId: before.lastUpdateId,
  }
  return [data(topic, [update], 'update')]
}

/** A book with all its levels: the beginning of `books`, and every message of the short ones. */
function wholeBook(topic: Topic, listing: WireListing, book: DepthAt, ts: number): string {
  const channel = channelOf(topic)
  const rows = { asks: bookRows(listing, book.asks), bids: bookRows(listing, book.bids) }
  const told = { ts: String(ts), seqId: book.lastUpdateId }
  if (channel === 'books5') return data(topic, [{ ...rows, instId: listing.symbol, ...told }])
  if (channel === 'bbo-tbt') return data(topic, [{ ...rows, ...told }])
  return data(topic, [{ ...rows, ...told, checksum: checksum(listing, book), prevSeqId: -1 }], 'snapshot')
}

/** What the channels tell that have a state and no history. */
function state(topic: Topic, listing: WireListing, time: number, ts: number): object {
  const { market } = listing
  const words = {
    'mark-price': () => markPrice(listing, market.markAt(time), ts),
    'funding-rate': () => fundingRate(listing, market.markAt(time), time, ts),
    'index-tickers': () => indexTicker(listing, market.markAt(time), time, ts),
    'open-interest': () => openInterest(listing, market.openInterestAt(time), market.markAt(time).markPrice, ts),
    tickers: () => ticker(listing, time, ts),
  }
  return words[channelOf(topic) as keyof typeof words]()
}

/** But for its time. */
const sameState = (topic: Topic, listing: WireListing, before: number, after: number): boolean =>
  JSON.stringify(state(topic, listing, before, 0)) === JSON.stringify(state(topic, listing, after, 0))

/** What there is now; of trades and liquidations only what comes. */
function snapshot(topic: Topic, context: WireContext, toldAt: number): readonly string[] {
  const listing = context.listings.find((l) => l.symbol === topic.symbol)
  if (!listing) return []
  const ts = toldAt + context.serverTime - context.now
  if (topic.kind === 'mark') return [data(topic, [state(topic, listing, toldAt, ts)])]
  if (topic.kind === 'depth') {
    return [wholeBook(topic, listing, listing.market.depthAt(toldAt, LEVELS[channelOf(topic)] as number), ts)]
  }
  if (topic.kind !== 'candle' || topic.interval === undefined) return []
  const bar = barAt(listing.market, BUCKETS_MS[topic.interval] as number, context.now, false)
  return bar ? [data(topic, [candleRow(listing, bar, false)])] : []
}

const data = (topic: Topic, rows: readonly unknown[], action?: string): string =>
  JSON.stringify({ arg: argOf(topic), ...(action === undefined ? {} : { action }), data: rows })
