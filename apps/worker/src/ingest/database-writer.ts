/** Batches to the database, one at a time, with whatever retries it takes; tells the instruments what was committed. */
import type { Database } from '@faultline/db/database'
import type { StoredLive } from '@faultline/db/repositories/live-events'
import type { AttachedInstrument } from './attached-instrument.ts'
import type { Batch } from './batch.ts'
import { boundedTransaction } from './bounded-transaction.ts'
import { databaseFailure, failureText } from './database-failure.ts'
import { mergeEarliest } from './refusals.ts'
import { type BatchToWrite, type WrittenBatch, writeBatch } from './write-batch.ts'

const PROBE_MS = 3_000
const BUSY_RETRIES = 3

export interface DatabaseWriterOptions {
  db: Database
  worker: string
  transactionMs: number
  attached: ReadonlyMap<number, AttachedInstrument>
  log: (line: string) => void
  now: () => number
  pause: (ms: number) => Promise<void>
  stopped: AbortSignal
  /** nothing of it is written any more; called once */
  onLost: (entry: AttachedInstrument) => void
  /** a live batch was committed; age of its oldest event then, ms */
  onLiveCommit: ((lagMs: number) => void) | undefined
}

export class DatabaseWriter {
  readonly counts = { inserted: 0, batches: 0, fenced: 0, refused: 0 }
  private readonly options: DatabaseWriterOptions
  /** rows of a commit that may have succeeded though its connection broke: whoever estimates has to hear of them */
  private unsure: StoredLive['earliest'] = new Map()

  constructor(options: DatabaseWriterOptions) {
    this.options = options
  }

  /** Resolves when it is committed. @throws what says that the database is away */
  async write(batch: Batch, kind: BatchToWrite['kind']): Promise<void> {
    const { db, transactionMs, attached, worker, now, stopped } = this.options
    let careful = false
    for (let busy = 0; ; ) {
      let attempted: WrittenBatch['stored'] | null = null
      let committing = false
      try {
        const written = await boundedTransaction(
          db,
          {
            limitMs: transactionMs,
            signal: stopped,
            onCommitting: () => {
              committing = true
            },
          },
          async (client) => {
            const result = await writeBatch(client, { batch, kind, careful, attached, worker, now: now() })
            attempted = result.stored
            return result
          },
        )
        if (kind === 'live' && batch.rows.length > 0) this.options.onLiveCommit?.(performance.now() - batch.since)
        this.afterCommit(written)
        return
      } catch (error) {
        if (committing && attempted) mergeEarliest(this.unsure, (attempted as StoredLive).earliest)
        const failure = databaseFailure(error)
        if (failure === 'refused' && !careful) careful = true
        else if (failure === 'busy' && busy++ < BUSY_RETRIES) await this.options.pause(50 * busy * (0.5 + Math.random()))
        else throw error
      }
    }
  }

  /** Does the database answer? */
  async probe(): Promise<boolean> {
    const { db, transactionMs, stopped } = this.options
    const limitMs = Math.min(PROBE_MS, transactionMs)
    return boundedTransaction(db, { limitMs, signal: stopped }, (client) => client.query('select 1')).then(
      () => true,
      () => false,
    )
  }

  private afterCommit({ stored, lost, fenced, refusedEvents, refusedOthers, committed }: WrittenBatch): void {
    const { attached, log } = this.options
    this.counts.batches++
    this.counts.inserted += stored.inserted
    this.counts.fenced += fenced
    this.counts.refused += refusedEvents.length
    committed()
    this.lose(lost)
    const [first] = refusedEvents
    if (first)
      log(`ingest: ${refusedEvents.length} events went to quarantine, the first of instrument ${first.item.instrumentId}: ${first.reason}`)
    for (const refused of refusedOthers) log(`ingest: left out ${refused}`)
    const earliest = this.unsure
    this.unsure = new Map()
    mergeEarliest(earliest, stored.earliest)
    for (const [instrumentId, kinds] of earliest) {
      const entry = attached.get(instrumentId)
      if (entry && !entry.lost) this.tell(() => entry.given.onCommitted({ instrumentId, earliest: kinds }))
    }
  }

  private lose(instruments: readonly AttachedInstrument[]): void {
    for (const entry of instruments) {
      if (entry.lost) continue
      entry.lost = true
      this.options.log(`ingest: another worker holds instrument ${entry.id}: nothing of it is written here any more`)
      this.options.onLost(entry)
      this.tell(() => entry.given.onLeaseLost())
    }
  }

  private tell(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.options.log(`ingest: whoever was told of a commit failed: ${failureText(error)}`)
    }
  }
}
