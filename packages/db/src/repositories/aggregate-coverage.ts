/** Which venues are in a sum, and when: stretches of time per member, run-length, written with the columns that they are about. */
import type { Database, Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'

/** UTC ms, [from, to) over the buckets of the sum. The stretches of a member follow each other without a hole. */
export interface MemberStretch {
  memberId: number
  from: number
  to: number
  included: boolean
}

/** Enters stretches, or lengthens those of the same member that begin at the same moment. */
export async function extendStretches(q: Queryable, buildId: number, stretches: readonly MemberStretch[]): Promise<void> {
  if (stretches.length === 0) return
  await q.query(
    `insert into aggregate_coverage as c (build_id, member_id, from_time, to_time, included)
     select $1::int, s.* from unnest($2::int[], $3::timestamptz[], $4::timestamptz[], $5::boolean[]) as s
     on conflict (build_id, member_id, from_time) do update set to_time = greatest(c.to_time, excluded.to_time)`,
    [
      buildId,
      stretches.map((s) => s.memberId),
      stretches.map((s) => new Date(s.from)),
      stretches.map((s) => new Date(s.to)),
      stretches.map((s) => s.included),
    ],
  )
}

/** Stretches that overlap [from, to), per member in order of time; an open end where one is left out. */
export async function readStretches(
  q: Queryable | Database,
  buildId: number,
  range: { from?: number; to?: number } = {},
): Promise<MemberStretch[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<MemberStretch>(
    `select member_id as "memberId", ${msOf('from_time')} as from, ${msOf('to_time')} as to, included from aggregate_coverage
      where build_id = $1 and to_time > coalesce($2, '-infinity'::timestamptz) and from_time < coalesce($3, 'infinity'::timestamptz)
      order by member_id, from_time`,
    [buildId, range.from === undefined ? null : new Date(range.from), range.to === undefined ? null : new Date(range.to)],
  )
  return rows
}

/** Of a sum made of thinned columns: its own that start before `before` (UTC ms) are as thin, and none of them is missing. */
export async function noteThinned(q: Queryable, buildId: number, before: number): Promise<void> {
  await q.query('update build set thinned_5m_to = greatest(thinned_5m_to, $2) where id = $1', [buildId, new Date(before)])
}

/**
 * The first bucket, in time, of which a member's column is stored now though the sum was made without it; null where none is. A
 * bucket of the sum takes the member's column that ends when it ends.
 */
export async function firstMissed(
  q: Queryable | Database,
  sum: { buildId: number; bucketMs: number },
  member: { id: number; buildId: number; bucketMs: number },
): Promise<number | null> {
  const { rows } = await ('pool' in q ? q.pool : q).query<{ bucket: number | null }>(
    `select min(found.ending) - $5::float8 as bucket
       from aggregate_coverage s
       cross join lateral (
         select ${msOf('c.bucket')} + $4::float8 as ending from "column" c
          where c.instrument_id = $2 and c.build_id = $3
            and c.bucket > s.from_time - $4::float8 * interval '1 ms' and c.bucket <= s.to_time - $4::float8 * interval '1 ms'
            and (${msOf('c.bucket')} + $4::float8)::bigint % $5::bigint = 0
          order by c.bucket limit 1) found
      where s.build_id = $1 and s.member_id = $2 and not s.included`,
    [sum.buildId, member.id, member.buildId, member.bucketMs, sum.bucketMs],
  )
  return rows[0]?.bucket ?? null
}
