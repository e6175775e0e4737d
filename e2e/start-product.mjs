// Starts the product as `npm start` does, in a state folder of its own with an empty database, on a free port.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const root = fileURLToPath(new URL('..', import.meta.url))
const READY_WITHIN_MS = 300_000

const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })

/** With DATABASE_URL set, the product runs on a fresh database of that server instead of the embedded one. */
async function ownDatabase() {
  if (!process.env.DATABASE_URL) return { env: {}, drop: async () => {} }
  const name = `faultline_e2e_${process.pid}_${randomBytes(3).toString('hex')}`
  const admin = async (sql) => {
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await admin(`create database "${name}"`)
  const url = new URL(process.env.DATABASE_URL)
  url.pathname = `/${name}`
  return { env: { DATABASE_URL: url.href }, drop: () => admin(`drop database if exists "${name}" with (force)`) }
}

/**
 * @returns {Promise<{ origin: string, email: string, password: string, env: NodeJS.ProcessEnv, pid: number, stateDir: string, stop: () => Promise<void> }>}
 * `env` is what other commands need to meet the same database; `pid` is that of the start, whose children are the product
 */
export async function startProduct() {
  const state = mkdtempSync(path.join(tmpdir(), 'faultline-e2e-'))
  chmodSync(state, 0o755) // as root, the database runs under another account, which has to get in
  const database = await ownDatabase()
  // A quick market in the past, so that minutes pass in seconds and never reach the present; and no call to the outside.
  const nowhere = ['BINANCE', 'BYBIT', 'OKX', 'GATE', 'HYPERLIQUID'].flatMap((name) => [
    [`FAULTLINE_${name}_REST_URL`, 'http://127.0.0.1:9'],
    [`FAULTLINE_${name}_WS_URL`, 'ws://127.0.0.1:9'],
  ])
  const venue = {
    ...Object.fromEntries(nowhere),
    FAULTLINE_VENUE_OPTIONS: `--speed 6 --history-days 4 --symbols SIMOAKUSDT,SIMSPARKUSDT --clock-start ${new Date(Date.now() - 4 * 3_600_000).toISOString()}`,
  }
  const env = { ...venue, ...process.env, ...database.env, PORT: String(await freePort()), FAULTLINE_STATE_DIR: state }
  delete env.npm_lifecycle_event
  const product = spawn(process.execPath, ['scripts/start.mjs'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const ended = new Promise((done) => product.once('exit', done))
  const stop = async () => {
    product.kill('SIGTERM')
    await ended
    await database.drop()
    rmSync(state, { recursive: true, force: true })
  }
  try {
    const said = await new Promise((done, failed) => {
      let text = ''
      const timer = setTimeout(() => failed(new Error('The product was not ready in time.')), READY_WITHIN_MS)
      product.stdout.on('data', (chunk) => {
        text += chunk
        process.stderr.write(chunk)
        if (!/^Faultline is ready: /m.test(text)) return
        clearTimeout(timer)
        done(text)
      })
      ended.then((code) => failed(new Error(`The product ended with ${code} before it was ready.`)))
    })
    const origin = /^Faultline is ready: (http:\/\/\S+)/m.exec(said)?.[1]
    const [, email, password] = /^First administrator: (\S+) \/ (\S+)/m.exec(said) ?? []
    if (!origin || !email || !password) throw new Error('The start did not print the ready line and the first administrator.')
    return { origin, email, password, env, pid: product.pid ?? 0, stateDir: state, stop }
  } catch (e) {
    await stop()
    throw e
  }
}
