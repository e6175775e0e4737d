/** A dump that was read, into the store and onto the map. What the command `import`, the benchmark and the tests call. */
import type { Database } from '@faultline/db/database'
import { type BuildRow, completeBuild, findBuild } from '@faultline/db/repositories/builds'
import type { TableKind } from '@faultline/market/event-table'
import type { Dump, SkippedInput } from '../dump/dump.ts'
import { runBuild } from './build.ts'
import { leaseHolder } from './held-lease.ts'
import { type JobProgress, silentProgress } from './job-progress.ts'
import { type RowCounts, type StoredMarket, storeDump } from './store-dump.ts'

export interface ImportOptions {
  progress?: JobProgress
  signal?: AbortSignal | undefined
  /** who asks, for the message that a competing process prints */
  holder?: string
  leaseMs?: number
}

export interface ImportedMarket {
  key: string
  simulated: boolean
  bucketMs: number
  counts: Record<TableKind, RowCounts>
  gaps: { count: number; missingBuckets: number }
  /** candles that were stepped and columns that were written now */
  steps: number
  columns: number
  /** as it stands at the end */
  build: BuildRow
  how: StoredMarket['choice']['how']
  /** an earlier run had left this build unfinished */
  resumed: boolean
  reason: string
}

export interface ImportReport {
  markets: ImportedMarket[]
  skipped: SkippedInput[]
  /** milliseconds */
  elapsed: { store: number; estimate: number }
}

/**
 * Stores the events of all markets in one transaction, then estimates market by market. May be killed at any moment: the same
 * call goes on where it stopped.
 *
 * @throws FaultlineError bad_input for contradictions (nothing was kept), conflict while another writes, unavailable when stopped
 */
export async function importDump(db: Database, dump: Dump, options: ImportOptions = {}): Promise<ImportReport> {
  const { progress = silentProgress, signal } = options
  const started = performance.now()
  const stored = await storeDump(db, dump.markets, {
    holder: options.holder ?? leaseHolder('an import'),
    leaseMs: options.leaseMs,
    signal,
    onWait: (reason) => progress.note(reason),
    onProgress: (done, total, instrumentKey) => progress.update({ phase: 'storing', done, total, instrumentKey, detail: instrumentKey }),
  })
  const storedAt = performance.now()
  const markets: ImportedMarket[] = []
  try {
    for (const market of stored) {
      markets.push(await estimate(db, market, options, progress))
      await market.lease.release()
    }
  } finally {
    await Promise.all(stored.map(({ lease }) => lease.release()))
  }
  return { markets, skipped: dump.skipped, elapsed: { store: storedAt - started, estimate: performance.now() - storedAt } }
}

async function estimate(db: Database, stored: StoredMarket, options: ImportOptions, progress: JobProgress): Promise<ImportedMarket> {
  const { instrument, lease, choice, market, counts, gaps } = stored
  const { steps, columns } = await runBuild(db, {
    instrument,
    build: choice.build,
    lease,
    signal: options.signal,
    onProgress: (done, total) => progress.update({ phase: 'estimating', done, total, instrumentKey: instrument.key }),
  })
  if (choice.build.status === 'building') await completeBuild(db, lease.lease, choice.build.id)
  return {
    key: instrument.key,
    simulated: instrument.simulated,
    bucketMs: market.bucketMs,
    counts,
    gaps,
    steps,
    columns,
    build: (await findBuild(db, choice.build.id)) ?? choice.build,
    how: choice.how,
    resumed: choice.how === 'next' && choice.build.status === 'building',
    reason: choice.reason,
  }
}
