import { createHash } from 'node:crypto'
import type { Database } from '@faultline/db/database'
import { FaultlineError } from '@faultline/market/errors'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

/** How often what may be tried: so many times within so many seconds. What is used up beyond it waits `blockSeconds`. */
const LIMITS = {
  /** sign-ins from one address, whoever they are for */
  signInIp: { points: 60, duration: 600, blockSeconds: 600 },
  /** wrong passwords and codes for one account, wherever they come from */
  signInAccount: { points: 10, duration: 900, blockSeconds: 900 },
  signUpIp: { points: 20, duration: 3_600, blockSeconds: 3_600 },
  /** messages to one address */
  mailTo: { points: 5, duration: 3_600, blockSeconds: 3_600 },
  /** tokens of links tried from one address */
  tokenIp: { points: 60, duration: 600, blockSeconds: 600 },
  /** invitations that one person sends */
  invite: { points: 100, duration: 3_600, blockSeconds: 3_600 },
  /** visits of shared views from one address */
  shareIp: { points: 300, duration: 600, blockSeconds: 60 },
  /** requests with one API key */
  apiKey: { points: 600, duration: 60, blockSeconds: 0 },
  /** messages of the payment provider */
  billingIp: { points: 300, duration: 60, blockSeconds: 60 },
  /** tests of channels and rules */
  alertTest: { points: 20, duration: 600, blockSeconds: 0 },
  /** what a person changes: a script must not fill the database */
  write: { points: 1_200, duration: 600, blockSeconds: 0 },
} as const
export type LimitKind = keyof typeof LIMITS

export interface LimitState {
  limit: number
  remaining: number
  /** until the window is over */
  resetMs: number
}

/** Counts in Postgres, so that all web processes share it. Subjects are stored hashed. Where it cannot count, nothing passes. */
export class Limits {
  private readonly limiters: Readonly<Record<LimitKind, RateLimiterPostgres>>

  constructor(db: Database) {
    const make = (kind: LimitKind) => {
      const { points, duration, blockSeconds } = LIMITS[kind]
      return new RateLimiterPostgres({
        storeClient: db.pool,
        storeType: 'pool',
        tableName: 'rate_limit',
        tableCreated: true,
        keyPrefix: kind,
        points,
        duration,
        blockDuration: blockSeconds,
        clearExpiredByTimeout: kind === 'write', // one of them clears for all
      })
    }
    this.limiters = Object.fromEntries((Object.keys(LIMITS) as LimitKind[]).map((kind) => [kind, make(kind)])) as Record<
      LimitKind,
      RateLimiterPostgres
    >
  }

  /** @throws FaultlineError rate_limited, with the wait in its words; unavailable when it cannot be counted */
  async take(kind: LimitKind, subject: string): Promise<LimitState> {
    const limit = LIMITS[kind].points
    try {
      const { remainingPoints, msBeforeNext } = await this.limiters[kind].consume(keyOf(subject))
      return { limit, remaining: remainingPoints, resetMs: msBeforeNext }
    } catch (error) {
      if (error instanceof RateLimiterRes) throw tooMany(error.msBeforeNext)
      throw new FaultlineError('unavailable', 'This cannot be checked at the moment. Try again in a few seconds.', { cause: error })
    }
  }

  /** Refuses where `take` would, and counts nothing: for what only counts once it has failed. */
  async check(kind: LimitKind, subject: string): Promise<void> {
    let state: RateLimiterRes | null
    try {
      state = await this.limiters[kind].get(keyOf(subject))
    } catch (error) {
      throw new FaultlineError('unavailable', 'This cannot be checked at the moment. Try again in a few seconds.', { cause: error })
    }
    if (state && state.consumedPoints > LIMITS[kind].points) throw tooMany(state.msBeforeNext)
  }

  /** Takes one back: what succeeded was no attempt to guess. */
  async giveBack(kind: LimitKind, subject: string): Promise<void> {
    await this.limiters[kind].reward(keyOf(subject))
  }

  /** Begins anew: whoever got in has not been guessing. */
  async forgive(kind: LimitKind, subject: string): Promise<void> {
    await this.limiters[kind].delete(keyOf(subject))
  }
}

const keyOf = (subject: string): string => createHash('sha256').update(subject.toLowerCase()).digest('base64url')

function tooMany(waitMs: number): FaultlineError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000))
  const wait = seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`
  return new FaultlineError('rate_limited', `Too many attempts. Try again in ${wait}.`)
}
