/**
 * Builds: (instrument, model version, generation). Columns and the estimator's checkpoint are written together, under the
 * instrument's lease. A build that is complete is still appended to while its market lives; columns are never rewritten.
 */
import type { Column } from '@faultline/market/column'
import { encodeColumn } from '@faultline/market/column-codec'
import { FaultlineError } from '@faultline/market/errors'
import { TILE_COLUMNS } from '@faultline/market/tile'
import { isoTime } from '@faultline/market/units'
import type pg from 'pg'
import { type Database, inTransaction, type Queryable, type Transaction } from '../database.ts'
import { notify } from '../notify.ts'
import { byteaArray, msOf, timestamptzArray } from '../sql/binary.ts'
import { assertLease, type Lease } from './leases.ts'

export type BuildStatus = 'building' | 'complete' | 'retired'

export interface BuildRow {
  id: number
  instrumentId: number
  modelVersion: string
  /** counts the instrument's builds, whatever their model */
  generation: number
  bucketMs: number
  status: BuildStatus
  /** start of the first candle that was consumed, UTC milliseconds; null: not known, the oldest one that is stored */
  firstStep: number | null
  /** starts of the first and last bucket that have a column, UTC milliseconds; null while there is none */
  firstBucket: number | null
  lastBucket: number | null
  columnCount: number
  /** columns that start before are thinned (retention): one in some minutes is left; null: all are there */
  thinnedTo: number | null
  /** of those, the ones that start before this are thinned to one in thirty minutes, the others to one in five */
  thinned30mTo: number | null
  createdAt: number
  completedAt: number | null
}

const COLUMNS = `b.id, b.instrument_id as "instrumentId", b.model_version as "modelVersion", b.generation, b.bucket_ms as "bucketMs", b.status,
  ${msOf('b.first_step')} as "firstStep", ${msOf('b.first_bucket')} as "firstBucket", ${msOf('b.last_bucket')} as "lastBucket", b.column_count as "columnCount",
  ${msOf('greatest(b.thinned_5m_to, b.thinned_30m_to)')} as "thinnedTo",
  ${msOf('b.thinned_30m_to')} as "thinned30mTo",
  ${msOf('b.created_at')} as "createdAt", ${msOf('b.completed_at')} as "completedAt"`

/** Rows and bytes per insert statement: a message stays well under what server and client hold in memory with ease. */
const BATCH_ROWS = 5_000
const BATCH_BYTES = 16_000_000

/** The next generation, status building. It is served at once where the instrument has no other build to serve. */
export function startBuild(
  db: Database | pg.PoolClient,
  lease: Lease,
  options: { modelVersion: string; bucketMs: number },
): Promise<BuildRow> {
  return within(db, async (client) => {
    await assertLease(client, lease)
    const { rows } = await client.query<BuildRow>(
      `insert into build as b (instrument_id, model_version, generation, bucket_ms)
       select $1, $2, coalesce(max(generation), 0) + 1, $3 from build where instrument_id = $1
       returning ${COLUMNS}`,
      [lease.instrumentId, options.modelVersion, options.bucketMs],
    )
    const build = rows[0] as BuildRow
    await client.query('update instrument set current_build_id = $2 where id = $1 and current_build_id is null', [
      lease.instrumentId,
      build.id,
    ])
    return build
  })
}

/**
 * Columns and the checkpoint after them, in one transaction: all of it is there afterwards, or nothing.
 *
 * `columns` are in order, later than all the build has; there may be none (the estimator knows nothing yet), the checkpoint
 * advances then. `checkpointBucket` is the start of the last bucket that the state has consumed, `firstStep` that of the first
 * one, given with a build's first batch. `also` writes what belongs to these columns into the same transaction.
 *
 * @throws FaultlineError lease_lost; not_found; conflict for a retired build; bad_input for columns out of order or of
 * another bucket length
 */
