/** What the newest column of each instrument says: written by the keeper in a worker, read by the screener. */
import type { AlertCluster } from '@faultline/market/alert'
import { DAY_MS, isoTime, type Side } from '@faultline/market/units'
import type { VenueId } from '@faultline/market/venue'
import { type Database, inTransaction, type Queryable } from '../database.ts'
import { notify } from '../notify.ts'
import { msOf } from '../sql/binary.ts'
import type { BuildStatus } from './builds.ts'

/** The nearest cluster of a side or, on a smooth map, the nearest stretch that stands out most. */
export interface NearCluster {
  /** centre of its densest bin, or of the stretch */
  price: number
  usd: number
  /** signed ratio of the price */
  distance: number
}

/** Figures are null where they are not known. */
export interface MarketReading {
  instrumentId: number
  buildId: number
  /** start of the column's bucket, UTC ms */
  bucket: number
  bucketMs: number
  price: number | null
  /** signed ratio */
  change24h: number | null
  /** 0 to 100 */
  risk: number | null
  /** USD of longs below and of shorts above within 5 % of log price */
  longUsd: number | null
  shortUsd: number | null
  below: NearCluster | null
  above: NearCluster | null
  openInterestUsd: number | null
  /** signed ratio */
  openInterestChange24h: number | null
  /** per `fundingHours` */
  fundingRate: number | null
  fundingHours: number | null
  /** prints of a day; null: no venue publishes any */
  liquidatedLongUsd: number | null
  liquidatedShortUsd: number | null
  /** closes of a day, evenly spaced */
  sparkline: number[]
}

export interface BreakoutRow {
  instrumentId: number
  /** UTC ms */
  time: number
  side: Side
  low: number
  high: number
  usd: number
  n: number
}

/** A served build whose newest column has not been read. */
export interface StaleReading {
  instrumentId: number
  key: string
  venue: VenueId
  buildId: number
  bucketMs: number
  /** start of its newest bucket, UTC ms */
  lastBucket: number
  /** of the same build, up to which column the last reading goes, and what the detector of breakouts remembers; null: no reading yet */
  readTo: number | null
  breakoutState: unknown
}

/**
 * Instruments whose served build has a newer column than their reading, those first that have waited longest since their last one; of
 * those without any, the one with the newest column.
 */
export async function staleReadings(q: Queryable | Database, most: number, without: readonly number[] = []): Promise<StaleReading[]> {
  const { rows } = await queryable(q).query<StaleReading>(
    `select i.id as "instrumentId", i.key, i.venue, b.id as "buildId", b.bucket_ms as "bucketMs", ${msOf('b.last_bucket')} as "lastBucket",
            case when r.build_id = b.id then ${msOf('r.bucket')} end as "readTo",
            case when r.build_id = b.id then r.breakout_state end as "breakoutState"
       from instrument i join build b on b.id = i.current_build_id left join market_reading r on r.instrument_id = i.id
      where b.last_bucket is not null and (r.build_id is distinct from b.id or r.bucket < b.last_bucket) and i.id <> all($2::int[])
      order by r.updated_at nulls first, b.last_bucket desc, i.id limit $1`,
    [most, without],
  )
  return rows
}

/** The last columns of these builds after `after`, as stored, in order. */
export async function columnsAfter(
  q: Queryable | Database,
  builds: readonly { instrumentId: number; buildId: number; after: number; upTo: number }[],
): Promise<{ instrumentId: number; bucket: number; data: Buffer }[]> {
  const { rows } = await queryable(q).query<{ instrumentId: number; bucket: number; data: Buffer }>(
    `select c.instrument_id as "instrumentId", ${msOf('c.bucket')} as bucket, c.data
       from unnest($1::int[], $2::int[], $3::timestamptz[], $4::timestamptz[]) as b(instrument_id, build_id, after_bucket, to_bucket)
      cross join lateral (
        select * from "column" c where c.instrument_id = b.instrument_id and c.build_id = b.build_id
           and c.bucket > b.after_bucket and c.bucket <= b.to_bucket
      ) c
      order by c.instrument_id, c.bucket`,
    [
      builds.map((b) => b.instrumentId),
      builds.map((b) => b.buildId),
      builds.map((b) => isoTime(b.after)),
      builds.map((b) => isoTime(b.upTo)),
    ],
  )
  return rows
}

export interface ReadingUpdate {
  reading: MarketReading
  /** plain JSON */
  breakoutState: unknown
  breakouts: readonly BreakoutRow[]
  /** near the price, for alerts; default: none */
  clusters?: readonly AlertCluster[]
}

/** Older ones than this, by the market's own clock, are dropped. */
export const BREAKOUTS_KEPT_MS = 90 * DAY_MS

