import { Backoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import { NEVER_ANSWERED_CAP_MS, type Reachability } from './reachability.ts'

/** Cap of waits after the venue has said no to this very question. */
const REFUSED_CAP_MS = 10 * 60_000

export interface PollerOptions {
  /** what is asked for, for people */
  what: string
  clock: Clock
  random: () => number
  reach: Reachability
  /** Asks once. Resolves with the time until the next turn, ms. @throws FeedError */
  ask: (this: void) => Promise<number>
}

/** Asks for one thing again and again: when it is due, sooner after a failure (with backoff), and never while the venue forbids. */
export class Poller {
  /** our monotonic clock, of the last good answer */
  answeredAt: number | null = null
  private readonly options: PollerOptions
  private readonly backoff: Backoff
  private cancel: (() => void) | null = null
  private asking = false
  private stopped = false

  constructor(options: PollerOptions) {
    this.options = options
    this.backoff = new Backoff(options.random)
  }

  /** Asks in `ms`, if it is not asking now. */
  askIn(ms: number): void {
    if (this.stopped || this.asking) return
    this.cancel?.()
    this.cancel = this.options.clock.setTimeout(() => void this.turn(), ms)
  }

  stop(): void {
    this.stopped = true
    this.cancel?.()
    this.cancel = null
  }

  private async turn(): Promise<void> {
    const { reach, ask, what, clock } = this.options
    const hold = reach.holdPollsMs()
    if (hold > 0) return this.askIn(hold)
    this.asking = true
    let wait: number
    try {
      wait = await ask()
      if (this.stopped) return
      this.backoff.reset()
      this.answeredAt = clock.monotonic()
      reach.answered('rest')
    } catch (cause) {
      if (this.stopped) return
      const error = reach.failed('rest', what, cause)
      wait = this.backoff.next(error.code === 'refused' ? REFUSED_CAP_MS : NEVER_ANSWERED_CAP_MS)
    } finally {
      this.asking = false
    }
    this.askIn(wait)
  }
}
