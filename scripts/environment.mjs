// What the scripts share: where state lives, the secrets of this installation, the database and how children are run.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '')
/** Database, secrets and logs of this installation; FAULTLINE_STATE_DIR moves it out of the checkout. */
export const stateDir = path.resolve(root, process.env.FAULTLINE_STATE_DIR ?? '.data')

/** Runs a program to its end. What a `quiet` one says is shown, on standard error, only when it fails. */
export function run(cmd, args, { env = process.env, quiet = false, cwd = root } = {}) {
  return new Promise((done, failed) => {
    const child = spawn(cmd, args, { cwd, env, stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        said += chunk
      })
    child.once('error', failed)
    child.once('close', (code, signal) => {
      if (code === 0) return done()
      process.stderr.write(said)
      failed(new Error(`${path.basename(cmd)} ${args.join(' ')} ended with ${signal ?? code}`))
    })
  })
}

/** A value of this installation that is made at the first start and kept: read by its owner only. */
export function secret(name) {
  const file = path.join(stateDir, 'secrets.json')
  const secrets = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  if (typeof secrets[name] !== 'string') {
    secrets[name] = randomBytes(32).toString('base64url')
    mkdirSync(stateDir, { recursive: true })
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
    chmodSync(draft, 0o600)
    renameSync(draft, file)
  }
  return secrets[name]
}

/** Where people open the product, unless NEXTAUTH_URL says otherwise. */
export function localOrigin() {
  const [host, port] = [process.env.HOST ?? '127.0.0.1', process.env.PORT ?? '3000']
  return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`
}

/** What every process that opens sealed values has to have alike, and what leads people back to the pages. */
export const sharedEnv = () => ({
  NEXTAUTH_URL: process.env.NEXTAUTH_URL || localOrigin(),
  FAULTLINE_ENCRYPTION_KEYS: process.env.FAULTLINE_ENCRYPTION_KEYS || `k1:${secret('FAULTLINE_ENCRYPTION_KEY')}`,
})

/** Which parts of the product are given what is secret; all else is given to all. */
const NEEDS = {
  DATABASE_URL: [], // the owner's
  DATABASE_APP_URL: ['web', 'worker', 'firstAdministrator'],
  NEXTAUTH_SECRET: ['web'],
  FAULTLINE_ENCRYPTION_KEYS: ['web', 'worker'],
  FAULTLINE_SMTP_URL: ['web', 'worker'],
  FAULTLINE_BILLING_SECRET: ['web'],
  GITHUB_CLIENT_SECRET: ['web'],
  GOOGLE_CLIENT_SECRET: ['web'],
}
/** @param {'web' | 'worker' | 'venue' | 'firstAdministrator'} part */
export const envOf = (part, env) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !Object.hasOwn(NEEDS, name) || NEEDS[name].includes(part)))

/**
 * The database, migrated, with the owner's and the application's URL. DATABASE_URL names a server of one's own; without it
 * the embedded Postgres of this installation is started, or shared where it runs already. `keep`: start it again when it dies.
 */
export async function database({ log = () => {}, keep = false } = {}) {
  const { provision } = await import('../packages/db/tools/provision.mjs')
  let server = { url: process.env.DATABASE_URL, stop: async () => {} }
  if (!server.url) {
    const { startPostgres } = await import('../packages/db/tools/local-postgres.mjs')
    server = await startPostgres({ dataDir: path.join(stateDir, 'pg'), log })
    if (keep) {
      const { keepPostgres } = await import('../packages/db/tools/keep-postgres.mjs')
      server = { url: server.url, stop: keepPostgres(server, { log }).stop }
    }
  }
  try {
    const { ownerUrl, appUrl } = await provision({ ownerUrl: server.url, appUrl: process.env.DATABASE_APP_URL, stateDir, log })
    return { ownerUrl, appUrl, stop: () => server.stop() }
  } catch (e) {
    await server.stop()
    throw e
  }
}

export const say = (message) => process.stderr.write(`${message}\n`)
