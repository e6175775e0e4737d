// `npm start`: build (turbo's cache decides whether anything is built), Postgres, migrations, the first administrator, the
// web process, the simulated venue and a worker. Run by bootstrap.mjs on the pinned Node. What dies is started again.
//   EXIT_WHEN_READY=1              stops again once everything answers (smoke test)
//   FAULTLINE_WITHOUT=venue,worker leaves parts out: a desk that runs its workers elsewhere, a test that has its own
//   FAULTLINE_VENUE_OPTIONS        further options of the simulated venue (npm run -s faultline -- venue --help)
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { portFree } from '../packages/db/tools/local-postgres.mjs'
import { database, envOf, localOrigin, root, run, secret, sharedEnv, stateDir } from './environment.mjs'
import { forgetVenue, lastVenue, portOptions, rememberVenue, venueEnv, WIRES } from './venue-address.mjs'

const t0 = performance.now()
const log = (m) => console.log(`[${((performance.now() - t0) / 1000).toFixed(1)}s] ${m}`)
const port = Number(process.env.PORT ?? 3000)
const host = process.env.HOST ?? '127.0.0.1'
const origin = localOrigin()

const children = new Set()
const PARTS = ['venue', 'worker']
/** Markets that all simulated venues have a share of; the others are on Binance's alone, which makes the start quicker. */
const SPLIT = ['SIMOAKUSDT', 'SIMTIDEUSDT']
const without = new Set((process.env.FAULTLINE_WITHOUT ?? '').split(/[\s,]+/).filter(Boolean))
let db
let stopping
const stop = (code) => {
  stopping ??= (async () => {
    for (const c of children) c.kill('SIGTERM')
    await Promise.race([
      Promise.all([...children].map((c) => c.exitCode ?? c.signalCode ?? new Promise((r) => c.once('exit', r)))),
      sleep(10_000),
    ])
    for (const c of children) c.kill('SIGKILL') // what does not answer, frozen perhaps
    await db?.stop() // last: services may still be writing
    process.exit(code)
  })()
  return stopping
}
for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(s, () => stop(0))
process.on('disconnect', () => stop(1)) // bootstrap.mjs was killed

const AGAIN_MS = { first: 500, most: 5_000 }
/** A service that has lived for so long starts anew with patience when it dies. */
const SETTLED_MS = 10_000

/**
 * Starts one of our own services and resolves with what it says when it is ready. Before that its end is ours; afterwards it
 * is started again whenever it dies, a little later each time.
 */
const service = (file, argv, env, { quiet = false } = {}) =>
  new Promise((ready, failed) => {
    let said
    let failures = 0
    const begin = (args) => {
      const since = performance.now()
      const child = spawn(process.execPath, [path.join(root, file), ...args], {
        cwd: root,
        stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit', 'ipc'],
        env,
      })
      children.add(child)
      child.once('message', (message) => {
        said ??= message
        ready(message)
      })
      const over = async (why) => {
        if (!children.delete(child) || stopping) return
        if (said === undefined) return failed(new Error(`${file} ended with ${why} (see above)`))
        if (performance.now() - since > SETTLED_MS) failures = 0
        const wait = Math.min(AGAIN_MS.most, AGAIN_MS.first * 2 ** failures++)
        console.error(`${file} ended (${why}); starting it again in ${wait / 1000} s`)
        await sleep(wait)
        if (!stopping) begin(typeof argv === 'function' ? argv(said) : argv)
      }
      child.once('error', (e) => child.pid === undefined && over(e.message)) // it could not be started: no exit follows
      child.once('exit', (code, signal) => over(signal ?? code))
    }
    begin(typeof argv === 'function' ? argv() : argv)
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

/** The simulated venue, then the worker that listens to it and to the world. */
async function feed(env) {
  const forWorker = envOf('worker', env)
  if (without.has('venue')) forgetVenue()
  else {
    const options = (process.env.FAULTLINE_VENUE_OPTIONS ?? '').split(' ').filter(Boolean)
    const last = await lastVenue()
    const markets = ['--seed', '7', '--venues', WIRES.join(','), '--split', SPLIT.join(',')]
    const said = await service(
      'packages/simulator/src/venue/cli.ts',
      // Started again it keeps its ports: the workers know them.
      (before) => [...markets, '--state', path.join(stateDir, 'venue'), ...portOptions(before ?? last), ...options],
      envOf('venue', env),
      { quiet: true }, // what it prints it also sends
    )
    rememberVenue(said)
    Object.assign(forWorker, venueEnv(said))
    log(`simulated venue ${said.rest}, its faults and ledger ${said.control}`)
    for (const [wire, at] of Object.entries(said.venues ?? {}))
      if (wire !== 'binance') log(`  ${wire}'s share of it ${at.rest}, faults and ledger ${at.control}`)
  }
  if (!without.has('worker')) {
    // One name for all of them: each is started when the one before is gone, and goes on where that one stopped at once.
    forWorker.FAULTLINE_WORKER_NAME = `worker of npm start (process ${process.pid} on ${hostname()}, ${randomBytes(3).toString('hex')})`
    await service('apps/worker/src/cli/main.ts', ['worker', '--defaults'], { ...forWorker, FAULTLINE_STATE_DIR: stateDir })
    log('the worker listens')
  }
}

try {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`PORT must be a number from 1 to 65535, not "${process.env.PORT}".`)
  if (!(await portFree(port)))
    throw new Error(`Port ${port} is in use (is an earlier start still running?). Stop that, or choose another: PORT=3001 npm start`)
  for (const part of without)
    if (!PARTS.includes(part)) throw new Error(`FAULTLINE_WITHOUT names "${part}"; what can be left out: ${PARTS.join(', ')}`)
  log(`Faultline on Node ${process.version}`)
  // The database's first start and the build need different things: side by side.
  const opening = database({ log, keep: true })
  opening.catch(() => {}) // reported below, after the build
  await run('turbo', ['run', 'build', '--output-logs=errors-only', '--log-order=grouped'])
  log('built')
  db = await opening
  log(`database ${db.ownerUrl.replace(/\/\/.*@/, '//')}`)
  const env = {
    ...process.env,
    ...sharedEnv(),
    NODE_ENV: 'production',
    DATABASE_APP_URL: db.appUrl,
    NEXTAUTH_SECRET: process.env.NEXTAUTH_SECRET ?? secret('NEXTAUTH_SECRET'),
    PORT: String(port),
    HOST: host,
    FAULTLINE_ROOT: root,
  }
  const first = JSON.parse(await capture('apps/web/first-administrator.ts', envOf('firstAdministrator', env)))
  // At once: it is told only this time, whatever happens to the rest of the start.
  if (first.created) console.log(`First administrator: ${first.email} / ${first.password}`)
  // Side by side: whoever opens the page first is told what is still on its way.
  const web = service('apps/web/server.ts', [], { ...envOf('web', env), FAULTLINE_STATE_DIR: stateDir })
  const feeding = feed(env)
  feeding.catch(() => {})
  await web
  console.log(`Faultline is ready: ${origin}`)
  await feeding
  if (process.env.EXIT_WHEN_READY) await stop(0)
} catch (e) {
  if (!stopping) console.error(`\n${e.message}\n`)
  await stop(1)
}
