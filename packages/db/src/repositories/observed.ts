/**
 * The observed layer: positions that accounts hold now, and looks at them, written down one after the other. Beside the estimate, never
 * in it. Addresses come out of here shortened.
 */
import { type Column, PLANES } from '@faultline/market/column'
import { decodeColumn, encodeColumn } from '@faultline/market/column-codec'
import { shortAddress } from '@faultline/market/observed-addresses'
import { DAY_MS } from '@faultline/market/units'
import type pg from 'pg'
import type { Database, Queryable } from '../database.ts'
import { msOf } from '../sql/binary.ts'
import { assertLease, type Lease } from './leases.ts'

const queryable = (db: Database | Queryable): Queryable => ('pool' in db ? db.pool : db)

export interface ObservedPositionRow {
  instrumentId: number
  /** `0x1234…abcd` */
  account: string
  side: 'long' | 'short'
  /** base coin */
  size: number
  /** at the mark price when it was seen */
  usd: number
  entryPrice: number
  /** as its holder set it */
  leverage: number
  isolated: boolean
  /** null: no price liquidates it */
  liquidationPrice: number | null
  /** UTC ms, our clock */
  seenAt: number
}

/** An account that two sources name counts once, as it was seen last. */
const CURRENT = `select distinct on (p.instrument_id, p.address) p.* from observed_position p
  join data_source d on d.id = p.data_source_id
 where p.instrument_id = any($1) and d.options -> 'observed' ->> 'enabled' = 'true'
 order by p.instrument_id, p.address, p.seen_at desc`
const FIELDS = `p.instrument_id as "instrumentId", p.address, p.side, p.size, p.usd, p.entry_price as "entryPrice", p.leverage, p.isolated,
  p.liquidation_price as "liquidationPrice", ${msOf('p.seen_at')} as "seenAt"`

/** All positions that are seen now of these instruments, of sources whose layer is on; the largest first, `limit` per instrument at most. */
export async function observedPositions(
  db: Database | Queryable,
  instrumentIds: readonly number[],
  limit = 100_000,
): Promise<ObservedPositionRow[]> {
  const { rows } = await queryable(db).query<Omit<ObservedPositionRow, 'account'> & { address: string }>(
    `select ${FIELDS} from (select *, row_number() over (partition by instrument_id order by usd desc, address) as rank from (${CURRENT}) c) p
      where p.rank <= $2 order by p.usd desc, p.address`,
    [instrumentIds, limit],
  )
  return rows.map(({ address, ...row }) => ({ ...row, account: shortAddress(address) }))
}

/** One side's open interest, base coin, by the newest figure of the day before `time` (UTC ms); null without one. */
export async function newestOpenInterest(q: Queryable, instrumentId: number, time: number): Promise<number | null> {
  const { rows } = await q.query<{ openInterest: number }>(
    `select open_interest as "openInterest" from open_interest where instrument_id = $1 and time <= $2 and time > $3 order by time desc limit 1`,
    [instrumentId, new Date(time), new Date(time - DAY_MS)],
  )
  return rows[0]?.openInterest ?? null
}

/** The layer of one instrument as it was written down. */
export interface ObservedLook {
  instrumentId: number
  /** the venue's, UTC ms */
  time: number
  /** USD by bin of liquidation price */
  column: Column
  accounts: number
  /** of all that is seen, what nothing liquidates as well */
  longUsd: number
  shortUsd: number
  /** of that side's open interest; null: not known */
  longShare: number | null
  shortShare: number | null
  /** our clock at the oldest answer in it, UTC ms; null: nothing is seen */
  oldestAt: number | null
}

/**
 * Writes a look down, with what of it the estimator is told (JSON; null: nothing) and the end of the last bucket that was estimated
 * without it although its time lies there (UTC ms; null: it is in time). A second one of the same moment is passed over.
 * @throws FaultlineError lease_lost
 */
