import type { Database } from '@faultline/db/database'

export interface ServedBuild {
  instrumentKey: string
  buildId: number
  /** start of the last bucket, UTC ms */
  lastBucket: number
  status: string
}

/** The served build of one instrument, or of all, where it has a column. One indexed question, also for thousands. */
export async function servedBuilds(db: Database, what: number | 'all'): Promise<ServedBuild[]> {
  const { rows } = await db.pool.query<{ key: string; id: number; last: number; status: string }>(
    `SELECT i.key, b.id, (extract(epoch FROM b.last_bucket) * 1000)::float8 AS last, b.status
       FROM instrument i JOIN build b ON b.id = i.current_build_id
      WHERE b.last_bucket IS NOT NULL AND ($1::int IS NULL OR i.id = $1)`,
    [what === 'all' ? null : what],
  )
  return rows.map(({ key, id, last, status }) => ({ instrumentKey: key, buildId: id, lastBucket: last, status }))
}
