/** Reading the columns of a build. They are written by appendColumns() of builds.ts only. */
import { createHash } from 'node:crypto'
import type { Column } from '@faultline/market/column'
import { decodeColumn } from '@faultline/market/column-codec'
import { isoTime } from '@faultline/market/units'
import type { Database } from '../database.ts'
import { msOf } from '../sql/binary.ts'

type BuildKey = { id: number; instrumentId: number }

/** Columns with bucketStart in [from, to), in order; an open end where one is left out. `batch` rows are fetched at a time. */
export async function* readColumns(
  db: Database,
  build: BuildKey,
  range: { from?: number; to?: number; batch?: number } = {},
): AsyncGenerator<Column, void, undefined> {
  for await (const { data } of rawColumns(db, build, range)) yield decodeColumn(data)
}

/**
 * SHA-256 over bucket starts (UTC milliseconds, little-endian Float64) and bytes of all columns in order, up to and including
 * the bucket that starts at `upTo`, from the one that starts at `from` on. Equal hashes: equal maps.
 */
export async function columnsHash(db: Database, build: BuildKey, { from, upTo }: { from?: number; upTo?: number } = {}): Promise<string> {
  const hash = createHash('sha256')
  const time = Buffer.alloc(8)
  for await (const { bucket, data } of rawColumns(db, build, {
    ...(from === undefined ? {} : { from }),
    ...(upTo === undefined ? {} : { to: upTo + 1 }),
  })) {
    time.writeDoubleLE(bucket)
    hash.update(time).update(data)
  }
  return hash.digest('hex')
}

/** How many columns there are up to and including the bucket that starts at `upTo`. */
export async function countColumns(db: Database, build: BuildKey, upTo: number): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>(
    'select count(*)::int as count from "column" where instrument_id = $1 and build_id = $2 and bucket <= $3',
    [build.instrumentId, build.id, isoTime(upTo)],
  )
  return rows[0]?.count ?? 0
}

/** The columns of these buckets that are there, in order. */
export async function columnsAt(db: Database, build: BuildKey, buckets: readonly number[]): Promise<Column[]> {
  if (buckets.length === 0) return []
  const { rows } = await db.pool.query<{ data: Buffer }>(
    'select data from "column" where instrument_id = $1 and build_id = $2 and bucket = any($3::timestamptz[]) order by bucket',
    [build.instrumentId, build.id, buckets.map(isoTime)],
  )
  return rows.map(({ data }) => decodeColumn(data))
}

async function* rawColumns(
  db: Database,
  build: BuildKey,
  range: { from?: number; to?: number; batch?: number },
): AsyncGenerator<{ bucket: number; data: Buffer }, void, undefined> {
  const batch = range.batch ?? 512
  let from = range.from === undefined ? '-infinity' : isoTime(range.from)
  const to = range.to === undefined ? 'infinity' : isoTime(range.to)
  for (;;) {
    const { rows } = await db.pool.query<{ bucket: number; data: Buffer }>(
      `select ${msOf('bucket')} as bucket, data from "column"
        where instrument_id = $1 and build_id = $2 and bucket >= $3 and bucket < $4 order by bucket limit $5`,
      [build.instrumentId, build.id, from, to, batch],
    )
    yield* rows
    const last = rows[rows.length - 1]
    if (!last || rows.length < batch) return
    from = isoTime(last.bucket + 1)
  }
}
