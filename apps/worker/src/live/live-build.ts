/**
 * The build that is served while it grows: one estimator in memory, stepped over stored events as buckets close. What is in
 * memory is never ahead of the database for longer than one write; when a write fails, the state is read again.
 */
import type { Database } from '@faultline/db/database'
import { appendColumns, type BuildRow, findBuild, readCheckpoint } from '@faultline/db/repositories/builds'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { closeTiles } from '@faultline/db/repositories/tiles'
import { Estimator } from '@faultline/engine/estimator/estimator'
import { tiersOf } from '@faultline/engine/margin/tiers'
import type { Column } from '@faultline/market/column'
import { tileIndexOf } from '@faultline/market/tile-build'
import type { HeldLease } from '../pipeline/held-lease.ts'
import { storedInputs } from '../pipeline/stored-inputs.ts'
import { LiveScore } from './score/live-score.ts'

export interface LiveBuildOptions {
  db: Database
  instrument: InstrumentRow
  lease: HeldLease
  buildId: number
  /** the venue's clock, UTC ms; null before anything arrived */
  venueNow: () => number | null
  log: (line: string) => void
}

export class LiveBuild {
  readonly build: BuildRow
  private readonly db: Database
  private readonly instrument: InstrumentRow
  private readonly lease: HeldLease
  private readonly score: LiveScore
  private estimator: Estimator
  private broken = false
  /** start of the last bucket that was stepped and written; null before the first */
  lastStepped: number | null
  /** start of the last bucket that has a column */
  lastColumn: number | null

  private constructor(options: LiveBuildOptions, build: BuildRow, estimator: Estimator) {
    this.db = options.db
    this.instrument = options.instrument
    this.lease = options.lease
    this.build = build
    this.estimator = estimator
    this.score = new LiveScore({ ...options, build })
    this.lastStepped = estimator.lastBucket
    this.lastColumn = build.lastBucket
  }

  /**
   * As the database has it, and scored as far as it is there.
   * @throws FaultlineError bad_input when the checkpoint belongs to another model or margin table; lease_lost
   */
  static async open(options: LiveBuildOptions): Promise<LiveBuild> {
    const { db, instrument, lease, buildId } = options
    const build = await findBuild(db, buildId)
    if (!build) throw new Error(`Build ${buildId} of ${instrument.key} is gone.`)
    const live = new LiveBuild(options, build, await readEstimator(db, instrument, build))
    if (live.lastStepped !== null) await live.score.catchUp(lease.lease, live.lastStepped + build.bucketMs)
    return live
  }

  get bucketMs(): number {
    return this.build.bucketMs
  }

  /** Steps the stored candles with openTime in [from, to), and writes their columns. The caller has claimed `to`. */
  async step(from: number, to: number): Promise<{ steps: number; columns: number }> {
    this.lease.assertHeld()
    if (this.broken) await this.reload()
    const columns: Column[] = []
    let steps = 0
    const resumeFrom = this.lastStepped === null ? undefined : this.lastStepped + this.bucketMs
    this.broken = true
    for await (const inputs of storedInputs(this.db.pool, {
      instrumentId: this.instrument.id,
      bucketMs: this.bucketMs,
      from,
      to,
      resumeFrom,
    })) {
      for (const input of inputs) {
        this.estimator.step(input)
        steps++
        const column = this.estimator.column()
        if (column) columns.push(column)
        await this.score.observe({ input, column, estimator: this.estimator })
      }
    }
    const bucket = this.estimator.lastBucket
    const { lease } = this.lease
    const scores = this.score.take()
    if (steps > 0 && bucket !== null)
      await appendColumns(this.db, lease, {
        buildId: this.build.id,
        columns,
        checkpoint: this.estimator.checkpoint(),
        checkpointBucket: bucket,
        also: scores === null ? undefined : (client) => this.score.store(client, lease, scores),
      })
    this.broken = false
    const before = this.lastColumn
    this.lastStepped = bucket
    this.lastColumn = columns.at(-1)?.bucketStart ?? before
    if (this.lastColumn !== null && this.entersTile(before, this.lastColumn))
      await closeTiles(this.db, this.build.id, before === null ? {} : { since: before })
    return { steps, columns: columns.length }
  }

  private entersTile(before: number | null, last: number): boolean {
    // The column that fills a tile closes it; the next one would only notice.
    return before === null || tileIndexOf(before + this.bucketMs, this.bucketMs) !== tileIndexOf(last + this.bucketMs, this.bucketMs)
  }

  private async reload(): Promise<void> {
    this.score.forget()
    this.estimator = await readEstimator(this.db, this.instrument, this.build)
    this.lastStepped = this.estimator.lastBucket
    this.lastColumn = (await findBuild(this.db, this.build.id))?.lastBucket ?? null
  }
}

async function readEstimator(db: Database, instrument: InstrumentRow, build: BuildRow): Promise<Estimator> {
  const config = { bucketMs: build.bucketMs, tiers: tiersOf(instrument) }
  const checkpoint = await readCheckpoint(db, build.id)
  return checkpoint ? Estimator.resume(config, checkpoint.state) : new Estimator(config)
}