export function appendColumns(
  db: Database,
  lease: Lease,
  batch: {
    buildId: number
    columns: readonly Column[]
    checkpoint: Uint8Array
    checkpointBucket: number
    firstStep?: number | undefined
    also?: ((client: Transaction) => Promise<unknown>) | undefined
  },
): Promise<void> {
  const { buildId, columns, checkpoint, checkpointBucket, firstStep, also } = batch
  return inTransaction(db, async (client) => {
    await assertLease(client, lease)
    const build = await lockBuild(client, lease, buildId)
    checkOrder(build, columns, checkpointBucket)
    if (columns.length > 0) await insertColumns(client, build, columns)
    const { rowCount } = await client.query(
      `insert into checkpoint as c (build_id, bucket, state, updated_at) values ($1, $2, $3, now())
       on conflict (build_id) do update set bucket = excluded.bucket, state = excluded.state, updated_at = excluded.updated_at
        where c.bucket <= excluded.bucket`,
      [buildId, isoTime(checkpointBucket), Buffer.from(checkpoint)],
    )
    if (!rowCount) throw new FaultlineError('bad_input', `The checkpoint of build ${buildId} is already past ${isoTime(checkpointBucket)}.`)
    if (firstStep !== undefined && build.firstStep === null)
      await client.query('update build set first_step = $2 where id = $1', [buildId, isoTime(firstStep)])
    await also?.(client)
    const first = columns[0]
    const last = columns[columns.length - 1]
    if (!first || !last) return
    const { rows } = await client.query<{ key: string }>(
      `update build b set first_bucket = coalesce(b.first_bucket, $2), last_bucket = $3, column_count = b.column_count + $4
         from instrument i where b.id = $1 and i.id = b.instrument_id returning i.key`,
      [buildId, isoTime(first.bucketStart), isoTime(last.bucketStart), columns.length],
    )
    await announce(client, build, rows[0]?.key as string, last.bucketStart)
  })
}

/**
 * Copies columns of `from` with bucketStart before `before`, from behind those that `lease`'s build `to` has, at most `limit` of them:
 * the part of a sum that is the same in its next generation. Returns how many; whoever gets `limit` asks again.
 */
export function copyColumns(
  db: Database,
  lease: Lease,
  copy: { from: number; to: number; before: number; limit: number },
): Promise<number> {
  return inTransaction(db, async (client) => {
    await assertLease(client, lease)
    const build = await lockBuild(client, lease, copy.to)
    const { rows } = await client.query<{ count: number; first: Date | null; last: Date | null }>(
      `with copied as (
         insert into "column" (instrument_id, build_id, bucket, data)
         select c.instrument_id, $3, c.bucket, c.data from "column" c
          where c.instrument_id = $1 and c.build_id = $2 and c.bucket > $4 and c.bucket < $5 order by c.bucket limit $6
         returning bucket)
       select count(*)::int as count, min(bucket) as first, max(bucket) as last from copied`,
      [
        lease.instrumentId,
        copy.from,
        copy.to,
        build.lastBucket === null ? '-infinity' : isoTime(build.lastBucket),
        isoTime(copy.before),
        copy.limit,
      ],
    )
    const { count, first, last } = rows[0] as (typeof rows)[0]
    if (count > 0)
      await client.query(
        `update build b set first_bucket = coalesce(b.first_bucket, $2), last_bucket = $3, column_count = b.column_count + $4,
                thinned_5m_to = least(o.thinned_5m_to, $6), thinned_30m_to = least(o.thinned_30m_to, $6)
           from build o where b.id = $1 and o.id = $5`,
        [copy.to, first, last, count, copy.from, isoTime(copy.before)],
      )
    return count
  })
}

/** The build is whole: it is served from now on, and all others of the instrument are retired, their columns and tiles dropped. */
export function completeBuild(db: Database, lease: Lease, buildId: number): Promise<BuildRow> {
  return inTransaction(db, async (client) => {
    await assertLease(client, lease)
    await lockBuild(client, lease, buildId)
    const { rows } = await client.query<BuildRow>(
      `update build b set status = 'complete', completed_at = coalesce(b.completed_at, now()) where b.id = $1 returning ${COLUMNS}`,
      [buildId],
    )
    const build = await keepWhatCannotBeMadeAnew(client, rows[0] as BuildRow)
    const { rows: instruments } = await client.query<{ key: string }>(
      'update instrument set current_build_id = $2 where id = $1 returning key',
      [build.instrumentId, buildId],
    )
    const others = await client.query<{ id: number }>(
      `update build set status = 'retired', first_bucket = null, last_bucket = null, column_count = 0
        where instrument_id = $1 and id <> $2 and status <> 'retired' returning id`,
      [build.instrumentId, buildId],
    )
    await dropContents(
      client,
      build.instrumentId,
      others.rows.map((r) => r.id),
    )
    if (build.lastBucket !== null) await announce(client, build, instruments[0]?.key as string, build.lastBucket)
    return build
  })
}

