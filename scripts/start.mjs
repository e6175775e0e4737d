// `npm start`: build (turbo's cache decides whether anything is built), Postgres, migrations, the first administrator, the
// web process. Run by bootstrap.mjs on the pinned Node. EXIT_WHEN_READY=1 stops again once everything answers (smoke test).
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { portFree } from '../packages/db/tools/local-postgres.mjs'
import { database, root, run, secret } from './environment.mjs'

const t0 = performance.now()
const log = (m) => console.log(`[${((performance.now() - t0) / 1000).toFixed(1)}s] ${m}`)
const port = Number(process.env.PORT ?? 3000)
const host = process.env.HOST ?? '127.0.0.1'
const origin = `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`

const children = []
let db
let stopping
const stop = (code) => {
  stopping ??= (async () => {
    for (const c of children) c.kill('SIGTERM')
    await Promise.race([
      Promise.all(children.map((c) => c.exitCode ?? c.signalCode ?? new Promise((r) => c.once('exit', r)))),
      sleep(10_000),
    ])
    await db?.stop() // last: services may still be writing
    process.exit(code)
  })()
  return stopping
}
for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(s, () => stop(0))
process.on('disconnect', () => stop(1)) // bootstrap.mjs was killed

/** Starts one of our own services and resolves when it says that it is ready. */
const service = (file, env) =>
  new Promise((ready, failed) => {
    const child = spawn(process.execPath, [path.join(root, file)], { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env })
    child.once('message', ready)
    child.once('error', failed)
    child.once('exit', (code, signal) => {
      failed(new Error(`${file} ended with ${signal ?? code} (see above)`))
      if (!stopping) {
        console.error(`${file} ended (${signal ?? code}); stopping the rest`)
        stop(1)
      }
    })
    children.push(child)
  })

const capture = (file, env) =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [path.join(root, file)], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env })
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    child.once('error', failed)
    child.once('exit', (code) => (code === 0 ? done(said) : failed(new Error(`${file} ended with ${code} (see above)`))))
  })

try {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`PORT must be a number from 1 to 65535, not "${process.env.PORT}".`)
  if (!(await portFree(port)))
    throw new Error(`Port ${port} is in use (is an earlier start still running?). Stop that, or choose another: PORT=3001 npm start`)
  log(`Faultline on Node ${process.version}`)
  // The database's first start and the build need different things: side by side.
  const opening = database({ log })
  opening.catch(() => {}) // reported below, after the build
  await run('turbo', ['run', 'build', '--output-logs=errors-only', '--log-order=grouped'])
  log('built')
  db = await opening
  log(`database ${db.ownerUrl.replace(/\/\/.*@/, '//')}`)
  const { DATABASE_URL: _owner, ...inherited } = process.env
  const env = {
    ...inherited,
    NODE_ENV: 'production',
    DATABASE_APP_URL: db.appUrl, // the services never see the owner's URL
    NEXTAUTH_URL: process.env.NEXTAUTH_URL ?? origin,
    NEXTAUTH_SECRET: process.env.NEXTAUTH_SECRET ?? secret('NEXTAUTH_SECRET'),
    PORT: String(port),
    HOST: host,
    FAULTLINE_ROOT: root,
  }
  const first = JSON.parse(await capture('apps/web/first-administrator.ts', env))
  // At once: it is told only this time, whatever happens to the rest of the start.
  if (first.created) console.log(`First administrator: ${first.email} / ${first.password}`)
  await service('apps/web/server.ts', env)
  console.log(`Faultline is ready: ${origin}`)
  if (process.env.EXIT_WHEN_READY) await stop(0)
} catch (e) {
  if (!stopping) console.error(`\n${e.message}\n`)
  await stop(1)
}