/**
 * Stores readings with their breakouts and tells of them, all or nothing. Left out are those of builds that are no longer served, those that
 * are not newer than what is stored, and those whose instrument is just being changed. Returns the instruments that were written.
 */
export function storeReadings(db: Database, updates: readonly ReadingUpdate[]): Promise<number[]> {
  if (updates.length === 0) return Promise.resolve([])
  return inTransaction(db, async (client) => {
    const { rows } = await client.query<{ id: number }>(STORE, [JSON.stringify(updates.map(rowOf))])
    const written = rows.map((r) => r.id)
    const breakouts = updates.filter(({ reading }) => written.includes(reading.instrumentId)).flatMap((u) => u.breakouts)
    if (breakouts.length > 0)
      await client.query(
        `insert into breakout (instrument_id, time, side, low, high, usd, n)
         select instrument_id, to_timestamp(time / 1000), side::position_side, low, high, usd, n
           from jsonb_to_recordset($1) as r(instrument_id int, time float8, side text, low float8, high float8, usd float8, n float8)
         on conflict do nothing`,
        [JSON.stringify(breakouts.map(({ instrumentId, ...row }) => ({ instrument_id: instrumentId, ...row })))],
      )
    for (let i = 0; i < written.length; i += 1000) await notify(client, 'readings', { instrumentIds: written.slice(i, i + 1000) })
    return written
  })
}

const FIGURES = [
  ['price', 'price'],
  ['change_24h', 'change24h'],
  ['risk', 'risk'],
  ['long_usd', 'longUsd'],
  ['short_usd', 'shortUsd'],
  ['below_price', 'belowPrice'],
  ['below_usd', 'belowUsd'],
  ['below_distance', 'belowDistance'],
  ['above_price', 'abovePrice'],
  ['above_usd', 'aboveUsd'],
  ['above_distance', 'aboveDistance'],
  ['open_interest_usd', 'openInterestUsd'],
  ['open_interest_change_24h', 'openInterestChange24h'],
  ['funding_rate', 'fundingRate'],
  ['funding_hours', 'fundingHours'],
  ['liquidated_long_usd', 'liquidatedLongUsd'],
  ['liquidated_short_usd', 'liquidatedShortUsd'],
] as const
const NAMES = FIGURES.map(([column]) => column)

/** Rows that somebody changes right now are passed over: they are found again. In one order, so that two writers do not wait for each other. */
const STORE = `
  with served as (
    select i.id, i.current_build_id as build_id from instrument i
     where i.id in (select instrument_id from jsonb_to_recordset($1) as g(instrument_id int)) order by i.id for share skip locked
  )
  insert into market_reading as m (instrument_id, build_id, bucket, bucket_ms, ${NAMES.join(', ')}, sparkline, breakout_state, clusters, updated_at)
  select r.instrument_id, r.build_id, to_timestamp(r.bucket / 1000), r.bucket_ms, ${NAMES.map((n) => `r.${n}`).join(', ')}, r.sparkline, r.breakout_state, r.clusters, now()
    from jsonb_to_recordset($1) as r(instrument_id int, build_id int, bucket float8, bucket_ms int, ${NAMES.map((n) => `${n} float8`).join(', ')},
         sparkline float8[], breakout_state jsonb, clusters jsonb)
    join served s on s.id = r.instrument_id and s.build_id = r.build_id
   order by r.instrument_id
      on conflict (instrument_id) do update
     set build_id = excluded.build_id, bucket = excluded.bucket, bucket_ms = excluded.bucket_ms,
         ${NAMES.map((n) => `${n} = excluded.${n}`).join(', ')},
         sparkline = excluded.sparkline, breakout_state = excluded.breakout_state, clusters = excluded.clusters, updated_at = excluded.updated_at
   where m.build_id <> excluded.build_id or m.bucket < excluded.bucket
  returning m.instrument_id as id`

function rowOf({ reading, breakoutState, clusters = [] }: ReadingUpdate): Record<string, unknown> {
  const { below, above } = reading
  const flat: Record<string, unknown> = {
    ...reading,
    belowPrice: below?.price,
    belowUsd: below?.usd,
    belowDistance: below?.distance,
    abovePrice: above?.price,
    aboveUsd: above?.usd,
    aboveDistance: above?.distance,
  }
  return {
    instrument_id: reading.instrumentId,
    build_id: reading.buildId,
    bucket: reading.bucket,
    bucket_ms: reading.bucketMs,
    ...Object.fromEntries(FIGURES.map(([column, field]) => [column, flat[field] ?? null])),
    sparkline: reading.sparkline,
    breakout_state: breakoutState,
    clusters,
  }
}

