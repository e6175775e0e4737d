/** What has to be known of a market before somebody is shown it: nothing more, so that it can be kept in memory. */
import type { Database } from '../database.ts'
import { msOf } from '../sql/binary.ts'
import { findInstrument } from './instruments.ts'

export interface GatedMarket {
  instrumentId: number
  key: string
  baseAsset: string
  /** of the build that was asked for, or is served; UTC ms; null before the first column */
  end: number | null
  bucketMs: number | null
}

const SELECT = `select i.id as "instrumentId", i.key, i.base_asset as "baseAsset", b.bucket_ms as "bucketMs",
  ${msOf('b.last_bucket')} + b.bucket_ms as "end" from instrument i`

/** As findInstrument() finds it. @throws FaultlineError not_found, bad_input */
export async function gatedMarket(db: Database, text: string): Promise<GatedMarket> {
  const { id } = await findInstrument(db, text)
  const [market] = await gatedMarkets(db, [id])
  return market as GatedMarket // instruments are never deleted
}

/** Those that exist, in order of their numbers. */
export async function gatedMarkets(db: Database, instrumentIds: readonly number[]): Promise<GatedMarket[]> {
  const { rows } = await db.pool.query<GatedMarket>(
    `${SELECT} left join build b on b.id = i.current_build_id where i.id = any($1::int[]) order by i.id`,
    [instrumentIds],
  )
  return rows
}

/** Null without such a build. */
export async function gatedMarketOfBuild(db: Database, buildId: number): Promise<GatedMarket | null> {
  const { rows } = await db.pool.query<GatedMarket>(`${SELECT} join build b on b.instrument_id = i.id where b.id = $1`, [buildId])
  return rows[0] ?? null
}
