/**
 * Watches for the next candle. When the venue's clock has passed its end and nothing came, REST is asked; while that fails,
 * the stretch stands in the gap ledger and grows; when it is filled, the ledger says so.
 */

import type { Database } from '@faultline/db/database'
import { settleGap } from '@faultline/db/repositories/gaps'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { floorTo } from '@faultline/market/units'
import { FeedError, type VenueRest } from '../feed/venue-feed.ts'
import { refillCandles } from '../history/refill-candles.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { messageOf } from '../message-of.ts'

/** After the end of a bucket its candle may take this long on the socket, ms of our clock. */
const OVERDUE_MS = 2_500
/** After this long it is a gap that pages show. */
const GAP_AFTER_MS = 5_000
const RETRY_MS = { first: 1_000, most: 15_000 }
/** Buckets asked for at once, where a page of the venue has as many. */
const MOST_BUCKETS = 1_440
/** The venue said so often that it has no such candle that it is believed. */
const BELIEVED = 3

export interface Look {
  /** our monotonic clock: one that is set must not make anything wait */
  now: number
  venueNow: number | null
  /** start of the bucket that is to be estimated next; null: nothing was estimated yet */
  next: number | null
  /** history that leads up to now is being fetched anyway */
  busy: boolean
}

export class OverdueCandles {
  /** our monotonic clock when the venue's reached the end of the next bucket; null: it has not */
  dueSince: number | null = null
  private readonly options: {
    db: Database
    instrument: InstrumentRow
    bucketMs: number
    rest: VenueRest
    /** the longest range that the venue is asked for at once, ms; absent: any */
    pageMs?: number | undefined
    ingest: Ingest
    signal: AbortSignal
    log: (line: string) => void
    enterGap: (from: number, to: number) => Promise<void>
  }
  private dueFor: number | null = null
  private filling: Promise<void> | null = null
  private retryAt = 0
  private failures = 0
  private hurried = false
  private readonly entered = new Map<number, number>()
  private passedFrom: number | null = null
  private denied: { from: number; times: number } = { from: 0, times: 0 }

  constructor(options: OverdueCandles['options']) {
    this.options = options
  }

  look({ now, venueNow, next, busy }: Look): void {
    const { bucketMs } = this.options
    if (next === null || venueNow === null || venueNow < next + bucketMs) {
      this.dueSince = null
      this.dueFor = null
      return
    }
    if (this.dueFor !== next) {
      this.dueFor = next
      this.dueSince = now
    }
    if (busy) return
    const overdue = now - (this.dueSince ?? now)
    const to = floorTo(venueNow, bucketMs)
    if (overdue > OVERDUE_MS || this.hurried) this.fill(next, to)
    if (overdue > GAP_AFTER_MS && next !== this.passedFrom && (this.entered.get(next) ?? next) < to) {
      this.entered.set(next, to)
      this.options.enterGap(next, to).catch(() => this.entered.delete(next))
    }
  }

  /** The socket was lost: do not wait until the candle is overdue. */
  hurry(): void {
    this.hurried = true
    this.retryAt = 0
  }

  /** Asks REST for the candles of [from, to), unless it was asked a moment ago. */
  fill(from: number, to: number): void {
    const { instrument, bucketMs, rest, pageMs = Number.POSITIVE_INFINITY, ingest, signal } = this.options
    if (this.filling || performance.now() < this.retryAt || signal.aborted) return
    const end = Math.min(to, from + Math.min(MOST_BUCKETS * bucketMs, floorTo(pageMs, bucketMs)))
    this.filling = refillCandles({ rest, ingest, symbol: instrument.symbol, instrumentId: instrument.id, from, to: end, signal })
      .then(({ got, missing }) => {
        this.failures = 0
        this.hurried = false
        const denied = missing.some(([a, b]) => a <= from && from < b)
        if (denied) this.denied = { from, times: this.denied.from === from ? this.denied.times + 1 : 1 }
        this.retryAt = got > 0 && !denied ? 0 : performance.now() + RETRY_MS.first * 2
      })
      .catch((error: unknown) => {
        this.retryAt = performance.now() + (error instanceof FeedError && error.until !== null ? error.until - Date.now() : this.backoff())
        if (this.failures++ === 0) this.options.log(`${instrument.key}: its candles could not be asked for: ${messageOf(error)}`)
      })
      .finally(() => {
        this.filling = null
      })
  }

  /** Did the venue say, more than once, that it has no candle that begins at `from`? */
  hopeless(from: number): boolean {
    return this.denied.from === from && this.denied.times >= BELIEVED
  }

  /** The hole that begins at `from` was passed: it stays in the ledger as it is. */
  passed(from: number): void {
    this.passedFrom = from
    this.entered.delete(from)
  }

  /** Estimated up to `end`: what was entered as a gap before it is filled. */
  async reached(end: number): Promise<void> {
    for (const [from, to] of this.entered) {
      if (to > end) continue
      await settleGap(this.options.db.pool, { instrumentId: this.options.instrument.id, channel: 'candle', from }, 'filled', 'refilled')
      this.entered.delete(from)
    }
  }

  /** Resolves when nothing is under way. */
  async ended(): Promise<void> {
    await this.filling
  }

  private backoff(): number {
    const ceiling = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(this.failures, 10))
    return ceiling * (0.5 + 0.5 * Math.random())
  }
}
