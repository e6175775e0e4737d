import type { Database } from '@faultline/db/database'

export interface ServedBuild {
  instrumentKey: string
  buildId: number
  /** start of the last bucket, UTC ms */
  lastBucket: number
  status: string
  /** our clock when the last column was made; null: not known */
  madeAt: number | null
}

/** The served build of one instrument, or of all, where it has a column. One indexed question, also for thousands. */
export async function servedBuilds(db: Database, what: number | 'all'): Promise<ServedBuild[]> {
  // An age, since the database's clock is not ours. The checkpoint is written with the columns.
  const { rows } = await db.pool.query<{ key: string; id: number; last: number; status: string; age: number | null }>(
    `SELECT i.key, b.id, (extract(epoch FROM b.last_bucket) * 1000)::float8 AS last, b.status,
            (extract(epoch FROM now() - c.updated_at) * 1000)::float8 AS age
       FROM instrument i JOIN build b ON b.id = i.current_build_id LEFT JOIN checkpoint c ON c.build_id = b.id
      WHERE b.last_bucket IS NOT NULL AND ($1::int IS NULL OR i.id = $1)`,
    [what === 'all' ? null : what],
  )
  const now = Date.now()
  return rows.map(({ key, id, last, status, age }) => ({
    instrumentKey: key,
    buildId: id,
    lastBucket: last,
    status,
    madeAt: age === null ? null : now - age,
  }))
}
