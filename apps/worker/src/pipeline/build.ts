/**
 * Stored events to columns: the one loop that import and rebuild share. Every batch of columns is written in one transaction
 * with the checkpoint after it, so the process may die anywhere and the next run goes on from the last batch, with the same
 * bytes as if nothing had happened.
 */
import type { Database } from '@faultline/db/database'
import { appendColumns, type BuildRow, readCheckpoint } from '@faultline/db/repositories/builds'
import { eventRange } from '@faultline/db/repositories/events'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { closeTiles } from '@faultline/db/repositories/tiles'
import { Estimator } from '@faultline/engine/estimator/estimator'
import type { Column } from '@faultline/market/column'
import type { HeldLease } from './held-lease.ts'
import { leaveIfStopped } from './stop.ts'
import { storedInputs } from './stored-inputs.ts'
import { tiersOf } from './tiers.ts'

/** Steps per transaction: about half a megabyte of columns, some tens of milliseconds of work. */
const BATCH_STEPS = 512
/** Tiles are closed on the way, so that a long first import is served from tiles while it runs. */
const CLOSE_TILES_EVERY = 16 * BATCH_STEPS

export interface RunBuildOptions {
  instrument: InstrumentRow
  build: BuildRow
  lease: HeldLease
  /** last bucket to step (inclusive); without it, to the end of the stored candles */
  until?: number
  /** false: write no tiles (a build that is made to be compared) */
  tiles?: boolean
  signal?: AbortSignal | undefined
  /** buckets of time passed and in all */
  onProgress?: (done: number, total: number) => void
  batchSteps?: number
  chunkMs?: number
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
  const { instrument, build, lease, signal } = options
  const batchSteps = options.batchSteps ?? BATCH_STEPS
  const { bucketMs } = build
  const config = { bucketMs, tiers: tiersOf(instrument) }
  const checkpoint = await readCheckpoint(db, build.id)
  const estimator = checkpoint ? Estimator.resume(config, checkpoint.state) : new Estimator(config)
  const result: RunBuildResult = { steps: 0, columns: 0 }

  const range = await eventRange(db, instrument.id, 'candle')
  if (!range) return result
  const resumeFrom = checkpoint ? checkpoint.bucket + bucketMs : undefined
  const from = Math.max(range.from, resumeFrom ?? range.from)
  const to = Math.min(range.to, options.until ?? range.to) + bucketMs
  const total = Math.max(0, Math.ceil((to - from) / bucketMs))

  let columns: Column[] = []
  let steps = 0
  let columnsAtLastClose = 0
  let writing: Promise<void> = Promise.resolve()

  const flush = async (): Promise<void> => {
    const checkpointBucket = estimator.lastBucket
    if (steps === 0 || checkpointBucket === null) return
    const batch = columns
    columns = []
    steps = 0
    const state = estimator.checkpoint()
    await writing
    leaveIfStopped(signal)
    lease.assertHeld()
    // The next batch is estimated while Postgres writes this one; the catch keeps Node from taking a failure that is
    // awaited a moment later for an unhandled one.
    writing = appendColumns(db, lease.lease, { buildId: build.id, columns: batch, checkpoint: state, checkpointBucket }).then(() => {
      options.onProgress?.(Math.round((checkpointBucket + bucketMs - from) / bucketMs), total)
    })
    writing.catch(() => undefined)
    if (options.tiles !== false && result.columns - columnsAtLastClose >= CLOSE_TILES_EVERY) {
      columnsAtLastClose = result.columns
      await writing
      await closeTiles(db, build.id)
    }
  }

  options.onProgress?.(0, total)
  try {
    for await (const inputs of storedInputs(db.pool, {
      instrumentId: instrument.id,
      bucketMs,
      from,
      to,
      resumeFrom,
      ...chunkOption(options),
    })) {
      for (const input of inputs) {
        estimator.step(input)
        result.steps++
        steps++
        const column = estimator.column()
        if (column) {
          columns.push(column)
          result.columns++
        }
        if (steps === batchSteps) await flush()
      }
    }
    await flush()
    await writing
  } catch (error) {
    await writing.catch(() => undefined)
    throw error
  }
  if (options.tiles !== false) await closeTiles(db, build.id)
  options.onProgress?.(total, total)
  return result
}

const chunkOption = ({ chunkMs }: RunBuildOptions): { chunkMs?: number } => (chunkMs === undefined ? {} : { chunkMs })
