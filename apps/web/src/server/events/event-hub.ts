import { randomBytes } from 'node:crypto'
import type { Database } from '@faultline/db/database'
import { type Listener, listen } from '@faultline/db/notify'
import { FaultlineError } from '@faultline/market/errors'
import type { ColumnsNews, ProgressNews } from '../../features/stream/server/news.ts'
import type { Session, Sessions } from '../auth/sessions.ts'
import { type ServedBuild, servedBuilds } from './served-builds.ts'

interface Reader {
  /** the request's own end: the browser left */
  signal: AbortSignal | undefined
  session: Session
}

/** A reader gets at most this many rounds of news per second; between them only the newest state is kept. */
const ROUND_MS = 250
/** Progress that has not moved for so long is not shown to those who come new. */
const PROGRESS_STALE_MS = 15_000

/**
 * One LISTEN connection for the whole process, fanned out to all event streams. It keeps state, not messages: per
 * instrument the newest column of the served build, numbered as it changes. A reader that is slow or was cut off gets the
 * newest state of what it missed, so memory is bounded and nothing that matters is lost.
 */
export class EventHub {
  private readonly db: Database
  private readonly sessions: Sessions
  private listener: Listener | undefined
  private readonly state = new Map<string, ServedBuild & { seq: number }>()
  private readonly bucketOfBuild = new Map<number, number>()
  private readonly jobs = new Map<string, { news: ProgressNews; at: number; seq: number }>()
  private readonly waiting = new Set<() => void>()
  private readonly refreshing = new Map<number | 'all', { again: boolean }>()
  private readonly over = new AbortController()
  /** aborts when the server stops */
  readonly closing: AbortSignal = this.over.signal
  /** numbers of another process mean nothing here */
  private readonly epoch = randomBytes(6).toString('base64url')
  private seq = 0
  private connected = false

  constructor(options: { db: Database; sessions: Sessions }) {
    this.db = options.db
    this.sessions = options.sessions
  }

  /** Begins to listen. Does not wait for the database: it may come up later. */
  start(): void {
    this.listener = listen({
      url: this.db.url,
      onMessage: (message) => {
        if (message.channel === 'columns') this.onColumns(message.payload)
        else if (message.channel === 'user') this.sessions.forget(message.payload.id)
        else if (message.channel === 'progress') this.onProgress(message.payload)
      },
      onState: ({ state }) => {
        this.connected = state === 'listening'
        this.sessions.setNotified(this.connected)
        // what happened while nobody listened
        if (this.connected) void this.refresh('all')
        else this.bucketOfBuild.clear()
      },
    })
  }

  async close(): Promise<void> {
    this.over.abort()
    this.wake()
    await this.listener?.close()
  }

  /** Start of a served build's last bucket, while notices arrive; undefined when it is not known for sure. */
  lastBucketOf(buildId: number): number | undefined {
    return this.connected ? this.bucketOfBuild.get(buildId) : undefined
  }

  /** The newest progress that `accepts` since `since`. */
  latestProgress(since: number, accepts: (news: ProgressNews) => boolean): ProgressNews | null {
    let newest: { news: ProgressNews; at: number; seq: number } | null = null
    for (const job of this.jobs.values()) if (job.at >= since && accepts(job.news) && job.seq > (newest?.seq ?? -1)) newest = job
    return newest?.news ?? null
  }

  /** First the state (after `lastEventId`: what changed since), then each change. Ends with the request or the server. */
  async *columns(
    options: Reader & { instrument?: string | undefined; lastEventId?: string | undefined },
  ): AsyncGenerator<{ id: string; news: ColumnsNews }> {
    let seen = this.resumeFrom(options.lastEventId)
    const fresh = () => {
      const all =
        options.instrument === undefined ? [...this.state.values()] : [this.state.get(options.instrument)].filter((s) => s !== undefined)
      return all.filter((s) => s.seq > seen).sort((a, b) => a.seq - b.seq)
    }
    for await (const round of this.rounds(options, fresh))
      for (const { seq, instrumentKey, buildId, lastBucket } of round) {
        seen = seq
        yield { id: `${this.epoch}.${seq}`, news: { instrumentKey, buildId, lastBucket } }
      }
  }

  /** What is running, then every change. */
  async *progress(options: Reader): AsyncGenerator<ProgressNews> {
    let seen = 0
    const since = Date.now() - PROGRESS_STALE_MS
    const fresh = () => [...this.jobs.values()].filter((j) => j.seq > seen && j.at >= since).sort((a, b) => a.seq - b.seq)
    for await (const round of this.rounds(options, fresh))
      for (const { seq, news } of round) {
        seen = seq
        yield news
      }
  }