/**
 * Where retention has dropped the events that the served build began with, its columns before the new build's first are all
 * that is left of that time: they move over, with their closed tiles.
 */
async function keepWhatCannotBeMadeAnew(client: pg.PoolClient, build: BuildRow): Promise<BuildRow> {
  if (build.firstBucket === null) return build
  const { rows } = await client.query<{ id: number }>(
    `select o.id from instrument i join build o on o.id = i.current_build_id
      where i.id = $1 and o.id <> $2 and o.status = 'complete' and o.bucket_ms = $3 and o.first_bucket < $4
        and o.first_step < (select min(c.open_time) from candle c where c.instrument_id = i.id and c.interval_ms = $3)`,
    [build.instrumentId, build.id, build.bucketMs, isoTime(build.firstBucket)],
  )
  const old = rows[0]
  if (!old) return build
  const first = isoTime(build.firstBucket)
  const moved = await client.query(
    `insert into "column" (instrument_id, build_id, bucket, data)
     select instrument_id, $3, bucket, data from "column" where instrument_id = $1 and build_id = $2 and bucket < $4`,
    [build.instrumentId, old.id, build.id, first],
  )
  await client.query(
    `insert into tile (instrument_id, build_id, resolution_ms, tile_index, gzip)
     select instrument_id, $3, resolution_ms, tile_index, gzip from tile
      where instrument_id = $1 and build_id = $2 and (tile_index + 1)::bigint * resolution_ms * ${TILE_COLUMNS} <= $4::bigint
     on conflict do nothing`,
    [build.instrumentId, old.id, build.id, build.firstBucket],
  )
  const { rows: after } = await client.query<BuildRow>(
    `update build b set first_bucket = o.first_bucket, column_count = b.column_count + $3,
            thinned_5m_to = least(o.thinned_5m_to, $4), thinned_30m_to = least(o.thinned_30m_to, $4)
       from build o where b.id = $1 and o.id = $2 returning ${COLUMNS}`,
    [build.id, old.id, moved.rowCount ?? 0, first],
  )
  return after[0] as BuildRow
}

/** Deletes a build that is not wanted. @throws FaultlineError conflict for the complete one that is being served */
export function discardBuild(db: Database | pg.PoolClient, lease: Lease, buildId: number): Promise<void> {
  return within(db, async (client) => {
    await assertLease(client, lease)
    const build = await lockBuild(client, lease, buildId, { retiredToo: true })
    const { rowCount: served } = await client.query('select from instrument where current_build_id = $1', [buildId])
    if (served && build.status === 'complete')
      throw new FaultlineError('conflict', `Build ${buildId} is being served. Complete another one first.`)
    await dropContents(client, build.instrumentId, [buildId])
    await client.query('delete from build where id = $1', [buildId])
  })
}

/**
 * Events were added that this build's columns should have seen: without a checkpoint nobody appends to it, or takes it for
 * what the stored events say. It is served until its successor is complete.
 */
export function dropCheckpoint(db: Database | pg.PoolClient, lease: Lease, buildId: number): Promise<void> {
  return within(db, async (client) => {
    await assertLease(client, lease)
    await lockBuild(client, lease, buildId)
    await client.query('delete from checkpoint where build_id = $1', [buildId])
  })
}

/** The estimator's state after the bucket that starts at `bucket`. */
export async function readCheckpoint(db: Database | Queryable, buildId: number): Promise<{ bucket: number; state: Uint8Array } | null> {
  const { rows } = await queryable(db).query<{ bucket: number; state: Buffer }>(
    `select ${msOf('bucket')} as bucket, state from checkpoint where build_id = $1`,
    [buildId],
  )
  return rows[0] ?? null
}

export async function findBuild(db: Database | Queryable, id: number): Promise<BuildRow | null> {
  if (!isId(id)) return null
  const { rows } = await queryable(db).query<BuildRow>(`select ${COLUMNS} from build b where b.id = $1`, [id])
  return rows[0] ?? null
}

/** Key of the instrument that a build is of; null without such a build. */
export async function instrumentKeyOfBuild(db: Database | Queryable, id: number): Promise<string | null> {
  if (!isId(id)) return null
  const { rows } = await queryable(db).query<{ key: string }>(
    'select i.key from build b join instrument i on i.id = b.instrument_id where b.id = $1',
    [id],
  )
  return rows[0]?.key ?? null
}

