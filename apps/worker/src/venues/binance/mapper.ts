/**
 * Messages of Binance's market streams in the house's vocabulary (docs/event-semantics.md). No I/O, no state, no clock: every
 * message of a socket passes here, so checks are written out instead of going through a schema.
 */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { BUCKETS_MS } from '@faultline/market/resolution'
import { MINUTE_MS } from '@faultline/market/units'
import type { Reading } from '../../feed/venue-feed.ts'
import { decimal, type Fields, isFields, isFundingRate, isPrice, isSize, isSymbol, isTime, isTradeCount } from '../values.ts'

/** Sums that were rounded apart may differ by this much. */
export const ROUNDING = 1.000_001
/** More levels than any stream of best levels has. */
const MOST_LEVELS = 1_000

const NO_EVENTS: readonly LiveEvent[] = []
const CONTROL: Reading = { kind: 'control' }

const unknown = (reason: string): Reading => ({ kind: 'unknown', reason })
/** `kline k.o is no price`: the field's name, never its value, so that equal faults have equal reasons. */
const bad = (event: string, field: string, what: string): Reading => unknown(`${event} ${field} is ${what}`)

/** What a message of a socket means, as parsed from JSON; with or without the wrapper of combined streams. One reading each. */
export function readMessage(message: unknown): readonly [Reading] {
  return [readOne(message)]
}

function readOne(message: unknown): Reading {
  if (!isFields(message)) return unknown(typeof message === 'string' ? 'not JSON' : 'not a JSON object')
  if (typeof message.stream === 'string' && message.data !== undefined) {
    return isFields(message.data) ? readData(message.data) : unknown('a stream without a data object')
  }
  return readData(message)
}

/** The answer to a request that was sent on the socket; undefined for any other message. */
export function replyOf(message: unknown): { id: number; error: string | null } | undefined {
  if (!isFields(message) || typeof message.id !== 'number' || message.e !== undefined) return undefined
  const error = isFields(message.error) ? message.error : message
  if (error.code === undefined && error.msg === undefined) return 'result' in message ? { id: message.id, error: null } : undefined
  return { id: message.id, error: `code ${String(error.code)}: ${String(error.msg)}` }
}

function readData(data: Fields): Reading {
  switch (data.e) {
    case 'kline':
      return readKline(data)
    case 'markPriceUpdate':
      return readMarkPrice(data)
    case 'forceOrder':
      return readForceOrder(data)
    case 'depthUpdate':
      return readDepth(data)
    case undefined:
      return replyOf(data) ? CONTROL : unknown('a message without an event type')
    default:
      return unknown('an event type that was not subscribed to')
  }
}

/** `anyLength`: not only minutes, which is all that a feed subscribes to. */
export function readKline(data: Fields, anyLength = false): Reading {
  const { E, s: symbol, k } = data
  if (!isTime(E)) return bad('kline', 'E', 'no time')
  if (!isSymbol(symbol)) return bad('kline', 's', 'no symbol')
  if (!isFields(k)) return bad('kline', 'k', 'no object')
  const { t: openTime, T: closeTime, x: closed } = k
  const intervalMs = typeof k.i === 'string' ? BUCKETS_MS[k.i] : undefined
  if (intervalMs === undefined || (intervalMs !== MINUTE_MS && !anyLength)) return bad('kline', 'k.i', 'not 1m')
  if (!isTime(openTime) || openTime % intervalMs !== 0) return bad('kline', 'k.t', 'not the start of a minute')
  if (closeTime !== openTime + intervalMs - 1) return bad('kline', 'k.T', 'not the end of the minute')
  if (typeof closed !== 'boolean') return bad('kline', 'k.x', 'neither true nor false')

  // The candle says itself about when it was sent; an event time from elsewhere is the venue's clock going wrong.
  const end = openTime + intervalMs
  const plausible = closed ? E >= closeTime && E <= end + MINUTE_MS : E >= openTime && E <= end
  const venueTime = plausible ? E : closed ? end : openTime
  // −1 while nobody has traded.
  const lastTrade = decimal(k.L)
  const head = { kind: 'data', channel: 'candle', symbol, venueTime, ...(lastTrade >= 0 ? { tradeCount: lastTrade } : {}) } as const
  if (!closed) return { ...head, events: NO_EVENTS }

  const [open, high, low, close] = [decimal(k.o), decimal(k.h), decimal(k.l), decimal(k.c)]
  if (!isPrice(open)) return bad('kline', 'k.o', 'no price')
  if (!isPrice(high)) return bad('kline', 'k.h', 'no price')
  if (!isPrice(low)) return bad('kline', 'k.l', 'no price')
  if (!isPrice(close)) return bad('kline', 'k.c', 'no price')
  if (high < open || high < close || high < low) return bad('kline', 'k.h', 'below open, close or low')
  if (low > open || low > close) return bad('kline', 'k.l', 'above open or close')
  const [volume, quoteVolume, takerBuyVolume, tradeCount] = [decimal(k.v), decimal(k.q), decimal(k.V), decimal(k.n)]
  if (!isSize(volume)) return bad('kline', 'k.v', 'no size')
  if (!isSize(quoteVolume)) return bad('kline', 'k.q', 'no size')
  if (!isSize(takerBuyVolume) || takerBuyVolume > volume * ROUNDING) return bad('kline', 'k.V', 'no part of the volume')
  if (!isTradeCount(tradeCount)) return bad('kline', 'k.n', 'no number of trades')
  const event: LiveEvent = {
    type: 'candle',
    openTime,
    intervalMs,
    open,
    high,
    low,
    close,
    volume,
    quoteVolume,
    takerBuyVolume,
    tradeCount,
  }
  return { ...head, events: [event] }
}

