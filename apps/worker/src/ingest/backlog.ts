/** What is accepted and not committed: the batch that collects, those that wait, the one being written, and the way to disk. */
import { Batch } from './batch.ts'
import { failureText } from './database-failure.ts'
import type { Spool } from './spool.ts'

/** In batches of maxBatch events: what may wait in memory before it goes to disk, and before events are dropped. */
const SPOOL_FROM = 8
const DROP_FROM = 32
const DISK_RETRY_MS = 1_000

export interface BacklogOptions {
  spool: Spool
  maxBatch: number
  spoolCapBytes: number
  log: (line: string) => void
  pause: (ms: number) => Promise<void>
  stopped: AbortSignal
  /** there is something to do for the writer */
  wake: () => void
}

export class Backlog {
  readonly counts = { spooled: 0, dropped: 0 }
  /** something is in the spool, or has to go there first */
  behind: boolean
  private readonly options: BacklogOptions
  private collecting = new Batch()
  private readonly queue: Batch[] = []
  private writing: Batch | null = null
  private toDisk: Promise<void> | null = null
  private diskFails = false
  private isFull = false

  constructor(options: BacklogOptions) {
    this.options = options
    this.behind = !options.spool.empty
  }

  /** The batch that collects. */
  get open(): Batch {
    return this.collecting
  }

  /** All that was accepted before now and is neither committed nor on disk. */
  get pending(): Batch[] {
    return [...this.queue, ...(this.writing && !this.writing.queued ? [this.writing] : [])].filter((batch) => !batch.done)
  }

  closeOpen(): void {
    const { maxBatch } = this.options
    const batch = this.collecting
    this.collecting = new Batch()
    batch.queued = true
    this.queue.push(batch)
    const waiting = this.queue.reduce((sum, b) => sum + b.rows.length, 0)
    if (waiting > DROP_FROM * maxBatch && this.queue.length > 1) {
      this.queue.pop()
      this.drop(batch, this.collecting)
    } else if (waiting > SPOOL_FROM * maxBatch && !this.behind) {
      this.options.log('ingest: the database is slower than what arrives: events go to the spool')
      this.fallBehind()
    }
    if (this.behind) this.writeToDisk()
    this.options.wake()
  }

  /** The oldest batch, to be written to the database now; say finished() when that has ended. */
  begin(): Batch | null {
    const batch = this.queue.shift()
    if (!batch) return null
    batch.queued = false
    this.writing = batch
    return batch
  }

  /** Not written: it goes to disk, before all that came after it. */
  finished(isWritten: boolean): void {
    if (isWritten) this.writing?.settle()
    else this.fallBehind()
    this.writing = null
  }

  /** Everything goes to disk from now on, and to the database from there. */
  fallBehind(): void {
    const { writing } = this
    // What is being written goes first if it has to go at all: coverage in later records counts on it.
    if (writing && !writing.queued && !writing.done) {
      writing.queued = true
      this.queue.unshift(writing)
    }
    this.behind = true
    this.writeToDisk()
  }

  /** Nothing is left on disk: batches may be written live again, unless one is on its way there. */
  catchUp(): boolean {
    if (this.toDisk && !this.diskFails) return false
    this.behind = false
    return true
  }

  /** Resolves when nothing is on its way to disk. */
  async idle(): Promise<void> {
    while (this.toDisk) await this.toDisk
  }

  private writeToDisk(): void {
    this.toDisk ??= this.spoolQueue().finally(() => {
      this.toDisk = null
      if (this.behind && this.queue.length > 0 && !this.options.stopped.aborted) this.writeToDisk()
      this.options.wake()
    })
  }

  private async spoolQueue(): Promise<void> {
    for (;;) {
      const batch = this.queue[0]
      if (!batch || !this.behind) return
      if (batch.hasContent && !batch.done) {
        const outcome = await this.append(batch)
        if (outcome === 'failed') {
          if (this.options.stopped.aborted) return
          continue
        }
        if (outcome === 'full' && !batch.done) {
          if (batch === this.writing) {
            // It may still be written; if not, it comes here once more.
            batch.queued = false
            this.queue.shift()
            continue
          }
          this.drop(batch, this.queue[1] ?? this.collecting)
        }
      }
      this.queue.shift()
      batch.settle()
    }
  }

  private async append(batch: Batch): Promise<'safe' | 'full' | 'failed'> {
    const { spool, log, pause } = this.options
    try {
      if (!(await spool.append(batch.encode()))) return 'full'
    } catch (error) {
      log(`ingest: the spool cannot be written (${failureText(error)}): events stay in memory`)
      this.diskFails = true
      this.options.wake()
      await pause(DISK_RETRY_MS)
      this.diskFails = false
      return 'failed'
    }
    if (this.isFull) log('ingest: the spool has room again')
    this.isFull = false
    this.counts.spooled += batch.rows.length
    return 'safe'
  }

  private drop(batch: Batch, next: Batch): void {
    const { log, spoolCapBytes } = this.options
    if (!this.isFull && batch.rows.length > 0)
      log(`ingest: the spool has no room within ${spoolCapBytes} bytes: events are dropped until the database has taken some`)
    this.isFull = true
    this.counts.dropped += batch.rows.length
    batch.dropInto(next)
  }
}
