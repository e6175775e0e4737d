// Makes a database ready for the application: right server, migrations, and a login that is not the owner's.
//
//   import { provision } from '@faultline/db/provision'
//   const { ownerUrl, appUrl } = await provision({ ownerUrl, appUrl: process.env.DATABASE_APP_URL, stateDir: '.data', log })
//
// Idempotent, and quick (some 50 ms) when nothing is left to do: Prisma's command line is started only when the table of
// applied migrations and the folder differ.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { getConstructionPlans, getMigrationPlans } from 'pg-boss'

const packageDir = fileURLToPath(new URL('..', import.meta.url))
const MIGRATIONS = path.join(packageDir, 'prisma', 'migrations')
const GROUP = 'faultline_app'
const OLDEST_SERVER = 15
/** Provisioning of one database happens one at a time; the key is any constant of our own. */
const LOCK = [1178687596, 1]

/**
 * @param {{ ownerUrl: string, appUrl?: string | undefined, stateDir: string, log?: (message: string) => void }} options
 *   ownerUrl migrates; appUrl, when given, is only checked; stateDir/secrets.json keeps the password of the login made here
 * @returns {Promise<{ ownerUrl: string, appUrl: string }>}
 * @throws Error with `code` 'unavailable', 'forbidden' or 'internal' and a message that says what to do
 */
export async function provision({ ownerUrl, appUrl, stateDir, log = () => {} }) {
  return withClient(ownerUrl, 'DATABASE_URL', async (owner) => {
    await owner.query('select pg_advisory_lock($1, $2)', LOCK) // released with the connection
    await checkServer(owner)
    await ensureGroup(owner, ownerUrl)
    await migrateOver(owner, ownerUrl, log)
    await ensureJobs(owner, log)
    if (appUrl) {
      await checkApplication(appUrl, 'DATABASE_APP_URL')
      return { ownerUrl, appUrl }
    }
    return { ownerUrl, appUrl: await ensureLogin(owner, ownerUrl, stateDir, log) }
  })
}

/**
 * Migrations alone, and the group role that they grant to: for the tests' template database.
 * @param {string} ownerUrl @param {(message: string) => void} [log]
 */
export async function migrate(ownerUrl, log = () => {}) {
  await withClient(ownerUrl, 'the owner', async (owner) => {
    await checkServer(owner)
    await ensureGroup(owner, ownerUrl)
    await migrateOver(owner, ownerUrl, log)
    await ensureJobs(owner, log)
  })
}

const problem = (code, message, cause) => Object.assign(new Error(message, cause ? { cause } : undefined), { name: 'FaultlineError', code })
const withoutPassword = (url) => {
  const u = new URL(url)
  u.password = ''
  return u.href
}

async function withClient(url, what, work) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'faultline provision' })
  client.on('error', () => {}) // a connection that breaks later fails the query that runs on it
  try {
    await client.connect()
  } catch (e) {
    throw problem('unavailable', `Cannot connect to the database of ${what} (${withoutPassword(url)}): ${e.message || e.code}`, e)
  }
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

async function checkServer(owner) {
  const { rows } = await owner.query(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as name",
  )
  if (rows[0].number < OLDEST_SERVER * 10_000)
    throw problem('unavailable', `Faultline needs PostgreSQL ${OLDEST_SERVER} or newer; this server is ${rows[0].name}.`)
}

// --- migrations ------------------------------------------------------------------------------------

const migrationsHere = () =>
  readdirSync(MIGRATIONS, { withFileTypes: true })
    .filter((d) => d.isDirectory())
    .map((d) => d.name)
    .sort()
const checksum = (name) =>
  createHash('sha256')
    .update(readFileSync(path.join(MIGRATIONS, name, 'migration.sql')))
    .digest('hex')

/** Applied migrations by name, in Prisma's own table; empty when it is not there yet. */
async function applied(owner) {
  const { rows } = await owner.query("select to_regclass('public._prisma_migrations') is not null as there")
  if (!rows[0].there) return new Map()
  const done = await owner.query(
    'select migration_name, checksum from public._prisma_migrations where finished_at is not null and rolled_back_at is null',
  )
  return new Map(done.rows.map((r) => [r.migration_name, r.checksum]))
}

