/**
 * The venue's clock, as its messages tell it. It may be ahead of ours or behind; a simulated one may also run faster (in
 * whole multiples of ours).
 */
import type { Clock } from './clock.ts'

/** One observation per second is kept, this many of them. */
const KEPT = 60
const KEEP_EVERY_MS = 1_000
/** Older ones say nothing about the pace any more. */
const OLDEST_MS = 120_000
/** Observations this far apart tell the pace. */
const SETTLED_MS = 3_000
/** A message that is older than this by the venue's clock comes from its history, or was under way for long. */
const OLD_MS = 5_000
/** A time that leaps further ahead than this, beyond what the time since the last message explains, is not believed. */
const LEAP_MS = 120_000
/** After this long with nothing but times that fit nothing, they are believed: the venue's clock was set. */
const STUBBORN_MS = 60_000

interface Observation {
  venueTime: number
  monotonic: number
  /** our clock */
  now: number
}

export class VenueClock {
  /** ms of the venue's clock per ms of ours */
  pace = 1
  private readonly clock: Clock
  /** the oldest first */
  private kept: Observation[] = []
  /** of those kept: the one with the shortest way to us */
  private best: Observation | null = null
  /** when the newest of those kept was begun; better ones take its place until a second later */
  private begun = 0
  private settled = false
  private oddSince: number | null = null

  constructor(clock: Clock) {
    this.clock = clock
  }

  /**
   * A message with this time has just come. Returns false for a time that leaps ahead of all that was seen, as when a
   * venue's clock is off for a while: nothing must be concluded from it.
   */
  observe(venueTime: number): boolean {
    const seen = { venueTime, monotonic: this.clock.monotonic(), now: this.clock.now() }
    const last = this.kept.at(-1)
    if (!last || !this.best) {
      this.restart(seen)
      return true
    }
    // A machine that slept has a monotonic clock that stood still: then our clock explains the leap.
    const elapsed = Math.max(seen.monotonic - last.monotonic, seen.now - last.now, 0)
    const leaps = venueTime - last.venueTime > LEAP_MS + 4 * this.pace * elapsed
    const old = venueTime < this.at(seen.monotonic, this.best) - OLD_MS * this.pace
    if (!leaps && !old) {
      this.oddSince = null
      this.keep(seen)
      return true
    }
    this.oddSince ??= seen.monotonic
    // Before anything is settled, what came first may have been old.
    if ((leaps && !this.settled) || seen.monotonic - this.oddSince > STUBBORN_MS) {
      this.restart(seen)
      return true
    }
    return !leaps
  }

  /** What the venue's clock shows now, UTC ms, from the messages that were under way for the shortest time; null: unknown. */
  estimate(): number | null {
    return this.best === null ? null : this.at(this.clock.monotonic(), this.best)
  }

  private at(monotonic: number, from: Observation): number {
    return from.venueTime + (monotonic - from.monotonic) * this.pace
  }

  private restart(seen: Observation): void {
    this.kept = [seen]
    this.begun = seen.monotonic
    this.best = seen
    this.settled = false
    this.oddSince = null
    this.pace = 1
  }

  private keep(seen: Observation): void {
    if (seen.monotonic - this.begun < KEEP_EVERY_MS) {
      const last = this.kept.at(-1) as Observation
      if (this.at(seen.monotonic, last) < seen.venueTime) this.kept[this.kept.length - 1] = seen
      if (this.best && this.at(seen.monotonic, this.best) < seen.venueTime) this.best = seen
      return
    }
    this.kept.push(seen)
    this.begun = seen.monotonic
    const oldest = seen.monotonic - OLDEST_MS
    while (this.kept.length > KEPT || (this.kept[0] as Observation).monotonic < oldest) this.kept.shift()
    const first = this.kept[0] as Observation
    const span = seen.monotonic - first.monotonic
    if (span >= SETTLED_MS) {
      this.settled = true
      this.pace = Math.max(1, Math.round((seen.venueTime - first.venueTime) / span))
    }
    this.best = this.kept.reduce((a, b) => (this.at(seen.monotonic, b) > this.at(seen.monotonic, a) ? b : a))
  }
}
