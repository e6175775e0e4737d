import type { Clock } from './clock.ts'

/** Says what lasts once and then every now and then. */
export class ThrottledLog {
  private readonly clock: Clock
  private readonly log: (line: string) => void
  private readonly said = new Map<string, number>()

  constructor(clock: Clock, log: (line: string) => void) {
    this.clock = clock
    this.log = log
  }

  /** One line per `key` and `everyMs`. Keys are few: names of sockets, ids of instruments. */
  say(key: string, line: string, everyMs = 0): void {
    const at = this.clock.monotonic()
    const last = this.said.get(key)
    if (last !== undefined && at - last < everyMs) return
    if (everyMs > 0) this.said.set(key, at)
    this.log(line)
  }

  /** Nothing will be said under this key any more. */
  forget(key: string): void {
    this.said.delete(key)
  }
}
