import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildsOf } from '@faultline/db/repositories/builds'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { findLease } from '@faultline/db/repositories/leases'
import { MINUTE_MS } from '@faultline/market/units'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { columnRows } from '../../test/column-rows.ts'
import { type RunningCli, runCli, startCli } from '../../test/run-cli.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })
const t = freshDatabase()
const LEASE_MS = 2_000
/** A minute of the venue in two seconds. */
const SPEED = 30
const KEY = 'simulated:SIMOAKUSDT'

const folder = mkdtempSync(path.join(tmpdir(), 'faultline-takeover-'))
const started: RunningCli[] = []
let venue: Awaited<ReturnType<typeof startTestVenue>>

beforeAll(async () => {
  venue = await startTestVenue({ speed: SPEED })
  await ensureDataSource(t.db, {
    name: 'Simulated market',
    venue: 'simulated',
    restUrl: venue.rest,
    wsUrl: venue.ws,
    options: { backfillDays: 0.2, openInterestPollMs: 500 },
  })
})
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL')
  await Promise.all(started.map(({ ended }) => ended))
  await venue.close()
  rmSync(folder, { recursive: true, force: true })
})

function startWorker(name: string): RunningCli {
  const env = { FAULTLINE_STATE_DIR: path.join(folder, name), FAULTLINE_LEASE_MS: String(LEASE_MS) }
  const running = startCli(['worker'], { appUrl: t.appUrl, env })
  started.push(running)
  return running
}

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 60_000
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${started.map((s) => s.said()).join('\n---\n')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
const instrument = () => findInstrument(t.db, KEY)
const holder = async () => (await findLease(t.db, (await instrument()).id))?.holder ?? ''
const served = async () => {
  const { id, currentBuildId } = await instrument()
  return (await buildsOf(t.db, id)).find((b) => b.id === currentBuildId)
}
/** A column more than there is now, of a bucket that closed after now. */
const grows = async (): Promise<void> => {
  const from = venue.now()
  await until('the map grows', async () => ((await served())?.lastBucket ?? 0) + MINUTE_MS > from)
}

it('gives an instrument to another worker when its own freezes or dies, and refuses what the frozen one writes on waking', async () => {
  const first = startWorker('first')
  await grows()
  expect(await holder()).toContain(`process ${first.child.pid} `)
  const second = startWorker('second')
  await new Promise((resolve) => setTimeout(resolve, LEASE_MS * 1.5))
  expect(await holder()).toContain(`process ${first.child.pid} `) // a live one keeps it

  first.child.kill('SIGSTOP')
  await until('the second takes over', async () => (await holder()).includes(`process ${second.child.pid} `))
  await grows()
  const epoch = (await findLease(t.db, (await instrument()).id))?.epoch

  // It wakes with what it had received, and with the conviction that the lease is its own.
  first.child.kill('SIGCONT')
  await until('the first notices', async () => first.said().includes('written by another worker now'))
  await grows()
  expect((await findLease(t.db, (await instrument()).id))?.epoch).toBe(epoch)
  expect(await holder()).toContain(`process ${second.child.pid} `)

  second.child.kill('SIGKILL')
  await until('the first takes over again', async () => (await holder()).includes(`process ${first.child.pid} `))
  await grows()

  // It ends in good order: the lease is free at once.
  first.child.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)
  const lease = await findLease(t.db, (await instrument()).id)
  expect(lease?.expiresAt).toBeLessThan(Date.now())

  // No column twice, none missing, and all of them what the stored events say.
  const rows = await columnRows(t.db, (await instrument()).id)
  expect(new Set(rows.map((r) => r.bucket)).size).toBe(rows.length)
  const { first: from, last } = { first: rows[0]?.bucket ?? 0, last: rows.at(-1)?.bucket ?? 0 }
  expect(rows.length).toBe((last - from) / MINUTE_MS + 1)
  const verified = await runCli(['rebuild', '--verify', '--instrument', KEY], { appUrl: t.appUrl })
  expect(verified.stdout).toContain(`${KEY} equal`)
  expect(verified.code).toBe(0)
})
