import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(path.join(tmpdir(), 'faultline-pg-test-'))
chmodSync(folder, 0o755) // as root, the server runs under another account, which has to get in
const dataDir = path.join(folder, 'pg')
const module = new URL('./local-postgres.mjs', import.meta.url).href
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Uses the server until its standard input ends; says the URL and whether it ran already. */
const USER = `
  const { startPostgres } = await import(${JSON.stringify(module)})
  const db = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, port: 56200 + process.pid % 700, durable: false })
  console.log(JSON.stringify({ url: db.url, shared: db.shared, pid: db.pid, dataDir: db.dataDir }))
  process.stdin.resume().once('end', async () => { await db.stop(); process.exit(0) })
`
interface Server {
  url: string
  shared: boolean
  pid: number
  dataDir: string
}

async function user(): Promise<{ server: Server; child: ChildProcess; leave(): Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', USER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const server = await new Promise<Server>((ready, failed) => {
    child.stdout.once('data', (said) => ready(JSON.parse(String(said))))
    ended.then(() => failed(new Error('ended without a word')))
  })
  return {
    server,
    child,
    leave: () => {
      child.stdin.end()
      return ended
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query('select 1 as one')).rows[0].one === 1
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

describe('the embedded server', () => {
  it('is shared, outlives the one who started it, and ends with the last user', async () => {
    const first = await user()
    expect(first.server.shared).toBe(false)
    const second = await user()
    expect(second.server).toMatchObject({ shared: true, pid: first.server.pid, url: first.server.url })
    await first.leave()
    expect(await answers(second.server.url)).toBe(true)
    await second.leave()
    expect(await answers(second.server.url)).toBe(false)
    expect(existsSync(path.join(second.server.dataDir, 'postmaster.pid'))).toBe(false)
  })

  it('lets nobody in without the password, which only its owner may read', async () => {
    const one = await user()
    const without = new URL(one.server.url)
    without.password = ''
    expect(await answers(one.server.url)).toBe(true)
    expect(await answers(without.href)).toBe(false)
    expect(statSync(path.join(one.server.dataDir, 'faultline.password')).mode & 0o077).toBe(0)
    await one.leave()
  })

  it('is taken over by the next when its user was killed', async () => {
    const killed = await user()
    killed.child.kill('SIGKILL')
    await new Promise((done) => killed.child.once('exit', done))
    const next = await user()
    expect(next.server).toMatchObject({ shared: true, pid: killed.server.pid })
    await next.leave()
    expect(await answers(next.server.url)).toBe(false)
  })
})