async function migrateOver(owner, ownerUrl, log) {
  const here = migrationsHere()
  const there = await applied(owner)
  const unknown = [...there.keys()].filter((name) => !here.includes(name))
  if (unknown.length)
    throw problem(
      'forbidden',
      `This database was migrated by a newer Faultline (${unknown.join(', ')}). Update this checkout and start again.`,
    )
  const changed = here.filter((name) => there.has(name) && there.get(name) !== checksum(name))
  if (changed.length)
    throw problem(
      'internal',
      `Migrations were changed after this database had applied them (${changed.join(', ')}). Restore them, or start with an empty database.`,
    )
  const missing = here.filter((name) => !there.has(name))
  if (missing.length === 0) return
  log(`applying ${missing.length} migration${missing.length > 1 ? 's' : ''}`)
  await runPrisma(['migrate', 'deploy'], ownerUrl)
}

/**
 * Prisma's command line by its own file: a package manager in between costs a second and may not be on PATH.
 * @param {string[]} args @param {string} ownerUrl
 * @returns {Promise<string>} what it printed
 */
export function runPrisma(args, ownerUrl) {
  const require = createRequire(import.meta.url)
  const manifest = require.resolve('prisma/package.json')
  const cli = path.join(path.dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.prisma)
  const env = {
    ...process.env,
    DATABASE_URL: ownerUrl,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    // schema-engine.mjs is found through `env node`: let that be this Node, not an older one of the machine
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ''}`,
  }
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: packageDir, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const hear = (chunk) => (said += chunk)
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', failed)
    child.once('close', (code, signal) =>
      code === 0
        ? done(said)
        : failed(
            problem('internal', `Migrating the database failed: prisma ${args.join(' ')} ended with ${signal ?? code}:\n${said.trim()}`),
          ),
    )
  })
}

// --- jobs ------------------------------------------------------------------------------------------

/** The job engine's tables, in a schema of its own that Prisma does not look at; the application works with them, the owner makes them. */
async function ensureJobs(owner, log) {
  const require = createRequire(import.meta.url)
  const wanted = JSON.parse(readFileSync(path.join(path.dirname(require.resolve('pg-boss')), '..', 'package.json'), 'utf8')).pgboss.schema
  const { rows } = await owner.query("select to_regclass('pgboss.version') is not null as there")
  const version = rows[0].there ? (await owner.query('select version from pgboss.version')).rows[0]?.version : undefined
  if (version > wanted)
    throw problem(
      'forbidden',
      `The job tables of this database are of a newer Faultline (${version}). Update this checkout and start again.`,
    )
  if (version === wanted) return
  log(version === undefined ? 'making the job tables' : 'migrating the job tables')
  await owner.query(version === undefined ? getConstructionPlans('pgboss') : getMigrationPlans('pgboss', version))
  await owner.query(`
    grant usage on schema pgboss to ${GROUP};
    grant select, insert, update, delete on all tables in schema pgboss to ${GROUP};
    grant usage on all sequences in schema pgboss to ${GROUP};
    grant execute on all functions in schema pgboss to ${GROUP}`)
}

// --- roles -------------------------------------------------------------------------------------------

async function ensureGroup(owner, ownerUrl) {
  if ((await owner.query('select from pg_roles where rolname = $1', [GROUP])).rowCount) return
  try {
    await owner.query(`create role ${GROUP} nologin nosuperuser nocreatedb nocreaterole nobypassrls`)
  } catch (e) {
    if (e.code === '42501') throw mayNotCreateRoles(owner, ownerUrl, true, e)
    if (e.code !== '42710' && e.code !== '23505') throw e // made at the same moment for another database
  }
}

/** The login that this installation uses for this database; its name and password are kept in stateDir/secrets.json. */
async function ensureLogin(owner, ownerUrl, stateDir, log) {
  const { rows } = await owner.query('select current_database() as database')
  const secrets = new SecretFile(path.join(stateDir, 'secrets.json'))
  const target = new URL(ownerUrl)
  const key = `${target.host}/${rows[0].database}`
  const known = secrets.get('databaseLogins')?.[key]
  const login = known ?? { role: loginName(rows[0].database), password: randomBytes(24).toString('base64url') }
  const appUrl = new URL(ownerUrl)
  appUrl.username = login.role
  appUrl.password = login.password
  const exists = (await owner.query('select from pg_roles where rolname = $1', [login.role])).rowCount
  if (!exists) {
    // Kept first: a role whose password nobody knows would be left behind otherwise.
    if (!known) secrets.set('databaseLogins', { ...secrets.get('databaseLogins'), [key]: login })
    try {
      await owner.query(
        `create role ${owner.escapeIdentifier(login.role)} login password ${owner.escapeLiteral(login.password)} nosuperuser nocreatedb nocreaterole nobypassrls in role ${GROUP}`,
      )
    } catch (e) {
      if (e.code === '42501') throw mayNotCreateRoles(owner, ownerUrl, false, e)
      throw e
    }
    log(`made the application's database login ${login.role}`)
  }
  await checkApplication(appUrl.href, `the login that ${path.join(stateDir, 'secrets.json')} describes`)
  return appUrl.href
}

