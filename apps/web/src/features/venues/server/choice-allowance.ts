import { FaultlineError } from '@faultline/market/errors'
import { HOUR_MS } from '@faultline/market/units'
import { LRUCache } from 'lru-cache'

/** Of the choices that an installation keeps, one person must not take all, nor keep the worker adding up. */
const PER_HOUR = 60
const PEOPLE_KEPT = 10_000

/** How often each person may ask for the sum of other venues. */
export class ChoiceAllowance {
  private readonly taken: LRUCache<string, { since: number; count: number }>
  private readonly now: () => number

  constructor(now: () => number = Date.now) {
    this.now = now
    this.taken = new LRUCache({ max: PEOPLE_KEPT })
  }

  /** @throws FaultlineError unavailable when this person has asked too often within the hour */
  take(userId: string): void {
    const before = this.taken.get(userId)
    const hour = before && this.now() - before.since < HOUR_MS ? before : { since: this.now(), count: 0 }
    if (hour.count >= PER_HOUR)
      throw new FaultlineError(
        'unavailable',
        `You have asked for ${PER_HOUR} choices of venues within the hour. Look at all venues, or try again later.`,
      )
    this.taken.set(userId, { ...hour, count: hour.count + 1 })
  }
}
