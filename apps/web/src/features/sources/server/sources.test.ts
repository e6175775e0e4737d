import { listen, type NotifyMessage } from '@faultline/db/notify'
import { ensureDataSource, updateDataSource } from '@faultline/db/repositories/data-sources'
import { type FeedState, writeFeedStates, writeSourceState } from '@faultline/db/repositories/feed-states'
import { enterGaps } from '@faultline/db/repositories/gaps'
import { addToQuarantine } from '@faultline/db/repositories/quarantine'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument } from '@faultline/testkit/factories'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { type Person, webUnderTest } from '../../../server/testing/web-under-test.ts'
import { venueNow } from './read-sources.ts'
import { withoutSecrets } from './settings.ts'

const web = webUnderTest()
const XSS = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
let people: Record<'member' | 'admin', Person>
let admin: Caller
let made = 0

beforeAll(async () => {
  people = { member: await web.addPerson(), admin: await web.addPerson({ role: 'admin' }) }
  admin = await web.callerOf(await web.cookieOf(people.admin))
})
const makeSource = (more: object = {}) =>
  ensureDataSource(web.services.db, { name: `Source ${++made}`, venue: 'simulated', symbols: ['AUSDT'], ...more })
const listed = async (id: number) => {
  const found = (await admin.sources.list()).sources.find((s) => s.id === id)
  if (!found) throw new Error(`source ${id} is not in the list`)
  return found
}

