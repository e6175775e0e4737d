/** An instrument that this worker writes: what was estimated of it, and what of its state the database does not know yet. */
import type { CoveredChannel, FeedState } from '@faultline/db/repositories/feed-states'
import type { BackfillProgress, ChannelStatuses, FeedChannel, FeedStateName } from '@faultline/market/feed'
import type { BatchInstrument } from './batch.ts'
import type { IngestedInstrument } from './ingest.ts'

/** What nobody looks at (times of the newest messages) is written this often at most. */
const STATE_MS = 2_000
/** Whoever reads states takes one that is much older for a worker that has died. */
const HEARTBEAT_MS = 12_000
/** Coverage by itself is written this often at most, and is never more than what is committed. */
const COVERAGE_MS = 1_000

interface Report {
  state: FeedStateName
  message: string | null
  channels: ChannelStatuses
  backfill: BackfillProgress | null
}

/** Parts of a report in comparable form: what a person sees at once, how far history has come, all of it. */
interface Prints {
  seen: string
  progress: string
  all: string
}

export class AttachedInstrument {
  readonly given: IngestedInstrument
  readonly batchPart: BatchInstrument
  /** end of the last bucket that was estimated or is just being so */
  steppedTo: number | null
  /** another worker holds the lease */
  lost = false
  private report: (Report & { prints: Prints }) | null = null
  private written: (Prints & { at: number }) | null = null
  private readonly committed: Partial<Record<FeedChannel, number>> = {}
  private unwritten = false
  private coverageAt = Number.NEGATIVE_INFINITY

  constructor(given: IngestedInstrument, steppedTo: number | null) {
    this.given = given
    this.steppedTo = steppedTo
    this.batchPart = { instrumentId: given.instrumentId, dataSourceId: given.dataSourceId, epoch: given.lease.epoch }
  }

  get id(): number {
    return this.given.instrumentId
  }

  setReport(report: Report): void {
    const channels = Object.entries(report.channels)
    const prints = {
      seen: JSON.stringify([report.state, report.message, report.backfill?.phase, channels.map(([name, status]) => [name, status.state])]),
      progress: JSON.stringify(report.backfill),
      // Coverage is ours: what a report says of it may be ahead of what is committed.
      all: JSON.stringify([report.backfill, channels.map(([name, status]) => ({ ...status, name, coveredTo: null }))]),
    }
    this.report = { ...report, prints }
  }

  /**
   * What a transaction has to write of it, beside a batch that covers `covering`: its whole state, coverage alone, or nothing.
   * `forced`: all that changed, however lately it was written. `now` is the monotonic clock.
   */
  due(now: number, covering: Readonly<Partial<Record<FeedChannel, number>>>, forced: boolean): 'state' | 'coverage' | null {
    const { report, written } = this
    const moved = this.unwritten || Object.entries(covering).some(([name, to]) => to > (this.committed[name as FeedChannel] ?? 0))
    if (report) {
      if (!written || written.seen !== report.prints.seen || now - written.at >= HEARTBEAT_MS) return 'state'
      if ((forced || now - written.at >= STATE_MS) && (moved || written.all !== report.prints.all)) return 'state'
    }
    return moved && (forced || now - this.coverageAt >= COVERAGE_MS) ? 'coverage' : null
  }

  /** Do pages have to be told when the state is written now? */
  get isNews(): boolean {
    const { report, written } = this
    return report !== null && (report.prints.seen !== written?.seen || report.prints.progress !== written.progress)
  }

  /** Its state as it is once a batch that covers `covering` is committed. */
  stateWith(covering: Readonly<Partial<Record<FeedChannel, number>>>, worker: string): FeedState | null {
    const { report } = this
    if (!report) return null
    const covered = this.coveredWith(covering)
    const channels: ChannelStatuses = {}
    for (const [name, status] of Object.entries(report.channels))
      channels[name as FeedChannel] = { ...status, coveredTo: covered[name as FeedChannel] ?? null }
    const { state, message, backfill } = report
    return { instrumentId: this.id, dataSourceId: this.given.dataSourceId, state, message, channels, backfill, worker }
  }

  coverageWith(covering: Readonly<Partial<Record<FeedChannel, number>>>): CoveredChannel[] {
    return Object.entries(this.coveredWith(covering)).map(([channel, coveredTo]) => ({
      instrumentId: this.id,
      channel: channel as FeedChannel,
      coveredTo,
    }))
  }

  /** Call as a transaction begins; the result is called when it is committed, with what was written by it. */
  mark(covering: Readonly<Partial<Record<FeedChannel, number>>>, what: 'state' | 'coverage' | null): () => void {
    const prints = this.report?.prints
    return () => {
      const at = performance.now()
      if (Object.keys(covering).length > 0) this.unwritten = true
      Object.assign(this.committed, this.coveredWith(covering))
      if (what === null) return
      this.unwritten = false
      this.coverageAt = at
      if (what === 'state' && prints) this.written = { ...prints, at }
    }
  }

  private coveredWith(covering: Readonly<Partial<Record<FeedChannel, number>>>): Partial<Record<FeedChannel, number>> {
    const covered = { ...this.committed }
    for (const [name, to] of Object.entries(covering)) covered[name as FeedChannel] = Math.max(to, covered[name as FeedChannel] ?? to)
    return covered
  }
}
