/** What of an instrument's history is still to be fetched. Stored candles are the marker that a window is done. */
import type { Database } from '@faultline/db/database'
import { floorTo, isoTime } from '@faultline/market/units'
import { type Stretch, type Window, windowsOf } from './windows.ts'

const MS = (sql: string): string => `(extract(epoch from ${sql}) * 1000)::float8`

/** One pass over the candles' primary key: a year of minutes is half a million rows, its holes are a few. */
const HOLES = `
  with bar as not materialized (
    select open_time, open_time + $2 * interval '1 millisecond' as ends
      from candle where instrument_id = $1 and interval_ms = $2 and open_time >= $3 and open_time < $4
  )
  select 'hole' as what, ${MS('before')} as from, ${MS('open_time')} as to
    from (select lag(ends, 1, $3::timestamptz) over (order by open_time) as before, open_time from bar) step where open_time > before
  union all
  select 'hole', ${MS('last')}, ${MS('$4::timestamptz')}
    from (select coalesce((select ends from bar order by open_time desc limit 1), $3::timestamptz) as last) tail where last < $4::timestamptz`

const LOST = `
  select 'lost', ${MS('from_time')}, ${MS('to_time')}
    from gap where instrument_id = $1 and channel = 'candle' and status = 'unrecoverable' and from_time < $4 and to_time > $3`

interface Query {
  instrumentId: number
  from: number
  to: number
  bucketMs: number
}

/**
 * The stretches of [from, to) without stored candles of `bucketMs`, cut into windows of at most one UTC day, newest first.
 * Those of which the gap ledger says that nobody has them are left out. Ends inside a bucket are taken inwards.
 */
export async function planHistory(db: Database, query: Query): Promise<Window[]> {
  const { bucketMs } = query
  const from = Math.ceil(query.from / bucketMs) * bucketMs
  const to = floorTo(query.to, bucketMs)
  if (from >= to) return []
  const rows = await ask(db, `${HOLES} union all ${LOST} order by 2`, { ...query, from, to })
  const holes = rows.filter((r) => r.what === 'hole').map((r) => ({ from: r.from, to: r.to, olderStored: r.from > from }))
  return windowsOf(holes, { bucketMs, without: rows.filter((r) => r.what === 'lost') })
}

/** The stretches of [from, to), both on full buckets, without stored candles; the oldest first. */
export async function candleHoles(db: Database, query: Query): Promise<Stretch[]> {
  if (query.from >= query.to) return []
  return (await ask(db, `${HOLES} order by 2`, query)).map(({ from, to }) => ({ from, to }))
}

async function ask(db: Database, sql: string, { instrumentId, from, to, bucketMs }: Query): Promise<(Stretch & { what: string })[]> {
  const { rows } = await db.pool.query<Stretch & { what: string }>(sql, [instrumentId, bucketMs, isoTime(from), isoTime(to)])
  return rows
}
