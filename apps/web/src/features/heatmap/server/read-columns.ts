import type { Database } from '@faultline/db/database'

interface Span {
  instrumentId: number
  buildId: number
  from: number
  to: number
}

/** Columns of the build's own bucket in [from, to). */
export async function countColumns(db: Database, span: Span): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM "column"
      WHERE instrument_id = $1 AND build_id = $2 AND bucket >= to_timestamp($3 / 1000.0) AND bucket < to_timestamp($4 / 1000.0)`,
    [span.instrumentId, span.buildId, span.from, span.to],
  )
  return rows[0]?.count ?? 0
}

/** Columns of `resolutionMs` in [from, to) that hold at least one column of the build. */
export async function countFilledColumns(db: Database, span: Span & { resolutionMs: number }): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>(
    `SELECT count(DISTINCT date_bin($5::float8 * interval '1 millisecond', bucket, 'epoch'))::int AS count FROM "column"
      WHERE instrument_id = $1 AND build_id = $2 AND bucket >= to_timestamp($3 / 1000.0) AND bucket < to_timestamp($4 / 1000.0)`,
    [span.instrumentId, span.buildId, span.from, span.to, span.resolutionMs],
  )
  return rows[0]?.count ?? 0
}
