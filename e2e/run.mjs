// The whole product as a person uses it: `npm start` in a state folder of its own (an empty database), then Playwright against
// it, then the end. What it prints on the way (the ready line, the first administrator) is part of what is tested.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const root = fileURLToPath(new URL('..', import.meta.url))
const freePort = () =>
  new Promise((done) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })
const READY_WITHIN_MS = 300_000

/** With DATABASE_URL set, the product runs on a fresh database of that server instead of the embedded one. */
async function ownDatabase() {
  if (!process.env.DATABASE_URL) return { env: {}, drop: async () => {} }
  const name = `faultline_e2e_${process.pid}_${randomBytes(3).toString('hex')}`
  const url = new URL(process.env.DATABASE_URL)
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
  url.pathname = `/${name}`
  return { env: { DATABASE_URL: url.href }, drop: () => admin(`drop database if exists "${name}" with (force)`) }
}

const state = mkdtempSync(path.join(tmpdir(), 'faultline-e2e-'))
chmodSync(state, 0o755) // as root, the database runs under another account, which has to get in
const database = await ownDatabase()
const port = await freePort()
const env = { ...process.env, ...database.env, PORT: String(port), FAULTLINE_STATE_DIR: state }
delete env.npm_lifecycle_event
let code = 1
const product = spawn(process.execPath, ['scripts/start.mjs'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
const ended = new Promise((done) => product.once('exit', done))
let runner
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => runner?.kill('SIGTERM') ?? product.kill('SIGTERM'))
try {
  const said = await new Promise((done, failed) => {
    let text = ''
    const timer = setTimeout(() => failed(new Error('The product was not ready in time.')), READY_WITHIN_MS)
    product.stdout.on('data', (chunk) => {
      text += chunk
      process.stdout.write(chunk)
      if (/^Faultline is ready: /m.test(text)) {
        clearTimeout(timer)
        done(text)
      }
    })
    ended.then((c) => failed(new Error(`The product ended with ${c} before it was ready.`)))
  })
  const origin = /^Faultline is ready: (http:\/\/\S+)/m.exec(said)?.[1]
  const [, email, password] = /^First administrator: (\S+) \/ (\S+)/m.exec(said) ?? []
  if (!origin || !email || !password) throw new Error('The start did not print the ready line and the first administrator.')
  const cli = path.join(path.dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js')
  code = await new Promise((done) => {
    runner = spawn(process.execPath, [cli, 'test', '--config', 'e2e/playwright.config.ts', ...process.argv.slice(2)], {
      cwd: root,
      stdio: 'inherit',
      env: { ...env, BASE_URL: origin, E2E_EMAIL: email, E2E_PASSWORD: password },
    })
    runner.once('exit', (c) => done(c ?? 1))
  })
} catch (e) {
  console.error(`\n${e.message}\n`)
} finally {
  product.kill('SIGTERM')
  await ended
  await database.drop()
  rmSync(state, { recursive: true, force: true })
}
process.exit(code)
