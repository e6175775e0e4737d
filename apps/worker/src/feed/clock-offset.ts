import { Backoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import { NEVER_ANSWERED_CAP_MS, type Reachability } from './reachability.ts'
import type { VenueClock } from './venue-clock.ts'
import type { VenueRest } from './venue-feed.ts'

const EVERY_MS = 10 * 60_000
const SAMPLES = 3
/** Our clock was set while an answer was under way. */
const SET_MEANWHILE_MS = 100

export interface ClockOffsetOptions {
  rest: VenueRest
  clock: Clock
  random: () => number
  reach: Reachability
  venueClock: VenueClock
}

/**
 * Asks for the venue's time at the start and every ten minutes. While REST does not answer it is also the one call that goes
 * on trying, with backoff, for all the others.
 */
export class ClockOffset {
  /** venue's clock minus ours, the median of three answers; null: not known yet */
  offsetMs: number | null = null
  private readonly options: ClockOffsetOptions
  private readonly backoff: Backoff
  private cancel: (() => void) | null = null
  private attemptAt: number | null = null
  private asking = false
  private running = false

  constructor(options: ClockOffsetOptions) {
    this.options = options
    this.backoff = new Backoff(options.random)
  }

  start(): void {
    this.running = true
    void this.measure()
  }

  stop(): void {
    this.running = false
    this.cancel?.()
    this.cancel = null
  }

  /** Measures soon instead of at the next turn. */
  hurry(): void {
    if (this.running && !this.asking) this.in(this.backoff.next(NEVER_ANSWERED_CAP_MS))
  }

  /** How long until the next attempt after a failure, ms; null: nothing has failed. */
  nextAttemptInMs(): number | null {
    if (this.backoff.failures === 0 || this.attemptAt === null) return null
    return Math.max(0, this.attemptAt - this.options.clock.monotonic())
  }

  private in(ms: number): void {
    this.cancel?.()
    this.attemptAt = this.options.clock.monotonic() + ms
    this.cancel = this.options.clock.setTimeout(() => void this.measure(), ms)
  }

  private async measure(): Promise<void> {
    const { reach } = this.options
    const blocked = reach.blockedForMs()
    if (blocked > 0) return this.in(blocked)
    this.asking = true
    let wait = EVERY_MS
    try {
      const offsets: number[] = []
      for (let i = 0; i < SAMPLES && this.running; i++) {
        const offset = await this.sample()
        if (offset !== null) offsets.push(offset)
      }
      offsets.sort((a, b) => a - b)
      const median = offsets[offsets.length >> 1]
      if (median !== undefined) this.offsetMs = Math.round(median)
      reach.answered('rest')
      this.backoff.reset()
    } catch (error) {
      reach.failed('rest', 'the time of the venue', error)
      wait = Math.max(this.backoff.next(NEVER_ANSWERED_CAP_MS), reach.blockedForMs())
    } finally {
      this.asking = false
    }
    if (this.running) this.in(wait)
  }

  /** null: our clock was set meanwhile. */
  private async sample(): Promise<number | null> {
    const { rest, clock, venueClock } = this.options
    const before = { now: clock.now(), monotonic: clock.monotonic() }
    const serverTime = await rest.serverTime()
    const took = clock.monotonic() - before.monotonic
    venueClock.observe(serverTime)
    const set = Math.abs(clock.now() - before.now - took) > SET_MEANWHILE_MS
    return set ? null : serverTime - (before.now + took / 2)
  }
}
