/** Stretches of time without data, per channel: drawn as gaps, and refilled where a feed can. */
import type { FeedChannel } from '@faultline/market/feed'
import type { Database, Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'
import { storableText } from '../sql/text.ts'

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

/** `open`: may still be refilled; `unrecoverable`: the venue has no history of this channel, or no longer has it. */
export interface Gap {
  instrumentId: number
  channel: FeedChannel
  /** UTC ms, [from, to) */
  from: number
  to: number
  status: 'open' | 'filled' | 'unrecoverable'
  reason: string | null
}

/**
 * Enters gaps, or lengthens those that begin at the same moment. One that was filled is open again when it is entered
 * again, as long as it is said to be now; an unrecoverable one stays so. What is empty is passed over.
 */
export async function enterGaps(q: Queryable, gaps: readonly Gap[]): Promise<void> {
  const rows = new Map<string, Gap>()
  for (const gap of gaps) {
    if (gap.from >= gap.to) continue
    const key = `${gap.instrumentId} ${gap.channel} ${gap.from}`
    const other = rows.get(key)
    rows.set(key, other ? longer(other, gap) : gap)
  }
  if (rows.size === 0) return
  const list = [...rows.values()].sort((a, b) => a.instrumentId - b.instrumentId || a.from - b.from || (a.channel < b.channel ? -1 : 1))
  await q.query(
    `insert into gap as g (instrument_id, channel, from_time, to_time, status, reason)
     select * from unnest($1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[])
     on conflict (instrument_id, channel, from_time) do update
        set to_time = case g.status when 'filled' then excluded.to_time else greatest(g.to_time, excluded.to_time) end,
            status = case g.status when 'unrecoverable' then g.status else excluded.status end,
            reason = coalesce(excluded.reason, g.reason)`,
    [
      list.map((g) => g.instrumentId),
      list.map((g) => g.channel),
      list.map((g) => new Date(g.from)),
      list.map((g) => new Date(g.to)),
      list.map((g) => g.status),
      list.map((g) => g.reason && storableText(g.reason, 500)),
    ],
  )
}

/** The same gap, entered twice with one statement. */
const longer = (a: Gap, b: Gap): Gap => ({
  ...b,
  to: Math.max(a.to, b.to),
  status: a.status === 'unrecoverable' ? a.status : b.status,
  reason: b.reason ?? a.reason,
})

/** A gap's fate. Nothing happens when it is not there. */
export async function settleGap(
  q: Queryable,
  gap: Pick<Gap, 'instrumentId' | 'channel' | 'from'>,
  status: 'filled' | 'unrecoverable',
  reason: string | null = null,
): Promise<void> {
  await q.query('update gap set status = $4, reason = coalesce($5, reason) where instrument_id = $1 and channel = $2 and from_time = $3', [
    gap.instrumentId,
    gap.channel,
    new Date(gap.from),
    status,
    reason,
  ])
}

/**
 * What came of an open gap that was worked off: of `lost`, in order and apart, it is known that nobody has them, and everything
 * else of it is filled. The row ends where the first of them begins, or is itself the first one; the others get rows of their
 * own. False, and nothing happens, when the gap has grown or is not open any more.
 */
export async function resolveGap(
  q: Queryable,
  gap: Pick<Gap, 'instrumentId' | 'channel' | 'from' | 'to'>,
  lost: readonly { from: number; to: number }[],
  reason: string | null = null,
): Promise<boolean> {
  const [first] = lost
  const isLost = first !== undefined && first.from <= gap.from
  const end = isLost ? first.to : Math.min(first?.from ?? gap.to, gap.to)
  const others = isLost ? lost.slice(1) : lost
  const { rows } = await q.query(
    `with resolved as (
       update gap set status = $5, to_time = $6, reason = coalesce($7, reason)
        where instrument_id = $1 and channel = $2 and from_time = $3 and to_time = $4 and status = 'open'
       returning instrument_id
     ), entered as (
       insert into gap as g (instrument_id, channel, from_time, to_time, status, reason)
       select $1, $2, h.from_time, h.to_time, 'unrecoverable', $7
         from unnest($8::timestamptz[], $9::timestamptz[]) as h(from_time, to_time) where exists (select from resolved)
       on conflict (instrument_id, channel, from_time) do update
          set to_time = excluded.to_time, status = excluded.status, reason = excluded.reason
        where g.to_time <= excluded.to_time
     )
     select from resolved`,
    [
      gap.instrumentId,
      gap.channel,
      new Date(gap.from),
      new Date(gap.to),
      isLost ? 'unrecoverable' : 'filled',
      new Date(end),
      reason && storableText(reason, 500),
      others.map((h) => new Date(h.from)),
      others.map((h) => new Date(h.to)),
    ],
  )
  return rows.length > 0
}

/** Gaps of an instrument that may still be refilled, the oldest first. */
export async function openGaps(q: Queryable | Database, instrumentId: number): Promise<Gap[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<Gap>(
    `select instrument_id as "instrumentId", channel, ${msOf('from_time')} as from, ${msOf('to_time')} as to, status, reason
       from gap where instrument_id = $1 and status = 'open' order by from_time, channel`,
    [instrumentId],
  )
  return rows
}

/** What the ledger says of these instruments about [from, to), UTC ms: every gap that touches it, whatever became of it. */
export async function gapsWithin(
  q: Queryable | Database,
  instrumentIds: readonly number[],
  { from, to }: { from: number; to: number },
): Promise<Gap[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<Gap>(
    `select instrument_id as "instrumentId", channel, ${msOf('from_time')} as from, ${msOf('to_time')} as to, status, reason
       from gap where instrument_id = any($1::int[]) and from_time < $3 and to_time > $2 order by instrument_id, channel, from_time`,
    [instrumentIds, new Date(from), new Date(to)],
  )
  return rows
}