export async function storeLook(client: pg.PoolClient, lease: Lease, look: ObservedLook, evidence: unknown, knownAfter: number | null) {
  await assertLease(client, lease)
  await client.query(
    `insert into observed_look (instrument_id, time, data, accounts, long_usd, short_usd, long_share, short_share, oldest_at, evidence, known_after)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
    [
      look.instrumentId,
      new Date(look.time),
      Buffer.from(encodeColumn(look.column)),
      look.accounts,
      look.longUsd,
      look.shortUsd,
      look.longShare,
      look.shortShare,
      look.oldestAt === null ? null : new Date(look.oldestAt),
      evidence === null ? null : JSON.stringify(evidence),
      knownAfter === null ? null : new Date(knownAfter),
    ],
  )
}

const LOOK = `l.instrument_id as "instrumentId", ${msOf('l.time')} as time, l.accounts, l.long_usd as "longUsd", l.short_usd as "shortUsd",
  l.long_share as "longShare", l.short_share as "shortShare", ${msOf('l.oldest_at')} as "oldestAt"`

/** The newest look at each of these instruments, without its levels. */
export async function latestLooks(db: Database | Queryable, instrumentIds: readonly number[]): Promise<Omit<ObservedLook, 'column'>[]> {
  const { rows } = await queryable(db).query<Omit<ObservedLook, 'column'>>(
    `select ${LOOK} from unnest($1::int[]) as i(id)
      cross join lateral (select * from observed_look where instrument_id = i.id order by time desc limit 1) l`,
    [instrumentIds],
  )
  return rows
}

/**
 * Looks at an instrument with time in [from, to), at most one per `stepMs` (the last of each step), in order of time. `from` may lie in
 * the middle of the past: the one that was in force there is not added.
 */
export async function readLooks(
  db: Database | Queryable,
  instrumentId: number,
  { from, to, stepMs }: { from: number; to: number; stepMs: number },
): Promise<ObservedLook[]> {
  const { rows } = await queryable(db).query<Omit<ObservedLook, 'column'> & { data: Buffer }>(
    `select ${LOOK}, l.data from (
       select distinct on (floor(date_part('epoch', time) * 1000 / $4)) * from observed_look
        where instrument_id = $1 and time >= $2 and time < $3
        order by floor(date_part('epoch', time) * 1000 / $4), time desc) l
      order by l.time`,
    [instrumentId, new Date(from), new Date(to), stepMs],
  )
  return rows.map(({ data, ...row }) => ({ ...row, column: decodeColumn(data) }))
}

/** What the estimator was told, in order of time: looks with time in [from, to). `knownAfter` as at storeLook. */
export async function readEvidence(
  q: Queryable,
  instrumentId: number,
  { from, to }: { from: number; to: number },
): Promise<{ time: number; evidence: unknown; knownAfter: number | null }[]> {
  const { rows } = await q.query<{ time: number; evidence: unknown; knownAfter: number | null }>(
    `select ${msOf('time')} as time, evidence, ${msOf('known_after')} as "knownAfter" from observed_look
      where instrument_id = $1 and time >= $2 and time < $3 and evidence is not null order by time`,
    [instrumentId, new Date(from), new Date(to)],
  )
  return rows
}

/** A column without a level, for a look at nothing. */
export const emptyColumn = (bucketStart: number, bucketMs: number): Column => ({
  bucketStart,
  bucketMs,
  planes: Object.fromEntries(PLANES.map((p) => [p, { firstBin: 0, usd: new Float32Array(0) }])) as unknown as Column['planes'],
})

/** Those of these instruments that are fed by a source whose layer is on. */
export async function instrumentsWithLayer(db: Database | Queryable, instrumentIds: readonly number[]): Promise<number[]> {
  const { rows } = await queryable(db).query<{ id: number }>(
    `select f.instrument_id as id from feed_state f join data_source d on d.id = f.data_source_id
      where f.instrument_id = any($1) and d.options -> 'observed' ->> 'enabled' = 'true' order by 1`,
    [instrumentIds],
  )
  return rows.map((row) => row.id)
}
