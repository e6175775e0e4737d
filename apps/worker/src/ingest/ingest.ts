import type { Gap } from '@faultline/db/repositories/gaps'
import type { Lease } from '@faultline/db/repositories/leases'
import type { LiveEvent, LiveKind } from '@faultline/db/repositories/live-events'
import type { BackfillProgress, ChannelStatuses, FeedChannel, FeedStateName } from '@faultline/market/feed'

/** What was committed of one instrument: for whoever steps its estimator. */
export interface Committed {
  instrumentId: number
  /** earliest time of rows that were new, per kind (of candles: their start) */
  earliest: Partial<Record<LiveKind, number>>
}

/** An instrument that this worker writes. */
export interface IngestedInstrument {
  instrumentId: number
  dataSourceId: number
  lease: Lease
  onCommitted(committed: Committed): void
  /** the lease has another holder: nothing of this instrument is written any more */
  onLeaseLost(): void
}

/**
 * The one writer of events in a worker. Events are collected for a moment and written in one transaction with what they
 * cover, under the leases of their instruments; while the database is away they go to the spool instead, and are written in
 * order when it is back.
 */
export interface Ingest {
  attach(instrument: IngestedInstrument, steppedTo: number | null): void
  /** Writes what waits, then forgets the instrument. */
  detach(instrumentId: number): Promise<void>

  /** Live: buffered, written within a fraction of a second. */
  accept(instrumentId: number, events: readonly LiveEvent[]): void
  cover(instrumentId: number, channel: FeedChannel, coveredTo: number): void
  enterGap(gap: Gap): void
  quarantine(dataSourceId: number, reason: string, raw: unknown, receivedAt: number): void
  /** Kept in memory, written with the next batch when it changed. */
  report(
    instrumentId: number,
    state: { state: FeedStateName; message: string | null; channels: ChannelStatuses; backfill: BackfillProgress | null },
  ): void

  /** History: resolves when it is committed. Rejects when it cannot be (the database is away, the lease is lost). */
  store(instrumentId: number, events: readonly LiveEvent[]): Promise<void>

  /**
   * Before the bucket that ends at `bucketEnd` is estimated: resolves when no write of events is under way, and from then on
   * events that this bucket could have seen are stored as known after it.
   */
  claim(instrumentId: number, bucketEnd: number): Promise<void>

  /** Resolves when all that was accepted so far is committed, or is on disk because the database is away. */
  flush(): Promise<void>
  close(): Promise<void>
  readonly stats: IngestStats
}

export interface IngestStats {
  accepted: number
  /** rows that were new */
  inserted: number
  batches: number
  spooled: number
  /** events that were lost because the spool was full */
  dropped: number
  spoolBytes: number
  spoolCapBytes: number
  databaseAway: boolean
}
