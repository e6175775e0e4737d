import { createHash } from 'node:crypto'
import type { Database } from '@faultline/db/database'
import { type BuildRow, readCheckpoint } from '@faultline/db/repositories/builds'
import { columnsHash, countColumns } from '@faultline/db/repositories/columns'
import { eventRange } from '@faultline/db/repositories/events'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { Estimator } from '@faultline/engine/estimator/estimator'
import { tiersOf } from '@faultline/engine/margin/tiers'
import { encodeColumn } from '@faultline/market/column-codec'
import { FaultlineError } from '@faultline/market/errors'
import { isoTime } from '@faultline/market/units'
import type { GenerationHash } from './rebuild.ts'
import { leaveIfStopped } from './stop.ts'
import { storedInputs } from './stored-inputs.ts'

/**
 * Estimates from the stored events, up to the last bucket that `build` had consumed when this was called, and compares the
 * columns and the state with those of the build. Writes nothing. Null: the build has no state to compare with.
 */
export async function compareInMemory(
  db: Database,
  instrument: InstrumentRow,
  build: BuildRow,
  signal?: AbortSignal,
): Promise<{ old: GenerationHash; fresh: GenerationHash } | null> {
  const { bucketMs, generation, modelVersion } = build
  const checkpoint = await readCheckpoint(db, build.id)
  const range = await eventRange(db, instrument.id, 'candle', { intervalMs: bucketMs })
  if (!checkpoint || !range) return null
  assertEventsThere(instrument, build, range.from)
  const { bucket } = checkpoint
  const whole = build.thinnedTo ?? Number.NEGATIVE_INFINITY
  const estimator = new Estimator({ bucketMs, tiers: tiersOf(instrument) })
  const hash = createHash('sha256')
  const time = Buffer.alloc(8)
  let columnCount = 0
  const stretch = { instrumentId: instrument.id, bucketMs, from: build.firstStep ?? range.from, to: bucket + bucketMs }
  for await (const inputs of storedInputs(db.pool, stretch)) {
    for (const input of inputs) {
      estimator.step(input)
      const column = estimator.column()
      // Of what retention has thinned only the state that came of it can be compared.
      if (!column || column.bucketStart < whole) continue
      time.writeDoubleLE(column.bucketStart)
      hash.update(time).update(encodeColumn(column))
      columnCount++
    }
    leaveIfStopped(signal)
  }
  const common = { generation, modelVersion, bucket }
  return {
    old: {
      ...common,
      columnCount: await countColumns(db, build, bucket),
      columns: await columnsHash(db, build, { ...(build.thinnedTo === null ? {} : { from: build.thinnedTo }), upTo: bucket }),
      checkpoint: digest(checkpoint.state),
    },
    fresh: { ...common, columnCount, columns: hash.digest('hex'), checkpoint: digest(estimator.checkpoint()) },
  }
}

/** @throws FaultlineError conflict where retention has dropped the events that the build began with */
export function assertEventsThere(instrument: InstrumentRow, build: BuildRow, oldest: number): void {
  if (build.firstStep === null || oldest <= build.firstStep) return
  throw new FaultlineError(
    'conflict',
    `${instrument.key}: the candles before ${isoTime(oldest)} were dropped by retention, so its map of that time cannot be made anew. What is stored stays as it is.`,
  )
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
