/**
 * Lets into quarantine what tells something new. A venue that changes its format sends thousands of the same: the first ones
 * of each reason are kept, then one now and then, so that no storm fills memory or disk, or drives rare faults out. All are
 * counted.
 */
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { Clock } from './clock.ts'

/** Kept of each reason: this many an hour at once, and one per minute beyond. */
const KEPT_AN_HOUR = 20
const KEPT_EVERY_MS = MINUTE_MS
/** Reasons that are told apart; mappers name fields, never values, so there are few. */
const MOST_REASONS = 100
const OTHERS = 'other reasons'

interface Known {
  count: number
  hourBegan: number
  keptThisHour: number
  keptAt: number
}

export class QuarantineGate {
  /** messages that were not read, kept or not */
  total = 0
  private readonly clock: Pick<Clock, 'monotonic'>
  private readonly reasons = new Map<string, Known>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock
  }

  /** Counts one message, and says whether it is to be kept. */
  admits(reason: string): boolean {
    this.total++
    const at = this.clock.monotonic()
    const name = this.reasons.has(reason) || this.reasons.size < MOST_REASONS ? reason : OTHERS
    let known = this.reasons.get(name)
    if (!known) {
      known = { count: 0, hourBegan: at, keptThisHour: 0, keptAt: at }
      this.reasons.set(name, known)
    }
    known.count++
    if (at - known.hourBegan >= HOUR_MS) Object.assign(known, { hourBegan: at, keptThisHour: 0 })
    if (known.keptThisHour >= KEPT_AN_HOUR && at - known.keptAt < KEPT_EVERY_MS) return false
    known.keptThisHour++
    known.keptAt = at
    return true
  }

  /** The most frequent reasons. */
  most(limit: number): { reason: string; count: number }[] {
    const all = [...this.reasons].map(([reason, { count }]) => ({ reason, count }))
    return all.sort((a, b) => b.count - a.count).slice(0, limit)
  }
}
