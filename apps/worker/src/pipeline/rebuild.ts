/** From the stored events to a new generation, and the comparison of it with the one that is there. */
import { createHash } from 'node:crypto'
import type { Database } from '@faultline/db/database'
import {
  type BuildRow,
  buildsOf,
  completeBuild,
  discardBuild,
  findBuild,
  readCheckpoint,
  startBuild,
} from '@faultline/db/repositories/builds'
import { columnsHash } from '@faultline/db/repositories/columns'
import { candleIntervals, eventRange } from '@faultline/db/repositories/events'
import { findInstrument, type InstrumentRow } from '@faultline/db/repositories/instruments'
import { MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { FaultlineError } from '@faultline/market/errors'
import { isSumVenue } from '@faultline/market/sum'
import { verifySum } from '../aggregate/verify-sum.ts'
import { runBuild } from './build.ts'
import { assertEventsThere, compareInMemory } from './compare-in-memory.ts'
import { type HeldLease, leaseHolder, takeLease } from './held-lease.ts'
import { type JobProgress, silentProgress } from './job-progress.ts'

export interface RebuildOptions {
  /** compare with the generation that is there, and keep that one where it is complete and equal */
  verify: boolean
  progress?: JobProgress
  signal?: AbortSignal | undefined
  holder?: string
  leaseMs?: number
}

export interface GenerationHash {
  generation: number
  modelVersion: string
  columnCount: number
  /** start of the last bucket that the generation has consumed */
  bucket: number
  /** sha-256, hex */
  columns: string
  checkpoint: string
}

export interface RebuildResult {
  key: string
  /** `empty`: no candles are stored; `built`: there was nothing to compare with, or no comparison was asked for */
  outcome: 'empty' | 'built' | 'equal' | 'different'
  /** both at the last bucket that the old one has consumed */
  compared: { old: GenerationHash; fresh: GenerationHash } | null
  /** what was built where a comparison was asked for and there was nothing to compare with */
  alone: GenerationHash | null
  /** what is served at the end; null when empty */
  build: BuildRow | null
  /** the old generation was equal and complete, and stays */
  keptOld: boolean
}

/** @throws FaultlineError conflict while another process writes the instrument; unavailable when stopped (nothing changed for readers) */
export async function rebuild(db: Database, instrument: InstrumentRow, options: RebuildOptions): Promise<RebuildResult> {
  const { progress = silentProgress, signal } = options
  if (isSumVenue(instrument.venue)) return rebuildSum(db, instrument, options)
  let lease: HeldLease
  try {
    lease = await takeLease(db, instrument.id, {
      holder: options.holder ?? leaseHolder('a rebuild'),
      ttlMs: options.leaseMs,
      signal,
      onWait: (reason) => progress.note(reason),
    })
  } catch (error) {
    // A worker feeds this instrument. To compare takes no right to write.
    if (options.verify && error instanceof FaultlineError && error.code === 'conflict') return await verifyLive(db, instrument, options)
    throw error
  }
  try {
    return await rebuildLeased(db, instrument, lease, options)
  } finally {
    await lease.release()
  }
}

/** A sum has no events of its own: workers make it of its members' columns. It can be compared with what those add up to. */
async function rebuildSum(db: Database, { id, key }: InstrumentRow, { verify, signal }: RebuildOptions): Promise<RebuildResult> {
  const empty: RebuildResult = { key, outcome: 'empty', compared: null, alone: null, build: null, keptOld: false }
  for (;;) {
    const verified = verify ? await verifySum(db, await findInstrument(db, String(id)), signal) : null
    if (!verified) return empty
    const { hashes } = verified
    const build = await findBuild(db, verified.build.id)
    if (!build || build.status === 'retired') continue
    const common = { generation: build.generation, modelVersion: build.modelVersion, columnCount: hashes.columnCount, checkpoint: 'none' }
    const bucket = verified.build.lastBucket as number
    const compared = { old: { ...common, bucket, columns: hashes.stored }, fresh: { ...common, bucket, columns: hashes.added } }
    return { key, outcome: hashes.stored === hashes.added ? 'equal' : 'different', compared, alone: null, build, keptOld: true }
  }
}

/** The comparison alone, beside a worker that goes on: estimated in memory, nothing is written. */
async function verifyLive(db: Database, instrument: InstrumentRow, options: RebuildOptions): Promise<RebuildResult> {
  const { key } = instrument
  for (;;) {
    const there = (await buildsOf(db, instrument.id)).filter((b) => b.status !== 'retired').sort((a, b) => b.generation - a.generation)
    const old = await comparable(db, await findInstrument(db, String(instrument.id)), there)
    if (!old) return { key, outcome: 'empty', compared: null, alone: null, build: null, keptOld: false }
    const compared = await compareInMemory(db, instrument, old, options.signal)
    const build = await findBuild(db, old.id)
    // Replaced by a newer generation while we looked: that one is to be compared.
    if (!compared || !build || build.status === 'retired') continue
    const equal = compared.old.columns === compared.fresh.columns && compared.old.checkpoint === compared.fresh.checkpoint
    return { key, outcome: equal ? 'equal' : 'different', compared, alone: null, build, keptOld: true }
  }
}

async function rebuildLeased(db: Database, instrument: InstrumentRow, lease: HeldLease, options: RebuildOptions): Promise<RebuildResult> {
  const { key } = instrument
  const there = (await buildsOf(db, instrument.id)).filter((b) => b.status !== 'retired').sort((a, b) => b.generation - a.generation)
  const old = await comparable(db, instrument, there)
  const bucketMs = old?.bucketMs ?? there[0]?.bucketMs ?? (await candleIntervals(db, instrument.id))[0]
  const range = bucketMs === undefined ? null : await eventRange(db, instrument.id, 'candle', { intervalMs: bucketMs })
  if (bucketMs === undefined || range === null) return { key, outcome: 'empty', compared: null, alone: null, build: null, keptOld: false }

  // What a killed rebuild left behind.
  for (const build of there)
    if (build.id !== old?.id && build.id !== instrument.currentBuildId) await discardBuild(db, lease.lease, build.id)
  const begin = () => startBuild(db, lease.lease, { modelVersion: MODEL_VERSION, bucketMs })
  let fresh = await begin()
  const run = (part: { from?: number | undefined; until?: number; tiles: boolean }) =>
    runBuild(db, {
      instrument,
      build: fresh,
      lease,
      signal: options.signal,
      ...part,
      onProgress: (done, total) => options.progress?.update({ phase: 'rebuilding', done, total, instrumentKey: key }),
    })

  let compared: RebuildResult['compared'] = null
  let equal = false
  if (old && options.verify) {
    assertEventsThere(instrument, old, range.from)
    const whole = old.thinnedTo ?? undefined
    const oldHash = await hashOf(db, old, whole)
    if (oldHash) {
      await run({ from: old.firstStep ?? undefined, until: oldHash.bucket, tiles: false })
      const freshHash = (await hashOf(db, fresh, whole)) ?? {
        ...oldHash,
        generation: fresh.generation,
        columnCount: 0,
        columns: 'none',
        checkpoint: 'none',
      }
      equal = oldHash.columns === freshHash.columns && oldHash.checkpoint === freshHash.checkpoint
      compared = { old: oldHash, fresh: freshHash }
      if (equal && old.status === 'complete' && range.to <= oldHash.bucket) {
        await discardBuild(db, lease.lease, fresh.id)
        return { key, outcome: 'equal', compared, alone: null, build: await findBuild(db, old.id), keptOld: true }
      }
    }
  }
  if (old?.firstStep && options.verify && old.firstStep > range.from) {
    // History has been added before it since: what is served from now on begins there.
    await discardBuild(db, lease.lease, fresh.id)
    fresh = await begin()
  }
  await run({ tiles: true })
  await completeBuild(db, lease.lease, fresh.id)
  return {
    key,
    outcome: compared ? (equal ? 'equal' : 'different') : 'built',
    compared,
    alone: options.verify && !compared ? await hashOf(db, fresh) : null,
    build: await findBuild(db, fresh.id),
    keptOld: false,
  }
}

/**
 * The generation that should equal a rebuild: the served one, unless an import has added older events since (its checkpoint
 * is gone then), else the unfinished one that the import was making.
 */
async function comparable(db: Database, instrument: InstrumentRow, there: readonly BuildRow[]): Promise<BuildRow | null> {
  const servedFirst = [...there].sort((a, b) => Number(b.id === instrument.currentBuildId) - Number(a.id === instrument.currentBuildId))
  for (const build of servedFirst) if (await readCheckpoint(db, build.id)) return build
  return null
}

/** `from`: where the columns of the older of two that are compared are whole. */
async function hashOf(db: Database, { id }: BuildRow, from?: number): Promise<GenerationHash | null> {
  const [build, checkpoint] = [await findBuild(db, id), await readCheckpoint(db, id)]
  if (!build || !checkpoint) return null
  return {
    generation: build.generation,
    modelVersion: build.modelVersion,
    columnCount: build.columnCount,
    bucket: checkpoint.bucket,
    columns: await columnsHash(db, build, from === undefined ? {} : { from }),
    checkpoint: createHash('sha256').update(checkpoint.state).digest('hex'),
  }
}
