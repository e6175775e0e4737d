/**
 * One migrated template database per cluster, then a fresh clone of it for every test file (some 40 ms).
 *
 * The template's name carries a hash of its inputs, so it is rebuilt exactly when a migration changes. Safe when many
 * processes ask at once (advisory lock) and when the builder is killed half-way (it is built under another name).
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'

const PREFIX = 'faultline_tpl_'
const CLONE = 'faultline_test_'
const LOCK = 0x6661756c // any constant; advisory locks are per database, and everyone locks in "postgres"

/** The server's maintenance database: where databases are made and dropped from. */
export const maintenanceUrl = (clusterUrl: string): string => withDatabase(clusterUrl, 'postgres')

function withDatabase(url: string, name: string): string {
  const u = new URL(url)
  u.pathname = `/${name}`
  return u.href
}

export async function onConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const databasesLike = async (client: pg.Client, prefix: string): Promise<string[]> => {
  const { rows } = await client.query<{ datname: string }>('select datname from pg_database where starts_with(datname, $1)', [prefix])
  return rows.map((r) => r.datname)
}

/** Makes the template unless it exists; returns its name. `inputs` are files or folders that decide its content. */
export async function ensureTemplate(options: {
  clusterUrl: string
  inputs: string[]
  migrate: (url: string) => Promise<unknown>
}): Promise<string> {
  const name = PREFIX + hashOf(options.inputs)
  await onConnection(maintenanceUrl(options.clusterUrl), async (c) => {
    await c.query('select pg_advisory_lock($1)', [LOCK]) // released when the connection ends, even by a crash
    const there = await databasesLike(c, PREFIX)
    for (const other of there.filter((n) => n !== name)) {
      await c.query(`alter database "${other}" is_template false`)
      await c.query(`drop database if exists "${other}" with (force)`) // older migrations, or a build that never finished
    }
    if (there.includes(name)) return
    const draft = `${name}_building`
    await c.query(`create database "${draft}"`)
    await options.migrate(withDatabase(options.clusterUrl, draft))
    await c.query(`alter database "${draft}" rename to "${name}"`)
    // Nobody may connect: CREATE DATABASE … TEMPLATE fails while the template has a session.
    await c.query(`alter database "${name}" with is_template true allow_connections false`)
  })
  return name
}

export interface Clone {
  name: string
  /** the owner's address of the clone */
  ownerUrl: string
  drop(): Promise<void>
}

export async function cloneDatabase(options: { clusterUrl: string; template: string }): Promise<Clone> {
  const name = `${CLONE}${process.pid}_${randomBytes(4).toString('hex')}`
  const maintenance = maintenanceUrl(options.clusterUrl)
  await onConnection(maintenance, (c) => c.query(`create database "${name}" template "${options.template}"`))
  return {
    name,
    ownerUrl: withDatabase(options.clusterUrl, name),
    drop: () => onConnection(maintenance, async (c) => void (await c.query(`drop database if exists "${name}" with (force)`))),
  }
}

/** Removes the clones of test processes that were killed; those of running ones (other packages' tests) stay. */
export const dropLeftoverClones = (clusterUrl: string): Promise<void> =>
  onConnection(maintenanceUrl(clusterUrl), async (c) => {
    for (const name of await databasesLike(c, CLONE)) {
      const pid = Number(name.slice(CLONE.length).split('_')[0])
      if (!isRunning(pid)) await c.query(`drop database if exists "${name}" with (force)`)
    }
  })

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function hashOf(inputs: string[]): string {
  const hash = createHash('sha256')
  const add = (p: string): void => {
    if (statSync(p).isDirectory()) for (const name of readdirSync(p).sort()) add(path.join(p, name))
    else hash.update(path.basename(p)).update('\0').update(readFileSync(p))
  }
  inputs.forEach(add)
  return hash.digest('hex').slice(0, 16)
}
