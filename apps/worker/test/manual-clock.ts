import type { Clock } from '../src/feed/clock.ts'

/** Time passes when a test says so: timers fire in order, and what follows from each is done before the next. */
export class ManualClock implements Clock {
  private passed = 0
  private base: number
  private timers: { at: number; call: () => void }[] = []

  /** `start`: what the clock shows, UTC ms */
  constructor(start: number) {
    this.base = start
  }

  now(): number {
    return this.base + this.passed
  }

  monotonic(): number {
    return this.passed
  }

  setTimeout(call: () => void, ms: number): () => void {
    if (!(ms >= 0)) throw new Error(`a wait of ${ms} ms`)
    const timer = { at: this.passed + ms, call }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((t) => t !== timer)
    }
  }

  /** Lets time pass, and settles all that follows. */
  async advance(ms: number): Promise<void> {
    const end = this.passed + ms
    await settled()
    for (let next = this.next(end); next; next = this.next(end)) {
      this.passed = Math.max(this.passed, next.at)
      next.call()
      await settled()
    }
    this.passed = end
    await settled()
  }

  /** Somebody sets the clock of the machine: no time passes. */
  set(byMs: number): void {
    this.base += byMs
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.timers.length
  }

  /** Takes the next timer that is due by `end`. */
  private next(end: number): { at: number; call: () => void } | undefined {
    let first: (typeof this.timers)[0] | undefined
    for (const timer of this.timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer
    if (first) this.timers.splice(this.timers.indexOf(first), 1)
    return first
  }
}

/** All promises that can be settled now are. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
