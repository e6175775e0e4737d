/** Ceiling of the first wait. */
const FIRST_CEILING_MS = 1_000
/** No wait is longer, for a host that has answered before. */
export const LONGEST_WAIT_MS = 30_000
/** The part of a wait that is not left to chance. */
export const FIXED_SHARE = 0.25

/** Longest wait before attempt n (from 0): doubling, capped. */
export function ceilingMs(attempt: number, capMs: number = LONGEST_WAIT_MS): number {
  return Math.min(capMs, FIRST_CEILING_MS * 2 ** Math.min(attempt, 30))
}

/**
 * Waits between attempts: the ceilings are 1 s, 2 s, 4 s … up to the cap, and a wait is chosen by chance from a quarter of
 * its ceiling to all of it. So the first new attempt comes within 0.25 to 1 s, there are never more than thirteen in any
 * minute, and many that failed at once do not come back at once.
 *
 * It begins anew only by reset(): whoever uses it says when something has worked for long enough.
 */
export class Backoff {
  /** failures since the last reset */
  failures = 0
  private readonly random: () => number

  /** `random` gives numbers in [0, 1) */
  constructor(random: () => number) {
    this.random = random
  }

  /** Counts a failure. Returns how long to wait now, ms. */
  next(capMs: number = LONGEST_WAIT_MS): number {
    const ceiling = ceilingMs(this.failures++, capMs)
    return ceiling * (FIXED_SHARE + (1 - FIXED_SHARE) * this.random())
  }

  reset(): void {
    this.failures = 0
  }
}
