/**
 * Accounts whose positions are observed, and which worker asks for them. A whole address leaves the server for administrators only
 * (`exportObservedAddresses`), and is never logged.
 */
import { FaultlineError } from '@faultline/market/errors'
import { MOST_OBSERVED_ADDRESSES, readAddress } from '@faultline/market/observed-addresses'
import type pg from 'pg'
import { type Database, inTransaction, type Queryable } from '../database.ts'
import { notify } from '../notify.ts'
import { msOf, timestamptzArray } from '../sql/binary.ts'
import { storableText } from '../sql/text.ts'

const queryable = (db: Database | Queryable): Queryable => ('pool' in db ? db.pool : db)

export interface AddedAddresses {
  added: number
  /** were there before */
  known: number
  /** of the source now */
  total: number
}

/**
 * Adds accounts to a source; what is there stays as it is. All or nothing. Workers are told.
 * @throws FaultlineError bad_input for what is no address, or more than MOST_OBSERVED_ADDRESSES of them; not_found
 */
export async function addObservedAddresses(db: Database, sourceId: number, addresses: readonly string[]): Promise<AddedAddresses> {
  const list = [...new Set(addresses.map(checked))]
  return inTransaction(db, async (client) => {
    // One at a time per source, so that the count holds.
    const { rowCount } = await client.query('select from data_source where id = $1 for no key update', [sourceId])
    if (!rowCount) throw new FaultlineError('not_found', `There is no data source ${sourceId}.`)
    const made = await client.query(
      'insert into observed_address (data_source_id, address) select $1, unnest($2::text[]) on conflict do nothing',
      [sourceId, list],
    )
    const added = made.rowCount ?? 0
    const total = await countOf(client, sourceId)
    if (total > MOST_OBSERVED_ADDRESSES)
      throw new FaultlineError(
        'bad_input',
        `${total} addresses would be observed; at most ${MOST_OBSERVED_ADDRESSES} are. Leave out ${total - MOST_OBSERVED_ADDRESSES}, or clear the list first.`,
        { place: { field: 'addresses' } },
      )
    await notify(client, 'sources', { id: sourceId })
    return { added, known: list.length - added, total }
  })
}

function checked(value: string, i: number): string {
  const address = readAddress(value)
  if (address === undefined)
    throw new FaultlineError('bad_input', `no. ${i + 1} is no address: 0x and 40 hexadecimal digits`, {
      place: { field: `addresses.${i}` },
    })
  return address
}

async function countOf(q: Queryable, sourceId: number): Promise<number> {
  const { rows } = await q.query<{ count: number }>('select count(*)::int as count from observed_address where data_source_id = $1', [
    sourceId,
  ])
  return rows[0]?.count ?? 0
}

/** Forgets all accounts of a source, and what they hold. How many there were. What was written down of the past stays. */
export async function clearObservedAddresses(db: Database, sourceId: number): Promise<number> {
  return inTransaction(db, async (client) => {
    const { rowCount } = await client.query('delete from observed_address where data_source_id = $1', [sourceId])
    await notify(client, 'sources', { id: sourceId })
    return rowCount ?? 0
  })
}

/** Whole addresses, for an administrator who asks for them. */
export async function exportObservedAddresses(db: Database | Queryable, sourceId: number): Promise<string[]> {
  const { rows } = await queryable(db).query<{ address: string }>(
    'select address from observed_address where data_source_id = $1 order by added_at, address',
    [sourceId],
  )
  return rows.map((r) => r.address)
}

export interface ObservedSummary {
  dataSourceId: number
  addresses: number
  /** have been answered for at least once */
  seen: number
  /** last question failed */
  failing: number
  /** what was wrong with one of these */
  error: string | null
  /** UTC ms, our clock: the oldest and newest answer of those that were answered for; null: none was */
  oldestAt: number | null
  newestAt: number | null
  /** positions that they hold now */
  positions: number
  /** of the worker that asks: null where none does */
  poller: { startedAt: number; answers: number; message: string | null; alive: boolean } | null
}

/** How observing goes, of these sources or all that have accounts. Addresses are not in it. */
export async function observedSummaries(db: Database | Queryable, sourceIds?: readonly number[]): Promise<ObservedSummary[]> {
  const { rows } = await queryable(db).query<
    Omit<ObservedSummary, 'poller'> & { startedAt: number | null; answers: number; message: string | null; alive: boolean }
  >(
    `select a.*, p.positions, o.answers::float8 as answers, o.message, coalesce(o.expires_at > clock_timestamp(), false) as alive,
            ${msOf('o.started_at')} as "startedAt"
       from (select data_source_id as "dataSourceId", count(*)::int as addresses, count(seen_at)::int as seen,
                    count(*) filter (where failures > 0)::int as failing, min(error) filter (where failures > 0) as error,
                    ${msOf('min(seen_at)')} as "oldestAt", ${msOf('max(seen_at)')} as "newestAt"
               from observed_address where $1::int[] is null or data_source_id = any($1) group by 1) a
       left join observed_poller o on o.data_source_id = a."dataSourceId"
      cross join lateral (select count(*)::int as positions from observed_position x where x.data_source_id = a."dataSourceId") p
      order by 1`,
    [sourceIds ?? null],
  )
  return rows.map(({ startedAt, answers, message, alive, ...row }) => ({
    ...row,
    poller: startedAt === null ? null : { startedAt, answers, message, alive },
  }))
}

export interface DueAccount {
  address: string
  /** UTC ms, our clock */
  dueAt: number
  failures: number
}

