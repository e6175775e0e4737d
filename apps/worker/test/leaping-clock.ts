import type { Clock } from '../src/feed/clock.ts'

/** Time passes only when it is told to, or when somebody waits for it: then it leaps to the next timer. */
export class LeapingClock implements Clock {
  private time: number
  private timers: { at: number; call: () => void }[] = []

  constructor(time: number) {
    this.time = time
  }

  now(): number {
    return this.time
  }

  monotonic(): number {
    return this.time
  }

  advance(ms: number): void {
    this.time += ms
  }

  setTimeout(call: () => void, ms: number): () => void {
    const timer = { at: this.time + ms, call }
    this.timers.push(timer)
    setImmediate(() => this.leap())
    return () => {
      this.timers = this.timers.filter((t) => t !== timer)
    }
  }

  private leap(): void {
    const next = this.timers.reduce<(typeof this.timers)[0] | null>((a, b) => (a && a.at <= b.at ? a : b), null)
    if (!next) return
    this.timers = this.timers.filter((t) => t !== next)
    this.time = Math.max(this.time, next.at)
    next.call()
  }
}