/** One per installation and database: two machines on one database must not change each other's password. */
const loginName = (database) =>
  `${GROUP}_${database
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 36)}_${randomBytes(3).toString('hex')}`

function mayNotCreateRoles(owner, ownerUrl, groupToo, cause) {
  const url = new URL(ownerUrl)
  url.username = 'faultline_login'
  url.password = 'choose-a-password'
  return problem(
    'forbidden',
    [
      `The role "${owner.user}" of DATABASE_URL may not ${groupToo ? 'create roles' : `create a login in the group ${GROUP}`}. Have an administrator of this server run`,
      '',
      ...(groupToo ? [`  CREATE ROLE ${GROUP} NOLOGIN;`] : []),
      `  CREATE ROLE faultline_login LOGIN PASSWORD 'choose-a-password' IN ROLE ${GROUP};`,
      '',
      `then set DATABASE_APP_URL=${url.href} and start again.`,
    ].join('\n'),
    cause,
  )
}

/** Row-level security and grants mean nothing for an owner or a superuser: refuse to serve as one. */
async function checkApplication(appUrl, what) {
  await withClient(appUrl, what, async (app) => {
    const { rows } = await app.query(
      `select current_user as name, rolsuper as super, rolbypassrls as bypass, pg_has_role(current_user, $1, 'usage') as member,
              exists (select from pg_class where relowner = r.oid and relnamespace in ('public'::regnamespace, 'faultline_parts'::regnamespace)) as owner
         from pg_roles r where rolname = current_user`,
      [GROUP],
    )
    const { name, super: superuser, bypass, member, owner } = rows[0]
    const role = app.escapeIdentifier(name)
    if (superuser || bypass || owner)
      throw problem(
        'forbidden',
        `${what} must not be ${superuser ? 'a superuser' : bypass ? 'exempt from row-level security' : "the owner of Faultline's tables"} (${role}). Leave DATABASE_APP_URL unset to have a login made, or make one: CREATE ROLE faultline_login LOGIN PASSWORD 'choose-a-password' IN ROLE ${GROUP};`,
      )
    if (!member)
      throw problem('forbidden', `${what}: the role ${role} is not in the group. Have an administrator run: GRANT ${GROUP} TO ${role};`)
  })
}

// --- secrets -----------------------------------------------------------------------------------------

/** A small JSON object on disk, readable by its owner only; other keys in it are left alone. */
class SecretFile {
  constructor(file) {
    this.file = file
  }
  read() {
    try {
      return JSON.parse(readFileSync(this.file, 'utf8'))
    } catch (e) {
      if (e.code === 'ENOENT') return {}
      throw problem('internal', `Cannot read ${this.file}: ${e.message}. Repair it, or move it away to have new secrets made.`, e)
    }
  }
  get(key) {
    return this.read()[key]
  }
  set(key, value) {
    mkdirSync(path.dirname(this.file), { recursive: true })
    const draft = `${this.file}.${process.pid}`
    writeFileSync(draft, `${JSON.stringify({ ...this.read(), [key]: value }, null, 2)}\n`, { mode: 0o600 })
    renameSync(draft, this.file)
  }
}
