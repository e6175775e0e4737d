import { type Clock, systemClock } from '../feed/clock.ts'

/** One request for many who ask for the same: those who ask while it is under way, and a moment after it, share its answer. */
export class Coalesced<T> {
  private readonly ask: () => Promise<T>
  private readonly keepMs: number
  private readonly clock: Clock
  private shared: { answer: Promise<T>; until: number } | null = null

  /** `keepMs`: how long an answer is shared after it came, ms of our clock; a failed one is not kept */
  constructor(ask: () => Promise<T>, keepMs: number, clock: Clock = systemClock) {
    this.ask = ask
    this.keepMs = keepMs
    this.clock = clock
  }

  /** @throws what asking throws, to everybody who shares it */
  get(): Promise<T> {
    if (this.shared && this.clock.monotonic() < this.shared.until) return this.shared.answer
    const shared = { answer: this.ask(), until: Number.POSITIVE_INFINITY }
    this.shared = shared
    shared.answer.then(
      () => {
        shared.until = this.clock.monotonic() + this.keepMs
      },
      () => {
        if (this.shared === shared) this.shared = null
      },
    )
    return shared.answer
  }
}
