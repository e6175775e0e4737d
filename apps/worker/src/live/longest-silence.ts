import type { Database } from '@faultline/db/database'

/**
 * Longest time without a liquidation in the last week of what is stored, ms, leaving out stretches that the feed has missed
 * itself; null where there are too few to say.
 */
export async function longestSilence(db: Database, instrumentId: number): Promise<number | null> {
  const { rows } = await db.pool.query<{ longest: number | null; count: number }>(
    `with print as (
       select time, lag(time) over (order by time) as before from liquidation
        where instrument_id = $1 and time > (select max(time) from liquidation where instrument_id = $1) - interval '7 days'
     )
     select (max(extract(epoch from time - before)) * 1000)::float8 as longest, count(*)::int as count
       from print p
      where not exists (select from gap g where g.instrument_id = $1 and g.channel = 'liquidation' and g.from_time < p.time and g.to_time > p.before)`,
    [instrumentId],
  )
  return rows[0] && rows[0].count >= 50 ? rows[0].longest : null
}
