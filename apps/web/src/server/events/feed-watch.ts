import type { FeedNews, Silence, SourceNews } from '../../features/stream/server/news.ts'
import type { FeedReport, Reports } from './feed-reports.ts'

interface Options {
  read: (instrumentIds: readonly number[] | 'all') => Promise<Reports>
  /** how a feed or a source is now, changed or not */
  put: (news: FeedNews | SourceNews) => void
  /** hints are answered together, at most this often */
  roundMs?: number
  /** everything is read again this often: a worker that died sends no hint, and coverage moves without one */
  everyMs?: number
  /** who says nothing for so long is gone */
  silentAfterMs?: number
  now?: () => number
}

interface Dated<T> {
  report: T
  /** our clock when it was written */
  at: number
}

/**
 * How feeds and sources are, read from the database on hints and now and then, with what their workers can no longer say
 * themselves: that nobody reports any more. Ages are taken by the database's clock, so that ours may be off.
 */
export class FeedWatch {
  private readonly options: Required<Options>
  private readonly feeds = new Map<number, Dated<FeedReport>>()
  private readonly sources = new Map<number, Dated<Reports['sources'][number]>>()
  /** our clock when each of them last wrote anything */
  private readonly workers = new Map<string, number>()
  private asked: Set<number> | 'all' = new Set()
  private sourcesAsked = false
  private running: Promise<void> | null = null
  private pause: NodeJS.Timeout | undefined
  private timer: NodeJS.Timeout | undefined
  private answeredAt: number | null = null
  private closed = false

  constructor(options: Options) {
    this.options = { roundMs: 250, everyMs: 5_000, silentAfterMs: 30_000, now: Date.now, ...options }
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), this.options.everyMs)
    this.timer.unref()
  }

  close(): void {
    this.closed = true
    clearInterval(this.timer)
    clearTimeout(this.pause)
  }

  /** Some instruments of a source have changed, or the source itself; `all`: anything may have. */
  hint(instrumentIds: readonly number[] | 'all'): void {
    if (instrumentIds === 'all') this.asked = 'all'
    else if (this.asked !== 'all') for (const id of instrumentIds) this.asked.add(id)
    this.sourcesAsked = true
    this.next()
  }

  /** Looks at the clock, then reads everything again. */
  tick(): void {
    this.tell()
    this.hint('all')
  }

  /** Resolves when the database has answered at least once. Rejects when it cannot be asked. */
  async known(): Promise<void> {
    if (this.answeredAt === null) await this.read('all')
  }

  private next(): void {
    if (this.running || this.pause !== undefined || this.closed || !this.sourcesAsked) return
    const what = this.asked === 'all' ? 'all' : [...this.asked]
    this.asked = new Set()
    this.sourcesAsked = false
    this.running = this.read(what)
      .catch(() => {
        // the database is away: the next tick asks for everything, and says since when when it lasts
      })
      .finally(() => {
        this.running = null
        this.pause = setTimeout(() => {
          this.pause = undefined
          this.next()
        }, this.options.roundMs)
        this.pause.unref()
      })
  }

  private async read(what: readonly number[] | 'all'): Promise<void> {
    const { feeds, sources, now } = await this.options.read(what)
    if (this.closed) return
    const answeredAt = this.options.now()
    this.answeredAt = answeredAt
    const dated = <T>(report: T, updatedAt: number): Dated<T> => ({ report, at: answeredAt - (now - updatedAt) })
    for (const feed of feeds) this.feeds.set(feed.instrumentId, dated(feed, feed.updatedAt))
    for (const entry of sources) this.sources.set(entry.source.id, dated(entry, entry.report?.updatedAt ?? Number.NEGATIVE_INFINITY))
    this.workers.clear()
    const heard = (worker: string, at: number) => this.workers.set(worker, Math.max(at, this.workers.get(worker) ?? at))
    for (const { report, at } of this.feeds.values()) heard(report.worker, at)
    for (const { report, at } of this.sources.values()) if (report.report) heard(report.report.worker, at)
    this.tell(what)
  }

  private tell(what: readonly number[] | 'all' = 'all'): void {
    if (this.answeredAt === null) return
    for (const [id, entry] of this.sources) this.options.put(this.sourceNews(id, entry))
    for (const id of what === 'all' ? this.feeds.keys() : what) {
      const entry = this.feeds.get(id)
      if (entry) this.options.put(this.feedNews(entry))
    }
  }

  private feedNews({ report, at }: Dated<FeedReport>): FeedNews {
    const { instrumentKey, dataSourceId: sourceId, symbol, message, channels, backfill, gaps } = report
    const source = this.sources.get(sourceId)?.report.source
    const silent = this.silence(this.heardOf(report.worker, at))
    const about = { kind: 'feed', instrumentKey, sourceId, channels, gaps } as const
    if (silent === null) return { ...about, state: report.state, message, backfill, silent }
    // nobody is to report what the source does not follow
    const followed = source === undefined || (source.enabled && (source.symbols.length === 0 || source.symbols.includes(symbol)))
    if (!followed) return { ...about, state: 'paused', message: null, backfill: null, silent: null }
    return { ...about, state: 'stale', message: null, backfill: null, silent }
  }

  private sourceNews(id: number, { report: { source, report }, at }: Dated<Reports['sources'][number]>): SourceNews {
    const { name, venue, enabled } = source
    const about = { kind: 'source', sourceId: id, name, venue, enabled } as const
    const nothing = { message: null, blockedUntil: null, nextAttemptAt: null, silent: null }
    if (!enabled) return { ...about, ...nothing, state: 'paused' }
    if (!report) return { ...about, ...nothing, state: null }
    // whoever reports of its feeds is alive, whichever of several workers it is
    let newest = this.heardOf(report.worker, at)
    for (const feed of this.feeds.values()) if (feed.report.dataSourceId === id) newest = Math.max(newest, feed.at)
    const silent = this.silence(newest)
    if (silent) return { ...about, ...nothing, state: 'stale', silent }
    const { state, message, blockedUntil, nextAttemptAt } = report
    return { ...about, state, message, blockedUntil, nextAttemptAt, silent }
  }

  /** A worker writes of what changes. Whoever has written of anything lately is alive, and what it wrote before still stands. */
  private heardOf(worker: string, at: number): number {
    return Math.max(at, this.workers.get(worker) ?? at)
  }

  private silence(at: number): Silence | null {
    const { now, silentAfterMs } = this.options
    const answeredAt = this.answeredAt as number
    if (now() - answeredAt > silentAfterMs) return { since: answeredAt, who: 'database' }
    return answeredAt - at > silentAfterMs ? { since: at, who: 'worker' } : null
  }
}
