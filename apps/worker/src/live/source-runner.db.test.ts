import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { listBackfills, requestBackfill } from '@faultline/db/repositories/backfills'
import { buildsOf } from '@faultline/db/repositories/builds'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { readFeedStates } from '@faultline/db/repositories/feed-states'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { MINUTE_MS } from '@faultline/market/units'
import { makeUser } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { columnRows } from '../../test/column-rows.ts'
import { BanFile } from '../feed/ban-file.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { createIngest } from '../ingest/writer.ts'
import { rebuild } from '../pipeline/rebuild.ts'
import { createBinanceFeed } from '../venues/binance/feed.ts'
import { SourceRunner } from './source-runner.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })
const t = freshDatabase()
const KEY = 'simulated:SIMOAKUSDT'
const folder = mkdtempSync(path.join(tmpdir(), 'faultline-runner-'))
let venue: Awaited<ReturnType<typeof startTestVenue>>
let ingest: Ingest
let runner: SourceRunner
const said: string[] = []

beforeAll(async () => {
  venue = await startTestVenue({ speed: 30 })
  ingest = await createIngest({ db: t.db, spoolDir: path.join(folder, 'spool'), worker: 'test', log: (line) => void said.push(line) })
  const source = await ensureDataSource(t.db, {
    name: 'Simulated market',
    venue: 'simulated',
    restUrl: venue.rest,
    wsUrl: venue.ws,
    options: { backfillDays: 0.2, openInterestPollMs: 500, refillPatienceMs: 1_000 },
  })
  const log = (line: string): void => void said.push(line)
  const feed = createBinanceFeed({ restUrl: venue.rest, wsUrl: venue.ws, banFile: new BanFile(path.join(folder, 'bans.json')), log })
  runner = new SourceRunner({ db: t.db, ingest, source, feed, worker: 'test', log, claims: new Map() })
  runner.start()
})
afterAll(async () => {
  await runner.stop('stopped')
  await ingest.close()
  await venue.close()
  rmSync(folder, { recursive: true, force: true })
})

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 60_000
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${said.join('\n')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
const fault = async (body: Record<string, unknown>): Promise<void> => {
  const answer = await fetch(`${venue.control}/faults`, { method: 'POST', body: JSON.stringify(body) })
  expect(answer.ok).toBe(true)
}
const instrument = () => findInstrument(t.db, KEY)
const served = async () => {
  const { id, currentBuildId } = await instrument()
  return (await buildsOf(t.db, id)).find((b) => b.id === currentBuildId)
}
const grows = async (): Promise<void> => {
  const from = venue.now()
  await until('the map grows', async () => ((await served())?.lastBucket ?? 0) + MINUTE_MS > from)
}
const gaps = async (channel: string): Promise<{ status: string; from: Date; to: Date }[]> => {
  const { rows } = await t.db.pool.query(
    'select status, from_time as from, to_time as to from gap where instrument_id = $1 and channel = $2 order by 2',
    [(await instrument()).id, channel],
  )
  return rows
}

it('goes on without candles that cannot be had in time, and makes a generation with them when they come', async () => {
  await until('live', async () => (await readFeedStates(t.db))[0]?.state === 'live')
  await grows()
  const before = await served()

  // The sockets are away for some minutes of the venue; REST fails on candles for longer than estimating waits.
  await fault({ kind: 'serverError', seconds: 600, paths: ['/fapi/v1/klines'] })
  await fault({ kind: 'cut', seconds: 7 })
  await until('it goes on behind the hole', async () => said.some((line) => line.includes('without the candles from')))
  await grows()
  expect((await served())?.id).toBe(before?.id)
  expect((await gaps('candle')).map((g) => g.status)).toEqual(['open'])
  expect((await gaps('liquidation')).map((g) => g.status)).toEqual(['unrecoverable'])
  const holed = (await columnRows(t.db, (await instrument()).id)).map((r) => r.bucket)
  expect(holed.some((bucket, i) => i > 0 && bucket - (holed[i - 1] ?? 0) > MINUTE_MS)).toBe(true)

  await fetch(`${venue.control}/faults`, { method: 'DELETE' })
  await until('the gap is filled', async () => (await gaps('candle')).every((g) => g.status === 'filled'))
  await until('a new generation is served', async () => (await served())?.status === 'complete' && (await served())?.id !== before?.id)
  await grows()
  const whole = (await columnRows(t.db, (await instrument()).id)).map((r) => r.bucket)
  for (const [i, bucket] of whole.entries()) if (i > 0) expect(bucket - (whole[i - 1] ?? 0)).toBe(MINUTE_MS)

  const { outcome } = await rebuild(t.db, await instrument(), { verify: true })
  expect(outcome).toBe('equal')
})

it('fetches history that an administrator asks for, says how far it is, and estimates anew with it', async () => {
  const actor = { kind: 'user', role: 'admin', userId: await makeUser(t.ownerUrl, { email: 'root@example.org', role: 'admin' }) } as const
  await until('a map is served', async () => (await served())?.status === 'complete')
  const before = await served()
  const first = before?.firstStep as number
  const [from, to] = [first - 60 * MINUTE_MS, first]
  const { id: dataSourceId } = runner.source
  await requestBackfill(t.db, actor, { dataSourceId, symbol: 'SIMOAKUSDT', from, to })
  runner.lookForRequests()
  await until('it is done', async () => (await listBackfills(t.db, actor))[0]?.state === 'done')
  expect((await listBackfills(t.db, actor))[0]).toMatchObject({ progress: 1, message: expect.stringMatching(/estimated anew/) })
  await until(
    'the map begins earlier',
    async () => ((await served())?.firstStep ?? first) <= from && (await served())?.status === 'complete',
  )
  expect((await served())?.id).not.toBe(before?.id)

  // What is there already is not asked for again.
  await requestBackfill(t.db, actor, { dataSourceId, symbol: 'SIMOAKUSDT', from, to })
  runner.lookForRequests()
  await until('nothing was missing', async () => /Nothing was missing/.test((await listBackfills(t.db, actor))[0]?.message ?? ''))
})
