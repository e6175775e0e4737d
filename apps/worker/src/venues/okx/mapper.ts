/**
 * Messages of OKX's public and business streams in the house's vocabulary (docs/event-semantics.md, docs/venues/okx.md). No I/O,
 * no state, no clock. What needs more than one message (the funding of a mark, the taker's share of a candle) is in
 * stream-state.ts.
 */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { FeedChannel } from '@faultline/market/feed'
import { MINUTE_MS } from '@faultline/market/units'
import type { Reading } from '../../feed/venue-feed.ts'
import { type Fields, isFields, isSymbol } from '../values.ts'
import {
  type ContractSize,
  readBarHead,
  readBook,
  readCandle,
  readFundingRate,
  readLiquidation,
  readMark,
  readOpenInterest,
  readTrade,
} from './rows.ts'

export interface Context {
  contractSize: ContractSize
}

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

export interface Arg {
  channel: string
  /** undefined where the subscription is for a whole type of instruments */
  instId: unknown
}

export function argOf(message: Fields): Arg | undefined {
  return isFields(message.arg) && typeof message.arg.channel === 'string'
    ? { channel: message.arg.channel, instId: message.arg.instId }
    : undefined
}

/** The answer to a request that was sent on the socket, or a notice; undefined for any other message. */
export function replyOf(message: unknown): { event: string; arg: Arg | undefined; error: string | null } | undefined {
  if (!isFields(message) || typeof message.event !== 'string') return undefined
  const error = message.event === 'error' ? `code ${String(message.code)}: ${String(message.msg ?? '')}` : null
  return { event: message.event, arg: argOf(message), error }
}

/** What a message of a socket means, as parsed from JSON: a reading for each of its rows. */
export function readMessage(message: unknown, context: Context): readonly Reading[] {
  if (message === 'pong') return CONTROL
  if (!isFields(message)) return [unknown(typeof message === 'string' ? 'not JSON' : 'not a JSON object')]
  if (replyOf(message)) return CONTROL
  const arg = argOf(message)
  if (!arg) return [unknown('a message without a channel')]
  const { data: rows } = message
  if (!Array.isArray(rows) || rows.length === 0) return [unknown(`${arg.channel} data is no list`)]
  return (rows as unknown[]).flatMap((row) => readRow(row, arg, message, context))
}

function readRow(row: unknown, { channel, instId }: Arg, message: Fields, { contractSize }: Context): readonly Reading[] {
  switch (channel) {
    case 'candle1m':
      return [readBar(row, instId, contractSize)]
    case 'trades':
    case 'trades-all': {
      const read = readTrade(row, contractSize)
      // A sign of life: what takers bought is known when the candle closes.
      return [typeof read === 'string' ? unknown(read) : data('candle', read.symbol, read.time, [])]
    }
    case 'mark-price': {
      const read = readMark(row)
      return [typeof read === 'string' ? unknown(read) : data('markPrice', read.symbol, read.event.time, [read.event])]
    }
    case 'funding-rate': {
      const read = readFundingRate(row)
      // It has no price: it is told with the marks that come after it.
      return typeof read === 'string' ? [unknown(read)] : CONTROL
    }
    case 'open-interest': {
      const read = readOpenInterest(row, contractSize)
      return [typeof read === 'string' ? unknown(read) : data('openInterest', read.symbol, read.event.time, [read.event])]
    }
    case 'liquidation-orders':
      return liquidationsOf(row).map(([detail, symbol]) => {
        const read = readLiquidation(detail, symbol, contractSize)
        return typeof read === 'string' ? unknown(read) : data('liquidation', read.symbol, read.event.time, [read.event])
      })
    case 'books':
    case 'books5': {
      if (message.action === 'update') return [unknown('books action is update')]
      const read = isFields(row) ? readBook(row, instId, contractSize) : 'books data is no object'
      return [typeof read === 'string' ? unknown(read) : data('depth', read.symbol, read.event.time, [read.event])]
    }
    default:
      return [unknown('a channel that was not subscribed to')]
  }
}

/** Every one of `details`, each with the instrument around it. A row without them is one by itself (older messages). */
export function liquidationsOf(row: unknown, symbol?: unknown): readonly (readonly [detail: unknown, symbol: unknown])[] {
  if (!isFields(row)) return [[row, symbol]]
  const instId = row.instId ?? symbol
  if (row.details === undefined) return [[row, instId]]
  return Array.isArray(row.details) && row.details.length > 0
    ? (row.details as unknown[]).map((detail) => [detail, instId] as const)
    : [[undefined, instId]]
}

function readBar(row: unknown, symbol: unknown, contractSize: ContractSize): Reading {
  if (!isSymbol(symbol)) return unknown('candle instId is no symbol')
  const head = readBarHead(row)
  if (typeof head === 'string') return unknown(head)
  const { openTime, closed } = head
  if (closed === undefined) return unknown('candle confirm is missing')
  if (!closed) return data('candle', symbol, openTime, [])
  const event = readCandle(row as unknown[], openTime, MINUTE_MS, symbol, contractSize)
  return typeof event === 'string' ? unknown(event) : data('candle', symbol, openTime + MINUTE_MS, [event])
}
