import {
  type ClockNews,
  type ColumnsNews,
  type FeedNews,
  type News,
  type ProgressNews,
  type SourceNews,
  subjectOf,
} from '../server/news.ts'

/** The newest news of each subject, for whatever is on the page. */
export class NewsStore {
  private readonly newest = new Map<string, News>()
  private readonly listeners = new Set<(news: News) => void>()
  /** of feeds, by instrument key; another map after each change */
  feeds: ReadonlyMap<string, FeedNews> = new Map()
  /** in the order they were made; another list after each change */
  sources: readonly SourceNews[] = []
  /** of the job that moved last; sums make themselves, many at a time, and nobody waits for all of them */
  progress: ProgressNews | null = null
  /** our clock minus the server's */
  private skewMs = 0

  constructor(initial: readonly News[] = []) {
    for (const news of initial) this.keep(news)
  }

  /** Everything that is known, to be told to another tab. */
  all(): News[] {
    return [...this.newest.values()]
  }

  columnsOf(instrumentKey: string): ColumnsNews | null {
    const news = this.newest.get(`columns ${instrumentKey}`)
    return news?.kind === 'columns' ? news : null
  }

  /** How far the adding up of one sum is; null when nothing has been told of it. */
  sumOf(instrumentKey: string): ProgressNews | null {
    const news = this.newest.get(`progress sum ${instrumentKey}`)
    return news?.kind === 'progress' ? news : null
  }

  /** What the server's clock says now. */
  clock(): ClockNews {
    return { kind: 'clock', now: Date.now() - this.skewMs }
  }

  deliver(news: News | ClockNews): void {
    if (news.kind === 'clock') {
      this.skewMs = Date.now() - news.now
      return
    }
    this.keep(news)
    for (const listener of [...this.listeners]) listener(news)
  }

  /** Returns what ends the listening. */
  subscribe(listener: (news: News) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private keep(news: News): void {
    this.newest.set(subjectOf(news), news)
    if (news.kind === 'feed') this.feeds = new Map(this.feeds).set(news.instrumentKey, news)
    else if (news.kind === 'progress' && news.job !== 'sum') this.progress = news
    else if (news.kind === 'source')
      this.sources = [...this.sources.filter((known) => known.sourceId !== news.sourceId), news].sort((a, b) => a.sourceId - b.sourceId)
  }
}
