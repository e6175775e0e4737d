/** How much of a stretch of time a feed has covered, by the gap ledger: a share, never a claim that nothing is missing. */
import type { FeedChannel } from '@faultline/market/feed'
import { MINUTE_MS } from '@faultline/market/units'
import type { Database, Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'
import type { Gap } from './gaps.ts'

/** Time that was not covered by now may still be on its way; what is older than this is missing. */
export const OVERDUE_MS = 10 * MINUTE_MS

export interface ChannelWindow {
  instrumentId: number
  channel: FeedChannel
  /** UTC ms of the venue's clock, [from, to) */
  from: number
  to: number
  /** as the feed's state has it: all before this is stored or stands in the gap ledger; null: nothing was covered yet */
  coveredTo: number | null
  /** longest silence that is normal on this channel */
  limitMs?: number | null
}

export interface Coverage {
  /** within the window and since the feed of this channel began; 0 while it has not */
  expectedMs: number
  /** of `expectedMs` */
  coveredMs: number
  /** the same in steps of `cellMs` from the window's start, 0 to 1; null where the feed had not begun or has not got to yet */
  cells: (number | null)[]
}
export interface ChannelCoverage extends Coverage {
  instrumentId: number
  channel: FeedChannel
}

/**
 * Coverage of many channels with one question. A feed begins with the first thing that it stored or missed. The venue tells
 * nobody of liquidations, marks and books of the past, so those begin with the market's first mark price at the latest.
 */
export async function readCoverage(
  q: Queryable | Database,
  windows: readonly ChannelWindow[],
  cellMs = 30 * MINUTE_MS,
): Promise<ChannelCoverage[]> {
  if (windows.length === 0) return []
  // The first row is looked for on its index; a candle's key has its interval before its time, and then only "before" is quick.
  const first = (table: string) => `(select min(t.time) from ${table} t where t.instrument_id = w.instrument_id and t.time < w.to_time)`
  const { rows } = await ('pool' in q ? q.pool : q).query<{ began: number | null; gaps: [number, number][] }>(
    `select ${msOf(`least(stored.first, (select min(g.from_time) from gap g where g.instrument_id = w.instrument_id and g.channel = w.channel))`)} as began,
            coalesce((select json_agg(json_build_array(${msOf('g.from_time')}, ${msOf('g.to_time')}))
                        from gap g
                       where g.instrument_id = w.instrument_id and g.channel = w.channel and g.status <> 'filled'
                         and g.from_time < w.to_time and g.to_time > w.from_time), '[]') as gaps
       from unnest($1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[])
              with ordinality as w(instrument_id, channel, from_time, to_time, place)
       cross join lateral (
         select case w.channel
                when 'candle' then case
                  when exists (select from candle c where c.instrument_id = w.instrument_id and c.open_time <= w.from_time) then w.from_time
                  else (select min(c.open_time) from candle c
                         where c.instrument_id = w.instrument_id and c.open_time > w.from_time and c.open_time < w.to_time)
                  end
                when 'openInterest' then ${first('open_interest')}
                when 'funding' then ${first('funding')}
                when 'longShortRatio' then ${first('long_short_ratio')}
                when 'markPrice' then ${first('mark_price')}
                when 'liquidation' then least(${first('liquidation')}, ${first('mark_price')})
                when 'depth' then least(${first('depth')}, ${first('mark_price')})
                end as first
       ) stored
      order by w.place`,
    [
      windows.map((w) => w.instrumentId),
      windows.map((w) => w.channel),
      windows.map((w) => new Date(w.from)),
      windows.map((w) => new Date(w.to)),
    ],
  )
  return windows.map((window, i) => {
    const { began, gaps } = rows[i] as (typeof rows)[number]
    return { instrumentId: window.instrumentId, channel: window.channel, ...coverageOf({ ...window, began, gaps, cellMs }) }
  })
}

/**
 * The arithmetic of readCoverage(). `gaps` are [from, to) that were not filled, in any order, and may overlap. What lies after
 * `coveredTo` is left out while it may still be on its way, and counts as missing once it is overdue.
 */
export function coverageOf(given: {
  from: number
  to: number
  began: number | null
  coveredTo: number | null
  limitMs?: number | null | undefined
  gaps: readonly (readonly [number, number])[]
  cellMs: number
}): Coverage {
  const { from, to, cellMs } = given
  const count = Math.max(0, Math.ceil((to - from) / cellMs))
  const nothing: Coverage = { expectedMs: 0, coveredMs: 0, cells: Array.from({ length: count }, () => null) }
  if (given.began === null || given.coveredTo === null) return nothing
  const start = Math.max(from, given.began)
  const known = Math.max(start, Math.min(to, given.coveredTo))
  const end = to - known <= Math.max(OVERDUE_MS, given.limitMs ?? 0) ? known : to
  if (start >= end) return nothing
  const covered = complement(start, known, given.gaps)
  const cells = nothing.cells.map((_, i) => {
    const [a, b] = [Math.max(start, from + i * cellMs), Math.min(end, from + (i + 1) * cellMs)]
    // a cell in which the feed has said nothing at all is no statement about the venue
    return a >= Math.min(b, known) ? null : lengthWithin(covered, a, b) / (b - a)
  })
  return { expectedMs: end - start, coveredMs: lengthWithin(covered, start, end), cells }
}

/** What is left of [from, to) without `holes`, in order. */
function complement(from: number, to: number, holes: readonly (readonly [number, number])[]): [number, number][] {
  const left: [number, number][] = []
  let at = from
  for (const [a, b] of [...holes].sort((x, y) => x[0] - y[0])) {
    if (a >= to) break
    if (a > at) left.push([at, a])
    at = Math.max(at, b)
  }
  if (at < to) left.push([at, to])
  return left
}

const lengthWithin = (stretches: readonly [number, number][], from: number, to: number): number =>
  stretches.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0)

export interface GapSummary {
  instrumentId: number
  /** the one that began last, whatever became of it */
  last: Omit<Gap, 'instrumentId'> | null
  /** that may still be refilled */
  openCount: number
  /** where the oldest open one begins, UTC ms */
  oldestOpen: number | null
}

/** What the ledger says of each of these instruments, in the order in which they are named. */
export async function summariseGaps(q: Queryable | Database, instrumentIds: readonly number[]): Promise<GapSummary[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<GapSummary>(
    `select i.id as "instrumentId", last.gap as last, open.count as "openCount", open.oldest as "oldestOpen"
       from unnest($1::int[]) with ordinality as i(id, place)
       left join lateral (
         select json_build_object('channel', g.channel, 'from', ${msOf('g.from_time')}, 'to', ${msOf('g.to_time')}, 'status', g.status, 'reason', g.reason) as gap
           from gap g where g.instrument_id = i.id order by g.from_time desc, g.channel limit 1
       ) last on true
       cross join lateral (
         select count(*)::int as count, ${msOf('min(g.from_time)')} as oldest from gap g where g.instrument_id = i.id and g.status = 'open'
       ) open
      order by i.place`,
    [instrumentIds],
  )
  return rows
}
