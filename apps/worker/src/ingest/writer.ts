/**
 * The ingest: what feeds and history bring, into the database in order, whatever the database does.
 *
 * Live. What is accepted collects in a batch, which is written every `flushMs` or at `maxBatch` events; one transaction at a
 * time, and while one runs the next batch collects. A transaction verifies the leases of its instruments and holds them, so
 * that nothing of an instrument is written once another worker has taken it over.
 *
 * Behind. When the database is away, or slower than what arrives, batches go to the spool instead (spool.ts), each a record that
 * is on disk before it counts as safe. When the database answers again the records are written oldest first, each with a
 * transaction like that of a live batch, and everything new queues behind them; when none is left, batches are written live
 * again. A record goes only after its commit. One that is written twice does no harm: rows are stored once, coverage only
 * grows, gaps are keyed by their beginning. So after a crash everything in the spool is written first, whoever left it there.
 *
 * Whose instrument a record's rows are is decided when it is written, not when it was spooled:
 * - An instrument that this worker holds then is written as if live. Buckets are claimed through this writer, and a claim waits
 *   until the spool is empty, so the end of the last estimated bucket is known and does not move meanwhile.
 * - Of any other instrument (this process has not taken it yet, or another worker has) the events are stored: they are what the
 *   venue said, and storing is idempotent. But another worker may be about to estimate a bucket that they belong into. Its
 *   buckets have candles, its candles are committed under its lease, and the record's transaction locks that lease against it:
 *   so no bucket beyond the newest stored candle can have been estimated or be under way, and rows up to there are stored as
 *   known after it. Rarely that is later than need be, and never too early.
 * - Coverage and gaps of such an instrument are written only if its lease has still the epoch under which the record was
 *   spooled: nobody has taken it since, and what the record says is the last that was known. A worker that did take it has
 *   entered the time that it missed as a gap itself.
 *
 * Memory: at most one batch is being written; beside it up to 8 × maxBatch events wait, more go to the spool; if that takes
 * none either (no room, a disk that fails) events are dropped from 32 × maxBatch on, counted, and entered as gaps.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@faultline/db/database'
import type { Gap } from '@faultline/db/repositories/gaps'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { FeedChannel } from '@faultline/market/feed'
import { AttachedInstrument } from './attached-instrument.ts'
import { Backlog } from './backlog.ts'
import { Batch } from './batch.ts'
import { failureText } from './database-failure.ts'
import { DatabaseWriter } from './database-writer.ts'
import type { Ingest, IngestedInstrument, IngestStats } from './ingest.ts'
import { payloadText } from './payload-text.ts'
import { Spool } from './spool.ts'
import { leaseLost, notWritten, unavailable, Waiting } from './waiting.ts'

const SPOOL_CAP_BYTES = 256 * 2 ** 20
/** Longest that a transaction may take; a database that does not answer is away after it. */
const TRANSACTION_MS = 10_000
const BACKOFF_MS = { first: 250, most: 5_000 }
/** Of close(): for the database, then for the disk. */
const CLOSE_MS = { database: 2_500, disk: 2_000 }

export interface IngestOptions {
  db: Database
  /** of this worker, or of workers one after the other; made if it is not there */
  spoolDir: string
  /** who writes, as feed states name it */
  worker: string
  flushMs?: number
  maxBatch?: number
  spoolCapBytes?: number
  transactionMs?: number
  log: (line: string) => void
  /** UTC ms */
  now?: () => number
  /** events of feeds were committed; age of the oldest of them, ms */
  onLiveCommit?: (lagMs: number) => void
}

/** Takes up what an earlier process left in the spool, and begins to write it. @throws what the file system says of the folder */
export async function createIngest(options: IngestOptions): Promise<Ingest> {
  const { spoolDir, spoolCapBytes = SPOOL_CAP_BYTES, log } = options
  const spool = await Spool.open({ dir: spoolDir, capBytes: spoolCapBytes, log })
  return new IngestWriter({ ...options, spoolCapBytes }, spool)
}

class IngestWriter implements Ingest {
  private readonly log: (line: string) => void
  private readonly maxBatch: number
  private readonly spoolCapBytes: number
  private readonly spool: Spool
  private readonly backlog: Backlog
  private readonly database: DatabaseWriter
  private readonly waiting = new Waiting()
  private readonly attached = new Map<number, AttachedInstrument>()
  /** of which nothing is accepted, and the log knows it */
  private readonly ignored = new Set<number>()
  private accepted = 0
  private away = false
  /** since the last commit */
  private attempts = 0
  private flushDue = false
  private readonly timer: NodeJS.Timeout
  private readonly stop = new AbortController()
  private readonly loop: Promise<void>
  private wake: () => void = () => undefined
  private closing: Promise<void> | null = null

