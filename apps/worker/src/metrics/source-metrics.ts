/** What is measured of one data source. */
import type { GapEvent } from '@faultline/market/event'
import type { ChannelStatus, FeedChannel, FeedStateName } from '@faultline/market/feed'
import type { FeedCounts } from '../feed/feed-counts.ts'

/** How a source is when it is asked. */
export interface SourceSample {
  /** of every instrument that it feeds */
  instruments: readonly { state: FeedStateName; channels: Partial<Record<FeedChannel, ChannelStatus>> }[]
  socketsOpen: number
  requestWeight: { used: number; limit: number } | null
  /** our clock, UTC ms */
  blockedUntil: number | null
  /** venue's clock minus ours */
  clockOffsetMs: number | null
}

/** Counted as it happens; `observe` gives what is looked at when somebody asks. */
export interface SourceMetrics extends FeedCounts {
  events(channel: FeedChannel, count: number): void
  /** a message that nobody could read */
  unread(): void
  gap(channel: FeedChannel, status: GapEvent['status']): void
  historyWindow(outcome: 'stored' | 'refused'): void
  /** `delayMs`: from the end of the newest one's bucket to its commit, on the venue's clock; null: not known */
  columns(count: number, delayMs: number | null): void
  observe(sample: () => SourceSample): void
  /** The source has ended: nothing is told of it any more. */
  end(): void
}

export const UNMEASURED: SourceMetrics = {
  message: () => undefined,
  lostSocket: () => undefined,
  events: () => undefined,
  unread: () => undefined,
  gap: () => undefined,
  historyWindow: () => undefined,
  columns: () => undefined,
  observe: () => undefined,
  end: () => undefined,
}
