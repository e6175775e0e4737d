import { randomBytes } from 'node:crypto'
import type { Database } from '@faultline/db/database'
import { type Listener, listen, type NotifyPayload } from '@faultline/db/notify'
import { FaultlineError } from '@faultline/market/errors'
import {
  type ClockNews,
  type FeedNews,
  type News,
  type ProgressNews,
  type SourceNews,
  subjectOf,
} from '../../features/stream/server/news.ts'
import type { Session, Sessions } from '../auth/sessions.ts'
import { readReports } from './feed-reports.ts'
import { FeedWatch } from './feed-watch.ts'
import { PeopleAudience } from './people-audience.ts'
import { isSameToReaders } from './same-news.ts'
import { type ServedBuild, servedBuilds } from './served-builds.ts'
import { pause, untilAborted } from './wait.ts'

interface Reader {
  /** the request's own end: the browser left */
  signal: AbortSignal | undefined
  session: Session
}

interface Entry {
  seq: number
  news: News
  /** our clock */
  at: number
  /** of people's news: the one person whom it is for, where it is not a team's */
  ownerId?: string | null
}

/** A reader gets at most this many rounds of news per second; between them only the newest state is kept. */
const ROUND_MS = 250
/** Progress that has not moved for so long is not shown to those who come new, and forgotten after that long. */
const PROGRESS_STALE_MS = 15_000
const PROGRESS_KEPT_MS = 3_600_000
/** Whoever was away for longer asks for everything anew, see the browser's side. */
const PEOPLE_KEPT_MS = 600_000

/**
 * One LISTEN connection for the whole process, fanned out to all event streams. It keeps state, not messages: per
 * instrument the newest column of the served build and how its feed is, per source how that is, numbered as they change. A
 * reader that is slow or was cut off gets the newest state of what it missed, so memory is bounded and nothing that matters
 * is lost.
 */
export class EventHub {
  private readonly db: Database
  private readonly sessions: Sessions
  private readonly watch: FeedWatch
  private readonly audience: PeopleAudience
  private listener: Listener | undefined
  /** by subject */
  private readonly newest = new Map<string, Entry>()
  private readonly served = new Map<string, ServedBuild>()
  private readonly bucketOfBuild = new Map<number, number>()
  private readonly waiting = new Set<() => void>()
  private readonly refreshing = new Map<number | 'all', { again: boolean }>()
  private readonly over = new AbortController()
  /** aborts when the server stops */
  readonly closing: AbortSignal = this.over.signal
  /** numbers of another process mean nothing here */
  private readonly epoch = randomBytes(6).toString('base64url')
  private seq = 0
  /** of the last news of columns, and of readings */
  private columnsSeq = 0
  private readingsSeq = 0
  private connected = false

  constructor(options: { db: Database; sessions: Sessions }) {
    this.db = options.db
    this.sessions = options.sessions
    this.audience = new PeopleAudience(options.db)
    this.watch = new FeedWatch({ read: (ids) => readReports(this.db, ids), put: (news) => this.putFeed(news) })
  }

  /** Begins to listen. Does not wait for the database: it may come up later. */
  start(): void {
    this.watch.start()
    this.listener = listen({
      url: this.db.url,
      onMessage: (message) => {
        if (message.channel === 'columns') this.onColumns(message.payload)
        else if (message.channel === 'feeds') this.watch.hint(message.payload.instrumentIds)
        else if (message.channel === 'sources') this.watch.hint([])
        // An instrument is there, or gone, that has no column yet: lists are read again.
        else if (message.channel === 'aggregates') {
          this.columnsSeq = ++this.seq
          this.readingsSeq = this.seq
        } else if (message.channel === 'readings') this.onReadings()
        else if (message.channel === 'user') {
          this.sessions.forget(message.payload.id)
          this.audience.forget(message.payload.id)
        } else if (message.channel === 'people') this.onPeople(message.payload)
        else this.onProgress({ kind: 'progress', ...message.payload })
      },
      onState: (now) => {
        this.connected = now.state === 'listening'
        this.sessions.setNotified(this.connected)
        this.audience.forget()
        // what happened while nobody listened
        if (now.state === 'listening') {
          if (now.resumed) this.onReadings()
          void this.refresh('all')
          this.watch.hint('all')
        } else this.bucketOfBuild.clear()
      },
    })
  }

  async close(): Promise<void> {
    this.over.abort()
    this.watch.close()
    this.wake()
    await this.listener?.close()
  }

  /** Start of a served build's last bucket, while notices arrive; undefined when it is not known for sure. */
  lastBucketOf(buildId: number): number | undefined {
    return this.connected ? this.bucketOfBuild.get(buildId) : undefined
  }

  /**
   * Another text whenever the picture of an instrument has changed: its build, its last bucket, its gaps. Undefined when that
   * is not known for sure.
   */
  versionOf(instrumentKey: string): string | undefined {
    const build = this.served.get(instrumentKey)
    if (!build || this.lastBucketOf(build.buildId) === undefined) return undefined
    return `${build.buildId}.${build.lastBucket}.${build.status}/${this.gapsOf(instrumentKey)}`
  }

  /** Another number whenever the newest column of any instrument has changed; undefined when that is not known for sure. */
  columnsVersion(): number | undefined {
    return this.connected ? this.columnsSeq : undefined
  }

  /** Another number whenever a reading has changed or an instrument has come; undefined when that is not known for sure. */
  readingsVersion(): number | undefined {
    return this.connected ? this.readingsSeq : undefined
  }

