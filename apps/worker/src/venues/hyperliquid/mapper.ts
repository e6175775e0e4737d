/**
 * Messages of Hyperliquid's sockets in the house's vocabulary (docs/event-semantics.md, docs/venues/hyperliquid.md). No I/O, no
 * state, no clock. What needs more than one message (whether a candle is closed, what time it is in a message without one) is in
 * stream-state.ts.
 */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { CandleEvent } from '@faultline/market/event'
import type { FeedChannel } from '@faultline/market/feed'
import { MINUTE_MS } from '@faultline/market/units'
import type { Reading } from '../../feed/venue-feed.ts'
import { type Fields, isFields } from '../values.ts'
import { isCoin, markOf, type Of, readBook, readCandle, readContext, readTrade, type Trade } from './rows.ts'

/** What the reader has to know beside the message. */
export interface Context {
  /** the venue's time of messages that have none, UTC ms; null: not known yet, and what they say cannot be used */
  time: number | null
}

const CONTROL: readonly Reading[] = [{ kind: 'control' }]
const NO_EVENTS: readonly LiveEvent[] = []

const unknown = (reason: string): Reading => ({ kind: 'unknown', reason })
const data = (channel: FeedChannel, symbol: string, venueTime: number, events: readonly LiveEvent[]): Reading => ({
  kind: 'data',
  channel,
  symbol,
  venueTime,
  events,
})

/** What is or is not subscribed to from now on, or what was wrong with a request; undefined for any other message. */
export function replyOf(message: unknown): { method: string; subscription: Fields } | { error: string } | undefined {
  if (!isFields(message)) return undefined
  if (message.channel === 'error') return { error: typeof message.data === 'string' ? message.data : 'no reason given' }
  if (message.channel !== 'subscriptionResponse') return undefined
  const { data } = message
  if (!isFields(data) || !isFields(data.subscription)) return { error: 'a response without a subscription' }
  return { method: String(data.method), subscription: data.subscription }
}

export const isPong = (message: unknown): boolean => isFields(message) && message.channel === 'pong'

/** What a message of a socket means, as parsed from JSON. A candle is a sign of life: nothing in it says whether it is closed. */
export function readMessage(message: unknown, { time }: Context): readonly Reading[] {
  if (!isFields(message)) return [unknown(typeof message === 'string' ? 'not JSON' : 'not a JSON object')]
  if (isPong(message) || replyOf(message)) return CONTROL
  switch (message.channel) {
    case 'candle':
      return candlesOf(message).map((candle) => (typeof candle === 'string' ? unknown(candle) : signOfLife(candle, time)))
    case 'activeAssetCtx':
      return [readMark(message.data, time)]
    case 'trades':
      return tradesOf(message).map((trade) => (typeof trade === 'string' ? unknown(trade) : { kind: 'control' }))
    case 'l2Book':
      return [readDepth(message.data)]
    default:
      return [unknown(typeof message.channel === 'string' ? 'a channel that was not subscribed to' : 'a message without a channel')]
  }
}

/** The candles of a message of minutes, as they stand; a text for each that cannot be read. Empty of any other message. */
export function candlesOf(message: unknown): (Of<CandleEvent> | string)[] {
  if (!isFields(message) || message.channel !== 'candle') return []
  return (rowsOf(message.data) ?? [undefined]).map((row) => {
    const candle = readCandle(row)
    if (typeof candle === 'string') return candle
    return candle.event.intervalMs === MINUTE_MS ? candle : 'candle i is not 1m'
  })
}

/** The trades of a message of `trades`, for the takers' part of candles; a text for each that cannot be read. */
export function tradesOf(message: unknown): (Trade | string)[] {
  if (!isFields(message) || message.channel !== 'trades') return []
  return rowsOf(message.data)?.map(readTrade) ?? ['trade data is no list']
}

/** `data` is a list, or the only row. */
export function rowsOf(value: unknown): readonly unknown[] | undefined {
  if (isFields(value)) return [value]
  return Array.isArray(value) && value.length > 0 ? value : undefined
}

/** A candle has no time of its own: it belongs to its minute, and was sent in it or soon after. */
function signOfLife({ symbol, event }: Of<CandleEvent>, given: number | null): Reading {
  const time = given ?? event.openTime
  const end = event.openTime + MINUTE_MS
  return data('candle', symbol, time >= event.openTime && time <= end ? time : time > end ? end : event.openTime, NO_EVENTS)
}

function readMark(value: unknown, time: number | null): Reading {
  if (!isFields(value)) return unknown('activeAssetCtx data is no object')
  if (!isCoin(value.coin)) return unknown('activeAssetCtx coin is no coin')
  const context = readContext(value.ctx)
  if (typeof context === 'string') return unknown(`activeAssetCtx ${context}`)
  if (context.markPrice !== undefined && time === null) return { kind: 'control' }
  const mark = time === null ? undefined : markOf(context, time)
  return mark ? data('markPrice', value.coin, mark.time, [mark]) : unknown('activeAssetCtx ctx markPx is missing')
}

function readDepth(value: unknown): Reading {
  const book = readBook(value)
  return typeof book === 'string' ? unknown(book) : data('depth', book.symbol, book.event.time, [book.event])
}