  constructor(options: IngestOptions & { spoolCapBytes: number }, spool: Spool) {
    const { db, worker, log, spoolCapBytes, flushMs = 150, maxBatch = 5_000, transactionMs = TRANSACTION_MS, now = Date.now } = options
    const { signal: stopped } = this.stop
    const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: stopped }).catch(() => undefined)
    this.log = log
    this.maxBatch = maxBatch
    this.spoolCapBytes = spoolCapBytes
    this.spool = spool
    this.backlog = new Backlog({ spool, maxBatch, spoolCapBytes, log, pause, stopped, wake: () => this.wake() })
    this.database = new DatabaseWriter({
      db,
      worker,
      transactionMs,
      attached: this.attached,
      log,
      now,
      pause,
      stopped,
      onLiveCommit: options.onLiveCommit,
      onLost: (entry) => this.waiting.refuse((other) => other === entry, leaseLost(entry)),
    })
    if (!spool.empty) log(`ingest: ${spool.bytes} bytes of events that could not be written before are written first`)
    this.timer = setInterval(() => this.tick(), flushMs)
    this.loop = this.run(pause)
  }

  get stats(): IngestStats {
    const { backlog, spool } = this
    const waiting = [...backlog.pending, backlog.open].filter((batch) => batch.rows.length > 0)
    return {
      accepted: this.accepted,
      ...this.database.counts,
      ...backlog.counts,
      buffered: waiting.reduce((sum, batch) => sum + batch.rows.length, 0),
      bufferedMs: waiting.length === 0 ? 0 : performance.now() - Math.min(...waiting.map((batch) => batch.since)),
      spoolBytes: spool.bytes,
      spoolCapBytes: this.spoolCapBytes,
      databaseAway: this.away,
      catchingUp: backlog.behind && !this.away,
    }
  }

  attach(instrument: IngestedInstrument, steppedTo: number | null): void {
    this.attached.set(instrument.instrumentId, new AttachedInstrument(instrument, steppedTo))
    this.ignored.delete(instrument.instrumentId)
  }

  async detach(instrumentId: number): Promise<void> {
    const entry = this.attached.get(instrumentId)
    if (!entry) return
    await this.flush()
    if (this.attached.get(instrumentId) === entry) this.attached.delete(instrumentId)
    this.waiting.refuse((other) => other === entry, notWritten(instrumentId))
  }

  accept(instrumentId: number, events: readonly LiveEvent[]): void {
    const entry = this.writable(instrumentId, 'events')
    if (!entry) return
    this.accepted += events.length
    for (const event of events) {
      this.backlog.open.add(entry.batchPart, event)
      if (this.backlog.open.rows.length >= this.maxBatch) this.backlog.closeOpen()
    }
  }

  cover(instrumentId: number, channel: FeedChannel, coveredTo: number): void {
    const entry = this.writable(instrumentId, 'coverage')
    if (entry && Number.isFinite(coveredTo)) this.backlog.open.cover(entry.batchPart, channel, coveredTo)
  }

  enterGap(gap: Gap): void {
    const entry = this.writable(gap.instrumentId, 'gaps')
    if (entry) this.backlog.open.enterGap(entry.batchPart, gap)
  }

  quarantine(dataSourceId: number, reason: string, raw: unknown, receivedAt: number): void {
    if (!this.closing) this.backlog.open.quarantine({ dataSourceId, receivedAt, reason, payload: payloadText(raw) })
  }

  report(instrumentId: number, state: Parameters<Ingest['report']>[1]): void {
    this.writable(instrumentId, 'states')?.setReport(state)
  }

  async store(instrumentId: number, events: readonly LiveEvent[], options: { late?: boolean } = {}): Promise<void> {
    for (let at = 0; at < events.length; at += this.maxBatch) {
      const entry = this.held(instrumentId)
      if (this.away) throw unavailable('The database is away: history is not stored.')
      const stored = this.waiting.addJob(entry, events.slice(at, at + this.maxBatch), options.late ? 'late' : 'history')
      this.wake()
      await stored
    }
  }

  async claim(instrumentId: number, bucketEnd: number, signal?: AbortSignal): Promise<void> {
    const entry = this.held(instrumentId)
    const { open } = this.backlog
    if (open.rows.length > 0 || open.gaps.length > 0) this.backlog.closeOpen()
    const granted = this.waiting.addClaim(entry, bucketEnd, this.backlog.pending, signal)
    this.wake()
    await granted
  }

  async flush(): Promise<void> {
    this.flushAll()
    await Promise.all(this.backlog.pending.map((batch) => batch.settled))
  }

  async caughtUp(signal?: AbortSignal): Promise<void> {
    if (this.backlog.behind) await this.waiting.addCatchingUp(signal)
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  private writable(instrumentId: number, what: string): AttachedInstrument | null {
    const entry = this.attached.get(instrumentId)
    if (entry && !entry.lost && !this.closing) return entry
    if (!this.ignored.has(instrumentId)) {
      this.ignored.add(instrumentId)
      this.log(`ingest: ${what} of instrument ${instrumentId} are left out: it is not written here ${this.closing ? 'any more' : 'now'}`)
    }
    return null
  }

  /** @throws FaultlineError for whoever waits for a result */
  private held(instrumentId: number): AttachedInstrument {
    if (this.closing) throw unavailable('The worker is stopping.')
    const entry = this.attached.get(instrumentId)
    if (!entry) throw notWritten(instrumentId)
    if (entry.lost) throw leaseLost(entry)
    return entry
  }

  private tick(): void {
    this.flushDue = true
    if (this.backlog.behind) this.takeDue()
    this.wake()
  }

  /** While a batch is being written the next one goes on collecting: live, this is called when the writer is free. */
  private takeDue(): void {
    if (!this.flushDue) return
    this.flushDue = false
    const { open, behind } = this.backlog
    if (open.hasContent || (!behind && this.isStateDue(false))) this.backlog.closeOpen()
  }

  /** States and coverage are written with it, however lately they were. */
  private flushAll(): void {
    const { open, behind, pending } = this.backlog
    if (!open.hasContent && (behind || (pending.length === 0 && !this.isStateDue(true)))) return
    open.forced = true
    this.backlog.closeOpen()
  }

  private isStateDue(forced: boolean): boolean {
    const at = performance.now()
    for (const entry of this.attached.values()) if (!entry.lost && entry.due(at, {}, forced)) return true
    return false
  }

  private async run(pause: (ms: number) => Promise<void>): Promise<void> {
    while (!this.stop.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve
      })
      const worked = this.backlog.behind ? await this.drain(pause) : await this.writeNext()
      if (!worked) await woken
    }
  }

  /** False when there was nothing to do. Nothing is being written whenever this is called. */
  private async writeNext(): Promise<boolean> {
    this.takeDue()
    this.waiting.grantClaims()
    const batch = this.backlog.begin()
    if (batch) {
      if (batch.hasContent || this.isStateDue(batch.forced)) this.backlog.finished(await this.tryWrite(batch, 'live'))
      else this.backlog.finished(true)
      return true
    }
    const job = this.waiting.nextJob()
    if (!job) return false
    const history = new Batch()
    for (const event of job.events) history.add(job.entry.batchPart, event)
    const isWritten = job.entry.lost || (await this.tryWrite(history, job.kind))
    if (job.entry.lost) job.reject(leaseLost(job.entry))
    else if (isWritten) job.resolve()
    else job.reject(unavailable('The database went away: history was not stored.'))
    return true
  }

  private async tryWrite(batch: Batch, kind: 'live' | 'late' | 'history' | 'spooled'): Promise<boolean> {
    try {
      await this.database.write(batch, kind)
      this.attempts = 0
      return true
    } catch (error) {
      if (!this.stop.signal.aborted) this.log(`ingest: the database is away (${failureText(error)}): events go to the spool`)
      this.away = true
      this.waiting.refuseJobs(unavailable('The database went away: history was not stored.', error))
      this.backlog.fallBehind()
      return false
    }
  }

  /** One step back to the database. False when there is nothing to do but to wait. */
  private async drain(pause: (ms: number) => Promise<void>): Promise<boolean> {
    const { spool, backlog, log } = this
    if (this.away) {
      const ceiling = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** Math.min(this.attempts++, 10))
      await pause(ceiling * (0.5 + 0.5 * Math.random()))
      if (this.stop.signal.aborted || !(await this.database.probe())) return true
      this.away = false
      log(`ingest: the database is back; ${spool.bytes} bytes of events are written to it`)
    }
    const payload = await spool.peek()
    if (!payload) {
      // One may have come in the meantime.
      if (!spool.empty) return true
      if (!backlog.catchUp()) return false
      this.waiting.resolveCatchingUp()
      return true
    }
    const batch = decoded(payload)
    if (batch === null) log('ingest: a record of the spool is of another version, and is left out')
    else if (!(await this.tryWrite(batch, 'spooled'))) return true
    await spool
      .take()
      .catch((error: unknown) => log(`ingest: the spool cannot be written (${failureText(error)}): what is in it may be written twice`))
    return true
  }

  private async shutDown(): Promise<void> {
    const { backlog } = this
    clearInterval(this.timer)
    this.waiting.refuse(() => true, unavailable('The worker is stopping.'))
    this.flushAll()
    const settled = Promise.all(backlog.pending.map((batch) => batch.settled))
    const within = async (ms: number): Promise<void> => {
      const limit = new AbortController()
      await Promise.race([settled, sleep(ms, undefined, { signal: limit.signal }).catch(() => undefined)])
      limit.abort()
    }
    if (!backlog.behind) await within(CLOSE_MS.database)
    if (backlog.pending.length > 0) {
      backlog.fallBehind()
      await within(CLOSE_MS.disk)
    }
    const left = backlog.pending.reduce((sum, batch) => sum + batch.rows.length, 0)
    if (left > 0) this.log(`ingest: ${left} events could neither be written nor put on disk`)
    this.stop.abort()
    this.wake()
    await this.loop
    await backlog.idle()
    this.waiting.resolveCatchingUp()
    await this.spool.close()
  }
}

function decoded(payload: Buffer): Batch | null {
  try {
    return Batch.decode(payload)
  } catch {
    return null
  }
}