/** All builds of an instrument, the newest generation first; retired ones have no columns any more. */
export async function buildsOf(db: Database | Queryable, instrumentId: number): Promise<BuildRow[]> {
  const { rows } = await queryable(db).query<BuildRow>(
    `select ${COLUMNS} from build b where b.instrument_id = $1 order by b.generation desc, b.id desc`,
    [instrumentId],
  )
  return rows
}

const queryable = (db: Database | Queryable): Queryable => ('pool' in db ? db.pool : db)

/** In a transaction of its own, or as a part of the caller's. */
const within = <T>(db: Database | pg.PoolClient, work: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
  'pool' in db ? inTransaction(db, work) : work(db)

/** Numbers from an address may be anything: what cannot be a key is not asked for. */
const isId = (id: number): boolean => Number.isInteger(id) && id > 0 && id <= 0x7fffffff

async function lockBuild(client: pg.PoolClient, lease: Lease, buildId: number, options: { retiredToo?: boolean } = {}): Promise<BuildRow> {
  const { rows } = await client.query<BuildRow>(
    `select ${COLUMNS} from build b where b.id = $1 and b.instrument_id = $2 for no key update`,
    [buildId, lease.instrumentId],
  )
  const build = rows[0]
  if (!build) throw new FaultlineError('not_found', `Instrument ${lease.instrumentId} has no build ${buildId}.`)
  if (build.status === 'retired' && !options.retiredToo)
    throw new FaultlineError('conflict', `Build ${buildId} was replaced by a later one: start a new build.`)
  return build
}

function checkOrder(build: BuildRow, columns: readonly Column[], checkpointBucket: number): void {
  let last = build.lastBucket ?? Number.NEGATIVE_INFINITY
  for (const { bucketStart, bucketMs } of columns) {
    if (bucketMs !== build.bucketMs)
      throw new FaultlineError('bad_input', `Build ${build.id} has buckets of ${build.bucketMs} ms, this column has ${bucketMs}.`)
    if (!(bucketStart > last))
      throw new FaultlineError('bad_input', `The column of ${isoTime(bucketStart)} is not later than the one before it, ${isoTime(last)}.`)
    last = bucketStart
  }
  if (checkpointBucket < last || checkpointBucket % build.bucketMs !== 0)
    throw new FaultlineError('bad_input', `A checkpoint at ${isoTime(checkpointBucket)} does not cover the columns written with it.`)
}

async function insertColumns(client: pg.PoolClient, build: BuildRow, columns: readonly Column[]): Promise<void> {
  await client.query('select ensure_partitions($1, $2, $3)', [
    'column',
    isoTime(columns[0]?.bucketStart as number),
    isoTime(columns[columns.length - 1]?.bucketStart as number),
  ])
  let times: number[] = []
  let data: Uint8Array[] = []
  let bytes = 0
  const flush = async () => {
    await client.query(
      'insert into "column" (instrument_id, build_id, bucket, data) select $1, $2, c.bucket, c.data from unnest($3::timestamptz[], $4::bytea[]) as c(bucket, data)',
      [build.instrumentId, build.id, timestamptzArray(times), byteaArray(data)],
    )
    times = []
    data = []
    bytes = 0
  }
  for (const column of columns) {
    const encoded = encodeColumn(column)
    times.push(column.bucketStart)
    data.push(encoded)
    bytes += encoded.length
    if (times.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await flush()
  }
  if (times.length > 0) await flush()
}

async function dropContents(client: pg.PoolClient, instrumentId: number, buildIds: number[]): Promise<void> {
  if (buildIds.length === 0) return
  await client.query('delete from "column" where instrument_id = $1 and build_id = any($2)', [instrumentId, buildIds])
  await client.query('delete from tile where instrument_id = $1 and build_id = any($2)', [instrumentId, buildIds])
  await client.query('delete from checkpoint where build_id = any($1)', [buildIds])
  await client.query('delete from aggregate_coverage where build_id = any($1)', [buildIds])
}

const announce = (q: Queryable, build: BuildRow, instrumentKey: string, lastBucket: number): Promise<void> =>
  notify(q, 'columns', { instrumentId: build.instrumentId, instrumentKey, buildId: build.id, lastBucket })