/** An instrument as the screener shows it. */
export interface ScreenedInstrument {
  id: number
  key: string
  venue: VenueId
  symbol: string
  baseAsset: string
  simulated: boolean
  /** of the build that is served; null: nothing was estimated yet */
  status: BuildStatus | null
  columnCount: number
  /** UTC ms by the database's clock; null without a reading */
  updatedAt: number | null
  reading: MarketReading | null
}

/** All instruments with their readings, sums over all venues among them (sums over chosen ones are views of those); one question. */
export async function screenedInstruments(q: Queryable | Database): Promise<ScreenedInstrument[]> {
  const { rows } = await queryable(q).query<ScreenedRow>(
    `select i.id, i.key, i.venue, i.symbol, i.base_asset as "baseAsset", i.simulated, b.status, coalesce(b.column_count, 0) as "columnCount",
            ${msOf('m.updated_at')} as "updatedAt", m.build_id as "buildId", ${msOf('m.bucket')} as bucket, m.bucket_ms as "bucketMs",
            ${FIGURES.map(([column, field]) => `m.${column} as "${field}"`).join(', ')}, m.sparkline
       from instrument i left join build b on b.id = i.current_build_id
       left join market_reading m on m.instrument_id = i.id and i.current_build_id is not null
       left join aggregate a on a.instrument_id = i.id
      where coalesce(cardinality(a.venues), 0) = 0
      order by i.key`,
  )
  return rows.map(
    ({
      id,
      key,
      venue,
      symbol,
      baseAsset,
      simulated,
      status,
      columnCount,
      updatedAt,
      buildId,
      bucket,
      bucketMs,
      sparkline,
      ...figures
    }) => {
      const { belowPrice, belowUsd, belowDistance, abovePrice, aboveUsd, aboveDistance, ...rest } = figures
      const below = clusterOf(belowPrice, belowUsd, belowDistance)
      const above = clusterOf(abovePrice, aboveUsd, aboveDistance)
      const reading =
        buildId === null || bucket === null || bucketMs === null
          ? null
          : { instrumentId: id, buildId, bucket, bucketMs, ...rest, below, above, sparkline: sparkline ?? [] }
      return { id, key, venue, symbol, baseAsset, simulated, status, columnCount, updatedAt, reading }
    },
  )
}

type ScreenedRow = Omit<ScreenedInstrument, 'reading'> & {
  buildId: number | null
  bucket: number | null
  bucketMs: number | null
  sparkline: number[] | null
} & Record<(typeof FIGURES)[number][1], number | null>

const clusterOf = (price: number | null, usd: number | null, distance: number | null): NearCluster | null =>
  price === null || usd === null || distance === null ? null : { price, usd, distance }

/** A breakout with the instrument that it is of, and that market's own clock. */
export interface BreakoutListing extends BreakoutRow {
  key: string
  venue: VenueId
  symbol: string
  simulated: boolean
  /** end of the newest column that was read, UTC ms: simulated markets have clocks of their own */
  marketTime: number
}

/** The newest of all instruments, by each market's own clock. */
export async function newestBreakouts(q: Queryable | Database, most: number): Promise<BreakoutListing[]> {
  const { rows } = await queryable(q).query<BreakoutListing>(
    `select b.instrument_id as "instrumentId", ${msOf('b.time')} as time, b.side, b.low, b.high, b.usd, b.n,
            i.key, i.venue, i.symbol, i.simulated, ${msOf('m.bucket')} + m.bucket_ms as "marketTime"
       from market_reading m join instrument i on i.id = m.instrument_id
      cross join lateral (select * from breakout o where o.instrument_id = m.instrument_id order by o.time desc limit $1) b
      order by m.bucket + m.bucket_ms * interval '1 ms' - b.time, b.instrument_id, b.side, b.low limit $1`,
    [most],
  )
  return rows
}

/** Drops at most so many that are older than BREAKOUTS_KEPT_MS by their market's own clock; returns how many. */
export async function dropOldBreakouts(q: Queryable | Database, most: number): Promise<number> {
  const { rowCount } = await queryable(q).query(
    `delete from breakout d using (
       select b.instrument_id, b.time, b.side, b.low from market_reading m join breakout b on b.instrument_id = m.instrument_id
        where b.time < m.bucket - $2 * interval '1 ms' limit $1
     ) old
     where d.instrument_id = old.instrument_id and d.time = old.time and d.side = old.side and d.low = old.low`,
    [most, BREAKOUTS_KEPT_MS],
  )
  return rowCount ?? 0
}

const queryable = (q: Queryable | Database): Queryable => ('pool' in q ? q.pool : q)
