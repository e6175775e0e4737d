/** So many of the newest steps say how fast it goes. */
const STEPS = 8

/** Estimated time left, from the pace of the last few steps. Waiting that the venue has ordered is not counted as work. */
export class Eta {
  private readonly monotonic: () => number
  private steps: { time: number; done: number }[]
  private waited = 0

  /** `monotonic`: ms since some moment, never backwards */
  constructor(monotonic: () => number) {
    this.monotonic = monotonic
    this.steps = [{ time: monotonic(), done: 0 }]
  }

  /** `done` in the same unit as `left` below, rising. */
  mark(done: number): void {
    this.steps = [...this.steps, { time: this.monotonic() - this.waited, done }].slice(-STEPS - 1)
  }

  exclude(ms: number): void {
    this.waited += ms
  }

  /** Milliseconds for what is left; null while nothing can be said. */
  of(left: number): number | null {
    if (left <= 0) return 0
    const first = this.steps[0]
    const last = this.steps.at(-1)
    if (!first || !last || last.done <= first.done) return null
    return Math.round(((last.time - first.time) * left) / (last.done - first.done))
  }
}
