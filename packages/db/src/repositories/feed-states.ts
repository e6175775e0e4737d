/** How sources and their instruments' feeds are. The worker that holds an instrument writes its state; pages read it. */
import {
  type BackfillProgress,
  backfillProgress,
  type ChannelStatuses,
  channelStatuses,
  type FeedStateName,
  type SourceDetails,
  sourceDetails,
} from '@faultline/market/feed'
import type { Database, Queryable } from '../database.ts'
import { notify } from '../notify.ts'
import { msOf } from '../sql/binary.ts'

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

/**
 * Writes the states of many instruments with one statement, and tells the pages about those in `announce` (all by default):
 * coverage moves every second, but only a change that somebody sees is news.
 */
export async function writeFeedStates(q: Queryable, states: readonly FeedState[], announce: readonly FeedState[] = states): Promise<void> {
  if (states.length === 0) return
  await q.query(
    `insert into feed_state as f (instrument_id, data_source_id, state, message, channels, backfill, worker, updated_at)
     select s.*, now() from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[], $7::text[])
       as s(instrument_id, data_source_id, state, message, channels, backfill, worker)
      order by 1
     on conflict (instrument_id) do update
        set data_source_id = excluded.data_source_id, state = excluded.state, message = excluded.message, channels = excluded.channels,
            backfill = excluded.backfill, worker = excluded.worker, updated_at = excluded.updated_at`,
    [
      states.map((s) => s.instrumentId),
      states.map((s) => s.dataSourceId),
      states.map((s) => s.state),
      states.map((s) => s.message),
      states.map((s) => JSON.stringify(s.channels)),
      states.map((s) => (s.backfill === null ? null : JSON.stringify(s.backfill))),
      states.map((s) => s.worker),
    ],
  )
  for (const sourceId of new Set(announce.map((s) => s.dataSourceId)))
    await notify(q, 'feeds', {
      sourceId,
      instrumentIds: announce
        .filter((s) => s.dataSourceId === sourceId)
        .map((s) => s.instrumentId)
        .slice(0, 1000),
    })
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
