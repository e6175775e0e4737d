/** Stretches of time without data, per channel: drawn as gaps, and refilled where a feed can. */

import type { Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'

/**
 * Brings the candle gaps of an instrument in line with the candles that are stored at one interval: a hole between two
 * candles becomes an open gap, one that has been filled since is marked so. Part of the transaction that stored them.
 */
export async function replaceCandleGaps(
  q: Queryable,
  instrumentId: number,
  intervalMs: number,
): Promise<{ count: number; missingBuckets: number }> {
  const { rows } = await q.query<{ from: number; to: number }>(
    `select ${msOf('ends')} as from, ${msOf('next')} as to
       from (select open_time + $2 * interval '1 millisecond' as ends, lead(open_time) over (order by open_time) as next
               from candle where instrument_id = $1 and interval_ms = $2) bar
      where next > ends order by ends`,
    [instrumentId, intervalMs],
  )
  const holes = [instrumentId, rows.map((r) => new Date(r.from)), rows.map((r) => new Date(r.to))]
  await q.query(
    `with hole as (select * from unnest($2::timestamptz[], $3::timestamptz[]) as h(from_time, to_time))
     update gap g set status = 'filled', to_time = least(g.to_time, (select min(h.from_time) from hole h where h.from_time > g.from_time))
      where g.instrument_id = $1 and g.channel = 'candle' and g.status <> 'filled'
        and not exists (select from hole h where h.from_time = g.from_time)`,
    holes,
  )
  await q.query(
    `insert into gap as g (instrument_id, channel, from_time, to_time, status)
     select $1, 'candle', h.from_time, h.to_time, 'open' from unnest($2::timestamptz[], $3::timestamptz[]) as h(from_time, to_time)
     on conflict (instrument_id, channel, from_time) do update
        set to_time = excluded.to_time, status = case g.status when 'filled' then 'open' else g.status end`,
    holes,
  )
  return { count: rows.length, missingBuckets: rows.reduce((n, r) => n + (r.to - r.from) / intervalMs, 0) }
}
