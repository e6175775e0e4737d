/** Limits per address as a format counts them: windows per bucket, and a ban for whoever goes on after refusals. */
import { floorTo } from '@faultline/market/units'
import type { Limits } from '../limits.ts'
import type { RestCost } from './wire-format.ts'

export type WireLimits = Pick<Limits, 'refusalsBeforeBan' | 'firstBanMs' | 'longestBanMs'>

interface Account {
  buckets: Map<string, { start: number; used: number }>
  refusals: number
  bans: number
  bannedUntil: number
}

export interface Verdict {
  /** absent: the request may be answered */
  refused?: { reason: 'limit' | 'ban'; retryAfterMs: number }
  /** weight that is left in the bucket, and when it is full again, UTC ms */
  left: number
  resetsAt: number
}

/** The windows begin at full multiples of their length of the wall clock, whatever the venue's speed. */
export class WireLimiter {
  private readonly limits: WireLimits
  private readonly wall: () => number
  private readonly accounts = new Map<string, Account>()

  constructor(limits: WireLimits, wall: () => number = Date.now) {
    this.limits = limits
    this.wall = wall
  }

  /** Charges a request of `address`, or says why it is refused. */
  charge(address: string, cost: RestCost): Verdict {
    const now = this.wall()
    const account = this.account(address)
    const window = windowOf(account, cost, now)
    const resetsAt = window.start + cost.windowMs
    const refusal = (reason: 'limit' | 'ban', until: number): Verdict => {
      return { refused: { reason, retryAfterMs: until - now }, left: Math.max(0, cost.limit - window.used), resetsAt }
    }
    if (now < account.bannedUntil) return refusal('ban', account.bannedUntil)
    if (window.used + cost.weight <= cost.limit) {
      window.used += cost.weight
      account.refusals = 0
      return { left: cost.limit - window.used, resetsAt }
    }
    account.refusals++
    if (account.refusals <= this.limits.refusalsBeforeBan) return refusal('limit', resetsAt)
    account.bannedUntil = now + Math.min(this.limits.longestBanMs, this.limits.firstBanMs * 2 ** account.bans)
    account.bans++
    account.refusals = 0
    return refusal('ban', account.bannedUntil)
  }

  private account(address: string): Account {
    let account = this.accounts.get(address)
    if (!account) {
      account = { buckets: new Map(), refusals: 0, bans: 0, bannedUntil: 0 }
      this.accounts.set(address, account)
    }
    return account
  }
}

function windowOf({ buckets }: Account, { bucket, windowMs }: RestCost, now: number): { start: number; used: number } {
  const start = floorTo(now, windowMs)
  const known = buckets.get(bucket)
  if (known?.start === start) return known
  const fresh = { start, used: 0 }
  buckets.set(bucket, fresh)
  return fresh
}
