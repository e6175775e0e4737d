/** What strangers may ask is asked for so often, each of it: made of the router, so that a new public procedure is in here. */
import { TRPCError } from '@trpc/server'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import { MOST_CALLS } from '../../trpc/most-calls.ts'
import { rootRouter } from '../root-router.ts'
import { sampleInput } from '../testing/sample-input.ts'
import { webUnderTest } from '../testing/web-under-test.ts'
import type { Access } from '../trpc.ts'

// that it waits is tested by itself
vi.mock('../../features/joining/server/steady-answer.ts', () => ({ steadily: (work: () => unknown) => work() }))
const web = webUnderTest({ mail: true })

interface Flat {
  _def: { type: string; meta: { access: Access }; inputs: z.ZodType[] }
}
const open = Object.entries(rootRouter._def.procedures as unknown as Record<string, Flat>)
  .filter(([, { _def }]) => _def.meta.access.kind === 'public')
  .map(([path, { _def }]) => ({ path, inputs: _def.inputs }))

/** Those that may be asked without end, and why. */
const WITHOUT: Record<string, string> = {
  'joining.policy': 'no input, one row by its key, and every sign-in page shows it',
}
const VALID = { email: 'somebody@example.org', password: 'a long enough phrase of words', name: 'Somebody', token: 'x'.repeat(43) }

let address = 0
beforeEach(async () => {
  address++
  await web.sql('delete from rate_limit')
  await web.sql(
    `insert into installation_setting (key, value) values ('signUp', '{"mode":"open","defaultPlan":"free"}') on conflict (key) do update set value = excluded.value`,
  )
})

