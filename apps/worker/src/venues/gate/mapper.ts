/**
 * Messages of Gate's futures sockets in the house's vocabulary (docs/event-semantics.md, docs/venues/gate.md). No I/O, no state,
 * no clock. Sizes count contracts: what one is in coins comes from outside.
 */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { FeedChannel } from '@faultline/market/feed'
import { MINUTE_MS } from '@faultline/market/units'
import type { Reading } from '../../feed/venue-feed.ts'
import { type Fields, isFields, isSymbol } from '../values.ts'
import { type Context, markOf, readCandle, readLiquidation, readTicker, readTrade, type Trade } from './rows.ts'
import { instantOf, minuteOf } from './values.ts'

const CONTROL: readonly Reading[] = [{ kind: 'control' }]
const NO_EVENTS: readonly LiveEvent[] = []
const CANDLE_NAME = /^([0-9a-z]+)_(.+)$/

export const unknown = (reason: string): Reading => ({ kind: 'unknown', reason })
const data = (channel: FeedChannel, symbol: string, venueTime: number, events: readonly LiveEvent[]): Reading => ({
  kind: 'data',
  channel,
  symbol,
  venueTime,
  events,
})

/** An answer to a request on the socket; undefined for any other message. `id` is null where the answer names none. */
export function replyOf(message: unknown): { id: number | null; error: string | null } | undefined {
  if (!isFields(message) || typeof message.channel !== 'string') return undefined
  const { event, error, result } = message
  const failed = isFields(error) || (isFields(result) && result.status === 'fail')
  if (event !== 'subscribe' && event !== 'unsubscribe' && !failed) return undefined
  const id = typeof message.id === 'number' ? message.id : null
  const says = isFields(error) ? `code ${String(error.code)}: ${String(error.message ?? '')}` : 'no reason given'
  return { id, error: failed ? says : null }
}

/** The venue's time of a whole message: `time_ms`, else the second. */
export const sentAt = (message: Fields): number | undefined => instantOf(message.time_ms) ?? instantOf(message.time)

/** What a message of a socket means, as parsed from JSON: a reading for each of its rows. */
export function readMessage(message: unknown, context: Context): readonly Reading[] {
  if (!isFields(message)) return [unknown(typeof message === 'string' ? 'not JSON' : 'not a JSON object')]
  const { channel, event } = message
  if (typeof channel !== 'string') return [unknown('a message without a channel')]
  // Pongs, and the word that a server will be restarted, after which the socket ends.
  if (channel === 'futures.pong' || channel === 'futures.ping' || channel === 'futures.system') return CONTROL
  if (replyOf(message)) return CONTROL
  if (event !== 'update') return [unknown('a message whose event is none that was asked for')]
  const sent = sentAt(message)
  if (sent === undefined) return [unknown(`${channel} time is no time`)]
  switch (channel) {
    case 'futures.candlesticks':
      return readEach(message.result, 'candlestick', (row) => readCandlestick(row, sent, context))
    case 'futures.tickers':
      return readEach(message.result, 'ticker', (row) => readMark(row, sent))
    case 'futures.public_liquidates':
      return readEach(message.result, 'liquidation', (row) => {
        const read = readLiquidation(row, context)
        return typeof read === 'string' ? unknown(read) : data('liquidation', read.symbol, read.event.time, [read.event])
      })
    case 'futures.trades':
      return tradesOf(message, context).map((trade) => (typeof trade === 'string' ? unknown(trade) : { kind: 'control' }))
    default:
      return [unknown('a channel that was not subscribed to')]
  }
}

/** The trades of a message of `futures.trades`, for the takers' part of candles; a text for each that cannot be read. */
export function tradesOf(message: unknown, context: Context): (Trade | string)[] {
  if (!isFields(message) || message.channel !== 'futures.trades' || message.event !== 'update') return []
  return rowsOf(message.result)?.map((row) => readTrade(row, context)) ?? ['trade result is no list']
}

/** Rows of a result, which is a list or its only row. */
export function rowsOf(result: unknown): readonly unknown[] | undefined {
  if (isFields(result)) return [result]
  return Array.isArray(result) && result.length > 0 ? result : undefined
}

function readEach(result: unknown, name: string, read: (row: unknown) => Reading): readonly Reading[] {
  return rowsOf(result)?.map(read) ?? [unknown(`${name} result is no list`)]
}

/** `n`: interval and contract; `w`: the candle is closed. Without `w` nothing says so, and it is a sign of life. */
function readCandlestick(row: unknown, sent: number, context: Context): Reading {
  if (!isFields(row)) return unknown('candlestick is no object')
  const [, interval, symbol] = (typeof row.n === 'string' && CANDLE_NAME.exec(row.n)) || []
  if (interval !== '1m') return unknown('candlestick n is not of 1m')
  if (!isSymbol(symbol)) return unknown('candlestick n is no symbol')
  const openTime = minuteOf(row.t)
  if (openTime === undefined) return unknown('candlestick t is not the start of a minute')
  if (row.w !== undefined && typeof row.w !== 'boolean') return unknown('candlestick w is neither true nor false')
  // The candle says itself about when it was sent; a time from elsewhere is the venue's clock going wrong.
  const closed = row.w === true
  const end = openTime + MINUTE_MS
  const plausible = closed ? sent >= end - 1 && sent <= end + MINUTE_MS : sent >= openTime && sent <= end
  const venueTime = plausible ? sent : closed ? end : openTime
  if (!closed) return data('candle', symbol, venueTime, NO_EVENTS)
  const candle = readCandle(row, symbol, context)
  return typeof candle === 'string' ? unknown(candle) : data('candle', symbol, venueTime, [candle])
}

function readMark(row: unknown, sent: number): Reading {
  const ticker = readTicker(row)
  if (typeof ticker === 'string') return unknown(ticker)
  const time = tickerTime(row, sent)
  const mark = markOf(ticker, time)
  return mark ? data('markPrice', ticker.symbol, time, [mark]) : unknown('ticker mark_price is missing')
}

/** Tickers have had a time of their own, in milliseconds, since 2026. */
export const tickerTime = (row: unknown, sent: number): number => (isFields(row) ? instantOf(row.t) : undefined) ?? sent