  /** Yields `fresh()` whenever it is not empty. @throws FaultlineError unauthenticated when the session ends */
  private async *rounds<T>({ signal, session }: Reader, fresh: () => T[]): AsyncGenerator<T[]> {
    const over = new AbortController()
    const until = AbortSignal.any([over.signal, this.closing, ...(signal ? [signal] : [])])
    const ended = session.whenEnded(until)
    try {
      while (!until.aborted) {
        if (ended.aborted) throw new FaultlineError('unauthenticated', 'Your session has ended. Please sign in again.')
        const round = fresh()
        if (round.length === 0) await this.change([until, ended])
        else {
          yield round
          await pause(ROUND_MS, [until, ended])
        }
      }
    } finally {
      over.abort()
    }
  }

  private resumeFrom(lastEventId: string | undefined): number {
    const [epoch, seq] = lastEventId?.split('.') ?? []
    return epoch === this.epoch && /^\d{1,15}$/.test(seq ?? '') ? Math.min(Number(seq), this.seq) : 0
  }

  private onColumns(news: ColumnsNews & { instrumentId: number }): void {
    const known = this.state.get(news.instrumentKey)
    // a build that is not (yet) served is no news; whether it has become the served one, the database says
    // nor does the notice say why it came without a new column: that the build has become complete, the database says as well
    if (known?.buildId === news.buildId && news.lastBucket > known.lastBucket) this.put({ ...known, lastBucket: news.lastBucket })
    else void this.refresh(news.instrumentId)
  }

  private onProgress(news: ProgressNews): void {
    const now = Date.now()
    this.jobs.set(`${news.job} ${news.instrumentKey ?? ''}`, { news, at: now, seq: ++this.seq })
    for (const [key, job] of this.jobs) if (now - job.at > 3_600_000) this.jobs.delete(key)
    this.wake()
  }

  private put({ instrumentKey, buildId, lastBucket: told, status }: ServedBuild): void {
    const known = this.state.get(instrumentKey)
    const same = known?.buildId === buildId
    // an answer of the database may be older than a notice
    const lastBucket = same ? Math.max(known.lastBucket, told) : told
    if (same && known.lastBucket === lastBucket && known.status === status) return
    if (known && !same) this.bucketOfBuild.delete(known.buildId)
    this.state.set(instrumentKey, { instrumentKey, buildId, lastBucket, status, seq: ++this.seq })
    if (this.connected) this.bucketOfBuild.set(buildId, lastBucket)
    this.wake()
  }

  /** Reads which builds are served: one question at a time per instrument, and one more if news came meanwhile. */
  private async refresh(what: number | 'all'): Promise<void> {
    const running = this.refreshing.get(what)
    if (running) {
      running.again = true
      return
    }
    const mine = { again: false }
    this.refreshing.set(what, mine)
    try {
      do {
        mine.again = false
        const rows: ServedBuild[] = await servedBuilds(this.db, what)
        for (const row of rows) {
          this.put(row)
          if (this.connected) this.bucketOfBuild.set(row.buildId, this.state.get(row.instrumentKey)?.lastBucket ?? row.lastBucket)
        }
      } while (mine.again && !this.closing.aborted)
    } catch {
      // the database went away: when it is back, the listener reconnects and asks for everything
    } finally {
      this.refreshing.delete(what)
    }
  }

  private wake(): void {
    for (const wake of [...this.waiting]) wake()
  }

  private change(signals: AbortSignal[]): Promise<void> {
    return untilAborted(signals, (done) => {
      this.waiting.add(done)
      return () => this.waiting.delete(done)
    })
  }
}

const pause = (ms: number, signals: AbortSignal[]): Promise<void> =>
  untilAborted(signals, (done) => {
    const timer = setTimeout(done, ms)
    return () => clearTimeout(timer)
  })

/** Resolves when `begin`'s callback is called or one of the signals aborts, and leaves no listener behind. */
function untilAborted(signals: AbortSignal[], begin: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    let finished = false
    let undo = () => {}
    const done = () => {
      if (finished) return
      finished = true
      undo()
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    for (const signal of signals) {
      if (signal.aborted) return done()
      signal.addEventListener('abort', done)
    }
    undo = begin(done)
    if (finished) undo()
  })
}
