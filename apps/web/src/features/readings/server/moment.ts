import type { Database } from '@faultline/db/database'
import type { BuildRow } from '@faultline/db/repositories/builds'
import { columnsAt } from '@faultline/db/repositories/columns'
import { readMarketInputs } from '@faultline/db/repositories/market-inputs'
import type { HeatMap } from '@faultline/engine/map/heat-map'
import { type MarketInputs, marketInputs } from '@faultline/engine/readings/market-inputs'
import type { Column } from '@faultline/market/column'
import { FaultlineError } from '@faultline/market/errors'
import { binLowerPrice } from '@faultline/market/price-grid'
import { isoTime } from '@faultline/market/units'

/** A build that has columns. */
export type FilledBuild = BuildRow & { firstBucket: number; lastBucket: number }

/** One column with what was known of its market when it closed. */
export interface Moment {
  /** start of the bucket, UTC ms */
  bucket: number
  map: HeatMap
  inputs: MarketInputs
}

/** The newest bucket with a column that had closed by `at`. @throws FaultlineError not_found where there was none yet */
export async function bucketClosedBy(db: Database, build: FilledBuild, at: number): Promise<number> {
  if (at >= build.lastBucket + build.bucketMs) return build.lastBucket
  const { rows } = await db.pool.query<{ ms: number }>(
    `SELECT (extract(epoch FROM bucket) * 1000)::float8 AS ms FROM "column"
      WHERE instrument_id = $1 AND build_id = $2 AND bucket <= to_timestamp($3 / 1000.0) ORDER BY bucket DESC LIMIT 1`,
    [build.instrumentId, build.id, at - build.bucketMs],
  )
  const [row] = rows
  if (!row)
    throw new FaultlineError('not_found', `The map begins at ${isoTime(build.firstBucket + build.bucketMs)}. Choose a later moment.`)
  return row.ms
}

/** @throws FaultlineError not_found when the column is gone: its build was replaced meanwhile */
export async function readMoment(db: Database, build: FilledBuild, bucket: number): Promise<Moment> {
  const [[column], inputs] = await Promise.all([columnsAt(db, build, [bucket]), readInputs(db, build, bucket)])
  if (!column) throw new FaultlineError('not_found', `There is no column of ${isoTime(bucket)} any more. Load the page again.`)
  return { bucket, map: mapOf(column, inputs.price), inputs }
}

/** What was known of the market at the end of a bucket: of a sum, of its members. */
export async function readInputs(db: Database, build: FilledBuild, bucket: number): Promise<MarketInputs> {
  const at = bucket + build.bucketMs
  return marketInputs((await readMarketInputs(db, build.instrumentId, build.bucketMs, at)) ?? { at, members: [] })
}

/** A column as a map. Where no candle says the price (retention has dropped it) it lies between the longs and the shorts. */
export function mapOf({ bucketStart, bucketMs, planes: { long, short } }: Column, price: number | null): HeatMap {
  return { time: bucketStart + bucketMs, price: price ?? priceBetween(long, short), long, short }
}

function priceBetween(long: Column['planes']['long'], short: Column['planes']['short']): number {
  const above = long.usd.findLastIndex((usd) => usd > 0)
  const below = short.usd.findIndex((usd) => usd > 0)
  const ends = [...(above < 0 ? [] : [long.firstBin + above + 1]), ...(below < 0 ? [] : [short.firstBin + below])]
  return ends.length === 0 ? 1 : binLowerPrice(ends.reduce((sum, bin) => sum + bin, 0) / ends.length)
}