describe.each([
  ['sources.list', (caller: Caller) => caller.sources.list()],
  ['sources.update', (caller: Caller, id: number) => caller.sources.update({ id, version: 1, enabled: false })],
  ['sources.quarantine', (caller: Caller, id: number) => caller.sources.quarantine({ id })],
])('%s', (_, call) => {
  it('is for administrators', async () => {
    const source = await makeSource()
    await expect(call(await web.callerOf(null), source.id)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(call(await web.callerOf(await web.cookieOf(people.member)), source.id)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await listed(source.id)).toMatchObject({ enabled: true, version: 1 })
    await call(admin, source.id)
  })
})

describe('the list', () => {
  it('has a source that no worker has seen', async () => {
    const source = await makeSource({ options: { backfillDays: 3 } })
    expect(await listed(source.id)).toEqual({
      id: source.id,
      name: source.name,
      venue: 'simulated',
      simulated: true,
      restUrl: null,
      wsUrl: null,
      enabled: true,
      symbols: ['AUSDT'],
      backfillDays: 3,
      priority: 100,
      credentials: [],
      version: 1,
      updatedAt: source.updatedAt,
      report: null,
      instruments: [],
      quarantine: { count: 0, atLeast: false, newest: null },
    })
  })

  it('has what the worker says, and what the ledger says of the last day', async () => {
    const { db } = web.services
    const now = Date.now()
    // the venue's clock may be elsewhere; in the middle of a half-hour, whatever ours says
    const there = Date.UTC(2026, 2, 4, 11, 10)
    const [one, other] = [
      await makeInstrument(db, { venue: 'simulated', simulated: true }),
      await makeInstrument(db, { venue: 'simulated', simulated: true }),
    ]
    const source = await makeSource({ symbols: [one.symbol, 'LATERUSDT'] })
    const status = { state: 'fresh' as const, lastTime: there, receivedAt: now, coveredTo: there, limitMs: 5_000 }
    const feed = (instrumentId: number): FeedState => ({
      instrumentId,
      dataSourceId: source.id,
      state: 'late',
      message: 'silent: candles',
      channels: { candle: status, liquidation: { ...status, limitMs: null } },
      backfill: { phase: 'fetching', done: 1, total: 4, etaMs: 9_000, from: now - HOUR_MS, reached: null },
      worker: 'test',
    })
    await writeFeedStates(db.pool, [feed(one.id), feed(other.id)])
    await writeSourceState(db.pool, {
      dataSourceId: source.id,
      state: 'blocked',
      message: 'the venue said 429',
      blockedUntil: now + 60_000,
      nextAttemptAt: null,
      details: { requestWeight: { used: 2_300, limit: 2_400 }, clockOffsetMs: -12 },
      worker: 'test',
    })
    await enterGaps(db.pool, [
      { instrumentId: one.id, channel: 'candle', from: there - 30 * HOUR_MS, to: there - 29 * HOUR_MS, status: 'filled', reason: null },
      { instrumentId: one.id, channel: 'candle', from: there - 3 * HOUR_MS, to: there - 2 * HOUR_MS, status: 'open', reason: 'socket cut' },
    ])
    await addToQuarantine(db.pool, [
      { dataSourceId: source.id, receivedAt: now - 25 * HOUR_MS, reason: 'old', payload: '{}' },
      { dataSourceId: source.id, receivedAt: now - MINUTE_MS, reason: 'unknown', payload: '{}' },
    ])

    const found = await listed(source.id)
    expect(found).toMatchObject({
      report: {
        state: 'blocked',
        message: 'the venue said 429',
        blockedUntil: now + 60_000,
        details: { requestWeight: { used: 2_300, limit: 2_400 }, clockOffsetMs: -12 },
      },
      quarantine: { count: 1, atLeast: false, newest: now - MINUTE_MS },
    })
    // one of the two is not listened to any more
    expect(found.instruments.map((i) => i.symbol)).toEqual([one.symbol])
    const [instrument] = found.instruments
    expect(instrument).toMatchObject({
      key: one.key,
      state: 'late',
      message: 'silent: candles',
      backfill: { done: 1, total: 4 },
      lastGap: { channel: 'candle', from: there - 3 * HOUR_MS, to: there - 2 * HOUR_MS, status: 'open', reason: 'socket cut' },
      openGaps: { count: 1, oldest: there - 3 * HOUR_MS },
      channels: [
        { channel: 'candle', state: 'fresh', limitMs: 5_000 },
        { channel: 'liquidation', state: 'fresh', limitMs: null, coverage: { expectedMs: 0, coveredMs: 0 } },
      ],
    })
    expect(instrument?.coverage.from).toBe(Date.UTC(2026, 2, 3, 11, 30))
    expect((instrument?.coverage.expectedMs ?? 0) - (instrument?.coverage.coveredMs ?? 0)).toBe(HOUR_MS)
    const cells = Array(48).fill(1)
    // 08:10 to 09:10; no mark price has come yet, so liquidations have not begun
    cells.splice(41, 3, 0.333, 0, 0.666)
    expect(instrument?.coverage.cells).toEqual(cells)
  })

  it('shows no secret that somebody wrote into the table', async () => {
    const source = await makeSource()
    await web.sql(
      `UPDATE data_source SET rest_url = 'https://ann:hunter2@api.example/base/?key=hunter2#hunter2', ws_url = 'wss://hunter2@api.example' WHERE id = $1`,
      [source.id],
    )
    const found = await listed(source.id)
    expect(found).toMatchObject({ restUrl: 'https://api.example/base', wsUrl: 'wss://api.example' })
    expect(JSON.stringify(await admin.sources.update({ id: source.id, version: 1, enabled: false }))).not.toContain('hunter2')
    expect(withoutSecrets('not an address')).toBeNull()
  })

  it('tells the venue’s time by its newest message', () => {
    const status = { state: 'fresh' as const, coveredTo: null, limitMs: null }
    expect(venueNow({}, 5_000)).toBe(5_000)
    expect(venueNow({ candle: { ...status, lastTime: null, receivedAt: 3 } }, 5_000)).toBe(5_000)
    expect(
      venueNow(
        { candle: { ...status, lastTime: 90_000, receivedAt: 4_000 }, funding: { ...status, lastTime: 95_000, receivedAt: 1_000 } },
        5_000,
      ),
    ).toBe(91_000)
  })
})

describe('a change', () => {
  it('reaches the workers, keeps what it does not name, and says what is stored now', async () => {
    const source = await makeSource({ options: { backfillDays: 3, graceMs: 70 } })
    const told: NotifyMessage[] = []
    const listener = listen({ url: web.database.appUrl, onMessage: (message) => told.push(message) })
    try {
      await listener.ready
      const after = await admin.sources.update({
        id: source.id,
        version: 1,
        restUrl: 'http://127.0.0.1:9/',
        symbols: ['BUSDT'],
        backfillDays: 5,
      })
      expect(after).toMatchObject({
        restUrl: 'http://127.0.0.1:9',
        wsUrl: null,
        enabled: true,
        symbols: ['BUSDT'],
        backfillDays: 5,
        version: 2,
      })
      await expect.poll(() => told).toContainEqual({ channel: 'sources', payload: { id: source.id } })
    } finally {
      await listener.close()
    }
    const { rows } = await web.sql('SELECT options FROM data_source WHERE id = $1', [source.id])
    expect(rows[0].options).toEqual({ backfillDays: 5, graceMs: 70 })
    expect(await admin.sources.update({ id: source.id, version: 2, backfillDays: null, restUrl: null })).toMatchObject({
      backfillDays: null,
      restUrl: null,
      symbols: ['BUSDT'],
      version: 3,
    })
    expect((await web.sql('SELECT options FROM data_source WHERE id = $1', [source.id])).rows[0].options).toEqual({ graceMs: 70 })
  })

  it('is refused when somebody else came first', async () => {
    const source = await makeSource()
    await updateDataSource(web.services.db, source.id, 1, { symbols: ['BUSDT'] })
    for (const change of [{ enabled: false }, { backfillDays: 3 }])
      await expect(admin.sources.update({ id: source.id, version: 1, ...change })).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('changed by somebody else'),
      })
    expect(await listed(source.id)).toMatchObject({ enabled: true, symbols: ['BUSDT'], backfillDays: null, version: 2 })
    await expect(admin.sources.update({ id: 99_999, version: 1, enabled: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each([
    [{ restUrl: 'https://ann:hunter2@api.example' }, /restUrl: must not contain a user name or password/],
    [{ restUrl: 'ftp://api.example' }, /restUrl: must begin with http/],
    [{ restUrl: 'javascript:alert(1)' }, /restUrl: must begin with http/],
    [{ wsUrl: 'https://api.example' }, /wsUrl: must begin with ws/],
    [{ symbols: ['AUSDT', XSS] }, /symbols\.1: a symbol is/],
    [{ symbols: ['a usdt'] }, /symbols\.0: a symbol is/],
    [{ backfillDays: 0 }, /backfillDays: /],
    [{ backfillDays: 1_000 }, /backfillDays: /],
  ])('is refused when it is %o', async (change, message) => {
    const source = await makeSource()
    const refusal = await admin.sources.update({ id: source.id, version: 1, ...change }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(message) })
    expect(String(refusal)).not.toContain('hunter2')
    expect(await listed(source.id)).toMatchObject({ version: 1, restUrl: null, symbols: ['AUSDT'] })
  })
})

it('gives the newest quarantined messages as they came', async () => {
  const source = await makeSource()
  await addToQuarantine(
    web.services.db.pool,
    [1, 2, 3].map((n) => ({ dataSourceId: source.id, receivedAt: n, reason: `reason ${n}`, payload: n === 3 ? XSS : `{"n":${n}}` })),
  )
  expect(await admin.sources.quarantine({ id: source.id, limit: 2 })).toMatchObject([
    { receivedAt: 3, reason: 'reason 3', payload: XSS },
    { receivedAt: 2, payload: '{"n":2}' },
  ])
  await expect(admin.sources.quarantine({ id: 99_999 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
