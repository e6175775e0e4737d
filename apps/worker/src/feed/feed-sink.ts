import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { FeedChannel } from '@faultline/market/feed'

/** Where a supervised feed puts what it learns. Nothing here waits: what follows is the ingest's business. */
export interface FeedSink {
  /** to be stored */
  accept(instrumentId: number, events: readonly LiveEvent[]): void
  /** all that the venue sent on this channel before `coveredTo` (its clock) has been given to accept() */
  cover(instrumentId: number, channel: FeedChannel, coveredTo: number): void
  /** [from, to) was missed, on the venue's clock; `open` is to be refilled over REST */
  gap(instrumentId: number, channel: FeedChannel, from: number, to: number, status: 'open' | 'unrecoverable', reason: string): void
  /** a message that no mapper could read */
  quarantine(reason: string, raw: unknown, receivedAt: number): void
}