/** Those who are due at `now` (UTC ms), the longest overdue first, at most `limit`; and when the next one is. */
export async function dueAccounts(
  q: Queryable,
  sourceId: number,
  now: number,
  limit: number,
): Promise<{ due: DueAccount[]; nextAt: number | null }> {
  const { rows } = await q.query<DueAccount>(
    `select address, failures, ${msOf('due_at')} as "dueAt" from observed_address where data_source_id = $1 order by due_at, address limit $2`,
    [sourceId, limit],
  )
  return { due: rows.filter((r) => r.dueAt <= now), nextAt: rows[0]?.dueAt ?? null }
}

/** The next time that an account is asked for after a question that failed, UTC ms. The reason must not name the address. */
export async function noteFailure(
  q: Queryable,
  sourceId: number,
  address: string,
  { reason, dueAt }: { reason: string; dueAt: number },
): Promise<void> {
  await q.query(`update observed_address set failures = failures + 1, error = $3, due_at = $4 where data_source_id = $1 and address = $2`, [
    sourceId,
    address,
    storableText(reason, 300),
    new Date(dueAt),
  ])
}

/**
 * Makes this worker the one that asks for a source's accounts, or keeps it that. False while another one is; its time is the database's.
 * `message` tells how it goes, `answers` how many came since the last call.
 */
export async function holdPoller(
  q: Queryable,
  sourceId: number,
  state: { worker: string; ttlMs: number; answers: number; message: string | null },
): Promise<boolean> {
  const { rowCount } = await q.query(
    `insert into observed_poller as p (data_source_id, worker, expires_at, answers, message)
     values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond', $4, $5)
     on conflict (data_source_id) do update
        set worker = excluded.worker, expires_at = excluded.expires_at, message = excluded.message, updated_at = clock_timestamp(),
            answers = case when p.worker = excluded.worker then p.answers else 0 end + excluded.answers,
            started_at = case when p.worker = excluded.worker then p.started_at else clock_timestamp() end
      where p.expires_at <= clock_timestamp() or p.worker = excluded.worker`,
    [sourceId, state.worker, state.ttlMs, state.answers, state.message],
  )
  return (rowCount ?? 0) > 0
}

/** Lets another worker ask; nothing happens where another one does. */
export async function releasePoller(q: Queryable, sourceId: number, worker: string): Promise<void> {
  await q.query('delete from observed_poller where data_source_id = $1 and worker = $2', [sourceId, worker])
}

/** What one account held at an answer. */
export interface AccountAnswer {
  address: string
  /** the venue's time, UTC ms */
  time: number
  /** our clock, UTC ms */
  seenAt: number
  /** when it is asked for next, UTC ms */
  dueAt: number
  /** all that it holds: what is stored of it and not among these is gone */
  positions: readonly HeldPosition[]
}

export interface HeldPosition {
  instrumentId: number
  side: 'long' | 'short'
  /** base coin */
  size: number
  /** at the mark price */
  usd: number
  entryPrice: number
  leverage: number
  isolated: boolean
  /** null: no price liquidates it */
  liquidationPrice: number | null
}

/** Takes over what was answered. Accounts that were cleared meanwhile are passed over. */
export async function storeAnswers(db: Database, sourceId: number, answers: readonly AccountAnswer[]): Promise<void> {
  if (answers.length === 0) return
  // In one order everywhere: two workers, one of them late, cannot wait for each other.
  const sorted = [...answers].sort((a, b) => (a.address < b.address ? -1 : 1))
  await inTransaction(db, async (client) => {
    const { rows } = await client.query<{ address: string }>(
      `update observed_address a set seen_at = g.seen_at, due_at = g.due_at, failures = 0, error = null
         from unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) as g(address, seen_at, due_at)
        where a.data_source_id = $1 and a.address = g.address returning a.address`,
      [sourceId, sorted.map((a) => a.address), timestamptzArray(sorted.map((a) => a.seenAt)), timestamptzArray(sorted.map((a) => a.dueAt))],
    )
    const there = new Set(rows.map((r) => r.address))
    const kept = sorted.filter((a) => there.has(a.address))
    await client.query('delete from observed_position where data_source_id = $1 and address = any($2)', [
      sourceId,
      kept.map((a) => a.address),
    ])
    await insertPositions(client, sourceId, kept)
  })
}

async function insertPositions(client: pg.PoolClient, sourceId: number, answers: readonly AccountAnswer[]): Promise<void> {
  const rows = answers.flatMap(({ address, time, seenAt, positions }) => positions.map((p) => ({ ...p, address, time, seenAt })))
  if (rows.length === 0) return
  await client.query(
    `insert into observed_position
       (data_source_id, address, instrument_id, side, size, usd, entry_price, leverage, isolated, liquidation_price, time, seen_at)
     select $1, g.* from unnest($2::text[], $3::int[], $4::position_side[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
       $9::boolean[], $10::float8[], $11::timestamptz[], $12::timestamptz[]) as g
     on conflict do nothing`,
    [
      sourceId,
      rows.map((r) => r.address),
      rows.map((r) => r.instrumentId),
      rows.map((r) => r.side),
      rows.map((r) => r.size),
      rows.map((r) => r.usd),
      rows.map((r) => r.entryPrice),
      rows.map((r) => r.leverage),
      rows.map((r) => r.isolated),
      rows.map((r) => r.liquidationPrice),
      timestamptzArray(rows.map((r) => r.time)),
      timestamptzArray(rows.map((r) => r.seenAt)),
    ],
  )
}

/** Forgets what the accounts of a source hold, and asks for all of them anew when it is observed again: it was switched off. */
export async function forgetPositions(db: Database, sourceId: number): Promise<void> {
  await inTransaction(db, async (client) => {
    await client.query('delete from observed_position where data_source_id = $1', [sourceId])
    await client.query('update observed_address set due_at = now(), seen_at = null, failures = 0, error = null where data_source_id = $1', [
      sourceId,
    ])
  })
}
