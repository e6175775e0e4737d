/**
 * Every REST request to a venue passes here. The gate keeps the venue's limits by making requests wait, polls before history;
 * and when the venue tells us to wait, it lets nothing through before that time, in this process and in the next.
 */
import { isoTime, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { Allowance } from './allowance.ts'
import { type BanFile, LONGEST_BAN_MS } from './ban-file.ts'
import { FeedError } from './venue-feed.ts'

/** `live`: polls and short holes; `history`: pages of a backfill, which wait for those. */
export type Priority = 'live' | 'history'

export interface Limit {
  limit: number
  windowMs: number
}

export interface RequestGateOptions<B extends string> {
  /** under which the ban file knows the venue: host and port */
  host: string
  banFile: BanFile
  /** the venue's own limits; `share` of them is used */
  limits: Readonly<Record<B, Limit>>
  log: (line: string) => void
}

/** Parts of a limit that each may use up; what is between them is kept for polls while history is fetched. */
const SHARE: Readonly<Record<Priority, number>> = { live: 0.6, history: 0.5 }
/** Requests under way at once. */
const CONCURRENT: Readonly<Record<Priority, number>> = { live: 4, history: 3 }
/** Without Retry-After: how long a 429 means, and the first and longest that a 418 means. */
const WAIT_MS = MINUTE_MS
const FIRST_BAN_MS = 2 * MINUTE_MS
/** Retry-After is in whole seconds. */
const MARGIN_MS = SECOND_MS

interface Waiting<B extends string> {
  costs: Readonly<Partial<Record<B, number>>>
  start(): void
  reject(error: FeedError): void
}

export class RequestGate<B extends string> {
  private readonly options: RequestGateOptions<B>
  private readonly allowances: Map<B, Allowance>
  private readonly waiting: Record<Priority, Waiting<B>[]> = { live: [], history: [] }
  private readonly underWay: Record<Priority, number> = { live: 0, history: 0 }
  private bannedUntil = 0
  /** 418s in a row that did not say how long */
  private bans = 0
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(options: RequestGateOptions<B>) {
    this.options = options
    const limits = Object.entries(options.limits) as [B, Limit][]
    this.allowances = new Map(limits.map(([name, { limit, windowMs }]) => [name, new Allowance(limit, windowMs)]))
  }

  /**
   * Sends when it is this request's turn. `costs` is what it takes of each limit.
   * @throws FeedError blocked, at once and without sending, while the venue has told us to wait; what `send` throws
   */
  run<T>(priority: Priority, costs: Readonly<Partial<Record<B, number>>>, send: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const start = () => {
        const now = performance.now()
        for (const [name, amount] of Object.entries(costs) as [B, number][]) this.allowances.get(name)?.spend(amount, now)
        this.underWay[priority]++
        const sent = async () => send()
        sent()
          .then(resolve, reject)
          .finally(() => {
            this.underWay[priority]--
            this.next()
          })
      }
      this.waiting[priority].push({ costs, start, reject })
      this.next()
    })
  }

  /** The venue's own count of what its window has seen. */
  tell(name: B, used: number): void {
    this.allowances.get(name)?.tell(used, performance.now())
  }

  setLimit(name: B, limit: number): void {
    const allowance = this.allowances.get(name)
    if (allowance) allowance.limit = limit
  }

  /** As last told by the venue, else as we count it; null before the first request. */
  used(name: B): { used: number; limit: number } | null {
    const allowance = this.allowances.get(name)
    const used = allowance?.toldUsed ?? allowance?.counted(performance.now()) ?? null
    return allowance && used !== null ? { used, limit: allowance.limit } : null
  }

  /** The venue answered in earnest. */
  accepted(): void {
    this.bans = 0
  }

  /**
   * The venue wants to be left alone: from now on nothing is sent before the time that it named. `waitMs` null: it named none;
   * `ban`: the harder kind, which grows while it is repeated. Returns the error for the refused request; with its end, what
   * waits is rejected.
   */
  refused({ says, waitMs, ban }: { says: string; waitMs: number | null; ban: boolean }): FeedError {
    const { host, banFile, log } = this.options
    const now = Date.now()
    const known = this.blockedUntil()
    const unnamed = ban ? FIRST_BAN_MS * 2 ** this.bans : WAIT_MS
    // Of several requests that were under way at once, each tells the same ban.
    if (ban && known === null) this.bans = Math.min(this.bans + 1, 12)
    const until = now + Math.min(LONGEST_BAN_MS, waitMs === null ? unnamed : waitMs + MARGIN_MS)
    if (known === null || (waitMs !== null && until > known)) {
      this.bannedUntil = until
      banFile.ban(host, until, log)
      log(`${host} answered ${says}: nothing is asked before ${isoTime(until)}`)
    }
    return this.blockedError(this.blockedUntil() ?? until)
  }

  /** UTC ms; null: nothing stands against asking. */
  blockedUntil(): number | null {
    const { host, banFile, log } = this.options
    const now = Date.now()
    // A clock that was set back must not make a short ban a long one.
    const own = this.bannedUntil - now <= LONGEST_BAN_MS ? this.bannedUntil : 0
    const until = Math.max(own, banFile.until(host, log) ?? 0)
    return until > now ? until : null
  }

  /** What waits is rejected, what is under way goes on. */
  close(): void {
    this.closed = true
    this.next()
  }

  private next(): void {
    clearTimeout(this.timer)
    while (this.waiting.live.length + this.waiting.history.length > 0) {
      const error = this.closed ? new FeedError('unreachable', 'the feed was closed') : this.blocked()
      if (error) {
        this.rejectAll(error)
        return
      }
      const now = performance.now()
      const request = this.takeRunnable('live', now) ?? this.takeRunnable('history', now)
      if (!request) {
        this.wakeUp(now)
        return
      }
      request.start()
    }
  }

  private takeRunnable(priority: Priority, now: number): Waiting<B> | undefined {
    const { live, history } = this.underWay
    if (live + history >= CONCURRENT.live || (priority === 'history' && history >= CONCURRENT.history)) return undefined
    const queue = this.waiting[priority]
    const index = queue.findIndex(({ costs }) => this.affordable(costs, priority, now))
    return index < 0 ? undefined : queue.splice(index, 1)[0]
  }

  private affordable(costs: Waiting<B>['costs'], priority: Priority, now: number): boolean {
    const entries = Object.entries(costs) as [B, number][]
    return entries.every(([name, amount]) => this.allowances.get(name)?.has(amount, SHARE[priority], now) ?? true)
  }

  /** Looks again when something may have become affordable; a request that ends looks by itself. */
  private wakeUp(now: number): void {
    const times = [...this.allowances.values()].map((a) => a.nextRelief(now)).filter((at) => at !== null)
    if (times.length > 0) this.timer = setTimeout(() => this.next(), Math.max(1, Math.min(...times) - now))
  }

  private rejectAll(error: FeedError): void {
    for (const queue of [this.waiting.live, this.waiting.history]) for (const request of queue.splice(0)) request.reject(error)
  }

  private blocked(): FeedError | null {
    const until = this.blockedUntil()
    return until === null ? null : this.blockedError(until)
  }

  private blockedError(until: number): FeedError {
    return new FeedError('blocked', `${this.options.host} has told us to wait until ${isoTime(until)}`, { until })
  }
}
