/**
 * Who may write an instrument's columns. The database's clock decides about expiry, the epoch about everything else: it
 * rises with every change of holder, and each write verifies it in its own transaction. A worker that slept through its
 * lease and woke writes nothing once another has taken over.
 */
import { FaultlineError } from '@faultline/market/errors'
import type pg from 'pg'
import type { Database, Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'

export interface Lease {
  readonly instrumentId: number
  readonly epoch: number
  readonly holder: string
}

/**
 * Takes the lease if it is free, expired, or this holder's own (whose older self is fenced off then). With a client, inside
 * its transaction: a new instrument becomes visible together with who writes it.
 * @throws FaultlineError conflict, naming the holder, while another's is running; not_found without such an instrument
 */
export async function acquireLease(db: Database | Queryable, instrumentId: number, holder: string, ttlMs: number): Promise<Lease> {
  const q = 'pool' in db ? db.pool : db
  const taken = await q
    .query<{ epoch: string }>(
      `insert into lease as l (instrument_id, epoch, holder, expires_at)
       values ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond')
       on conflict (instrument_id) do update
          set epoch = l.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at
        where l.expires_at <= clock_timestamp() or l.holder = excluded.holder
       returning epoch`,
      [instrumentId, holder, ttlMs],
    )
    .catch((error: { code?: string }) => {
      if (error.code === '23503') throw new FaultlineError('not_found', `There is no instrument ${instrumentId}.`, { cause: error })
      throw error
    })
  const row = taken.rows[0]
  if (row) return { instrumentId, epoch: Number(row.epoch), holder }
  const { rows } = await q.query<{ holder: string; seconds: number; key: string }>(
    `select l.holder, greatest(0, ceil(date_part('epoch', l.expires_at - clock_timestamp()))) as seconds, i.key
       from lease l join instrument i on i.id = l.instrument_id where l.instrument_id = $1`,
    [instrumentId],
  )
  const other = rows[0]
  throw new FaultlineError(
    'conflict',
    `${other?.key ?? `Instrument ${instrumentId}`} is being written by ${other?.holder ?? 'another worker'}; wait until it is done, or ${other?.seconds ?? 0} s after it has died.`,
  )
}

/** Who holds the lease, and until when (UTC milliseconds, the database's clock) unless it is renewed; null where nobody ever did. */
export async function findLease(db: Database, instrumentId: number): Promise<{ holder: string; epoch: number; expiresAt: number } | null> {
  const { rows } = await db.pool.query<{ holder: string; epoch: number; expiresAt: number }>(
    `select holder, epoch::float8 as epoch, ${msOf('expires_at')} as "expiresAt" from lease where instrument_id = $1`,
    [instrumentId],
  )
  return rows[0] ?? null
}

/** Extends the lease. @throws FaultlineError lease_lost when another has taken it, or it was released */
export async function renewLease(db: Database, lease: Lease, ttlMs: number): Promise<void> {
  const { rowCount } = await db.pool.query(
    `update lease set expires_at = clock_timestamp() + $3 * interval '1 millisecond' where instrument_id = $1 and epoch = $2`,
    [lease.instrumentId, lease.epoch, ttlMs],
  )
  if (!rowCount) throw lost(lease)
}

/** Gives the lease back; nothing happens when it is lost already. The epoch rises, so that it is worth nothing from now on. */
export async function releaseLease(db: Database, lease: Lease): Promise<void> {
  // In the past: the column keeps milliseconds, and a time that is rounded up would hold for the rest of its millisecond.
  await db.pool.query('update lease set epoch = epoch + 1, expires_at = to_timestamp(0) where instrument_id = $1 and epoch = $2', [
    lease.instrumentId,
    lease.epoch,
  ])
}

/**
 * Verifies the epoch and keeps it from changing until the caller's transaction ends.
 * @throws FaultlineError lease_lost
 */
export async function assertLease(client: pg.PoolClient, lease: Lease): Promise<void> {
  const { rowCount } = await client.query('select from lease where instrument_id = $1 and epoch = $2 for share', [
    lease.instrumentId,
    lease.epoch,
  ])
  if (!rowCount) throw lost(lease)
}

const lost = (lease: Lease): FaultlineError =>
  new FaultlineError('lease_lost', `${lease.holder} no longer holds the lease on instrument ${lease.instrumentId}: another has taken over.`)
