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

  /**
   * History: resolves when it is committed. `late`: rows that estimated buckets could have seen are stored as known after
   * them; without it rows count as known by their own time, and the caller sees to it that buckets are estimated anew.
   * Values that no event may have are kept in quarantine instead.
   * @throws FaultlineError unavailable while the database is away; lease_lost; not_found without such an instrument
   */
  store(instrumentId: number, events: readonly LiveEvent[], options?: { late?: boolean }): Promise<void>

  /**
   * Before the bucket that ends at `bucketEnd` is estimated: resolves when no write of events is under way, and from then on
   * events that this bucket could have seen are stored as known after it. What was accepted before is written first. While
   * the database is away, and until all that went to the spool is written, it waits; `signal` ends the waiting.
   * @throws FaultlineError lease_lost; not_found without such an instrument; unavailable when it is closed, or ended by `signal`
   */
  claim(instrumentId: number, bucketEnd: number, signal?: AbortSignal): Promise<void>

  /** Resolves when all that was accepted so far is committed, or is on disk because the database is away. */
  flush(): Promise<void>
  /** Resolves when nothing waits on disk: after a crash what its predecessor left is stored then, and so is its coverage. */
  caughtUp(signal?: AbortSignal): Promise<void>
  /** Writes what is there, or puts it on disk, within five seconds; what is still waited for is rejected. */
  close(): Promise<void>
  readonly stats: IngestStats
}

export interface IngestStats {
  accepted: number
  /** rows that were new */
  inserted: number
  batches: number
  /** events that went to disk */
  spooled: number
  /** events that were lost because the spool was full */
  dropped: number
  /** events that were left out because another worker holds their instrument */
  fenced: number
  /** events with values that the database refuses; they are in quarantine */
  refused: number
  /** events in memory that are neither committed nor on disk; see writer.ts for how many there may be */
  buffered: number
  /** age of the oldest of these, ms */
  bufferedMs: number
  /** bytes on disk that wait for the database */
  spoolBytes: number
  spoolCapBytes: number
  databaseAway: boolean
  /** the database is back, and what is on disk is being written */
  catchingUp: boolean
}
