/**
 * Tickers of one socket: a whole one first, then what changes in it. A mark is told with everything that the ticker has said
 * before; a change of another field tells it again, as of that moment.
 */
import type { Reading } from '../../feed/venue-feed.ts'
import { isFields, isTime } from '../values.ts'
import { unknown } from './mapper.ts'
import { markOf, readTicker, type Ticker } from './rows.ts'

export class BybitTickers {
  /** one per symbol that is subscribed to */
  private readonly known = new Map<string, Ticker>()

  /** A message of the topic `tickers`. */
  read(message: unknown): Reading {
    if (!isFields(message)) return unknown('not a JSON object')
    const { type, ts } = message
    if (type !== 'snapshot' && type !== 'delta') return unknown('tickers type is neither snapshot nor delta')
    if (!isTime(ts)) return unknown('tickers ts is no time')
    const told = readTicker(message.data)
    if (typeof told === 'string') return unknown(told)
    const { symbol } = told
    const before = this.known.get(symbol)
    // A change of what was never told whole is only a sign of life.
    const ticker = type === 'snapshot' ? told : before && { ...before, ...told }
    if (ticker) this.known.set(symbol, ticker)
    const mark = ticker && markOf(ticker, ts)
    return { kind: 'data', channel: 'markPrice', symbol, venueTime: ts, events: mark ? [mark] : [] }
  }

  /** No symbol but these is subscribed to any more. */
  keep(symbols: ReadonlySet<string>): void {
    for (const symbol of this.known.keys()) if (!symbols.has(symbol)) this.known.delete(symbol)
  }
}
