import { audit } from '@faultline/db/repositories/audit'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { type Person, webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
let root: Person & { api: Caller; cookie: string }
let member: Person & { api: Caller; cookie: string }
const withApi = async (person: Person) => {
  const cookie = await web.cookieOf(person)
  return { ...person, cookie, api: await web.callerOf(cookie) }
}
beforeAll(async () => {
  root = await withApi(await web.addPerson({ role: 'admin' }))
  member = await withApi(await web.addPerson())
})
const log = async (action: string) => (await root.api.admin.audit.list({ action })).entries

describe('people', () => {
  it('are found, shown and changed; every act is in the log', async () => {
    const ann = await withApi(await web.addPerson())
    const { people, total } = await root.api.admin.people.list({ search: ann.email.slice(0, -4).toUpperCase() })
    expect([total, people[0]]).toMatchObject([1, { id: ann.id, role: 'member', planKey: 'free', disabled: false, secondFactor: false }])
    await root.api.admin.people.grantPlan({ id: ann.id, plan: 'pro', until: Date.now() + 1e9 })
    await root.api.admin.people.setRole({ id: ann.id, role: 'admin' })
    expect(await root.api.admin.people.get({ id: ann.id })).toMatchObject({ role: 'admin', planKey: 'pro', teams: [], hasPassword: true })
    await expect.poll(async () => (await (await web.callerOf(ann.cookie)).account.me()).role).toBe('admin')
    expect((await log('user.role_changed'))[0]).toMatchObject({
      actor: root.email,
      target: ann.email,
      ip: '127.0.0.1',
      details: expect.arrayContaining([{ name: 'to', value: 'admin' }]),
    })
    await expect(root.api.admin.people.grantPlan({ id: ann.id, plan: 'pro', until: 1_000 })).rejects.toThrow(/in the future/)
  })

  it.each(['setDisabled', 'signOut'] as const)('lose their copied cookies at once: %s', async (how) => {
    const { id, cookie } = await withApi(await web.addPerson())
    const status = async () => (await web.get('/api/stream/stream.follow', { cookie, accept: 'x' })).status
    const signedIn = async () => (await web.services.sessions.ofCookies(cookie)) !== null
    expect(await signedIn()).toBe(true)
    if (how === 'setDisabled') await root.api.admin.people.setDisabled({ id, disabled: true })
    else await root.api.admin.people.signOut({ id })
    await expect.poll(signedIn).toBe(false)
    expect(await status()).toBe(401)
    if (how === 'setDisabled') {
      await root.api.admin.people.setDisabled({ id, disabled: false })
      await expect.poll(async () => (await root.api.admin.people.get({ id })).disabled).toBe(false)
      expect(await signedIn()).toBe(false) // it does not come back
    }
  })

  it('keep administrators from what would lock them out, and tell the log that they tried', async () => {
    const { people } = root.api.admin
    const { id } = root
    for (const attempt of [
      () => people.setRole({ id, role: 'member' }),
      () => people.setDisabled({ id, disabled: true }),
      () => people.resetSecondFactor({ id }),
      () => people.remove({ id }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect
      .poll(async () => (await log('admin.refused')).filter(({ actor }) => actor === root.email).map(({ target }) => target))
      .toEqual(expect.arrayContaining(['admin.people.setRole', 'admin.people.remove']))
  })

  it('that are not there are not found', async () => {
    const id = '00000000-0000-7000-8000-000000000000'
    await expect(root.api.admin.people.get({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(root.api.admin.people.remove({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(root.api.admin.teams.remove({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

it('tells the log once, and then how often, that somebody tries what is not theirs', async () => {
  for (let i = 0; i < 5; i++) await expect(member.api.admin.people.list({})).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(member.api.sources.list()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const mine = async () => (await log('admin.refused')).filter(({ actor }) => actor === member.email)
  await expect.poll(async () => (await mine()).map(({ target }) => target).sort()).toEqual(['admin.people.list', 'sources.list'])
  expect((await mine())[0]).toMatchObject({ allowed: false, ip: '127.0.0.1' })
})

describe('plans', () => {
  it('are changed for everybody who has them', async () => {
    const [free] = await root.api.admin.plans.list()
    if (!free) throw new Error('no plan')
    const { people, ...terms } = free
    expect(people).toBeGreaterThan(0)
    const change = (more: object) => root.api.admin.plans.update({ ...terms, ...more } as Parameters<typeof root.api.admin.plans.update>[0])
    await change({ ranges: ['3d', '12h'], baseAssets: ['btc', 'BTC', ' eth '], alertRules: null })
    expect((await root.api.admin.plans.list())[0]).toMatchObject({ ranges: ['12h', '3d'], baseAssets: ['BTC', 'ETH'], alertRules: null })
    expect(await (await web.callerOf(member.cookie)).plans.mine()).toMatchObject({ ranges: ['12h', '3d'], baseAssets: ['BTC', 'ETH'] })
    expect((await log('plan.changed'))[0]?.details).toContainEqual({ name: 'alertRules', value: '5 → unlimited' })
    for (const wrong of [
      { ranges: [] },
      { ranges: ['2d'] },
      { name: ' ' },
      { name: 'x'.repeat(61) },
      { teams: -1 },
      { savedItems: 1.5 },
      { teamMembers: 0 },
      { baseAssets: ['a b'] },
    ])
      await expect(change(wrong)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(change({ key: 'gold' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await change({})
  })
})

describe('settings', () => {
  it('say who may sign up and how long what is kept', async () => {
    await root.api.admin.settings.setSignUp({ mode: 'open', defaultPlan: 'pro' })
    await root.api.admin.settings.setRetention({ kind: 'depth', days: 21 })
    const settings = await root.api.admin.settings.read()
    expect(settings).toMatchObject({ signUp: { mode: 'open', defaultPlan: 'pro' }, embed: { open: false }, mail: false, billing: false })
    expect(settings.retention).toContainEqual({ kind: 'depth', days: 21 })
    await root.api.admin.settings.setRetention({ kind: 'depth', days: null })
    expect((await root.api.admin.settings.read()).retention).toContainEqual({ kind: 'depth', days: null })
    await expect(root.api.admin.settings.setRetention({ kind: 'depth', days: 1 })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(root.api.admin.settings.setRetention({ kind: 'depth', days: 2.5 })).rejects.toThrow(/whole number/)
    await expect(root.api.admin.settings.setSignUp({ mode: 'open', defaultPlan: 'gold' })).rejects.toThrow(/no plan "gold"/)
    expect((await log('settings.changed')).map(({ target }) => target)).toEqual(['retention of depth', 'retention of depth', 'sign-up'])
    expect((await log('settings.changed'))[0]?.details).toEqual([{ name: 'days', value: '21 days → for ever' }])
  })
})

describe('the audit log', () => {
  const csv = (query: string, cookie: string | null) =>
    web.runtime.auditCsv(new Request(`${web.origin}/admin/audit/log.csv${query}`, { headers: cookie ? { cookie } : {} }))

  it('is paged, and exported whole with no formula in it', async () => {
    const hostile = ['=cmd|x', '+1', '-1', '@SUM(A1)', '\tx', 'a "quoted", one', '<img src=x onerror=alert(1)>']
    for (let i = 0; i < 205; i++)
      await audit(
        web.services.db,
        { kind: 'authenticator' },
        { actor: `p${i}@csv.example`, action: 'test.csv', target: hostile[i % 7] ?? '' },
      )
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof root.api.admin.audit.list>> = await root.api.admin.audit.list({ action: 'test.csv', cursor })
      ids.push(...page.entries.map(({ id }) => id))
      cursor = page.next
    } while (cursor !== null)
    expect(new Set(ids).size).toBe(205)
    expect(ids.map(Number)).toEqual(ids.map(Number).sort((a, b) => b - a))

    const answer = await csv('?action=test.csv&person=csv.example', root.cookie)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
    const lines = (await answer.text()).trimEnd().split('\r\n')
    expect(lines).toHaveLength(206)
    expect(lines[0]).toBe('id,time,actor,action,target,address,allowed,details')
    for (const line of lines.slice(1)) expect(line.split(',')[4]).not.toMatch(/^"?[=+\-@\t]/)
    expect(lines.at(-1)).toContain(",'=cmd|x,")
    expect(await log('audit.exported')).toMatchObject([{ actor: root.email }])
  })

  it('is exported for administrators alone, and says so of a wrong filter', async () => {
    expect((await csv('', null)).status).toBe(401)
    expect((await csv('', member.cookie)).status).toBe(403)
    expect((await csv('?from=yesterday', root.cookie)).status).toBe(400)
    expect((await web.get('/admin/audit/log.csv')).status).toBe(307)
    expect(await root.api.admin.audit.actions()).toEqual(expect.arrayContaining(['admin.refused', 'audit.exported', 'test.csv']))
  })
})

describe('the system', () => {
  it('is read once for half a minute, and anew when asked', async () => {
    const report = await root.api.admin.system.read()
    expect(report.tables.find(({ table }) => table === 'app_user')?.bytes).toBeGreaterThan(0)
    expect(report.migrations.count).toBeGreaterThan(10)
    expect(report).toMatchObject({ node: process.version, mail: false, disk: null, people: { administrators: expect.any(Number) } })
    expect(report.version).toMatch(/^\d+\.\d+/)
    expect((await root.api.admin.system.read()).asked).toBe(report.asked)
    await expect
      .poll(async () => (await root.api.admin.system.read({ now: true })).asked, { timeout: 10_000 })
      .toBeGreaterThan(report.asked)
  })

  it('tries a failed job again, once', async () => {
    await web.services.jobs.send('mail', { to: 'a@example.org', subject: 's', text: 't' })
    await web.sql("update pgboss.job set state = 'failed', completed_on = now(), output = '{\"message\": \"refused\"}' where name = 'mail'")
    const { rows } = await web.sql("select id from pgboss.job where name = 'mail'")
    const id = rows[0].id as string
    await root.api.admin.system.retryJob({ queue: 'mail', id })
    await expect(root.api.admin.system.retryJob({ queue: 'mail', id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await log('job.retried')).toHaveLength(1)
  })
})