const ask = async (path: string, inputs: z.ZodType[], ip: string): Promise<string> => {
  const sample = sampleInput(inputs, '00000000-0000-7000-8000-000000000000').value
  const input = typeof sample === 'object' && sample !== null ? { ...sample, ...pick(VALID, Object.keys(sample)) } : undefined
  const query = encodeURIComponent(JSON.stringify(input === undefined ? {} : { json: input }))
  const mutation = (rootRouter._def.procedures as unknown as Record<string, Flat>)[path]?._def.type === 'mutation'
  const headers = { 'x-faultline-ip': ip, 'content-type': 'application/json' }
  const response = await web.runtime.trpc(
    mutation
      ? new Request(`${web.origin}/api/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify({ json: input }) })
      : new Request(`${web.origin}/api/trpc/${path}?input=${query}`, { headers }),
  )
  const body = (await response.json()) as { error?: { json: { data: { code: string } } } }
  return `${response.status} ${body.error?.json.data.code ?? 'OK'}`
}
const pick = (from: Record<string, unknown>, names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]))

it('has no public procedure without a limit but those with a reason', () => {
  expect(open.length).toBeGreaterThan(7)
  for (const path of Object.keys(WITHOUT)) expect(open.map((procedure) => procedure.path)).toContain(path)
})

describe.each(open.filter(({ path }) => !(path in WITHOUT)))('$path', ({ path, inputs }) => {
  it('counts each call of one address, whatever it comes to, and then refuses', async () => {
    const ip = `203.0.113.${address}`
    expect(await ask(path, inputs, ip)).not.toMatch(/^(429|400|500)/)
    const counted = await web.sql("select key, points from rate_limit where key like '%Ip:%'")
    expect(counted.rows.length).toBeGreaterThan(0)
    // as if this address had asked all day
    await web.sql("update rate_limit set points = 1000000 where key like '%Ip:%'")
    expect(await ask(path, inputs, ip)).toBe('429 TOO_MANY_REQUESTS')
    expect(await ask(path, inputs, `198.51.100.${address}`)).not.toMatch(/^429/)
  })
})

it('answers no more calls in one request than a page ever makes', async () => {
  const batch = (count: number) =>
    web.runtime.trpc(new Request(`${web.origin}/api/trpc/${Array(count).fill('joining.policy').join(',')}?batch=1`))
  expect((await batch(MOST_CALLS)).status).toBe(200)
  const refused = await batch(MOST_CALLS + 1)
  expect(refused.status).toBe(400)
  expect(await refused.text()).not.toContain('"mode"')
})

it('lets nobody in where it cannot be counted', async () => {
  await web.sql('alter table rate_limit rename to elsewhere')
  try {
    for (const { path, inputs } of open.filter(({ path }) => !(path in WITHOUT)))
      expect([path, await ask(path, inputs, '203.0.113.200')]).toEqual([path, '503 SERVICE_UNAVAILABLE'])
  } finally {
    await web.sql('alter table elsewhere rename to rate_limit')
  }
})

it('tells a person who tries too often when to come back', async () => {
  const caller = await web.callerOf(null)
  await caller.joining.lookAtLink({ token: VALID.token })
  await web.sql(
    "update rate_limit set points = 1000000, expire = (extract(epoch from now()) * 1000)::bigint + 300000 where key like 'tokenIp%'",
  )
  const refused = await caller.joining.lookAtLink({ token: VALID.token }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(TRPCError)
  expect(refused).toMatchObject({ code: 'TOO_MANY_REQUESTS', message: expect.stringMatching(/Try again in \d+ (s|minutes)/) })
})

describe('a script of somebody who is signed in', () => {
  it('cannot fill the database: what keeps rows is counted, and then refused', async () => {
    await web.sql("update plan set api = true where key = 'free'")
    const person = await web.addPerson()
    const api = await web.callerOf(await web.cookieOf(person))
    const content = { rows: [], notes: '' }
    const { id, version } = await api.saved.create({ teamId: null, name: 'List', kind: 'watchlist', content })
    const { id: teamId } = await api.teams.create({ name: 'Team' })
    const state = { at: 1, instrument: 'simulated:X', query: {}, theme: 'dark' as const, layoutId: null, viewId: null, drafts: [] }
    const writes: Record<string, () => Promise<unknown>> = {
      'saved.create': () => api.saved.create({ teamId: null, name: 'List', kind: 'watchlist', content }),
      'saved.update': () => api.saved.update({ id, version, name: 'Another' }),
      'saved.duplicate': () => api.saved.duplicate({ teamId: null, of: id, name: 'Copy' }),
      'saved.restore': () => api.saved.restore({ id, version, earlier: 1 }),
      'saved.working.put': () => api.saved.working.put({ version: null, state }),
      'comments.add': () => api.comments.add({ id, body: 'a comment' }),
      'teams.create': () => api.teams.create({ name: 'Team' }),
      'apiKeys.create': () => api.apiKeys.create({ name: 'key', scopes: ['markets'], days: null }),
      'ownData.rename': () => api.ownData.rename({ name: 'Name' }),
      'ownData.export': () => api.ownData.export(),
      'alerts.createRule': () =>
        api.alerts.createRule({
          teamId: null,
          name: 'Rule',
          instrumentKey: null,
          condition: { kind: 'risk', direction: 'above', level: 75 },
          channelIds: [],
          cooldownMinutes: 1,
          enabled: true,
        }),
      'teams.invite': () => api.teams.invite({ teamId, email: null, role: 'viewer', maxUses: 1, days: 1 }),
    }
    for (const write of Object.values(writes)) await write().catch(() => {})
    await web.sql("update rate_limit set points = 1000000 where key like 'write:%' or key like 'invite:%'")
    for (const [path, write] of Object.entries(writes)) {
      const came = await write().then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
      expect([path, came]).toEqual([path, 'TOO_MANY_REQUESTS'])
    }
  })
})

describe('messages about plans', () => {
  const paid = webUnderTest({ billingSecret: 'a secret of the payment provider' })
  const send = (ip: string) =>
    paid.runtime.billing(new Request(`${paid.origin}/api/billing`, { method: 'POST', body: '{}', headers: { 'x-faultline-ip': ip } }))
  const told = async () =>
    (await paid.sql("select ip from audit_event where action = 'billing.refused' order by id")).rows.map(({ ip }) => ip)

  it('of a stranger fill no log: what is sent again and again without a signature is told once', async () => {
    for (let i = 0; i < 5; i++) expect((await send('203.0.113.7')).status).toBe(401)
    expect((await send('203.0.113.8')).status).toBe(401)
    expect(await told()).toEqual(['203.0.113.7', '203.0.113.8'])
  })

  it('are counted before they are read', async () => {
    await paid.sql("update rate_limit set points = 1000000 where key like 'billingIp%'")
    expect((await send('203.0.113.7')).status).toBe(429)
  })
})
