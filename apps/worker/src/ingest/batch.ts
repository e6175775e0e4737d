/** What is written with one transaction: events, what they cover, gaps and unread messages, of many instruments. */
import type { CoveredChannel } from '@faultline/db/repositories/feed-states'
import type { Gap } from '@faultline/db/repositories/gaps'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { QUARANTINE_KEPT, QUARANTINE_PAYLOAD, type QuarantinedMessage } from '@faultline/db/repositories/quarantine'
import type { FeedChannel } from '@faultline/market/feed'

export interface BatchRow {
  instrumentId: number
  event: LiveEvent
}

/** Under which lease the rows of an instrument were accepted. */
export interface BatchInstrument {
  instrumentId: number
  dataSourceId: number
  epoch: number
}

/** As it lies in the spool; `version` rises when an older reader could not read it. */
interface SpooledBatch {
  version: 1
  instruments: BatchInstrument[]
  rows: BatchRow[]
  covered: CoveredChannel[]
  gaps: Gap[]
  quarantined: QuarantinedMessage[]
}

export class Batch {
  readonly rows: BatchRow[] = []
  readonly instruments = new Map<number, BatchInstrument>()
  private readonly covered = new Map<number, Partial<Record<FeedChannel, number>>>()
  private readonly entered: Gap[] = []
  /** of events that were dropped, by instrument and channel */
  private readonly lost = new Map<string, Gap>()
  private readonly unread: QuarantinedMessage[] = []
  /** monotonic clock, when the first thing was added */
  since = Number.POSITIVE_INFINITY
  /** states and coverage are written now, however lately they were */
  forced = false
  /** stands in the queue, though it may be being written as well */
  queued = false
  private resolveSettled = (): void => {}
  private isSettled = false
  /** Resolves when it is committed, on disk, or given up. */
  readonly settled = new Promise<void>((resolve) => {
    this.resolveSettled = resolve
  })

  add(instrument: BatchInstrument, event: LiveEvent): void {
    this.touch(instrument)
    this.rows.push({ instrumentId: instrument.instrumentId, event })
  }

  cover(instrument: BatchInstrument, channel: FeedChannel, coveredTo: number): void {
    this.touch(instrument)
    this.coverChannel(instrument.instrumentId, channel, coveredTo)
  }

  enterGap(instrument: BatchInstrument, gap: Gap): void {
    this.touch(instrument)
    this.entered.push(gap)
  }

  quarantine(message: QuarantinedMessage): void {
    this.begin()
    this.unread.push({ ...message, payload: message.payload.slice(0, QUARANTINE_PAYLOAD) })
    // No more are kept of one source, so more are not carried.
    if (this.unread.length > QUARANTINE_KEPT) this.unread.shift()
  }

  get hasContent(): boolean {
    return this.rows.length > 0 || this.instruments.size > 0 || this.unread.length > 0
  }

  get gaps(): Gap[] {
    return [...this.entered, ...this.lost.values()]
  }

  get quarantined(): readonly QuarantinedMessage[] {
    return this.unread
  }

  coverageOf(instrumentId: number): Readonly<Partial<Record<FeedChannel, number>>> {
    return this.covered.get(instrumentId) ?? {}
  }

  get coverage(): CoveredChannel[] {
    return [...this.covered].flatMap(([instrumentId, channels]) =>
      Object.entries(channels).map(([channel, coveredTo]) => ({ instrumentId, channel: channel as FeedChannel, coveredTo })),
    )
  }

  get done(): boolean {
    return this.isSettled
  }

  settle(): void {
    this.isSettled = true
    this.resolveSettled()
  }

  /**
   * There is no room for it: its events become gaps of `next`, the batch that comes after it, which takes over what else there
   * is; unread messages are gone.
   */
  dropInto(next: Batch): void {
    for (const instrument of this.instruments.values()) next.touch(instrument)
    for (const { instrumentId, event } of this.rows) {
      const [from, to] = event.type === 'candle' ? [event.openTime, event.openTime + event.intervalMs] : [event.time, event.time + 1]
      next.lose({
        instrumentId,
        channel: event.type,
        from,
        to,
        status: event.type === 'liquidation' ? 'unrecoverable' : 'open',
        reason: 'the database was away and the spool was full',
      })
    }
    for (const gap of this.lost.values()) next.lose(gap)
    for (const { instrumentId, channel, coveredTo } of this.coverage) next.coverChannel(instrumentId, channel, coveredTo)
    next.entered.unshift(...this.entered)
    this.settle()
  }

  encode(): Buffer {
    const spooled: SpooledBatch = {
      version: 1,
      instruments: [...this.instruments.values()],
      rows: this.rows,
      covered: this.coverage,
      gaps: this.gaps,
      quarantined: this.unread,
    }
    return Buffer.from(JSON.stringify(spooled))
  }

  /** What encode() gave. @throws Error for what another version wrote */
  static decode(payload: Buffer): Batch {
    const spooled = JSON.parse(payload.toString()) as SpooledBatch
    if (spooled.version !== 1) throw new Error(`a record of version ${spooled.version}`)
    const batch = new Batch()
    for (const instrument of spooled.instruments) batch.touch(instrument)
    batch.rows.push(...spooled.rows)
    for (const { instrumentId, channel, coveredTo } of spooled.covered) batch.coverChannel(instrumentId, channel, coveredTo)
    batch.entered.push(...spooled.gaps)
    batch.unread.push(...spooled.quarantined)
    return batch
  }

  private lose(gap: Gap): void {
    const key = `${gap.instrumentId} ${gap.channel}`
    const known = this.lost.get(key)
    this.lost.set(key, known ? { ...gap, from: Math.min(known.from, gap.from), to: Math.max(known.to, gap.to) } : gap)
  }

  private coverChannel(instrumentId: number, channel: FeedChannel, coveredTo: number): void {
    const channels = this.covered.get(instrumentId)
    if (channels) channels[channel] = Math.max(coveredTo, channels[channel] ?? coveredTo)
    else this.covered.set(instrumentId, { [channel]: coveredTo })
  }

  private touch(instrument: BatchInstrument): void {
    this.begin()
    this.instruments.set(instrument.instrumentId, instrument)
  }

  private begin(): void {
    if (this.since === Number.POSITIVE_INFINITY) this.since = performance.now()
  }
}
