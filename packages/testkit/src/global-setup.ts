/**
 * Vitest global setup for packages whose tests need Postgres. In their vitest.config.ts:
 *
 *   test: { globalSetup: ['@faultline/testkit/global-setup'], hookTimeout: 30_000 }
 *
 * and at the top of a test file `const t = freshDatabase()` of '@faultline/testkit/fresh-database'.
 *
 * The cluster is the one of FAULTLINE_TEST_CLUSTER_URL (an owner who may create databases and roles), else a throw-away one
 * under .data/pg-test-<pid> of the package, stopped and removed at the end: `vitest run` works by itself.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { startPostgres, stopPostgres } from '@faultline/db/embedded-postgres'
import { migrate } from '@faultline/db/provision'
import type { TestProject } from 'vitest/node'
import { dropLeftoverClones, ensureTemplate, isRunning, maintenanceUrl, onConnection } from './template-database.ts'

/** What freshDatabase() needs; travels to the test processes through vitest's provide/inject. */
export interface TestCluster {
  clusterUrl: string
  template: string
  app: { role: string; password: string }
}

declare module 'vitest' {
  interface ProvidedContext {
    faultlineCluster: TestCluster
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.FAULTLINE_TEST_CLUSTER_URL
  const own = given ? null : await startThrowAwayCluster()
  const clusterUrl = given ?? (own as { url: string }).url
  try {
    await dropLeftoverClones(clusterUrl)
    const migrations = path.join(path.dirname(createRequire(import.meta.url).resolve('@faultline/db/package.json')), 'prisma', 'migrations')
    const template = await ensureTemplate({ clusterUrl, inputs: [migrations], migrate })
    project.provide('faultlineCluster', { clusterUrl, template, app: await ensureTestLogin(clusterUrl) })
  } catch (error) {
    await own?.remove()
    throw error
  }
  return async () => own?.remove()
}

/** The login that tests use as the application's. Its password follows from the owner's address, so that runs agree on it. */
async function ensureTestLogin(clusterUrl: string): Promise<TestCluster['app']> {
  const role = 'faultline_test_app'
  const password = createHash('sha256').update(`faultline test ${clusterUrl}`).digest('hex').slice(0, 32)
  await onConnection(maintenanceUrl(clusterUrl), async (c) => {
    await c.query('select pg_advisory_lock(hashtext($1))', [role])
    const { rowCount } = await c.query('select from pg_roles where rolname = $1', [role])
    await c.query(
      `${rowCount ? 'alter' : 'create'} role ${role} login password '${password}' nosuperuser nocreatedb nocreaterole nobypassrls`,
    )
    await c.query(`grant faultline_app to ${role}`)
  })
  return { role, password }
}

async function startThrowAwayCluster(): Promise<{ url: string; remove(): Promise<void> }> {
  const parent = path.resolve('.data')
  await sweep(parent)
  const port = 20_000 + Math.floor(Math.random() * 12_000) // below the range that systems hand out; a taken one is skipped
  const server = await startPostgres({ dataDir: path.join(parent, `pg-test-${process.pid}`), port, database: 'postgres', durable: false })
  return {
    url: server.url,
    async remove() {
      await server.stop()
      clear(server.dataDir)
    },
  }
}

/** Clusters of test runs that were killed. */
async function sweep(parent: string): Promise<void> {
  if (!existsSync(parent)) return
  for (const name of readdirSync(parent)) {
    const pid = /^pg-test-(\d+)$/.exec(name)?.[1]
    if (!pid || isRunning(Number(pid))) continue
    const dataDir = path.join(parent, name)
    await stopPostgres(dataDir)
    clear(dataDir)
  }
}

function clear(dataDir: string): void {
  for (const leftover of [dataDir, `${dataDir}.log`, `${dataDir}.users`]) rmSync(leftover, { recursive: true, force: true })
}
