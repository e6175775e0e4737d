import { openJobs } from '@faultline/db/jobs'
import { openCredentials } from '@faultline/db/repositories/source-credentials'
import { beforeAll, expect, it, vi } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
let admin: Caller
let cookie: string
beforeAll(async () => {
  cookie = await web.cookieOf(await web.addPerson({ role: 'admin' }))
  admin = await web.callerOf(cookie)
})
const audited = async (): Promise<string[]> => (await web.sql('select action from audit_event order by id')).rows.map((row) => row.action)

it('makes a source, changes it and takes it away, each told in the audit log', async () => {
  const made = await admin.sources.create({ name: ' Bybit ', venue: 'bybit-linear', symbols: ['BTCUSDT'], backfillDays: 5, priority: 20 })
  expect(made).toMatchObject({ name: 'Bybit', venue: 'bybit-linear', symbols: ['BTCUSDT'], backfillDays: 5, priority: 20, enabled: true })
  await expect(admin.sources.create({ name: 'Bybit', venue: 'bybit-linear', backfillDays: null })).rejects.toMatchObject({
    code: 'CONFLICT',
  })
  const changed = await admin.sources.update({ id: made.id, version: made.version, name: 'Bybit 2', priority: 5 })
  expect(changed).toMatchObject({ name: 'Bybit 2', priority: 5, backfillDays: 5 })
  await expect(admin.sources.remove({ id: made.id, version: made.version })).rejects.toMatchObject({ code: 'CONFLICT' })
  await admin.sources.remove({ id: made.id, version: changed.version })
  expect((await admin.sources.list()).sources).toEqual([])
  expect(await audited()).toEqual(expect.arrayContaining(['source.created', 'source.updated', 'source.deleted']))
})

it.each([
  [{ name: '   ' }, /name/],
  [{ name: 'x'.repeat(81) }, /80 characters/],
  [{ name: '\u200b' }, /seen/],
  [{ name: 'a\nb' }, /one line/],
  [{ restUrl: 'ftp://x' }, /http/],
  [{ restUrl: 'https://user:pass@host' }, /password/],
  [{ symbols: ['a b'] }, /symbols/],
])('refuses a source with %j, and makes none', async (wrong, why) => {
  await expect(admin.sources.create({ name: 'New', venue: 'okx-swap', backfillDays: null, ...wrong })).rejects.toThrow(why)
  expect((await admin.sources.list()).sources).toEqual([])
})

it('takes a key, seals it, shows its last characters only, and has workers begin anew', async () => {
  const { id, version } = await admin.sources.create({ name: 'OKX', venue: 'okx-swap', backfillDays: null })
  const value = 'a-very-secret-key-of-okx'
  await admin.sources.setCredential({ id, name: 'secret', value })
  const [source] = (await admin.sources.list()).sources
  expect(source).toMatchObject({ credentials: [{ name: 'secret', hint: '…-okx' }], version: version + 1 })
  expect(await openCredentials(web.services.db, web.services.box, id)).toEqual({ secret: value })
  // in no row of no table, and in no answer
  const { rows } = await web.sql('select sealed::text as sealed from source_credential')
  expect(rows[0].sealed).not.toContain(Buffer.from(value).toString('hex'))
  const dump = JSON.stringify([await web.sql('select * from audit_event'), await admin.sources.list()])
  expect(dump).not.toContain(value)
  await admin.sources.removeCredential({ id, name: 'secret' })
  expect((await admin.sources.list()).sources[0]?.credentials).toEqual([])
})

it('asks for history, says how far it is, and cancels it', async () => {
  const { id } = await admin.sources.create({ name: 'Gate', venue: 'gate-usdt', backfillDays: null })
  const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)]
  const request = await admin.sources.backfill({ id, symbol: 'BTC_USDT', from, to })
  expect(await admin.sources.backfills({ id })).toEqual([expect.objectContaining({ id: request.id, state: 'waiting', from, to })])
  await expect(admin.sources.backfill({ id, symbol: 'BTC_USDT', from, to })).rejects.toMatchObject({ code: 'CONFLICT' })
  await admin.sources.cancelBackfill({ request: request.id })
  expect(await admin.sources.backfills({})).toEqual([expect.objectContaining({ state: 'cancelled' })])
  await expect(admin.sources.backfill({ id, symbol: 'BTC_USDT', from: to, to: from })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

it('checks a venue by a worker, and tells what it found', async () => {
  const { job } = await admin.sources.check({ venue: 'bybit-linear', symbols: ['BTCUSDT'] })
  expect(await admin.sources.checkResult({ job })).toEqual({ state: 'waiting' })
  const worker = await openJobs({ url: web.database.appUrl, work: true })
  const result = {
    unreachable: null,
    symbols: ['BTCUSDT'],
    listed: 1,
    clockOffsetMs: 3,
    marginTiers: 'public',
    channels: [],
    unread: [],
    ok: true,
  }
  try {
    await worker.work('venueCheck', async ({ data }) => ({ ...result, symbols: data.symbols }), { pollSeconds: 0.5 })
    await vi.waitFor(async () => expect(await admin.sources.checkResult({ job })).toEqual({ state: 'done', result }), 20_000)
    await expect(admin.sources.checkResult({ job: '00000000-0000-4000-8000-000000000000' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  } finally {
    await worker.close()
  }
})
