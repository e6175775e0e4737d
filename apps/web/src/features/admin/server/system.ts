/** How the installation is, for administrators. */

import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { UserActor } from '@faultline/db/actor'
import type { Database } from '@faultline/db/database'
import { QUEUE_NAMES } from '@faultline/db/jobs'
import { storageByTable } from '@faultline/db/repositories/retention'
import { appliedMigrations, databaseFacts, jobFacts, listWorkers, peopleCounts } from '@faultline/db/repositories/system'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import type { Services } from '../../../server/services.ts'
import { admin } from '../../../server/trpc.ts'

const queue = z.enum(QUEUE_NAMES as [(typeof QUEUE_NAMES)[number], ...(typeof QUEUE_NAMES)[number][]])
const count = z.number()

/** Times in UTC ms, lengths in ms, sizes in bytes. */
export const systemReport = z.object({
  /** when this was read: it is kept for half a minute */
  asked: z.number(),
  version: z.string(),
  node: z.string(),
  web: z.object({ uptimeMs: count, memory: count, heap: count, startedAt: z.number() }),
  database: z.object({
    version: z.string(),
    bytes: count,
    connections: count,
    maxConnections: count,
    clockAheadMs: count,
    roundTripMs: count,
  }),
  people: z.object({ people: count, administrators: count, teams: count }),
  tables: z.array(z.object({ table: z.string(), bytes: count, rows: count })),
  workers: z.array(
    z.object({ name: z.string(), instruments: count, sources: count, lastReportAt: z.number().nullable(), silentMs: count.nullable() }),
  ),
  queues: z.array(z.object({ queue, waiting: count, active: count, done: count, failed: count })),
  failed: z.array(z.object({ id: z.string(), queue, createdAt: z.number(), failedAt: z.number(), attempts: count, message: z.string() })),
  migrations: z.object({ count, newest: z.string().nullable(), newestAt: z.number().nullable() }),
  /** of the folder where this installation keeps its files, where this process knows it; null: it does not */
  disk: z.object({ free: count, size: count }).nullable(),
  mail: z.boolean(),
})
export type SystemReport = z.infer<typeof systemReport>

const KEEP_MS = 30_000
const kept = new WeakMap<Database, { at: number; answer: Promise<SystemReport> }>()

/** The same for all administrators. `now`: looked anew. */
export const systemProcedure = admin
  .input(z.object({ now: z.boolean() }).optional())
  .output(systemReport)
  .query(({ ctx, input }) => {
    const { db } = ctx.services
    const known = kept.get(db)
    if (known && Date.now() - known.at < (input?.now ? 1_000 : KEEP_MS)) return known.answer
    const answer = readSystem(ctx.services, ctx.actor)
    kept.set(db, { at: Date.now(), answer })
    answer.catch(() => kept.delete(db))
    return answer
  })

/** A job that has failed for good is tried once more, within seconds. */
export const retryJobProcedure = admin.input(z.object({ queue, id: z.uuid() })).mutation(async ({ ctx, input }) => {
  if (!(await ctx.services.jobs.retry(input.queue, input.id)))
    throw new FaultlineError('not_found', 'There is no such failed job any more. Perhaps somebody has just retried it.')
  kept.delete(ctx.services.db)
  await record(ctx, { action: 'job.retried', target: `${input.queue} ${input.id}` })
})

async function readSystem({ db, mail, stateDir }: Pick<Services, 'db' | 'mail' | 'stateDir'>, actor: UserActor): Promise<SystemReport> {
  const [database, people, tables, workers, jobs, migrations, disk] = await Promise.all([
    databaseFacts(db),
    peopleCounts(db, actor),
    storageByTable(db),
    listWorkers(db),
    jobFacts(db),
    appliedMigrations(db, actor),
    diskOf(stateDir),
  ])
  const newest = migrations.at(-1)
  const { rss, heapUsed } = process.memoryUsage()
  const uptimeMs = Math.round(process.uptime() * 1_000)
  return {
    asked: Date.now(),
    version: VERSION,
    node: process.version,
    web: { uptimeMs, memory: rss, heap: heapUsed, startedAt: Date.now() - uptimeMs },
    database,
    people,
    tables,
    workers,
    queues: jobs.queues,
    failed: jobs.failed.map(({ createdAt, failedAt, ...job }) => ({
      ...job,
      createdAt: createdAt.getTime(),
      failedAt: failedAt.getTime(),
    })),
    migrations: { count: migrations.length, newest: newest?.name ?? null, newestAt: newest?.appliedAt.getTime() ?? null },
    disk,
    mail,
  }
}

async function diskOf(folder: string | null): Promise<SystemReport['disk']> {
  if (folder === null) return null
  const found = await statfs(folder).catch(() => null)
  return found && { free: found.bavail * found.bsize, size: found.blocks * found.bsize }
}

const VERSION = (() => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
})()
