/**
 * Which build a market's events belong to: the one that is there, when everything that is new lies after what it has
 * consumed, else a new generation beside it. Decided in the transaction that stores the events, so that a process that
 * dies in between leaves the decision behind with them.
 */
import type { Transaction } from '@faultline/db/database'
import { type BuildRow, buildsOf, discardBuild, dropCheckpoint, readCheckpoint, startBuild } from '@faultline/db/repositories/builds'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import type { Lease } from '@faultline/db/repositories/leases'
import { Estimator, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { tiersOf } from '@faultline/engine/margin/tiers'
import { FaultlineError } from '@faultline/market/errors'
import type { TableKind } from '@faultline/market/event-table'
import { resolutionName } from '@faultline/market/resolution'

/** The earliest row of each kind that was inserted or filled in; null or absent: none. */
export type EarliestNew = Partial<Record<TableKind, number | null>>

export interface BuildChoice {
  build: BuildRow
  /** `first`: the instrument had none; `next`: goes on with the one that is there; `again`: a new generation, for `reason` */
  how: 'first' | 'next' | 'again'
  reason: string
}

/** Leaves exactly one build to be run to the end of the stored candles, and beside it at most the one that is served meanwhile. */
export async function chooseBuild(
  q: Transaction,
  input: { instrument: InstrumentRow; lease: Lease; bucketMs: number; earliestNew: EarliestNew },
): Promise<BuildChoice> {
  const { instrument, lease, bucketMs } = input
  const builds = (await buildsOf(q, instrument.id)).filter((b) => b.status !== 'retired')
  // The served build first: where it can go on, an unfinished one beside it (a rebuild that was killed) is not needed.
  builds.sort(
    (a, b) => Number(b.id === instrument.currentBuildId) - Number(a.id === instrument.currentBuildId) || b.generation - a.generation,
  )

  let chosen: BuildRow | null = null
  let reason = 'the first import of this market'
  for (const build of builds) {
    const obstacle = await whyNotAppend(q, build, input)
    if (!chosen && obstacle === null) {
      chosen = build
      continue
    }
    if (obstacle !== null && build.id === builds[0]?.id) reason = obstacle
    if (build.id !== instrument.currentBuildId) await discardBuild(q, lease, build.id)
    // The served one stays until its successor is complete. Without a checkpoint nobody takes it for up to date.
    else if (obstacle !== null) await dropCheckpoint(q, lease, build.id)
  }
  if (chosen) return { build: chosen, how: 'next', reason: '' }
  const build = await startBuild(q, lease, { modelVersion: MODEL_VERSION, bucketMs })
  return { build, how: builds.length === 0 ? 'first' : 'again', reason }
}

/** null when the build may go on over what is stored now; else the reason, as the end of "estimated anew: …". */
async function whyNotAppend(
  q: Transaction,
  build: BuildRow,
  { instrument, bucketMs, earliestNew }: { instrument: InstrumentRow; bucketMs: number; earliestNew: EarliestNew },
): Promise<string | null> {
  if (build.modelVersion !== MODEL_VERSION) return `the model is ${MODEL_VERSION} now, it was ${build.modelVersion}`
  if (build.bucketMs !== bucketMs)
    return `the candles are ${resolutionName(bucketMs)} long, those of the earlier estimate ${resolutionName(build.bucketMs)}`
  const checkpoint = await readCheckpoint(q, build.id)
  if (!checkpoint) return build.columnCount === 0 && build.status === 'building' ? null : 'its events were added to'
  const end = checkpoint.bucket + bucketMs
  for (const [kind, time] of Object.entries(earliestNew) as [TableKind, number | null][])
    if (time !== null && wasVisible(kind, time, end)) return 'older data was added'
  try {
    Estimator.resume({ bucketMs, tiers: tiersOf(instrument) }, checkpoint.state)
    return null
  } catch (error) {
    if (error instanceof FaultlineError && error.code === 'bad_input') return 'the margin tiers are others than before'
    throw error
  }
}

/** Could a step up to the bucket that ends at `end` have seen a row of this time? As bucketInputs() hands them out. */
const wasVisible = (kind: TableKind, time: number, end: number): boolean =>
  kind === 'candle' || kind === 'liquidation' ? time < end : time <= end
