/**
 * The clock of venues that share markets: none of them runs further ahead of the slowest than markets remember. The market goes on
 * with whoever asks first, and of older moments than it remembers it could not tell the others.
 */
import { SECOND_MS } from '@faultline/market/units'
import { VenueClock } from './clock.ts'

/** More than what a server walks in one go, and little of the ten minutes that markets remember. */
const LEAD_MS = 45 * SECOND_MS

export class Convoy extends VenueClock {
  private readonly clock: VenueClock
  private readonly members: (() => number)[] = []

  constructor(clock: VenueClock) {
    super(clock.start, clock.speed)
    this.clock = clock
  }

  /** @param time up to where the venue has told what was due */
  join(time: () => number): void {
    this.members.push(time)
  }

  override now(): number {
    const slowest = Math.min(...this.members.map((time) => time()))
    return Math.min(this.clock.now(), slowest + LEAD_MS)
  }
}
