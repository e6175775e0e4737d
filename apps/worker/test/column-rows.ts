import type { Database } from '@faultline/db/database'

/** Buckets of the served build's columns, UTC ms, in order. */
export async function columnRows(db: Database, instrumentId: number): Promise<{ bucket: number }[]> {
  const { rows } = await db.pool.query<{ bucket: Date }>(
    `select c.bucket from "column" c join instrument i on i.id = c.instrument_id and i.current_build_id = c.build_id
      where c.instrument_id = $1 order by c.bucket`,
    [instrumentId],
  )
  return rows.map(({ bucket }) => ({ bucket: bucket.getTime() }))
}
