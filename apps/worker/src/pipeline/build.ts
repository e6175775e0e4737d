/**
 * Stored events to columns: the one loop that import and rebuild share. Every batch of columns is written in one transaction
 * with the checkpoint after it, so the process may die anywhere and the next run goes on from the last batch, with the same
 * bytes as if nothing had happened.
 */
import type { Database } from '@faultline/db/database'
import { type BuildRow, readCheckpoint } from '@faultline/db/repositories/builds'
import { eventRange } from '@faultline/db/repositories/events'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { Estimator } from '@faultline/engine/estimator/estimator'
import { tiersOf } from '@faultline/engine/margin/tiers'
import { ColumnWriter } from './column-writer.ts'
import type { HeldLease } from './held-lease.ts'
import { leaveIfStopped } from './stop.ts'
import { storedInputs } from './stored-inputs.ts'

/** Steps per transaction: about half a megabyte of columns, some tens of milliseconds of work. */
const BATCH_STEPS = 512
export interface RunBuildOptions {
  instrument: InstrumentRow
  build: BuildRow
  lease: HeldLease
  /** first candle to step, where the build has no checkpoint yet; without it, the oldest stored one */
  from?: number | undefined
  /** last bucket to step (inclusive); without it, to the end of the stored candles */
  until?: number
  /** false: write no tiles (a build that is made to be compared) */
  tiles?: boolean
  signal?: AbortSignal | undefined
  /** buckets of time passed and in all */
  onProgress?: (done: number, total: number) => void
  batchSteps?: number | undefined
  chunkMs?: number | undefined
}

export interface RunBuildResult {
  steps: number
  columns: number
}

/**
 * Steps the build's estimator from its checkpoint over the stored events. Does not complete the build. Buckets before the
 * first open interest and buckets without a candle get no column.
 *
 * @throws FaultlineError lease_lost, unavailable when stopped; bad_input when the checkpoint belongs to another model or table
 */
export async function runBuild(db: Database, options: RunBuildOptions): Promise<RunBuildResult> {
  const { instrument, build, lease } = options
  const batchSteps = options.batchSteps ?? BATCH_STEPS
  const { bucketMs } = build
  const config = { bucketMs, tiers: tiersOf(instrument) }
  const checkpoint = await readCheckpoint(db, build.id)
  const estimator = checkpoint ? Estimator.resume(config, checkpoint.state) : new Estimator(config)
  const result: RunBuildResult = { steps: 0, columns: 0 }

  const range = await eventRange(db, instrument.id, 'candle', { intervalMs: bucketMs })
  if (!range) return result
  const resumeFrom = checkpoint ? checkpoint.bucket + bucketMs : undefined
  const from = Math.max(range.from, resumeFrom ?? options.from ?? range.from)
  const to = Math.min(range.to, options.until ?? range.to) + bucketMs
  const total = Math.max(0, Math.ceil((to - from) / bucketMs))

  const writer = new ColumnWriter({ db, lease, buildId: build.id, tiles: options.tiles ?? true })
  let stepsInBatch = 0
  let firstStep: number | undefined
  const flush = async (): Promise<void> => {
    const bucket = estimator.lastBucket
    if (stepsInBatch === 0 || bucket === null) return
    stepsInBatch = 0
    leaveIfStopped(options.signal)
    await writer.write(estimator.checkpoint(), bucket, firstStep, () =>
      options.onProgress?.(Math.round((bucket + bucketMs - from) / bucketMs), total),
    )
  }

  options.onProgress?.(0, total)
  try {
    const stored = { instrumentId: instrument.id, bucketMs, from, to, resumeFrom, chunkMs: options.chunkMs }
    for await (const inputs of storedInputs(db.pool, stored)) {
      for (const input of inputs) {
        if (!checkpoint) firstStep ??= input.bucketStart
        estimator.step(input)
        result.steps++
        stepsInBatch++
        const column = estimator.column()
        if (column) {
          writer.add(column)
          result.columns++
        }
        if (stepsInBatch === batchSteps) await flush()
      }
    }
    await flush()
    await writer.end()
  } finally {
    // Nothing of this run may still be writing when the caller gives the lease back.
    await writer.settle()
  }
  options.onProgress?.(total, total)
  return result
}
