/** Binance's limits per address: request weight, the caps of the statistics and the funding endpoints, bans that grow. */
import { DAY_MS, floorTo, MINUTE_MS, SECOND_MS } from '@faultline/market/units'

export interface Limits {
  /** weight of /fapi/v1 requests per address and minute */
  weightPerMinute: number
  /** requests to /futures/data per address and five minutes */
  dataRequestsPer5Minutes: number
  /** requests to fundingRate and fundingInfo together, per address and five minutes */
  fundingRequestsPer5Minutes: number
  /** 429s in a row that an address may collect before it is banned */
  refusalsBeforeBan: number
  /** the first ban; each further one is twice as long, up to the longest */
  firstBanMs: number
  longestBanMs: number
  /** the server pings each socket this often, and closes it when no pong came for `pongMs` */
  pingMs: number
  pongMs: number
  /** a socket is closed after this long */
  connectionMs: number
  streamsPerConnection: number
  /** messages (pings count) that a client may send on one socket in a second */
  messagesPerSecond: number
  /** bytes that may wait for a slow reader before its socket is closed */
  bufferedBytes: number
}

/** As Binance documents them in 2026; how many 429s lead to a ban and how much it buffers it does not say. */
export const BINANCE_LIMITS: Limits = {
  weightPerMinute: 2_400,
  dataRequestsPer5Minutes: 1_000,
  fundingRequestsPer5Minutes: 500,
  refusalsBeforeBan: 10,
  firstBanMs: 2 * MINUTE_MS,
  longestBanMs: 3 * DAY_MS,
  pingMs: 3 * MINUTE_MS,
  pongMs: 10 * MINUTE_MS,
  connectionMs: DAY_MS,
  streamsPerConnection: 1_024,
  messagesPerSecond: 10,
  bufferedBytes: 16 * 2 ** 20,
}

/** What a request costs: weight, and a place under one of the shared caps. */
export interface Charge {
  weight: number
  cap?: 'data' | 'funding'
}

export type Verdict =
  | { status: 200; usedWeight: number }
  | { status: 429; usedWeight: number; retryAfterMs: number; reason: string }
  | { status: 418; usedWeight: number; retryAfterMs: number; bannedUntil: number }

interface Window {
  start: number
  used: number
}

interface Account {
  weight: Window
  data: Window
  funding: Window
  refusals: number
  bans: number
  bannedUntil: number
}

const newWindow = (): Window => ({ start: 0, used: 0 })

/** The windows begin at full minutes of the wall clock, whatever the venue's speed: it is real requests that they count. */
export class Limiter {
  private readonly limits: Limits
  private readonly wall: () => number
  private readonly accounts = new Map<string, Account>()

  constructor(limits: Limits, wall: () => number = Date.now) {
    this.limits = limits
    this.wall = wall
  }

  /** Charges a request of `address`, or refuses it. */
  charge(address: string, charge: Charge): Verdict {
    const now = this.wall()
    const account = this.account(address)
    const { limits } = this
    roll(account.weight, now, MINUTE_MS)
    roll(account.data, now, 5 * MINUTE_MS)
    roll(account.funding, now, 5 * MINUTE_MS)
    if (now < account.bannedUntil) return this.banned(account, now)

    const { weight } = account
    if (weight.used + charge.weight > limits.weightPerMinute) {
      const reason = `current limit of IP(${address}) is ${limits.weightPerMinute} requests per minute`
      return this.refuse(account, now, weight.start + MINUTE_MS, reason)
    }
    if (charge.cap) {
      const window = account[charge.cap]
      const limit = charge.cap === 'data' ? limits.dataRequestsPer5Minutes : limits.fundingRequestsPer5Minutes
      if (window.used >= limit) {
        return this.refuse(account, now, window.start + 5 * MINUTE_MS, `current limit of IP(${address}) is ${limit} requests per 5 minutes`)
      }
      window.used++
    }
    weight.used += charge.weight
    account.refusals = 0
    return { status: 200, usedWeight: weight.used }
  }

  private refuse(account: Account, now: number, until: number, reason: string): Verdict {
    account.refusals++
    if (account.refusals <= this.limits.refusalsBeforeBan) {
      return { status: 429, usedWeight: account.weight.used, retryAfterMs: until - now, reason }
    }
    account.bannedUntil = now + Math.min(this.limits.longestBanMs, this.limits.firstBanMs * 2 ** account.bans)
    account.bans++
    account.refusals = 0
    return this.banned(account, now)
  }

  private banned(account: Account, now: number): Verdict {
    const { bannedUntil } = account
    return { status: 418, usedWeight: account.weight.used, retryAfterMs: bannedUntil - now, bannedUntil }
  }

  private account(address: string): Account {
    let account = this.accounts.get(address)
    if (!account) {
      account = { weight: newWindow(), data: newWindow(), funding: newWindow(), refusals: 0, bans: 0, bannedUntil: 0 }
      this.accounts.set(address, account)
    }
    return account
  }
}

function roll(window: Window, now: number, length: number): void {
  const start = floorTo(now, length)
  if (start === window.start) return
  window.start = start
  window.used = 0
}

/** Whole seconds for a Retry-After header, never too few. */
export const retryAfterSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / SECOND_MS))
