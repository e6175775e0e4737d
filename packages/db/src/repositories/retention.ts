/**
 * The weight of time. Raw events are dropped by whole months, candles of such months are kept as half-hours and days, columns
 * are thinned, and fine tiles go once coarser ones hold what they showed. What a person imported and no feed continues is
 * never thinned: whoever brought it decides.
 */
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, floorTo, isoTime, MINUTE_MS } from '@faultline/market/units'
import { SUM_VENUES } from '@faultline/market/venue'
import { z } from 'zod'
import { type Actor, withActor } from '../actor.ts'
import { type Database, inTransaction, type Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'

/** Kinds of events, then columns: `column1m` is how long every minute has its column, `column5m` how long every five. */
export const RETENTION_KINDS = [
  'markPrice',
  'depth',
  'liquidation',
  'candle',
  'openInterest',
  'funding',
  'longShortRatio',
  'column1m',
  'column5m',
] as const
export type RetentionKind = (typeof RETENTION_KINDS)[number]
const EVENT_KINDS = RETENTION_KINDS.slice(0, 7)

/** null: for ever */
export type RetentionPolicy = Record<RetentionKind, number | null>

const keepDays = z
  .int('must be a whole number of days')
  .min(2, 'must be at least 2 days: what is younger is still being worked with')
  .max(36_500, 'must be at most 36,500 days')
  .nullable()

export async function readRetention(q: Queryable | Database): Promise<RetentionPolicy> {
  const { rows } = await queryable(q).query<{ kind: RetentionKind; days: number | null }>(
    'select kind, keep_days as days from retention order by kind',
  )
  return Object.fromEntries(rows.map(({ kind, days }) => [kind, days])) as RetentionPolicy
}

/** What is longer than this goes at the next run. @throws FaultlineError bad_input, forbidden for who is neither operator nor administrator */
export async function setRetention(db: Database, actor: Actor, kind: RetentionKind, days: number | null): Promise<void> {
  const parsed = keepDays.safeParse(days)
  if (!parsed.success) throw new FaultlineError('bad_input', `${kind}: ${parsed.error.issues[0]?.message}`, { place: { field: kind } })
  const changed = await withActor(
    db,
    actor,
    (tx) => tx.$executeRaw`update retention set keep_days = ${days}, updated_at = now() where kind = ${kind}`,
  )
  if (changed !== 1) throw new FaultlineError('forbidden', 'Only an administrator changes how long what is kept.')
}

export interface RetentionRun {
  /** months dropped, by kind of event */
  dropped: Partial<Record<RetentionKind, number>>
  columns: number
  tiles: number
  /** months of columns whose room was given back */
  compacted: number
  /** kinds that somebody was reading: they are tried again next time */
  busy: RetentionKind[]
}

const STEPS = [
  { kind: 'column1m', stepMs: 5 * MINUTE_MS, mark: 'thinned_5m_to' },
  { kind: 'column5m', stepMs: 30 * MINUTE_MS, mark: 'thinned_30m_to' },
] as const

/**
 * Brings what is stored in line with the policy. `now` is UTC ms. One at a time in an installation: null while another
 * process does it. Interrupted anywhere, the next run goes on from there.
 */
export async function applyRetention(db: Database, now: number, signal?: AbortSignal): Promise<RetentionRun | null> {
  const client = await db.pool.connect()
  try {
    const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_lock(1178687596, hashtext('retention')) as mine")
    if (!rows[0]?.mine) return null
    try {
      return await run(db, now, signal)
    } finally {
      await client.query("select pg_advisory_unlock(1178687596, hashtext('retention'))")
    }
  } finally {
    client.release()
  }
}

async function run(db: Database, now: number, signal: AbortSignal | undefined): Promise<RetentionRun> {
  const policy = await readRetention(db)
  const done: RetentionRun = { dropped: {}, columns: 0, tiles: 0, compacted: 0, busy: [] }
  for (const kind of EVENT_KINDS) {
    if (signal?.aborted) return done
    try {
      const { rows } = await db.pool.query<{ n: number }>('select expire_partitions($1) as n', [kind])
      if (rows[0] && rows[0].n > 0) done.dropped[kind] = rows[0].n
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      done.busy.push(kind)
    }
  }
  const months = new Set<number>()
  for (const { kind, stepMs, mark } of STEPS) {
    const days = policy[kind]
    if (days === null) continue
    for (const build of await buildsToThin(db, { stepMs, mark, days, now })) {
      if (signal?.aborted) return done
      const thinned = await thin(db, build, { stepMs, mark, months, signal })
      done.columns += thinned.columns
      done.tiles += thinned.tiles
    }
  }
  for (const month of months) {
    if (signal?.aborted) return done
    try {
      await db.pool.query('select compact_columns($1)', [isoTime(month)])
      done.compacted++
    } catch (error) {
      // The month that is still running is compacted when it is over.
      if (!isLockTimeout(error) && !isRefused(error)) throw error
    }
  }
  return done
}

interface ThinnedBuild {
  id: number
  instrumentId: number
  bucketMs: number
  from: number
  /** what starts earlier is thinned */
  before: number
}

/** Simulated markets have clocks of their own, years away from ours: theirs are as old as their own newest column says. */
async function buildsToThin(
  db: Database,
  { stepMs, mark, days, now }: { stepMs: number; mark: string; days: number; now: number },
): Promise<ThinnedBuild[]> {
  const { rows } = await db.pool.query<Omit<ThinnedBuild, 'before'> & { newest: number | null }>(
    `select b.id, b.instrument_id as "instrumentId", b.bucket_ms as "bucketMs", ${msOf(`coalesce(b.${mark}, b.first_bucket)`)} as from,
            case when i.simulated then ${msOf('b.last_bucket')} end as newest
       from build b join instrument i on i.id = b.instrument_id
      where b.status = 'complete' and b.bucket_ms < $1 and $1 % b.bucket_ms = 0 and b.first_bucket is not null
        and (i.venue = any($2) or exists (select from feed_state f where f.instrument_id = i.id))
      order by b.id`,
    [stepMs, Object.values(SUM_VENUES)],
  )
  return rows
    .map(({ newest, ...build }) => ({ ...build, before: floorTo((newest ?? now) - days * DAY_MS, DAY_MS) }))
    .filter(({ from, before }) => from < before)
}

/**
 * A day at a time, each in a transaction of its own. Of each step the column that ends with it stays; of the build its last one too: a market
 * that was heard for two minutes and left would have none otherwise.
 */
async function thin(
  db: Database,
  build: ThinnedBuild,
  { stepMs, mark, months, signal }: { stepMs: number; mark: string; months: Set<number>; signal?: AbortSignal | undefined },
): Promise<{ columns: number; tiles: number }> {
  let [columns, tiles, removedOfMonth] = [0, 0, 0]
  for (let from = floorTo(build.from, DAY_MS); from < build.before && !signal?.aborted; from += DAY_MS) {
    const to = from + DAY_MS
    const removed = await inTransaction(db, async (client) => {
      const gone = await client.query(
        `delete from "column" where instrument_id = $1 and build_id = $2 and bucket >= $3 and bucket < $4
            and (extract(epoch from bucket) * 1000 + $5)::bigint % $6 <> 0
            and bucket <> (select last_bucket from build where id = $2)`,
        [build.instrumentId, build.id, isoTime(from), isoTime(to), build.bucketMs, stepMs],
      )
      await client.query(`update build set ${mark} = $2, column_count = column_count - $3 where id = $1`, [
        build.id,
        isoTime(to),
        gone.rowCount ?? 0,
      ])
      return gone.rowCount ?? 0
    })
    columns += removed
    removedOfMonth += removed
    if (monthOf(to) === monthOf(from)) continue
    // Once, when the month's last day is thinned: it takes as long as the whole month is large, and its readers wait. Of a month
    // that was begun in an earlier run nobody knows any more what went.
    if (removedOfMonth > 0 || build.from > monthOf(from)) months.add(monthOf(from))
    removedOfMonth = 0
  }
  tiles += await dropFineTiles(db, build, stepMs)
  return { columns, tiles }
}

/** Closed tiles finer than `stepMs` of what is thinned, where a coarser closed one holds what they showed. */
async function dropFineTiles(db: Database, build: ThinnedBuild, stepMs: number): Promise<number> {
  const { rowCount } = await db.pool.query(
    `delete from tile t where t.instrument_id = $1 and t.build_id = $2 and t.resolution_ms < $3
        and (t.tile_index + 1)::bigint * t.resolution_ms * 256 <= $4::bigint
        and exists (select from tile c where c.instrument_id = t.instrument_id and c.build_id = t.build_id and c.resolution_ms = $3
                       and c.tile_index = (t.tile_index::bigint * t.resolution_ms) / $3)`,
    [build.instrumentId, build.id, stepMs, build.before],
  )
  return rowCount ?? 0
}

/** Bytes on disk, indexes and out-of-line values included, by table; partitions with their table. The largest first. */
export async function storageByTable(q: Queryable | Database): Promise<{ table: string; bytes: number; rows: number }[]> {
  const { rows } = await queryable(q).query<{ table: string; bytes: number; rows: number }>(
    `select coalesce(parent.relname, c.relname) as table, sum(pg_total_relation_size(c.oid))::float8 as bytes,
            sum(greatest(c.reltuples, 0))::float8 as rows
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       left join pg_inherits i on i.inhrelid = c.oid
       left join pg_class parent on parent.oid = i.inhparent
      where c.relkind = 'r' and n.nspname in ('public', 'faultline_parts')
      group by 1 order by 2 desc, 1`,
  )
  return rows
}

const queryable = (q: Queryable | Database): Queryable => ('pool' in q ? q.pool : q)
const monthOf = (time: number): number => Date.UTC(new Date(time).getUTCFullYear(), new Date(time).getUTCMonth())
const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')
const isLockTimeout = (error: unknown): boolean => codeOf(error) === '55P03'
const isRefused = (error: unknown): boolean => codeOf(error) === '22023'
