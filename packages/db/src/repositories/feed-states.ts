/** How sources and their instruments' feeds are. The worker that holds an instrument writes its state; pages read it. */
import {
  type BackfillProgress,
  backfillProgress,
  type ChannelStatuses,
  channelStatuses,
  type FeedChannel,
  type FeedStateName,
  type SourceDetails,
  sourceDetails,
} from '@faultline/market/feed'
import type { Database, Queryable } from '../database.ts'
import { notify } from '../notify.ts'
import { msOf } from '../sql/binary.ts'
import { storableText } from '../sql/text.ts'

export interface FeedState {
  instrumentId: number
  dataSourceId: number
  state: FeedStateName
  /** for the person who looks: why it is not live */
  message: string | null
  channels: ChannelStatuses
  backfill: BackfillProgress | null
  /** who writes this */
  worker: string
}
export interface FeedStateRow extends FeedState {
  /** UTC ms, our clock */
  updatedAt: number
}

export interface SourceState {
  dataSourceId: number
  state: FeedStateName
  message: string | null
  /** UTC ms: no request before */
  blockedUntil: number | null
  nextAttemptAt: number | null
  details: SourceDetails
  worker: string
}
export interface SourceStateRow extends SourceState {
  updatedAt: number
}

export interface CoveredChannel {
  instrumentId: number
  channel: FeedChannel
  /** UTC ms of the venue's clock: everything before it is stored or stands in the gap ledger */
  coveredTo: number
}

/** Instruments per notification: a payload has room for 8,000 bytes. */
const NOTIFIED_AT_ONCE = 500

/** Coverage only grows: whoever restarts knows nothing of it and must not take it back. */
const furthest = (a: string, b: string): string =>
  `jsonb_build_object('coveredTo', greatest((${a} ->> 'coveredTo')::float8, (${b} ->> 'coveredTo')::float8)::bigint)`

/**
 * Writes the states of many instruments with one statement, and tells the pages about those in `announce` (all by default):
 * coverage moves every second, but only a change that somebody sees is news. Stored coverage stays where the new one is
 * less, and so does that of channels which are not named.
 */
export async function writeFeedStates(q: Queryable, states: readonly FeedState[], announce: readonly FeedState[] = states): Promise<void> {
  if (states.length === 0) return
  await q.query(
    `insert into feed_state as f (instrument_id, data_source_id, state, message, channels, backfill, worker, updated_at)
     select s.*, now() from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[], $7::text[])
       as s(instrument_id, data_source_id, state, message, channels, backfill, worker)
      order by 1
     on conflict (instrument_id) do update
        set data_source_id = excluded.data_source_id, state = excluded.state, message = excluded.message, backfill = excluded.backfill,
            worker = excluded.worker, updated_at = excluded.updated_at,
            channels = (
              select coalesce(jsonb_object_agg(c.name, case when excluded.channels ? c.name
                       then (excluded.channels -> c.name) || ${furthest('(excluded.channels -> c.name)', '(f.channels -> c.name)')}
                       else (f.channels -> c.name) || '{"state": "waiting"}' end), '{}')
                from (select jsonb_object_keys(excluded.channels) union select jsonb_object_keys(f.channels)) as c(name))`,
    [
      states.map((s) => s.instrumentId),
      states.map((s) => s.dataSourceId),
      states.map((s) => s.state),
      states.map((s) => s.message && storableText(s.message, 500)),
      states.map((s) => JSON.stringify(s.channels)),
      states.map((s) => (s.backfill === null ? null : JSON.stringify(s.backfill))),
      states.map((s) => s.worker),
    ],
  )
  for (const sourceId of new Set(announce.map((s) => s.dataSourceId))) {
    const ids = announce.filter((s) => s.dataSourceId === sourceId).map((s) => s.instrumentId)
    for (let at = 0; at < ids.length; at += NOTIFIED_AT_ONCE)
      await notify(q, 'feeds', { sourceId, instrumentIds: ids.slice(at, at + NOTIFIED_AT_ONCE) })
  }
}

/** Moves coverage forward where an instrument has a state; nobody is told, and nothing else of the state changes. */
export async function advanceCoverage(q: Queryable, covered: readonly CoveredChannel[]): Promise<void> {
  if (covered.length === 0) return
  await q.query(
    `with given as (
       select instrument_id, channel, max(covered_to) as covered_to
         from unnest($1::int[], $2::text[], $3::float8[]) as g(instrument_id, channel, covered_to) group by 1, 2),
     -- in this order, as every statement that locks several of these rows
     locked as materialized (
       select instrument_id, channels from feed_state where instrument_id = any($1) order by instrument_id for no key update),
     merged as (
       select l.instrument_id, jsonb_object_agg(g.channel,
                coalesce(l.channels -> g.channel, '{"state": "waiting", "lastTime": null, "receivedAt": null, "limitMs": null}')
                || ${furthest("jsonb_build_object('coveredTo', g.covered_to)", '(l.channels -> g.channel)')}) as channels
         from locked l join given g using (instrument_id) group by 1)
     update feed_state f set channels = f.channels || m.channels, updated_at = now() from merged m where f.instrument_id = m.instrument_id`,
    [covered.map((c) => c.instrumentId), covered.map((c) => c.channel), covered.map((c) => c.coveredTo)],
  )
}

/** The states of all instruments that ever had a feed, or of those named. */
export async function readFeedStates(q: Queryable | Database, instrumentIds?: readonly number[]): Promise<FeedStateRow[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<FeedStateRow>(
    `select f.instrument_id as "instrumentId", f.data_source_id as "dataSourceId", f.state, f.message, f.channels, f.backfill, f.worker,
            ${msOf('f.updated_at')} as "updatedAt"
       from feed_state f where $1::int[] is null or f.instrument_id = any($1) order by f.instrument_id`,
    [instrumentIds ?? null],
  )
  // Written by another version of the worker, perhaps: what cannot be read is shown as unknown, not as an error.
  return rows.map((row) => ({
    ...row,
    channels: channelStatuses.safeParse(row.channels).data ?? {},
    backfill: backfillProgress.nullable().safeParse(row.backfill).data ?? null,
  }))
}

export async function writeSourceState(q: Queryable, state: SourceState): Promise<void> {
  await q.query(
    `insert into source_state as s (data_source_id, state, message, blocked_until, next_attempt_at, details, worker, updated_at)
     values ($1, $2, $3, to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000), $6, $7, now())
     on conflict (data_source_id) do update
        set state = excluded.state, message = excluded.message, blocked_until = excluded.blocked_until, next_attempt_at = excluded.next_attempt_at,
            details = excluded.details, worker = excluded.worker, updated_at = excluded.updated_at`,
    [state.dataSourceId, state.state, state.message, state.blockedUntil, state.nextAttemptAt, JSON.stringify(state.details), state.worker],
  )
  await notify(q, 'feeds', { sourceId: state.dataSourceId, instrumentIds: [] })
}

export async function readSourceStates(q: Queryable | Database): Promise<SourceStateRow[]> {
  const { rows } = await ('pool' in q ? q.pool : q).query<SourceStateRow>(
    `select s.data_source_id as "dataSourceId", s.state, s.message, ${msOf('s.blocked_until')} as "blockedUntil",
            ${msOf('s.next_attempt_at')} as "nextAttemptAt", s.details, s.worker, ${msOf('s.updated_at')} as "updatedAt"
       from source_state s order by s.data_source_id`,
  )
  return rows.map((row) => ({ ...row, details: sourceDetails.safeParse(row.details).data ?? {} }))
}
