/** How the installation is, as its database knows it. */
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import { QUEUE_NAMES, type QueueName } from '../jobs.ts'

export interface DatabaseFacts {
  version: string
  bytes: number
  connections: number
  maxConnections: number
  /** of the database's clock before ours, ms; a round trip's half is taken off */
  clockAheadMs: number
  roundTripMs: number
}

export async function databaseFacts(db: Database): Promise<DatabaseFacts> {
  const [before, started] = [Date.now(), performance.now()]
  const { rows } = await db.pool.query<{ version: string; bytes: number; connections: number; most: number; now: number }>(
    `select current_setting('server_version') as version, pg_database_size(current_database())::float8 as bytes,
            (select count(*)::int from pg_stat_activity where datname = current_database()) as connections,
            current_setting('max_connections')::int as most,
            (extract(epoch from statement_timestamp()) * 1000)::float8 as now`,
  )
  const roundTripMs = performance.now() - started
  const { version = '', bytes = 0, connections = 0, most = 0, now = before } = rows[0] ?? {}
  // where the question takes long (a large database is added up), the statement began in the first moment of it
  return { version, bytes, connections, maxConnections: most, clockAheadMs: now - before, roundTripMs }
}

export interface WorkerFacts {
  name: string
  /** instruments that it holds now */
  instruments: number
  /** sources that it reports for */
  sources: number
  /** UTC ms by the database's clock: its last sign of life */
  lastReportAt: number | null
  /** ms since then */
  silentMs: number | null
}

/** Workers that hold something or have reported within a day; the latest first. */
export async function listWorkers(db: Database): Promise<WorkerFacts[]> {
  const { rows } = await db.pool.query<WorkerFacts>(
    `with signs as (
       select holder as worker, 1 as instruments, 0 as sources, null::timestamptz as at from lease where expires_at > now()
       union all select worker, 0, 1, updated_at from source_state where updated_at > now() - interval '1 day'
       union all select worker, 0, 0, updated_at from feed_state where updated_at > now() - interval '1 day')
     select worker as name, sum(instruments)::int as instruments, sum(sources)::int as sources,
            (extract(epoch from max(at)) * 1000)::float8 as "lastReportAt", (extract(epoch from now() - max(at)) * 1000)::float8 as "silentMs"
       from signs group by 1 order by max(at) desc nulls last, 1`,
  )
  return rows
}

export interface QueueFacts {
  queue: QueueName
  /** to be done, those among them that have failed before included */
  waiting: number
  active: number
  /** within a day */
  done: number
  failed: number
}

export interface FailedJob {
  id: string
  queue: QueueName
  createdAt: Date
  failedAt: Date
  attempts: number
  /** why the last attempt failed */
  message: string
}

const FAILED_SHOWN = 50

/** Of the last day. What a job carries (addresses, links) is not read. */
export async function jobFacts(db: Database): Promise<{ queues: QueueFacts[]; failed: FailedJob[] }> {
  const [counts, failed] = await Promise.all([
    db.pool.query<{ name: string; state: string; n: number }>(
      `select name, state::text as state, count(*)::int as n from pgboss.job
        where name = any($1) and (state < 'completed' or completed_on > now() - interval '1 day') group by 1, 2`,
      [QUEUE_NAMES],
    ),
    db.pool.query<Omit<FailedJob, 'message'> & { output: unknown }>(
      `select id, name as queue, created_on as "createdAt", completed_on as "failedAt", retry_count + 1 as attempts, output from pgboss.job
        where name = any($1) and state = 'failed' and completed_on > now() - interval '1 day'
        order by completed_on desc limit ${FAILED_SHOWN}`,
      [QUEUE_NAMES],
    ),
  ])
  const count = (queue: string, ...states: string[]) =>
    counts.rows.filter((row) => row.name === queue && states.includes(row.state)).reduce((sum, { n }) => sum + n, 0)
  return {
    queues: QUEUE_NAMES.map((queue) => ({
      queue,
      waiting: count(queue, 'created', 'retry', 'blocked'),
      active: count(queue, 'active'),
      done: count(queue, 'completed'),
      failed: count(queue, 'failed'),
    })),
    failed: failed.rows.map(({ output, ...job }) => ({ ...job, message: messageOf(output) })),
  }
}

function messageOf(output: unknown): string {
  const found = typeof output === 'object' && output !== null && 'message' in output ? output.message : output
  return (typeof found === 'string' ? found : JSON.stringify(found ?? '')).slice(0, 500)
}

/** In the order in which they were applied. Empty for who is no administrator. */
export const appliedMigrations = (db: Database, actor: UserActor): Promise<{ name: string; appliedAt: Date }[]> =>
  withActor(db, actor, (tx) => tx.$queryRaw`select name, applied_at as "appliedAt" from applied_migrations()`)

/** People, teams and saved items. */
export async function peopleCounts(db: Database, actor: UserActor): Promise<{ people: number; administrators: number; teams: number }> {
  return withActor(db, actor, async (tx) => ({
    people: await tx.user.count(),
    administrators: await tx.user.count({ where: { role: 'admin', disabledAt: null } }),
    teams: await tx.team.count(),
  }))
}
