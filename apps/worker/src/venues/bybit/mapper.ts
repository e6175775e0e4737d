/**
 * Messages of Bybit's public streams in the house's vocabulary (docs/event-semantics.md, docs/venues/bybit.md). No I/O, no state,
 * no clock. What needs more than one message (a ticker that tells only what has changed, the taker's share of a candle) is in
 * stream-state.ts.
 */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { FeedChannel } from '@faultline/market/feed'
import { MINUTE_MS } from '@faultline/market/units'
import type { Reading } from '../../feed/venue-feed.ts'
import { type Fields, isFields, isSymbol, isTime } from '../values.ts'
import { isInverse, markOf, readBar, readBook, readLiquidation, readTicker, readTrade } from './rows.ts'

type Data = Extract<Reading, { kind: 'data' }>

const CONTROL: readonly Reading[] = [{ kind: 'control' }]
export const unknown = (reason: string): Reading => ({ kind: 'unknown', reason })
const data = (channel: FeedChannel, symbol: string, venueTime: number, events: readonly LiveEvent[]): Data => ({
  kind: 'data',
  channel,
  symbol,
  venueTime,
  events,
})

/** `kline.1.BTCUSDT`: the topic's kind and its symbol. */
export interface Topic {
  name: string
  symbol: string
}

export function topicOf(message: Fields): Topic | undefined {
  const { topic } = message
  if (typeof topic !== 'string') return undefined
  const [name = '', ...rest] = topic.split('.')
  return { name, symbol: rest.at(-1) ?? '' }
}

/** The answer to a request that was sent on the socket; undefined for any other message. `id` is null of a ping's. */
export function replyOf(message: unknown): { id: string | null; error: string | null } | undefined {
  if (!isFields(message) || message.topic !== undefined) return undefined
  if (typeof message.success !== 'boolean' && typeof message.op !== 'string') return undefined
  const id = typeof message.req_id === 'string' && message.req_id !== '' ? message.req_id : null
  return { id, error: message.success === false ? String(message.ret_msg ?? 'no reason given') : null }
}

/** What a message of a socket means, as parsed from JSON: a reading for each of its rows. */
export function readMessage(message: unknown): readonly Reading[] {
  if (!isFields(message)) return [unknown(typeof message === 'string' ? 'not JSON' : 'not a JSON object')]
  const topic = topicOf(message)
  if (topic === undefined) return replyOf(message) ? CONTROL : [unknown('a message without a topic')]
  switch (topic.name) {
    case 'kline':
      return readEach(message.data, 'kline', (row) => readKline(row, topic.symbol, message.ts))
    case 'tickers':
      return [readMark(message)]
    case 'allLiquidation':
    case 'liquidation':
      return readEach(message.data, topic.name, (row) => {
        const read = readLiquidation(row)
        return typeof read === 'string' ? unknown(read) : data('liquidation', read.symbol, read.time, [read.event])
      })
    case 'publicTrade':
      return readEach(message.data, 'publicTrade', (row) => {
        const read = readTrade(row)
        // A sign of life: what takers bought is known when the candle closes.
        return typeof read === 'string' ? unknown(read) : data('candle', read.symbol, read.time, [])
      })
    case 'orderbook':
      return [readDepth(message)]
    default:
      return [unknown('a topic that was not subscribed to')]
  }
}

function readEach(rows: unknown, name: string, read: (row: unknown) => Reading): readonly Reading[] {
  // The older liquidation topic has its only row in place of the list.
  const list = isFields(rows) ? [rows] : rows
  if (!Array.isArray(list) || list.length === 0) return [unknown(`${name} data is no list`)]
  return (list as unknown[]).map(read)
}

function readKline(row: unknown, symbol: string, sentAt: unknown): Reading {
  if (!isFields(row)) return unknown('kline data is no list of objects')
  const { start, end, confirm } = row
  if (!isSymbol(symbol)) return unknown('kline topic has no symbol')
  if (row.interval !== '1') return unknown('kline interval is not 1')
  if (!isTime(start) || start % MINUTE_MS !== 0) return unknown('kline start is not the start of a minute')
  if (end !== start + MINUTE_MS - 1) return unknown('kline end is not the end of the minute')
  if (typeof confirm !== 'boolean') return unknown('kline confirm is neither true nor false')
  // The candle says itself about when it was sent; a time from elsewhere is the venue's clock going wrong.
  const stamp = isTime(row.timestamp) ? row.timestamp : sentAt
  const plausible = isTime(stamp) && stamp >= start && stamp <= start + 2 * MINUTE_MS
  const venueTime = plausible ? stamp : confirm ? start + MINUTE_MS : start
  if (!confirm) return data('candle', symbol, venueTime, [])
  const { open, high, low, close, volume, turnover } = row
  const event = readBar({ openTime: start, open, high, low, close, volume, turnover }, MINUTE_MS, isInverse(symbol))
  return typeof event === 'string' ? unknown(event) : data('candle', symbol, venueTime, [event])
}

/** A change that does not touch the mark price is a sign of life. */
function readMark(message: Fields): Reading {
  const ticker = readTicker(message.data)
  if (typeof ticker === 'string') return unknown(ticker)
  if (!isTime(message.ts)) return unknown('tickers ts is no time')
  const event = markOf(ticker, message.ts)
  return data('markPrice', ticker.symbol, message.ts, event ? [event] : [])
}

/** Whole books alone: changes are nothing without the book that they change. */
function readDepth(message: Fields): Reading {
  if (!isFields(message.data)) return unknown('orderbook data is no object')
  if (message.type !== 'snapshot') return unknown('orderbook type is not snapshot')
  const book = readBook(message.data, message.cts ?? message.ts)
  return typeof book === 'string' ? unknown(book) : data('depth', book.symbol, book.time, [book.event])
}
