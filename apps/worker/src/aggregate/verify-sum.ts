/** The columns of a sum beside what its members' columns add up to now. Writes nothing. */
import { createHash } from 'node:crypto'
import type { Database } from '@faultline/db/database'
import { readStretches } from '@faultline/db/repositories/aggregate-coverage'
import { listAggregates, listSummands, readMembers, summandsOf } from '@faultline/db/repositories/aggregates'
import { type BuildRow, findBuild } from '@faultline/db/repositories/builds'
import { columnsAt, readColumns } from '@faultline/db/repositories/columns'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import type { Column } from '@faultline/market/column'
import { encodeColumn } from '@faultline/market/column-codec'
import { leaveIfStopped } from '../pipeline/stop.ts'
import { withColumns } from './member.ts'
import { sumColumns } from './sum-columns.ts'

const CHUNK = 256

export interface SumHashes {
  /** sha-256 of bucket starts and bytes, hex */
  stored: string
  added: string
  columnCount: number
}

/**
 * Of a served sum, up to the last column that it has when this is called: of each column those members that were in it are added up
 * again. Thinned stretches of members are left out. Null: there is no column.
 */
export async function verifySum(
  db: Database,
  instrument: InstrumentRow,
  signal?: AbortSignal,
): Promise<{ build: BuildRow; hashes: SumHashes } | null> {
  const aggregate = (await listAggregates(db)).find((a) => a.instrumentId === instrument.id)
  const build = instrument.currentBuildId === null ? null : await findBuild(db, instrument.currentBuildId)
  if (!aggregate || build === null || build.lastBucket === null) return null
  const ids = summandsOf(aggregate, await listSummands(db)).map((s) => s.id)
  const members = withColumns(await readMembers(db, ids))
  const builds = await Promise.all(members.map((m) => findBuild(db, m.buildId)))
  const from = Math.max(...[build, ...builds].map((b) => b?.thinnedTo ?? Number.NEGATIVE_INFINITY))
  const included = (await readStretches(db, build.id)).filter((s) => s.included)
  const hashes = { stored: createHash('sha256'), added: createHash('sha256') }
  let columnCount = 0
  let chunk: Column[] = []
  const compare = async (): Promise<void> => {
    leaveIfStopped(signal)
    const ends = chunk.map((c) => c.bucketStart + c.bucketMs)
    const of = await Promise.all(
      members.map(async (member) => {
        const columns = await columnsAt(
          db,
          { id: member.buildId, instrumentId: member.id },
          ends.map((end) => end - member.bucketMs),
        )
        return new Map(columns.map((c) => [c.bucketStart + c.bucketMs, c]))
      }),
    )
    for (const column of chunk) {
      const { bucketStart, bucketMs } = column
      const wasIn = (id: number) => included.some((s) => s.memberId === id && s.from <= bucketStart && bucketStart < s.to)
      const parts = members.flatMap(({ id }, i) => (wasIn(id) ? (of[i]?.get(bucketStart + bucketMs) ?? []) : []))
      hashes.stored.update(String(bucketStart)).update(encodeColumn(column))
      hashes.added.update(String(bucketStart)).update(encodeColumn(sumColumns(parts, { bucketStart, bucketMs })))
      columnCount++
    }
    chunk = []
  }
  const range = { ...(Number.isFinite(from) ? { from } : {}), to: build.lastBucket + 1 }
  for await (const column of readColumns(db, build, range)) {
    chunk.push(column)
    if (chunk.length === CHUNK) await compare()
  }
  await compare()
  return { build, hashes: { stored: hashes.stored.digest('hex'), added: hashes.added.digest('hex'), columnCount } }
}
