import { DAY_MS } from '@faultline/market/units'
import { beforeAll, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import type { UserActor } from '../actor.ts'
import { SecretBox } from '../secret-box.ts'
import { cancelBackfill, listBackfills, openBackfills, reportBackfill, requestBackfill } from './backfills.ts'
import { createDataSource, deleteDataSource, listDataSources, updateDataSource } from './data-sources.ts'
import { credentialHints, openCredentials, removeCredential, setCredential } from './source-credentials.ts'

const t = freshDatabase()
let admin: UserActor
let member: UserActor
let source: number
const NOW = Date.UTC(2026, 0, 10)

beforeAll(async () => {
  const person = async (role: 'admin' | 'member'): Promise<UserActor> => ({
    kind: 'user',
    userId: await makeUser(t.ownerUrl, { email: `${role}@example.org`, role }),
    role,
  })
  admin = await person('admin')
  member = await person('member')
  source = (await createDataSource(t.db, { name: 'Bybit', venue: 'bybit-linear', symbols: ['BTCUSDT'] })).id
})

const asked = (from: number, to: number, symbol = 'BTCUSDT') => requestBackfill(t.db, admin, { dataSourceId: source, symbol, from, to })

it('keeps what was asked for until it is done, and says how far it is', async () => {
  const request = await asked(NOW - 3 * DAY_MS, NOW)
  expect(request).toMatchObject({ state: 'waiting', progress: 0, symbol: 'BTCUSDT', from: NOW - 3 * DAY_MS, to: NOW })
  await expect(asked(NOW - DAY_MS, NOW + 1)).rejects.toMatchObject({ code: 'conflict' })
  await asked(NOW - DAY_MS, NOW, 'ETHUSDT')
  expect((await openBackfills(t.db, source)).map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT'])

  expect(await reportBackfill(t.db, request.id, { state: 'running', progress: 0.4, etaMs: 5_000.4, message: null })).toBe(true)
  expect((await listBackfills(t.db, admin, source)).find(({ id }) => id === request.id)).toMatchObject({
    state: 'running',
    progress: 0.4,
    etaMs: 5_000,
  })
  expect(await reportBackfill(t.db, request.id, { state: 'done', progress: 1, etaMs: null, message: 'Fetched.' })).toBe(true)
  expect((await openBackfills(t.db, source)).map(({ symbol }) => symbol)).toEqual(['ETHUSDT'])
  await asked(NOW - DAY_MS, NOW)
})

it('tells whoever does it that it was cancelled', async () => {
  const request = await asked(NOW - 9 * DAY_MS, NOW - 8 * DAY_MS)
  await cancelBackfill(t.db, admin, request.id)
  expect(await reportBackfill(t.db, request.id, { state: 'running', progress: 0.1, etaMs: null, message: null })).toBe(false)
  await expect(cancelBackfill(t.db, admin, request.id)).rejects.toMatchObject({ code: 'conflict' })
  await expect(cancelBackfill(t.db, admin, '00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' })
})

it.each([
  ['ends before it begins', NOW, NOW - 1],
  ['is of the future', NOW, Date.now() + 3 * DAY_MS],
  ['is longer than ten years', 0, NOW],
])('refuses a stretch that %s', async (_, from, to) => {
  await expect(asked(from, to)).rejects.toMatchObject({ code: 'bad_input' })
})

it('is nobody’s but administrators’', async () => {
  await expect(requestBackfill(t.db, member, { dataSourceId: source, symbol: 'X', from: NOW - 1, to: NOW })).rejects.toMatchObject({
    code: '42501',
  })
  expect(await listBackfills(t.db, member)).toEqual([])
  expect(await listBackfills(t.db, { ...member, role: 'admin' })).toEqual([])
})

it('opens keys for the worker, and shows their last characters only', async () => {
  const box = new SecretBox(`k1:${Buffer.alloc(32, 1).toString('base64')}`)
  await setCredential(t.db, admin, box, { dataSourceId: source, name: 'apiKey', value: ' abcdefghijklmnop ' })
  await setCredential(t.db, admin, box, { dataSourceId: source, name: 'secret', value: 'short' })
  await setCredential(t.db, admin, box, { dataSourceId: source, name: 'apiKey', value: 'ABCDEFGHIJKLMNOP' })
  expect(await credentialHints(t.db, admin)).toEqual(
    new Map([
      [source, [expect.objectContaining({ name: 'apiKey', hint: '…MNOP' }), expect.objectContaining({ name: 'secret', hint: '…' })]],
    ]),
  )
  expect(await openCredentials(t.db, box, source)).toEqual({ apiKey: 'ABCDEFGHIJKLMNOP', secret: 'short' })
  expect(await credentialHints(t.db, member)).toEqual(new Map())
  await expect(setCredential(t.db, member, box, { dataSourceId: source, name: 'apiKey', value: 'mallory' })).rejects.toThrow(
    /row-level security/,
  )
  await removeCredential(t.db, admin, source, 'secret')
  await expect(removeCredential(t.db, admin, source, 'secret')).rejects.toMatchObject({ code: 'not_found' })
  await expect(setCredential(t.db, admin, box, { dataSourceId: source, name: 'apiKey', value: 'x' })).rejects.toMatchObject({
    code: 'bad_input',
  })
})

it('makes, renames, ranks and takes away sources, each name once', async () => {
  const second = await createDataSource(t.db, {
    name: 'Bybit by a proxy',
    venue: 'bybit-linear',
    restUrl: 'https://proxy.example',
    priority: 10,
  })
  expect(second).toMatchObject({ priority: 10, enabled: true })
  await expect(createDataSource(t.db, { name: 'Bybit', venue: 'bybit-linear' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(updateDataSource(t.db, second.id, second.version, { name: 'Bybit' })).rejects.toMatchObject({ code: 'conflict' })
  const renamed = await updateDataSource(t.db, second.id, second.version, { name: 'Bybit 2', priority: 200 })
  expect(renamed).toMatchObject({ name: 'Bybit 2', priority: 200, version: second.version + 1 })
  await expect(updateDataSource(t.db, second.id, renamed.version, { priority: 1001 })).rejects.toMatchObject({ code: 'bad_input' })
  await expect(deleteDataSource(t.db, second.id, second.version)).rejects.toMatchObject({ code: 'conflict' })
  await deleteDataSource(t.db, second.id, renamed.version)
  expect((await listDataSources(t.db)).map(({ name }) => name)).toEqual(['Bybit'])
})
