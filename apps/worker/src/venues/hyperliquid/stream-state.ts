/** What Hyperliquid's messages mean only together: what time it is, and when a candle is closed. No I/O. */
import type { CandleEvent } from '@faultline/market/event'
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { Of } from './rows.ts'

/** Books come twice a second. When none has come for so long, our own clock tells how much later it is. */
const SILENT_MS = 2 * SECOND_MS
/** When none has been newer for so long, the venue's clock was set back. */
const SET_BACK_MS = 10 * SECOND_MS
/** The last trades of a minute have been told when its candle is this old by the venue's clock. */
const LATE_MS = 2 * SECOND_MS

/**
 * The venue's clock, as the messages of one socket tell it that have a time: the newest of them. Contexts (marks, open interest)
 * have none, and are as of then.
 */
export class HeardTime {
  private newest: { time: number; receivedAt: number } | null = null

  /** A message was of this time. History that is sent at the beginning does not set it back. */
  hear(time: number, receivedAt: number): void {
    const { newest } = this
    if (newest === null || time > newest.time || receivedAt - newest.receivedAt > SET_BACK_MS) this.newest = { time, receivedAt }
  }

  /** UTC ms; null while nothing has been heard: the venue's clock may be anything. */
  at(receivedAt: number): number | null {
    if (this.newest === null) return null
    const since = receivedAt - this.newest.receivedAt
    return this.newest.time + (since > SILENT_MS ? since - SILENT_MS : 0)
  }
}

/**
 * The open candle of each symbol of one socket. It is closed when the next one has begun, or when the venue's clock is well past
 * its end: where nobody trades, no next one comes.
 */
export class OpenCandles {
  private readonly open = new Map<string, CandleEvent>()
  /** start of the candle that was closed last: what is told of it later is too late */
  private readonly closed = new Map<string, number>()

  /** A candle was told as it stands. Returns the one that this closes. */
  tell({ symbol, event }: Of<CandleEvent>): CandleEvent | null {
    if (event.openTime <= (this.closed.get(symbol) ?? 0)) return null
    const before = this.open.get(symbol)
    if (before && event.openTime < before.openTime) return null
    this.open.set(symbol, event)
    return before && event.openTime > before.openTime ? this.close(symbol, before) : null
  }

  /** It is this time at the venue. Returns the candle of this symbol that is over. */
  pass(symbol: string, time: number): CandleEvent | null {
    const candle = this.open.get(symbol)
    if (!candle || time < candle.openTime + MINUTE_MS + LATE_MS) return null
    this.open.delete(symbol)
    return this.close(symbol, candle)
  }

  /** No symbol but these is subscribed to any more. */
  keep(symbols: ReadonlySet<string>): void {
    for (const symbol of new Set([...this.open.keys(), ...this.closed.keys()])) {
      if (symbols.has(symbol)) continue
      this.open.delete(symbol)
      this.closed.delete(symbol)
    }
  }

  private close(symbol: string, candle: CandleEvent): CandleEvent {
    this.closed.set(symbol, candle.openTime)
    return candle
  }
}
