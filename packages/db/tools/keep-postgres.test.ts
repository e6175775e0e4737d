import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, expect, it } from 'vitest'
import { keepPostgres } from './keep-postgres.mjs'
import { startPostgres } from './local-postgres.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'faultline-pg-test-'))
chmodSync(folder, 0o755) // as root, the server runs under another account, which has to get in
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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

it('starts a server that was killed again where it was, also when its port is somebody else’s for a while', async () => {
  const patience = { timeout: 30_000 }
  const server = await startPostgres({ dataDir: path.join(folder, 'pg'), port: 57_000 + (process.pid % 700), durable: false })
  process.kill(server.pid, 'SIGKILL')
  const squatter = createServer()
  const taken = () => new Promise((done) => squatter.once('error', () => done(false)).listen(server.port, '127.0.0.1', () => done(true)))
  await expect.poll(taken, patience).toBe(true)

  const said: string[] = []
  const kept = keepPostgres(server, { log: (message) => said.push(message) })
  const back = () => said.flatMap((message) => /is back \(pid (\d+)\)/.exec(message)?.[1] ?? [])
  try {
    await expect.poll(() => said.some((message) => message.includes(`port ${server.port} is taken`)), patience).toBe(true)
    await new Promise((closed) => squatter.close(closed))
    await expect.poll(() => back().length, patience).toBe(1)
    expect(await answers(server.url)).toBe(true)

    process.kill(Number(back()[0]), 'SIGKILL')
    await expect.poll(() => back().length, patience).toBe(2)
    expect(await answers(server.url)).toBe(true)
  } finally {
    await kept.stop()
  }
  expect(await answers(server.url)).toBe(false)
}, 120_000)
