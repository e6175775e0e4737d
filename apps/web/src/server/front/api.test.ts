import { beforeAll, expect, it } from 'vitest'
import type { Caller } from '../caller.ts'
import { builtMarket } from '../testing/market.ts'
import { type Person, webUnderTest } from '../testing/web-under-test.ts'

const web = webUnderTest()
let admin: Caller
let person: Person
let key: string

beforeAll(async () => {
  person = await web.addPerson({ role: 'admin' })
  admin = await web.callerOf(await web.cookieOf(person))
  key = (await admin.apiKeys.create({ name: 'desk', scopes: ['markets'], days: null })).key
})
const ask = (path: string, bearer?: string, headers: Record<string, string> = {}) =>
  web.get(`/api/v1${path}`, { ...headers, ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) })

it('shows a key once, and stores no more than its hash', async () => {
  const { rows } = await web.sql('select name, prefix, hash, scopes from api_key')
  expect(rows).toEqual([{ name: 'desk', prefix: key.slice(0, 9), hash: expect.any(Buffer), scopes: ['markets'] }])
  expect(Buffer.from(key.slice(3), 'base64url').length * 8).toBeGreaterThanOrEqual(128)
  expect(JSON.stringify([rows, await admin.apiKeys.list(), (await web.sql('select * from audit_event')).rows])).not.toContain(key)
})

it('answers for what the key is for, with rate headers', async () => {
  const answer = await ask('/instruments', key)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual(await admin.instruments.list())
  expect(Number(answer.headers.get('ratelimit-limit'))).toBeGreaterThan(0)
  const again = await ask('/instruments', key)
  expect(Number(again.headers.get('ratelimit-remaining'))).toBe(Number(answer.headers.get('ratelimit-remaining')) - 1)
  expect(Number(again.headers.get('ratelimit-reset'))).toBeGreaterThan(0)
  expect((await ask('/instruments/x/readings', key)).status).toBe(403)
  expect((await ask('/nothing', key)).status).toBe(404)
  expect((await admin.apiKeys.list()).keys[0]?.lastUsedAt).toBeGreaterThan(0)
})

it('counts no cookie, and opens no other address', async () => {
  const cookie = await web.cookieOf(person)
  expect((await ask('/instruments', undefined, { cookie })).status).toBe(401)
  for (const wrong of ['', 'fl_', `${key}x`, key.slice(0, -1), 'x'.repeat(5_000)])
    expect((await ask('/instruments', wrong)).status).toBe(401)
  expect((await web.get('/views/simulated%3AX/1d', { authorization: `Bearer ${key}` })).status).toBe(401)
  const trpc = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/account.me`, { headers: { authorization: `Bearer ${key}` } }))
  expect(trpc.status).toBe(401)
  const post = await fetch(`${web.origin}/api/v1/instruments`, { method: 'POST', headers: { authorization: `Bearer ${key}` } })
  expect(post.status).toBe(405)
})

it('ends with its day, its revocation, its person and its plan', async () => {
  const member = await web.addPerson()
  const cookie = await web.cookieOf(member)
  const caller = await web.callerOf(cookie)
  await expect(caller.apiKeys.create({ name: 'x', scopes: ['markets'], days: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await web.sql("update app_user set plan_key = 'pro' where id = $1", [member.id])
  await expect.poll(async () => (await (await web.callerOf(cookie)).apiKeys.list()).allowed).toBe(true)
  const pro = await web.callerOf(cookie)
  const made = await pro.apiKeys.create({ name: '<img src=x>', scopes: ['markets', 'readings'], days: 1 })
  expect((await ask('/instruments', made.key)).status).toBe(200)

  await web.sql("update app_user set plan_key = 'free' where id = $1", [member.id])
  expect((await ask('/instruments', made.key)).status).toBe(403)
  await web.sql("update app_user set plan_key = 'pro', disabled_at = now() where id = $1", [member.id])
  expect((await ask('/instruments', made.key)).status).toBe(401)
  await web.sql('update app_user set disabled_at = null where id = $1', [member.id])
  await web.sql("update api_key set expires_at = now() - interval '1 second' where id = $1", [made.id])
  expect((await ask('/instruments', made.key)).status).toBe(401)
  const other = await pro.apiKeys.create({ name: 'other', scopes: ['markets'], days: null })
  await pro.apiKeys.revoke({ id: other.id })
  expect((await ask('/instruments', other.key)).status).toBe(401)
  await expect(pro.apiKeys.revoke({ id: other.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('gives readings of a market, and says what is wrong with a question', async () => {
  const { key: readings } = await admin.apiKeys.create({ name: 'readings', scopes: ['readings'], days: 30 })
  const { instrument } = await builtMarket(web.services.db, { count: 12 })
  const at = `/instruments/${encodeURIComponent(instrument.key)}`
  const answer = await ask(`${at}/history?from=yesterday`, readings)
  expect(answer.status).toBe(400)
  expect((await answer.json()).error.message).toMatch(/from has to be a time/)
  expect((await ask('/instruments/nobody:X/readings', readings)).status).toBe(404)
})

it('stops answering an address that tries keys', async () => {
  const statuses: number[] = []
  for (let i = 0; i < 70; i++) statuses.push((await ask('/instruments', `fl_guess${i}`)).status)
  expect(statuses[0]).toBe(401)
  expect(statuses.at(-1)).toBe(429)
  // whoever has a key is not kept out by it
  expect((await ask('/instruments', key)).status).toBe(200)
})

it('says when to come back to whoever asks too often', async () => {
  await web.sql(
    "insert into rate_limit (key, points, expire) select key, 100000, expire from rate_limit where key like 'apiKey:%' on conflict (key) do update set points = 100000",
  )
  const answer = await ask('/instruments', key)
  expect(answer.status).toBe(429)
  expect(answer.headers.get('ratelimit-remaining')).toBe('0')
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
})