function readMarkPrice(data: Fields): Reading {
  const { E: time, s: symbol, T: settlement } = data
  if (!isTime(time)) return bad('markPriceUpdate', 'E', 'no time')
  if (!isSymbol(symbol)) return bad('markPriceUpdate', 's', 'no symbol')
  const markPrice = decimal(data.p)
  if (!isPrice(markPrice)) return bad('markPriceUpdate', 'p', 'no price')
  const event: Extract<LiveEvent, { type: 'markPrice' }> = { type: 'markPrice', time, markPrice }
  const indexPrice = data.i === undefined ? 0 : decimal(data.i)
  if (isPrice(indexPrice)) event.indexPrice = indexPrice
  else if (indexPrice !== 0) return bad('markPriceUpdate', 'i', 'no price')
  // Contracts without funding have T 0, and a rate that says nothing.
  if (settlement !== 0) {
    if (!isTime(settlement)) return bad('markPriceUpdate', 'T', 'no time')
    const rate = decimal(data.r)
    if (!isFundingRate(rate)) return bad('markPriceUpdate', 'r', 'no funding rate')
    event.predictedFundingRate = rate
    event.nextFundingTime = settlement
  }
  return { kind: 'data', channel: 'markPrice', symbol, venueTime: time, events: [event] }
}

function readForceOrder(data: Fields): Reading {
  const { o: order } = data
  if (!isTime(data.E)) return bad('forceOrder', 'E', 'no time')
  if (!isFields(order)) return bad('forceOrder', 'o', 'no object')
  const { s: symbol, T: time, S: side } = order
  if (!isSymbol(symbol)) return bad('forceOrder', 'o.s', 'no symbol')
  if (!isTime(time)) return bad('forceOrder', 'o.T', 'no time')
  if (side !== 'SELL' && side !== 'BUY') return bad('forceOrder', 'o.S', 'neither SELL nor BUY')
  const average = order.ap === undefined ? 0 : decimal(order.ap)
  if (!(average === 0 || isPrice(average))) return bad('forceOrder', 'o.ap', 'no price')
  const price = average > 0 ? average : decimal(order.p)
  if (!isPrice(price)) return bad('forceOrder', 'o.p', 'no price')
  // `l` is the last fill alone; what was filled in all is `z`.
  const filled = order.z === undefined ? 0 : decimal(order.z)
  if (!isSize(filled)) return bad('forceOrder', 'o.z', 'no size')
  const quantity = filled > 0 ? filled : decimal(order.q)
  if (!isSize(quantity) || quantity === 0) return bad('forceOrder', 'o.q', 'no size above zero')
  const event: LiveEvent = {
    type: 'liquidation',
    time,
    // The order's side: selling closes a long.
    side: side === 'SELL' ? 'long' : 'short',
    price,
    priceKind: average > 0 ? 'fill' : 'order',
    quantity,
    quantityUsd: price * quantity,
  }
  return { kind: 'data', channel: 'liquidation', symbol, venueTime: time, events: [event] }
}

/** A stream of best levels: each message is the whole of them. */
function readDepth(data: Fields): Reading {
  const { s: symbol } = data
  if (!isSymbol(symbol)) return bad('depthUpdate', 's', 'no symbol')
  const time = data.T ?? data.E
  if (!isTime(time)) return bad('depthUpdate', data.T === undefined ? 'E' : 'T', 'no time')
  const bids = readLevels(data.b, -1)
  if (typeof bids === 'string') return bad('depthUpdate', 'b', bids)
  const asks = readLevels(data.a, 1)
  if (typeof asks === 'string') return bad('depthUpdate', 'a', asks)
  const [bid, ask] = [bids[0], asks[0]]
  if (bid && ask && bid[0] >= ask[0]) return bad('depthUpdate', 'b', 'at or above the best ask')
  return { kind: 'data', channel: 'depth', symbol, venueTime: time, events: [{ type: 'depth', time, bids, asks }] }
}

type Levels = [price: number, quantity: number][]

/** `direction` 1: prices rise from level to level; −1: they fall. A text says what is wrong. */
function readLevels(value: unknown, direction: 1 | -1): Levels | string {
  if (!Array.isArray(value) || value.length > MOST_LEVELS) return 'no list of levels'
  const levels: Levels = []
  let before = direction > 0 ? 0 : Number.POSITIVE_INFINITY
  for (const level of value as unknown[]) {
    if (!Array.isArray(level)) return 'no list of levels'
    const price = decimal(level[0])
    const quantity = decimal(level[1])
    if (!isPrice(price)) return 'no list of prices'
    // A quantity of zero takes a level away: that is a stream of changes, and no book.
    if (!isSize(quantity) || quantity === 0) return 'no list of sizes above zero'
    if (direction * (price - before) <= 0) return 'not in order'
    levels.push([price, quantity])
    before = price
  }
  return levels
}
