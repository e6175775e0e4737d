/** History that administrators ask for: one row per market and stretch, done by whichever worker writes that market. */
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS } from '@faultline/market/units'
import { asActor, type UserActor } from '../actor.ts'
import type { Database } from '../database.ts'
import { notify } from '../notify.ts'
import { msOf } from '../sql/binary.ts'

export const BACKFILL_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type BackfillState = (typeof BACKFILL_STATES)[number]

export interface BackfillRow {
  id: string
  dataSourceId: number
  /** as the venue writes it */
  symbol: string
  /** UTC ms, `to` exclusive */
  from: number
  to: number
  state: BackfillState
  /** 0 to 1 */
  progress: number
  etaMs: number | null
  message: string | null
  createdAt: number
  finishedAt: number | null
}

const COLUMNS = `id, data_source_id as "dataSourceId", symbol, ${msOf('from_time')} as "from", ${msOf('to_time')} as "to", state, progress,
  eta_ms as "etaMs", message, ${msOf('created_at')} as "createdAt", ${msOf('finished_at')} as "finishedAt"`
const LONGEST_MS = 3_660 * DAY_MS
const LISTED = 200

/**
 * Asks for a stretch of one market's history. Workers are told.
 * @throws FaultlineError bad_input; conflict where the same is under way
 */
export async function requestBackfill(
  db: Database,
  actor: UserActor,
  given: { dataSourceId: number; symbol: string; from: number; to: number },
): Promise<BackfillRow> {
  const { dataSourceId, symbol, from, to } = given
  if (!(from < to)) throw new FaultlineError('bad_input', 'The history has to begin before it ends.', { place: { field: 'from' } })
  if (to > Date.now() + DAY_MS) throw new FaultlineError('bad_input', 'The future has no history yet.', { place: { field: 'to' } })
  if (to - from > LONGEST_MS) throw new FaultlineError('bad_input', 'At most ten years at a time.', { place: { field: 'from' } })
  return asActor(db, actor, async (client) => {
    const under = await client.query(
      `select from backfill_request where data_source_id = $1 and symbol = $2 and state in ('waiting', 'running')
          and from_time < to_timestamp($4 / 1000.0) and to_time > to_timestamp($3 / 1000.0)`,
      [dataSourceId, symbol, from, to],
    )
    if (under.rowCount) throw new FaultlineError('conflict', `The history of ${symbol} for this time is being fetched already.`)
    const { rows } = await client.query<BackfillRow>(
      `insert into backfill_request (id, data_source_id, symbol, from_time, to_time, requested_by)
       values (gen_random_uuid(), $1, $2, to_timestamp($3 / 1000.0), to_timestamp($4 / 1000.0), $5) returning ${COLUMNS}`,
      [dataSourceId, symbol, from, to, actor.userId],
    )
    await notify(client, 'sources', { id: dataSourceId })
    return rows[0] as BackfillRow
  })
}

/** Newest first. */
export const listBackfills = (db: Database, actor: UserActor, dataSourceId?: number): Promise<BackfillRow[]> =>
  asActor(db, actor, async (client) => {
    const { rows } = await client.query<BackfillRow>(
      `select ${COLUMNS} from backfill_request where $1::int is null or data_source_id = $1 order by created_at desc limit ${LISTED}`,
      [dataSourceId ?? null],
    )
    return rows
  })

/** What is fetched already stays. @throws FaultlineError not_found, conflict where it has ended */
export const cancelBackfill = (db: Database, actor: UserActor, id: string): Promise<void> =>
  asActor(db, actor, async (client) => {
    const { rows } = await client.query<{ source: number }>(
      `update backfill_request set state = 'cancelled', finished_at = now(), eta_ms = null, message = 'cancelled by an administrator'
        where id = $1 and state in ('waiting', 'running') returning data_source_id as source`,
      [id],
    )
    if (rows[0]) return notify(client, 'sources', { id: rows[0].source })
    const there = await client.query<{ state: string }>('select state from backfill_request where id = $1', [id])
    if (!there.rows[0]) throw new FaultlineError('not_found', 'There is no such request.')
    throw new FaultlineError('conflict', `It has ended already: ${there.rows[0].state}.`)
  })

/** For workers: what of a source is to be done, oldest first; what was begun and not finished is to be done again. */
export const openBackfills = (db: Database, dataSourceId: number): Promise<BackfillRow[]> =>
  asActor(db, { kind: 'worker' }, async (client) => {
    const { rows } = await client.query<BackfillRow>(
      `select ${COLUMNS} from backfill_request where data_source_id = $1 and state in ('waiting', 'running') order by created_at, id`,
      [dataSourceId],
    )
    return rows
  })

/** Says how far it is. False when it has been cancelled meanwhile: then it is to be stopped. */
export const reportBackfill = (
  db: Database,
  id: string,
  now: { state: 'running' | 'done' | 'failed'; progress: number; etaMs: number | null; message: string | null },
): Promise<boolean> =>
  asActor(db, { kind: 'worker' }, async (client) => {
    const { state, progress, etaMs, message } = now
    const { rowCount } = await client.query(
      `update backfill_request
          set state = $2, progress = $3, eta_ms = $4, message = $5, started_at = coalesce(started_at, now()),
              finished_at = case when $2 = 'running' then null else now() end
        where id = $1 and state in ('waiting', 'running')`,
      [
        id,
        state,
        Math.min(1, Math.max(0, progress)),
        etaMs === null ? null : Math.min(0x7fffffff, Math.round(etaMs)),
        message?.slice(0, 500) ?? null,
      ],
    )
    return rowCount === 1
  })
