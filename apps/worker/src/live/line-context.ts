import type { Database } from '@faultline/db/database'
import type { DataSourceRow } from '@faultline/db/repositories/data-sources'
import type { ChannelStatuses, FeedStateName } from '@faultline/market/feed'
import type { VenueFeed } from '../feed/venue-feed.ts'
import type { WindowLimiter } from '../history/window-limiter.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { SourceMetrics } from '../metrics/source-metrics.ts'

/** What the line of one instrument needs of the source that it belongs to. */
export interface LineContext {
  db: Database
  ingest: Ingest
  feed: VenueFeed
  source: DataSourceRow
  /** lets a few windows of history be in flight per source, instruments in turn */
  limiter: WindowLimiter
  worker: string
  /** the venue's clock as the feed knows it, UTC ms; null before anything arrived */
  venueNow(instrumentId: number): number | null
  statuses(instrumentId: number): ChannelStatuses
  sourceStatus(): { state: FeedStateName; message: string | null }
  metrics: Pick<SourceMetrics, 'columns' | 'historyWindow'>
  log(line: string): void
}
