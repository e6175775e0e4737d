/**
 * Time as a feed needs it. All waiting and all lateness is measured by `monotonic`, which never jumps; `now` is for what is
 * shown or compared with times that others made.
 */
export interface Clock {
  /** our clock, UTC ms. It may jump: somebody sets it, a machine wakes up */
  now(): number
  /** ms since some moment, never backwards */
  monotonic(): number
  /** Calls once after `ms`, never before this call has returned. Returns what calls it off. */
  setTimeout(call: () => void, ms: number): () => void
}

/** The longest wait that Node takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(call, ms) {
    const end = performance.now() + ms
    let timer: NodeJS.Timeout
    const arm = (): void => {
      const left = Math.max(0, end - performance.now())
      timer = setTimeout(left > LONGEST_TIMER_MS ? arm : call, Math.min(left, LONGEST_TIMER_MS))
    }
    arm()
    return () => clearTimeout(timer)
  },
}
