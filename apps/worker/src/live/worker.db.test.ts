import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { afterAll, expect, it, vi } from 'vitest'
import { Worker } from './worker.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const folder = mkdtempSync(path.join(tmpdir(), 'faultline-worker-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('never takes a real venue for the simulated one', async () => {
  await ensureDataSource(t.db, { name: 'Without an address', venue: 'simulated' })
  await ensureDataSource(t.db, { name: 'With half of one', venue: 'simulated', restUrl: 'http://127.0.0.1:9' })
  const said: string[] = []
  const worker = new Worker({ db: t.db, stateDir: folder, addresses: {}, log: (line) => void said.push(line) })
  await worker.start()
  await worker.stop()
  expect(said).toEqual([
    expect.stringContaining('Without an address cannot be fed: no simulated venue runs'),
    expect.stringContaining('With half of one cannot be fed: no simulated venue runs'),
  ])
  const { rows } = await t.db.pool.query('select count(*)::int as count from source_state')
  expect(rows[0]?.count).toBe(0)
})
