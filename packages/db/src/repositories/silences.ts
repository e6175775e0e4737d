/**
 * Stretches in which nobody listened to liquidations, as the estimator knows them: that none came there says nothing. What the gap
 * ledger was told after a bucket had been estimated is not in them, so that the stored events give the same map again.
 */
import type { Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'

/** UTC ms, [from, to) */
export interface Silence {
  from: number
  to: number
}

/**
 * Enters silences, or lengthens those that begin at the same moment. What is empty is passed over. Nothing of them may have been estimated:
 * who enters them cuts off what has been.
 */
export async function enterSilences(q: Queryable, silences: readonly (Silence & { instrumentId: number })[]): Promise<void> {
  const longest = new Map<string, Silence & { instrumentId: number }>()
  for (const silence of silences) {
    if (silence.from >= silence.to) continue
    const key = `${silence.instrumentId} ${silence.from}`
    const other = longest.get(key)
    if (!other || other.to < silence.to) longest.set(key, silence)
  }
  if (longest.size === 0) return
  const list = [...longest.values()].sort((a, b) => a.instrumentId - b.instrumentId || a.from - b.from)
  await q.query(
    `insert into silence as s (instrument_id, from_time, to_time)
     select * from unnest($1::int[], $2::timestamptz[], $3::timestamptz[])
     on conflict (instrument_id, from_time) do update set to_time = greatest(s.to_time, excluded.to_time)`,
    [list.map((s) => s.instrumentId), list.map((s) => new Date(s.from)), list.map((s) => new Date(s.to))],
  )
}

/** Silences that overlap [from, to), in order of their beginning; they may overlap each other. */
export async function readSilences(q: Queryable, instrumentId: number, { from, to }: Silence): Promise<Silence[]> {
  const { rows } = await q.query<Silence>(
    `select ${msOf('from_time')} as from, ${msOf('to_time')} as to
       from silence where instrument_id = $1 and from_time < $3 and to_time > $2 order by from_time`,
    [instrumentId, new Date(from), new Date(to)],
  )
  return rows
}
