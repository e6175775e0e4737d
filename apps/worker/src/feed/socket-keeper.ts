/**
 * Keeps one socket of a venue open: connects, replaces it when it is lost or silent (with backoff), and before the venue ends
 * it. A planned replacement is open and has delivered before the old one is closed, so that nothing is missed.
 */
import { Backoff, LONGEST_WAIT_MS } from './backoff.ts'
import type { Clock } from './clock.ts'
import { NEVER_ANSWERED_CAP_MS, type Reachability } from './reachability.ts'
import { Session } from './session.ts'
import type { ThrottledLog } from './throttled-log.ts'
import type { VenueClock } from './venue-clock.ts'
import { FeedError, type FeedSocket, type Reading, type SocketPlan, type VenueFeed } from './venue-feed.ts'

/** A socket has to deliver for this long before its next loss counts as the first one again. */
const HEALTHY_AFTER_MS = 30_000
const ACKNOWLEDGE_WITHIN_MS = 30_000
/** And so much longer for each symbol: some venues want a frame for each of its channels, and a pause after each frame. */
const ACKNOWLEDGE_EACH_MS = 500
/** Where the venue's time is not known yet, the newest message within this time tells where a subscription began. */
const SETTLE_MS = 1_000
/**
 * A subscription counts from this much after the estimated time of its acknowledgement: the estimate knows no difference
 * between the ways of messages, and what is claimed to arrive must arrive.
 */
const EDGE_MARGIN_MS = 50
/** Nothing newer than the estimated beginning of a subscription for this long: the estimate was wrong. */
const WRONG_EDGE_MS = 10_000
/** Planned replacements come this long before the venue's end, give or take a half. */
const LEAD_MS = 10 * 60_000
/** Overlap of two sockets where silence is normal and neither can be proven by the other. */
const BLIND_OVERLAP_MS = 10_000
/** A channel that never comes has its socket replaced less and less often, down to this. */
const LONGEST_LATE_WAIT_MS = 3_600_000
/** Messages of one socket may be this much out of order, ms of the venue's clock where it runs like ours. */
const REORDER_MS = 1_000
const LOG_AGAIN_MS = 60_000

export interface KeeperOptions {
  feed: VenueFeed
  plan: SocketPlan
  clock: Clock
  random: () => number
  reach: Reachability
  venueClock: VenueClock
  log: ThrottledLog
  /** the whole socket may be silent for this long, ms of our clock; null: for ever */
  limitMs: number | null
  onReading: (session: Session, reading: Reading, raw: unknown, receivedAt: number) => void
  /** What counted is gone. `heir`: an open one that takes its place at once. `since`: our monotonic clock, when it last delivered */
  onLost: (lost: Session, heir: Session | null, reason: string, since: number) => void
}

export interface SocketStatus {
  name: string
  state: 'connecting' | 'open' | 'waiting'
  /** our clock, UTC ms */
  since: number
  /** failures in a row */
  attempts: number
}

export class SocketKeeper {
  readonly plan: SocketPlan
  /** the one whose messages count; it is open */
  session: Session | null = null
  /** why there is none, for people */
  problem: string | null = null
  private readonly options: KeeperOptions
  /** the one that is being opened, or is open and waits to take over */
  private next: Session | null = null
  private symbols: readonly string[] = []
  private running = false
  private readonly backoff: Backoff
  /** of replacements while the old socket still delivers */
  private readonly spare: Backoff
  private readonly resync: Backoff
  private replacing = false
  private lateReplacements = 0
  private lateNotBefore = Number.NEGATIVE_INFINITY
  private cancelAttempt: (() => void) | null = null
  private cancelSync: (() => void) | null = null
  private attemptAt: number | null = null
  private since: number
  private shown: SocketStatus['state'] = 'waiting'

  constructor(options: KeeperOptions) {
    this.options = options
    this.plan = options.plan
    this.backoff = new Backoff(options.random)
    this.spare = new Backoff(options.random)
    this.resync = new Backoff(options.random)
    this.since = options.clock.now()
  }

  start(): void {
    this.running = true
    this.setSymbols(this.symbols)
  }

  /** Closes everything. */
  async stop(): Promise<void> {
    this.running = false
    await this.closeAll()
  }

  setSymbols(symbols: readonly string[]): void {
    this.symbols = [...symbols]
    if (!this.running) return
    if (symbols.length === 0) void this.closeAll()
    else if (!this.session && !this.next && !this.cancelAttempt) this.attempt()
    else for (const session of [this.session, this.next]) if (session) void this.subscribe(session)
  }

