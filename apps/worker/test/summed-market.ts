/** Markets of several venues whose columns a test writes itself, and what their sum has to be. */
import type { Database } from '@faultline/db/database'
import { type Aggregate, listAggregates } from '@faultline/db/repositories/aggregates'
import { appendColumns, completeBuild, findBuild, startBuild } from '@faultline/db/repositories/builds'
import { readColumns } from '@faultline/db/repositories/columns'
import { findInstrument, type InstrumentRow } from '@faultline/db/repositories/instruments'
import { acquireLease, type Lease } from '@faultline/db/repositories/leases'
import { type Column, PLANES, type PlaneData } from '@faultline/market/column'
import { encodeColumn } from '@faultline/market/column-codec'
import { MINUTE_MS } from '@faultline/market/units'
import { type FeedVenueId, VENUES } from '@faultline/market/venue'
import { makeInstrument, START, sampleColumn } from '@faultline/testkit/factories'

export class TestMember {
  readonly db: Database
  readonly instrument: InstrumentRow
  readonly bucketMs: number
  private readonly lease: Lease
  private buildId = 0

  private constructor(db: Database, instrument: InstrumentRow, lease: Lease, bucketMs: number) {
    this.db = db
    this.instrument = instrument
    this.lease = lease
    this.bucketMs = bucketMs
  }

  static async make(db: Database, venue: FeedVenueId, baseAsset: string, bucketMs = MINUTE_MS, quoteAsset = 'USDT'): Promise<TestMember> {
    const { simulated } = VENUES[venue]
    const instrument = await makeInstrument(db, { venue, symbol: `${baseAsset}${quoteAsset}`, baseAsset, quoteAsset, simulated })
    const member = new TestMember(db, instrument, await acquireLease(db, instrument.id, 'test', 3_600_000), bucketMs)
    await member.newBuild()
    return member
  }

  /** The column of bucket `i` from START; the same call gives the same column, another venue another one. */
  column(i: number, salt = 0): Column {
    const seed = i + 7 * this.instrument.id + 31 * salt
    return sampleColumn({ bucketStart: START + i * this.bucketMs, bucketMs: this.bucketMs, seed, bins: 6 + (this.instrument.id % 4) })
  }

  async append(indexes: readonly number[], salt = 0): Promise<void> {
    await this.write(
      this.buildId,
      indexes.map((i) => this.column(i, salt)),
    )
  }

  /** Another generation with these columns, which is served from now on. */
  async newBuild(indexes: readonly number[] = [], salt = 0): Promise<void> {
    const { id } = await startBuild(this.db, this.lease, { modelVersion: 'test-1', bucketMs: this.bucketMs })
    if (indexes.length > 0)
      await this.write(
        id,
        indexes.map((i) => this.column(i, salt)),
      )
    if (this.buildId !== 0) await completeBuild(this.db, this.lease, id)
    this.buildId = id
  }

  private async write(buildId: number, columns: Column[]): Promise<void> {
    const checkpointBucket = columns.at(-1)?.bucketStart ?? START
    await appendColumns(this.db, this.lease, { buildId, columns, checkpoint: new Uint8Array([1]), checkpointBucket })
  }
}

export async function sumOf(db: Database, key: string): Promise<Aggregate> {
  const found = (await listAggregates(db)).find((a) => a.key === key)
  if (!found) throw new Error(`there is no ${key}`)
  return found
}

/** The served columns, as hex of their bytes by bucket number of `bucketMs` from START. */
export async function servedColumns(db: Database, key: string): Promise<Map<number, string>> {
  const { currentBuildId } = await findInstrument(db, key)
  const build = currentBuildId === null ? null : await findBuild(db, currentBuildId)
  const out = new Map<number, string>()
  if (build) for await (const c of readColumns(db, build)) out.set((c.bucketStart - START) / c.bucketMs, hexOf(c))
  return out
}

export const hexOf = (column: Column): string => Buffer.from(encodeColumn(column)).toString('hex')

/** Added up bin by bin in the simplest way there is. */
export function naiveSum(parts: readonly Column[], bucketStart: number, bucketMs: number): Column {
  const plane = (name: (typeof PLANES)[number]): PlaneData => {
    const bins = new Map<number, number>()
    for (const part of parts) {
      const { firstBin, usd } = part.planes[name]
      usd.forEach((value, i) => {
        bins.set(firstBin + i, (bins.get(firstBin + i) ?? 0) + value)
      })
    }
    const held = [...bins].filter(([, usd]) => usd >= 1).map(([bin]) => bin)
    if (held.length === 0) return { firstBin: 0, usd: new Float32Array(0) }
    const [low, high] = [Math.min(...held), Math.max(...held)]
    const usd = Float32Array.from({ length: high - low + 1 }, (_, i) => {
      const value = bins.get(low + i) ?? 0
      return value >= 1 ? value : 0
    })
    return { firstBin: low, usd }
  }
  return { bucketStart, bucketMs, planes: Object.fromEntries(PLANES.map((name) => [name, plane(name)])) as Column['planes'] }
}
