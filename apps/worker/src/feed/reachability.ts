import { isoTime } from '@faultline/market/units'
import type { Clock } from './clock.ts'
import type { ThrottledLog } from './throttled-log.ts'
import { FeedError } from './venue-feed.ts'

const UNREACHABLE_AGAIN_MS = 10 * 60_000
const FAILURE_AGAIN_MS = 60_000
/** Cap of waits for a host that has never answered. */
export const NEVER_ANSWERED_CAP_MS = 60_000
/** Those who were waiting for something come back within this time, not all at once. */
const SPREAD_MS = 2_000

export type Door = 'rest' | 'socket'

/** How a venue's hosts answer: what the sockets and the polls of one source learn of it, and have to obey. */
export class Reachability {
  /** any host has answered since the start, with whatever */
  everAnswered = false
  /** the last failure of each, null after a success */
  readonly failure: Record<Door, FeedError | null> = { rest: null, socket: null }
  /** our clock, as the venue's answer told it */
  blockedUntil: number | null = null
  private blockEndsAt = Number.NEGATIVE_INFINITY
  private unreachableSaid = false
  private readonly clock: Clock
  private readonly random: () => number
  private readonly log: ThrottledLog
  private readonly onRestAway: () => void

  /** `onRestAway` is called when REST stops answering: somebody should try when it does again. */
  constructor(options: { clock: Clock; random: () => number; log: ThrottledLog; onRestAway: () => void }) {
    this.clock = options.clock
    this.random = options.random
    this.log = options.log
    this.onRestAway = options.onRestAway
  }

  answered(door: Door): void {
    this.everAnswered = true
    this.failure[door] = null
    if (this.unreachableSaid && !this.failure.rest && !this.failure.socket) {
      this.unreachableSaid = false
      this.log.say('reachable', 'the venue answers again')
    }
  }

  /** Takes note of a failure. Returns it as what it means for the next attempt. */
  failed(door: Door, what: string, cause: unknown): FeedError {
    const error =
      cause instanceof FeedError ? cause : new FeedError('failed', cause instanceof Error ? cause.message : String(cause), { cause })
    const before = this.failure[door]
    this.failure[door] = error
    if (error.code !== 'unreachable') this.everAnswered = true
    if (error.code === 'blocked') this.block(error)
    else if (error.code === 'unreachable') {
      this.unreachableSaid = true
      this.log.say('unreachable', `not reached: ${error.message}`, UNREACHABLE_AGAIN_MS)
    } else this.log.say(what, `${what}: ${error.message}`, FAILURE_AGAIN_MS)
    if (door === 'rest' && error.code === 'unreachable' && before?.code !== 'unreachable') this.onRestAway()
    return error
  }

  /** How long nothing may be asked, ms; 0: it may. Not the same for everybody, so that not all come back at once. */
  blockedForMs(): number {
    const left = this.blockEndsAt - this.clock.monotonic()
    if (left > 0) return left + SPREAD_MS * this.random()
    this.blockedUntil = null
    return 0
  }

  /** The same for polls: they also leave a host alone that does not answer, until somebody else was answered. */
  holdPollsMs(): number {
    const blocked = this.blockedForMs()
    if (blocked > 0 || this.failure.rest?.code !== 'unreachable') return blocked
    return SPREAD_MS * (0.5 + 0.5 * this.random())
  }

  private block(error: FeedError): void {
    const now = this.clock.now()
    const until = error.until ?? now
    const endsAt = this.clock.monotonic() + Math.max(0, until - now)
    if (endsAt <= this.blockEndsAt) return
    this.blockEndsAt = endsAt
    this.blockedUntil = until
    this.log.say('blocked', `the venue asks to wait until ${isoTime(until)}: ${error.message}`, FAILURE_AGAIN_MS)
  }
}