  status(): SocketStatus {
    return { name: this.plan.name, state: this.shown, since: this.since, attempts: this.backoff.failures }
  }

  /** How long until the next attempt, ms; null: none is waited for. */
  nextAttemptInMs(): number | null {
    return this.attemptAt === null ? null : Math.max(0, this.attemptAt - this.options.clock.monotonic())
  }

  /** What out-of-order messages cost, ms of the venue's clock. */
  reorderMs(): number {
    return REORDER_MS * this.options.venueClock.pace
  }

  /** One channel does not come although the socket delivers: tries another one, less and less often. */
  replaceLate(limitMs: number): void {
    const at = this.options.clock.monotonic()
    if (!this.session || this.replacing || at < this.lateNotBefore) return
    this.lateNotBefore = at + Math.min(LONGEST_LATE_WAIT_MS, 2 * limitMs * 2 ** ++this.lateReplacements)
    this.replace()
  }

  /** Looks at what has become of the sockets. `noneLate`: every channel is as it should be. */
  tick(noneLate: boolean): void {
    const { clock, limitMs } = this.options
    const at = clock.monotonic()
    this.session?.settleEdges(at, SETTLE_MS, WRONG_EDGE_MS)
    this.next?.settleEdges(at, SETTLE_MS, WRONG_EDGE_MS)
    const { session } = this
    if (!session) return
    const silentSince = Math.max(session.liveAt ?? session.acknowledgedAt, session.acknowledgedAt)
    if (limitMs !== null && at - silentSince > limitMs) {
      void close(session.socket)
      this.lose(session, `no data for ${((at - silentSince) / 1000).toFixed(1)} s`, silentSince)
      return
    }
    if (session.liveSince !== null && at - session.liveSince >= HEALTHY_AFTER_MS) {
      this.backoff.reset()
      if (!this.replacing) this.spare.reset()
      if (noneLate && at >= this.lateNotBefore) this.lateReplacements = 0
    }
    if (session.replaceAt !== null && at >= session.replaceAt && !this.replacing) this.replace()
    this.takeOver(session, at)
  }

  private replace(): void {
    this.replacing = true
    this.attempt()
  }

  /** Has the next socket delivered, and the old one all that came before? Then it takes over. */
  private takeOver(session: Session, at: number): void {
    const { next } = this
    const { limitMs } = this.options
    if (!next?.socket) return
    const overlap = at - next.acknowledgedAt
    const proven = next.newest !== null && next.provenBy(session.newest, this.reorderMs())
    if (proven || (limitMs === null && overlap >= BLIND_OVERLAP_MS)) {
      this.promote(next)
      void close(session.socket)
    } else if (limitMs !== null && next.newest === null && overlap > limitMs) {
      next.over = true
      this.next = null
      void close(next.socket)
      this.retry('its replacement brought no data')
    }
  }

  private attempt(): void {
    this.cancelAttempt?.()
    this.cancelAttempt = null
    this.attemptAt = null
    if (!this.running || this.symbols.length === 0 || this.next) return
    const blocked = this.options.reach.blockedForMs()
    if (blocked > 0) this.attemptIn(blocked)
    else void this.open()
  }

  private attemptIn(ms: number): void {
    const { clock } = this.options
    this.cancelAttempt?.()
    this.attemptAt = clock.monotonic() + ms
    this.cancelAttempt = clock.setTimeout(() => this.attempt(), ms)
    this.show()
  }

  private async open(): Promise<void> {
    const { clock, reach, plan, feed, random } = this.options
    const session = new Session()
    const symbols = this.symbols
    this.next = session
    this.show()
    let socket: FeedSocket
    try {
      socket = await this.acknowledged(session, symbols)
    } catch (error) {
      if (session.over) return
      session.over = true
      this.next = null
      const { message } = reach.failed('socket', `socket ${plan.name}`, error)
      if (!this.session) this.problem = message
      this.retry()
      return
    }
    if (session.over) return
    const at = clock.monotonic()
    session.socket = socket
    session.acknowledgedAt = at
    session.subscribed(symbols, this.edge(), at)
    if (feed.socketLifeMs !== null) {
      const lead = Math.min(LEAD_MS, feed.socketLifeMs / 10)
      session.replaceAt = at + feed.socketLifeMs - lead * (0.5 + random())
    }
    reach.answered('socket')
    if (!this.session) this.promote(session)
    void this.subscribe(session)
  }

