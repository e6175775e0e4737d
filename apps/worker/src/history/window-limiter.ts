/** Windows of history that may be in flight per data source. */
const WINDOWS_IN_FLIGHT = 2

/**
 * Lets a few pieces of work run at a time, in the order in which they were asked for. Each instrument asks for one window
 * after the other, so that instruments of a source take turns and progress together.
 */
export class WindowLimiter {
  private free: number
  private waiting: (() => void)[] = []

  constructor(concurrency: number = WINDOWS_IN_FLIGHT) {
    this.free = concurrency
  }

  /** Resolves with what `work` gives, or with null, without having begun it, when the signal is aborted first. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
    if (!(await this.turn(signal))) return null
    try {
      return await work()
    } finally {
      this.free++
      this.waiting.shift()?.()
    }
  }

  /** False: aborted while waiting. */
  private turn(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false)
    if (this.free > 0 && this.waiting.length === 0) {
      this.free--
      return Promise.resolve(true)
    }
    return new Promise((resolve) => {
      const leave = (): void => {
        this.waiting = this.waiting.filter((entry) => entry !== enter)
        resolve(false)
      }
      const enter = (): void => {
        signal.removeEventListener('abort', leave)
        this.free--
        resolve(true)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.waiting.push(enter)
    })
  }
}
