/**
 * Fetches an instrument's missing history. Each window is stored in one piece, so that its candles are the marker
 * that it is done: a backfill that was killed goes on by being planned again.
 */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { FaultlineError } from '@faultline/market/errors'
import type { BackfillProgress } from '@faultline/market/feed'
import { isoTime, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { Backoff } from '../feed/backoff.ts'
import { type Clock, systemClock } from '../feed/clock.ts'
import { FeedError, type VenueFeed, type VenueRest } from '../feed/venue-feed.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { leaveIfStopped } from '../pipeline/stop.ts'
import { answersAtAll } from './answers-at-all.ts'
import { Beginning } from './beginning.ts'
import { Eta } from './eta.ts'
import { fetchWindow } from './fetch-window.ts'
import { orStopped } from './or-stopped.ts'
import { waitUntil } from './wait.ts'
import type { WindowLimiter } from './window-limiter.ts'
import { missingIn, type Stretch, type Window } from './windows.ts'

/** Candles younger than this (venue's clock) may still come; older ones that the venue does not give do not exist. */
export const CANDLES_CERTAIN_MS = 5 * MINUTE_MS
export const NO_CANDLES = 'the venue has no candles for this time'
/** A venue that refuses everything is asked again, but seldom. */
const REFUSED_WAIT_MS = 5 * MINUTE_MS

export interface BackfillOptions {
  rest: VenueRest
  limits: VenueFeed['history']
  ingest: Pick<Ingest, 'store' | 'enterGap'>
  symbol: string
  instrumentId: number
  /** of planHistory(), in the order in which they are to be fetched: newest first, or oldest first to catch up */
  windows: readonly Window[]
  /** what was planned */
  wanted: Stretch
  /**
   * Buckets up to the windows were estimated and stay as they are: what these could have seen (open interest just before a
   * window, a settlement at its very start) is stored as known after them. Not for history before what was estimated.
   */
  late?: boolean
  /** one per data source, shared by the backfills of its instruments */
  limiter: WindowLimiter
  /** the venue's clock, UTC ms */
  now(): number
  signal: AbortSignal
  /** `message` says what is waited for; null while nothing is */
  onProgress(progress: BackfillProgress, message: string | null): void
  /** after the window was committed, with the number of events that were given to the store; `reached` as in the progress */
  onWindow?(window: Window, storedCount: number, reached: number | null): void | Promise<void>
  log(line: string): void
  /** ours, for waiting */
  clock?: Clock
  random?: () => number
}

export interface BackfillResult {
  /** windows that were stored */
  stored: number
  /** windows that the venue refused; the gap ledger names them */
  refused: number
  /** where the venue's history begins, UTC ms; null when it goes on beyond what was wanted, as far as is known */
  reachedBeginning: number | null
  /** ended by the signal */
  stopped: boolean
}

/**
 * Goes on through bans and outages, the venue's and the database's, until everything is there, or the venue's history ends, or
 * the signal says so. After an error it is called again with a new plan.
 * @throws what ingest.store() throws, but `unavailable`
 */
export const runBackfill = (options: BackfillOptions): Promise<BackfillResult> => new Backfill(options).run()

class Backfill {
  private readonly options: BackfillOptions
  private readonly clock: Clock
  /** between attempts that failed in a row */
  private readonly backoff: Backoff
  private readonly eta: Eta
  private readonly beginning: Beginning | null
  private readonly missing: Set<Window>
  private readonly result: BackfillResult = { stored: 0, refused: 0, reachedBeginning: null, stopped: false }
  private readonly total: number
  private done = 0
  private reached: number | null = null

  constructor(options: BackfillOptions) {
    const { windows, clock = systemClock, random = Math.random } = options
    this.options = options
    this.clock = clock
    this.backoff = new Backoff(random)
    this.eta = new Eta(() => clock.monotonic())
    this.total = windows.reduce((sum, window) => sum + bucketsOf(window), 0)
    this.missing = new Set(windows)
    // Only going backwards one comes to where history begins.
    this.beginning = windows.every((window, i) => window.to <= (windows[i - 1]?.from ?? window.to)) ? new Beginning() : null
    this.reach()
  }

  async run(): Promise<BackfillResult> {
    const { windows, onWindow } = this.options
    const { result, beginning } = this
    this.report()
    for (const window of windows) {
      const count = await this.take(window)
      if (count === 'stopped') return { ...result, stopped: true }
      this.done += bucketsOf(window)
      this.eta.mark(this.done)
      if (count !== 'refused') {
        this.missing.delete(window)
        this.reach()
      }
      if (count !== 'refused' && count > 0) {
        result.stored++
        await onWindow?.(window, count, this.reached)
      }
      if (beginning?.certain) break
      this.report()
    }
    result.reachedBeginning = beginning?.at ?? null
    this.done = this.total
    this.report()
    return result
  }

  /** Gets one window stored; how many events it had. */
  private async take(window: Window): Promise<number | 'refused' | 'stopped'> {
    const { limiter, signal } = this.options
    for (;;) {
      try {
        const count = await limiter.run(signal, () => this.attempt(window))
        if (count === null) return 'stopped'
        this.backoff.reset()
        return count
      } catch (error) {
        if (signal.aborted) return 'stopped'
        if (!(error instanceof FeedError)) throw error
        if (await this.isRefused(error)) {
          this.giveUp(window, error)
          return 'refused'
        }
      }
    }
  }

  private async attempt(window: Window): Promise<number> {
    const { rest, symbol, limits, now, signal, log } = this.options
    const onLeftOut = (channel: string, reason: string): void =>
      log(`history of ${isoTime(window.from)} goes without ${channel}: ${reason}`)
    const events = await orStopped(fetchWindow(rest, symbol, window, limits, now(), { signal, onLeftOut }), signal)
    // Gaps first: if storing fails they are true all the same, and the plan that follows has less to ask.
    const times = events.flatMap((event) => (event.type === 'candle' ? [event.openTime] : []))
    for (const hole of this.beginning?.look(window, times) ?? missingIn(window, times, MINUTE_MS)) this.enterHole(hole)
    if (events.length > 0) await this.store(events)
    return events.length
  }

  /** While the database is away nobody's window is fetched: this one keeps its place. */
  private async store(events: readonly LiveEvent[]): Promise<void> {
    const { ingest, instrumentId, signal, late = false } = this.options
    for (;;) {
      try {
        await ingest.store(instrumentId, events, { late })
        return
      } catch (error) {
        if (signal.aborted || !(error instanceof FaultlineError) || error.code !== 'unavailable') throw error
        await this.waitABit('What was fetched cannot be stored while the database is away.')
        leaveIfStopped(signal)
      }
    }
  }

  private enterHole({ from, to }: Stretch): void {
    const { ingest, instrumentId, now } = this.options
    const certain = to <= now() - CANDLES_CERTAIN_MS
    const status = certain ? 'unrecoverable' : 'open'
    ingest.enterGap({ instrumentId, channel: 'candle', from, to, status, reason: certain ? NO_CANDLES : `${NO_CANDLES} yet` })
  }

  private giveUp(window: Window, error: FeedError): void {
    this.options.log(`history from ${isoTime(window.from)} to ${isoTime(window.to)} is given up: ${error.message}`)
    this.result.refused++
    this.beginning?.skip()
    const { from, to } = window
    const reason = `the venue refuses it: ${error.message}`
    this.options.ingest.enterGap({ instrumentId: this.options.instrumentId, channel: 'candle', from, to, status: 'unrecoverable', reason })
  }

  /** Is this window refused? Otherwise waits until it is worth asking for it again. */
  private async isRefused(error: FeedError): Promise<boolean> {
    const { rest, symbol, now, signal } = this.options
    if (error.code !== 'refused') {
      await this.waitForVenue(error)
      return false
    }
    try {
      if (await orStopped(answersAtAll(rest, symbol, now()), signal)) return true
      await this.waitABit(error.message, REFUSED_WAIT_MS)
    } catch (other) {
      if (signal.aborted) return false
      if (!(other instanceof FeedError)) throw other
      await this.waitForVenue(other)
    }
    return false
  }

  private waitForVenue(error: FeedError): Promise<void> {
    const now = this.clock.now()
    if (error.code === 'blocked' && error.until !== null && error.until > now)
      return this.wait(error.until, `The venue has told us to wait until ${isoTime(error.until)}.`)
    return this.waitABit(error.message)
  }

  private waitABit(problem: string, capMs?: number): Promise<void> {
    const ms = this.backoff.next(capMs)
    return this.wait(this.clock.now() + ms, `${problem} Trying again in ${Math.ceil(ms / SECOND_MS)} s.`)
  }

  private async wait(until: number, message: string): Promise<void> {
    const { signal, log } = this.options
    const since = this.clock.monotonic()
    log(message)
    this.report(message, until - this.clock.now())
    await waitUntil(until, this.clock, signal)
    this.eta.exclude(this.clock.monotonic() - since)
    if (!signal.aborted) this.report()
  }

  /** Behind the newest window that is missing everything is there up to now. */
  private reach(): void {
    const { wanted } = this.options
    const newest = Math.max(wanted.from, ...Array.from(this.missing, (window) => window.to))
    this.reached = newest < wanted.to ? newest : null
  }

  private report(message: string | null = null, waitMs = 0): void {
    const { done, total, reached } = this
    const left = this.eta.of(total - done)
    const etaMs = left === null ? null : left + waitMs
    this.options.onProgress({ phase: 'fetching', done, total, etaMs, from: this.options.wanted.from, reached }, message)
  }
}

const bucketsOf = ({ from, to }: Stretch): number => (to - from) / MINUTE_MS