  /** Opens the socket; what comes too late is closed. */
  private async acknowledged(session: Session, symbols: readonly string[]): Promise<FeedSocket> {
    const { feed, plan, clock, onReading } = this.options
    const late = new Promise<never>((_, reject) => {
      const within = ACKNOWLEDGE_WITHIN_MS + symbols.length * ACKNOWLEDGE_EACH_MS
      const message = `the socket ${plan.name} was not acknowledged within ${within / 1000} s`
      session.stopWaiting = clock.setTimeout(() => reject(new FeedError('unreachable', message)), within)
    })
    const opening = feed.openSocket(plan, symbols, {
      onReading: (reading, raw, receivedAt) => {
        if (!session.over) onReading(session, reading, raw, receivedAt)
      },
      onClosed: (reason) => this.closed(session, reason),
    })
    opening.then(
      (socket) => {
        if (session.over) void close(socket)
      },
      () => {},
    )
    try {
      return await Promise.race([opening, late])
    } finally {
      session.stopWaiting?.()
    }
  }

  private promote(next: Session): void {
    if (this.session) this.session.over = true
    this.session = next
    this.next = null
    this.replacing = false
    this.problem = null
    this.show()
  }

  private closed(session: Session, reason: string): void {
    if (session.over) return
    if (session === this.session) this.lose(session, reason, this.options.clock.monotonic())
    else {
      session.over = true
      if (this.next === session) this.next = null
      this.retry(reason)
    }
  }

  private lose(session: Session, reason: string, since: number): void {
    session.over = true
    const heir = this.next?.socket ? this.next : null
    this.session = null
    this.replacing = false
    if (heir) this.promote(heir)
    this.options.onLost(session, heir, reason, since)
    if (!this.next && !heir) this.retry(reason)
    this.show()
  }

  private retry(reason?: string): void {
    const { reach, log, plan } = this.options
    const backoff = this.session ? this.spare : this.backoff
    const wait = backoff.next(reach.everAnswered ? LONGEST_WAIT_MS : NEVER_ANSWERED_CAP_MS)
    if (reason !== undefined) {
      if (!this.session) this.problem = `the socket ${plan.name} was lost: ${reason}`
      log.say(`lost ${plan.name}`, `socket ${plan.name}: ${reason}; tried again in ${(wait / 1000).toFixed(1)} s`, LOG_AGAIN_MS)
    }
    this.attemptIn(Math.max(wait, reach.blockedForMs()))
  }

  /** Brings what a session is subscribed to in line with what is wanted. */
  private async subscribe(session: Session): Promise<void> {
    const { clock, reach, plan } = this.options
    const { socket } = session
    if (!socket || session.subscribing) return
    session.subscribing = true
    try {
      while (!session.over && !session.covers(this.symbols)) {
        const symbols = this.symbols
        await socket.setSymbols(symbols)
        session.subscribed(symbols, this.edge(), clock.monotonic())
      }
      this.resync.reset()
    } catch (error) {
      if (session.over) return
      // What was subscribed to before goes on; a socket that is really gone is seen by its silence.
      reach.failed('socket', `subscriptions of ${plan.name}`, error)
      this.cancelSync?.()
      this.cancelSync = clock.setTimeout(() => void this.subscribe(session), this.resync.next())
    } finally {
      session.subscribing = false
    }
  }

  /** The venue's clock from which on a subscription that was just acknowledged brings everything; null: not known. */
  private edge(): number | null {
    const { venueClock } = this.options
    const now = venueClock.estimate()
    return now === null ? null : now + EDGE_MARGIN_MS * venueClock.pace
  }

  private async closeAll(): Promise<void> {
    const sockets = [this.session, this.next].map((session) => {
      if (session) session.over = true
      session?.stopWaiting?.()
      return session?.socket ?? null
    })
    this.session = null
    this.next = null
    this.replacing = false
    this.cancelAttempt?.()
    this.cancelSync?.()
    this.cancelAttempt = null
    this.cancelSync = null
    this.attemptAt = null
    this.show()
    await Promise.all(sockets.map(close))
  }

  private show(): void {
    const state = this.session ? 'open' : this.next ? 'connecting' : 'waiting'
    if (state === this.shown) return
    this.shown = state
    this.since = this.options.clock.now()
  }
}

async function close(socket: FeedSocket | null): Promise<void> {
  // A socket that cannot be closed is not listened to any more either.
  await socket?.close().catch(() => {})
}
