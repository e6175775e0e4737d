/**
 * Asks a venue what the accounts hold that an administrator named: one worker per source, those longest overdue first, as fast as the
 * feed's allowance for it lets them. What was found and when the next question is due are in the database, so another worker goes on where
 * this one stopped. No address is logged.
 */
import type { Database } from '@faultline/db/database'
import type { DataSourceRow } from '@faultline/db/repositories/data-sources'
import {
  type AccountAnswer,
  type DueAccount,
  dueAccounts,
  type HeldPosition,
  holdPoller,
  noteFailure,
  releasePoller,
  storeAnswers,
} from '@faultline/db/repositories/observed-accounts'
import { Backoff } from '../feed/backoff.ts'
import { FeedError } from '../feed/venue-feed.ts'
import { pause } from '../live/pause.ts'
import { messageOf } from '../message-of.ts'
import type { ObservedPosition, ObservedPositions } from '../venues/hyperliquid/observed.ts'
import { EVERY_MS, failureWaitMs, waitMs } from './schedule.ts'

/** Asked for before what came is written down. */
const BATCH = 20
const AT_ONCE = 2
/** How long a worker that died keeps others from asking. */
const HOLD_MS = 30_000
const ANOTHER_ASKS_MS = 5_000
/** New accounts are noticed within this time. */
const LOOK_AGAIN_MS = 2_000
const TELL_AGAIN_MS = 10 * 60_000

export interface PollerOptions {
  db: Database
  source: DataSourceRow
  observed: ObservedPositions
  worker: string
  /** of the source's instruments; others are left out */
  instrumentOf: (symbol: string) => number | undefined
  log: (line: string) => void
  holdMs?: number
  /** our clock, UTC ms */
  now?: () => number
}

export class ObservedPoller {
  private readonly options: PollerOptions
  private readonly stopping = new AbortController()
  private readonly backoff = new Backoff(Math.random)
  private readonly everyMs: number
  private readonly now: () => number
  private loop: Promise<void> = Promise.resolve()
  private unsaid = 0
  private message: string | null = null
  /** another worker asks: what is under way here ends */
  private ousted = false
  private told = { line: '', at: 0 }

  constructor(options: PollerOptions) {
    this.options = options
    this.now = options.now ?? Date.now
    this.everyMs = options.source.options.observed?.everyMs ?? EVERY_MS
  }

  start(): void {
    this.loop = this.run()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    await this.loop
    const { db, source, worker } = this.options
    // Without it another worker waits until our time is over.
    await releasePoller(db.pool, source.id, worker).catch(() => undefined)
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping
    // A batch may wait a minute for the venue's limit: longer than others wait for us.
    const beat = setInterval(() => void this.hold().catch(() => undefined), (this.options.holdMs ?? HOLD_MS) / 3)
    try {
      await this.turns(signal)
    } finally {
      clearInterval(beat)
    }
  }

  private async turns(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let wait: number
      try {
        wait = await this.turn()
      } catch (error) {
        this.tell(`observed positions: ${messageOf(error)}`)
        wait = this.backoff.next()
      }
      await pause(wait, signal)
    }
  }

  /** One batch. How long to wait before the next, ms; 0 while others may be due. */
  async turn(): Promise<number> {
    const { db, source } = this.options
    if (!(await this.hold())) return ANOTHER_ASKS_MS
    const { due, nextAt } = await dueAccounts(db.pool, source.id, this.now(), BATCH)
    if (due.length === 0) return nextAt === null ? LOOK_AGAIN_MS : Math.min(LOOK_AGAIN_MS, Math.max(1, nextAt - this.now()))
    const answers: AccountAnswer[] = []
    const waiting = [...due]
    const trouble: FeedError[] = []
    const ask = async () => {
      for (
        let next = waiting.shift();
        next && trouble.length === 0 && !this.ousted && !this.stopping.signal.aborted;
        next = waiting.shift()
      ) {
        const answer = await this.ask(next)
        if (answer instanceof FeedError) trouble.push(answer)
        else if (answer) answers.push(answer)
      }
    }
    const everybody = await Promise.allSettled(Array.from({ length: AT_ONCE }, ask))
    // What came is kept whatever went wrong beside it.
    await storeAnswers(db, source.id, answers)
    this.unsaid += answers.length
    const failed = everybody.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    const [first] = trouble
    this.message = first?.message ?? null
    if (!first) {
      this.backoff.reset()
      return 0
    }
    this.tell(`observed positions: ${first.message}`)
    const wait = Math.max(first.until === null ? 0 : first.until - this.now(), this.backoff.next())
    // Told at once, not when the wait is over.
    await this.hold()
    return wait
  }

  private async hold(): Promise<boolean> {
    const { db, source, worker, holdMs = HOLD_MS } = this.options
    const answers = this.unsaid
    const held = await holdPoller(db.pool, source.id, { worker, ttlMs: holdMs, answers, message: this.message })
    // More may have come meanwhile.
    if (held) this.unsaid -= answers
    this.ousted = !held
    return held
  }

  /** A FeedError is the venue's trouble and not this account's: all wait. Null: nothing can be said of the account. */
  private async ask({ address, failures }: DueAccount): Promise<AccountAnswer | FeedError | null> {
    const { db, source, observed } = this.options
    try {
      const state = await observed.clearinghouseState(address)
      const seenAt = this.now()
      const positions = state.positions.flatMap((p) => this.held(p))
      if (state.unread) this.tell(`observed positions: ${state.unread.count} of an account left out: ${state.unread.reason}`)
      return { address, time: state.time, seenAt, dueAt: seenAt + waitMs(positions, this.everyMs), positions }
    } catch (error) {
      if (!(error instanceof FeedError)) throw error
      if (error.code === 'blocked' || error.code === 'unreachable') return error
      const reason = error.message.replaceAll(address, 'the account')
      await noteFailure(db.pool, source.id, address, { reason, dueAt: this.now() + failureWaitMs(failures + 1, this.everyMs) })
      return null
    }
  }

  private held(p: ObservedPosition): HeldPosition[] {
    const instrumentId = this.options.instrumentOf(p.symbol)
    if (instrumentId === undefined) return []
    const { side, sizeBase: size, positionUsd: usd, entryPrice, leverage, liquidationPrice } = p
    return [{ instrumentId, side, size, usd, entryPrice, leverage, isolated: p.marginMode === 'isolated', liquidationPrice }]
  }

  private tell(line: string): void {
    const now = performance.now()
    if (this.told.line === line && now - this.told.at < TELL_AGAIN_MS) return
    this.told = { line, at: now }
    this.options.log(line)
  }
}