  /** Another text whenever the unfilled gaps of a feed's instrument change; empty without a feed. */
  private gapsOf(instrumentKey: string): string {
    const feed = this.newest.get(`feed ${instrumentKey}`)?.news
    return feed?.kind === 'feed' ? feed.gaps : ''
  }

  /** How a feed is, with the newest times of its channels; null for an instrument without one. */
  async feedOf(instrumentKey: string): Promise<FeedNews | null> {
    await this.watch.known()
    const feed = this.newest.get(`feed ${instrumentKey}`)?.news
    return feed?.kind === 'feed' ? feed : null
  }

  /** How all feeds and sources are. Rejects while the database has never been asked and cannot be. */
  async current(): Promise<(FeedNews | SourceNews)[]> {
    await this.watch.known()
    return [...this.newest.values()].map((entry) => entry.news).filter((news) => news.kind === 'feed' || news.kind === 'source')
  }

  /** The time, the state (after `lastEventId`: what changed since), then each change. Ends with the request or the server. */
  async *follow(
    options: Reader & { instrument?: string | undefined; lastEventId?: string | undefined },
  ): AsyncGenerator<{ id: string; news: News | ClockNews }> {
    const { instrument } = options
    const since = Date.now() - PROGRESS_STALE_MS
    let seen = this.resumeFrom(options.lastEventId)
    const wanted = ({ news, at }: Entry): boolean =>
      (instrument === undefined || ((news.kind === 'columns' || news.kind === 'feed') && news.instrumentKey === instrument)) &&
      (news.kind !== 'progress' || at >= since)
    const fresh = () => {
      if (seen === this.seq) return []
      const round = [...this.newest.values()].filter((entry) => entry.seq > seen && wanted(entry)).sort((a, b) => a.seq - b.seq)
      seen = this.seq
      return round
    }
    yield { id: `${this.epoch}.${seen}`, news: { kind: 'clock', now: Date.now() } }
    const { userId } = options.session.user
    for await (const round of this.rounds(options, fresh))
      for (const { seq, news, ownerId } of round)
        if (news.kind !== 'people' || (await this.audience.hears(userId, news, ownerId ?? null))) yield { id: `${this.epoch}.${seq}`, news }
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

  private onColumns(news: { instrumentId: number; instrumentKey: string; buildId: number; lastBucket: number }): void {
    const known = this.served.get(news.instrumentKey)
    // a build that is not (yet) served is no news; whether it has become the served one, the database says
    // nor does the notice say why it came without a new column: that the build has become complete, the database says as well
    if (known?.buildId === news.buildId && news.lastBucket > known.lastBucket)
      this.putBuild({ ...known, lastBucket: news.lastBucket, madeAt: Date.now() })
    else void this.refresh(news.instrumentId)
  }

  /** Of which instruments they are, whoever asks is told: pages ask for what changed since they last did. */
  private onReadings(): void {
    this.tell({ kind: 'readings', version: this.seq + 1 })
    this.readingsSeq = this.seq
  }

  private onPeople({ subject, id, kind, version, ownerId, teamId, by, gone }: NotifyPayload<'people'>): void {
    if (subject === 'member') this.audience.forget(id)
    if (subject === 'team') this.audience.forget()
    const now = Date.now()
    for (const [key, entry] of this.newest) if (entry.news.kind === 'people' && now - entry.at > PEOPLE_KEPT_MS) this.newest.delete(key)
    this.tell({ kind: 'people', subject, id, itemKind: kind, version, teamId, by, gone }, ownerId)
  }

  private onProgress(news: ProgressNews): void {
    this.tell(news)
    const now = Date.now()
    for (const [subject, entry] of this.newest)
      if (entry.news.kind === 'progress' && now - entry.at > PROGRESS_KEPT_MS) this.newest.delete(subject)
  }

  private putFeed(news: FeedNews | SourceNews): void {
    const known = this.newest.get(subjectOf(news))
    // for those who come new; the others have what they need of it
    if (known && isSameToReaders(known.news, news)) known.news = news
    else this.tell(news)
  }

  private putBuild(told: ServedBuild): void {
    const { instrumentKey, buildId, status } = told
    const known = this.served.get(instrumentKey)
    const same = known?.buildId === buildId
    // an answer of the database may be older than a notice
    const newest = same && known.lastBucket > told.lastBucket ? { ...known, status } : told
    const { lastBucket, madeAt } = newest
    if (same && known.lastBucket === lastBucket && known.status === status) return
    if (known && !same) this.bucketOfBuild.delete(known.buildId)
    // Until it is read, the screener says that it is not.
    if (!known) this.readingsSeq = this.seq + 1
    this.served.set(instrumentKey, newest)
    if (this.connected) this.bucketOfBuild.set(buildId, lastBucket)
    this.tell({ kind: 'columns', instrumentKey, buildId, lastBucket, madeAt })
    this.columnsSeq = this.seq
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
        for (const row of await servedBuilds(this.db, what)) {
          this.putBuild(row)
          if (this.connected) this.bucketOfBuild.set(row.buildId, this.served.get(row.instrumentKey)?.lastBucket ?? row.lastBucket)
        }
      } while (mine.again && !this.closing.aborted)
    } catch {
      // the database went away: when it is back, the listener reconnects and asks for everything
    } finally {
      this.refreshing.delete(what)
    }
  }

  private tell(news: News, ownerId: string | null = null): void {
    this.newest.set(subjectOf(news), { seq: ++this.seq, news, at: Date.now(), ownerId })
    this.wake()
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
