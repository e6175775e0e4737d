import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { asActor, withActor } from '../actor.ts'
import { openJobs } from '../jobs.ts'
import {
  type Administrator,
  changeRole,
  deletePerson,
  findPerson,
  grantPlan,
  listPeople,
  resetSecondFactor,
  setDisabled,
  signOutEverywhere,
} from './admin-people.ts'
import { deleteTeam, listTeams } from './admin-teams.ts'
import { audit } from './audit.ts'
import { auditActions, listAudit, readAudit } from './audit-log.ts'
import { applyBillingMessage, listPlans, updatePlan } from './plans.ts'
import { appliedMigrations, databaseFacts, jobFacts, listWorkers } from './system.ts'
import { sessionState } from './users.ts'

const t = freshDatabase()
const by = (userId: string, email: string): Administrator => ({ actor: { kind: 'user', userId, role: 'admin' }, email, ip: '192.0.2.7' })
let root: Administrator
let other: Administrator
/** claims to be one */
let member: Administrator

async function owner(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: t.ownerUrl })
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}
const person = (name: string) => makeUser(t.ownerUrl, { email: `${name}@example.org`, name })
const log = async (filter: Parameters<typeof listAudit>[2] = {}) => (await listAudit(t.db, root.actor, filter, { limit: 100 })).entries

beforeAll(async () => {
  root = by(await makeUser(t.ownerUrl, { email: 'root@example.org', role: 'admin' }), 'root@example.org')
  other = by(await makeUser(t.ownerUrl, { email: 'other@example.org', role: 'admin' }), 'other@example.org')
  member = by(await person('member'), 'member@example.org')
})

describe('people', () => {
  it('finds among 2,000, page by page, each of them once', async () => {
    await owner(
      `insert into app_user (id, email, name, password_hash, plan_key, disabled_at)
       select gen_random_uuid(), 'p' || i || '@many.example', case when i % 100 = 0 then 'Zoë 100%_' || i else 'Person ' || i end, 'x',
              case when i % 2 = 0 then 'pro' else 'free' end, case when i % 10 = 0 then now() end
         from generate_series(1, 2000) i`,
    )
    const seen = new Set<string>()
    let after: string | undefined
    do {
      const page = await listPeople(t.db, root.actor, { search: '@MANY.example' }, { after, limit: 300 })
      expect(page.total).toBe(2_000)
      for (const { email } of page.people) seen.add(email)
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(seen.size).toBe(2_000)

    const find = async (filter: Parameters<typeof listPeople>[2]) => (await listPeople(t.db, root.actor, filter, { limit: 5 })).total
    expect(await find({ search: 'zoë' })).toBe(20)
    expect(await find({ search: '100%_1' })).toBe(11) // 100, 1000 to 1900
    expect(await find({ search: '%' })).toBe(20) // stands for itself
    expect(await find({ search: 'many.example', planKey: 'pro', state: 'disabled' })).toBe(200)
    expect(await find({ search: 'many.example', planKey: 'free', state: 'disabled' })).toBe(0)
    expect(await find({ role: 'admin' })).toBe(2)
  })

  it('shows nobody to who only claims to be an administrator', async () => {
    const { people } = await listPeople(t.db, member.actor, {}, { limit: 5 })
    expect(people.map(({ email }) => email)).toEqual(['member@example.org'])
    await expect(findPerson(t.db, member.actor, root.actor.userId)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('changes role, plan, second factor and sessions, and tells the log', async () => {
    const id = await person('ann')
    await owner('update app_user set totp_secret = $2, totp_enabled_at = now() where id = $1', [id, Buffer.from('sealed')])
    await owner("insert into user_session (id, user_id, method, ip, user_agent) values (gen_random_uuid(), $1, 'password', '', '')", [id])
    await owner("insert into recovery_code (user_id, hash) values ($1, 'h')", [id])
    await changeRole(t.db, root, id, 'admin')
    await changeRole(t.db, root, id, 'admin') // is so already: not told again
    expect(await findPerson(t.db, root.actor, id)).toMatchObject({ role: 'admin', secondFactor: true, sessions: 1, hasPassword: true })
    await changeRole(t.db, root, id, 'member')
    const until = new Date('2030-01-01T00:00:00Z')
    await grantPlan(t.db, root, id, { key: 'pro', until })
    await resetSecondFactor(t.db, root, id)
    expect(await findPerson(t.db, root.actor, id)).toMatchObject({ planKey: 'pro', planUntil: until, secondFactor: false, sessions: 0 })
    expect((await owner('select from recovery_code where user_id = $1', [id])).rowCount).toBe(0)
    await signOutEverywhere(t.db, root, id)
    expect(await sessionState(t.db, id)).toMatchObject({ sessionVersion: 3, allowance: { plan: 'pro' } })
    await setDisabled(t.db, root, id, true)
    expect(await sessionState(t.db, id)).toMatchObject({ sessionVersion: 4, disabled: true })
    await setDisabled(t.db, root, id, false)
    expect(await sessionState(t.db, id)).toMatchObject({ sessionVersion: 4, disabled: false })
    await deletePerson(t.db, root, id)
    expect(await sessionState(t.db, id)).toBeNull()
    expect((await log({ person: 'ann@' })).map(({ action }) => action)).toEqual([
      'user.deleted',
      'user.enabled',
      'user.disabled',
      'user.signed_out',
      'user.second_factor_reset',
      'user.plan_granted',
      'user.role_changed',
      'user.role_changed',
    ])
    expect((await log({ action: 'user.plan_granted' }))[0]).toMatchObject({
      actor: 'root@example.org',
      ip: '192.0.2.7',
      allowed: true,
      details: { from: 'free', to: 'pro', until: '2030-01-01T00:00:00.000Z' },
    })
  })

  it('lets nobody do to themselves what would lock them out', async () => {
    const { userId } = root.actor
    for (const attempt of [
      () => changeRole(t.db, root, userId, 'member'),
      () => setDisabled(t.db, root, userId, true),
      () => resetSecondFactor(t.db, root, userId),
      () => deletePerson(t.db, root, userId),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' })
    expect(await sessionState(t.db, userId)).toMatchObject({ role: 'admin', disabled: false, sessionVersion: 1 })
  })

  it('refuses who only claims to be an administrator', async () => {
    const id = await person('bea')
    for (const attempt of [
      () => changeRole(t.db, member, id, 'admin'),
      () => changeRole(t.db, member, member.actor.userId, 'admin'),
      () => setDisabled(t.db, member, id, true),
      () => signOutEverywhere(t.db, member, id),
      () => grantPlan(t.db, member, id, { key: 'pro', until: null }),
      () => deletePerson(t.db, member, id),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' })
    await expect(updatePlan(t.db, member, 'free', { ...(await plan('free')), api: true })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('keeps an administrator when two take each other’s role at once', async () => {
    const results = await Promise.allSettled([
      changeRole(t.db, root, other.actor.userId, 'member'),
      changeRole(t.db, other, root.actor.userId, 'member'),
    ])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await owner("select from app_user where role = 'admin'")).rowCount).toBe(1)
    await owner("update app_user set role = 'admin' where id = any($1)", [[root.actor.userId, other.actor.userId]])
  })

  it('deletes no only owner of a team in which others are, and says which', async () => {
    const [cas, dee] = [await person('cas'), await person('dee')]
    const team = async (name: string, members: Record<string, string>) => {
      const { rows } = await owner('insert into team (id, name) values (gen_random_uuid(), $1) returning id', [name])
      for (const [id, role] of Object.entries(members))
        await owner('insert into membership (team_id, user_id, role) values ($1, $2, $3::team_role)', [rows[0].id, id, role])
      return rows[0].id as string
    }
    const alone = await team('Alone', { [cas]: 'owner' })
    const shared = await team('Shared', { [cas]: 'owner', [dee]: 'editor' })
    await owner(
      `insert into saved_item (id, kind, team_id, name, content) values (gen_random_uuid(), 'view', $1, 'secret', '{}'), (gen_random_uuid(), 'layout', $1, 'x', '{}')`,
      [shared],
    )
    await expect(deletePerson(t.db, root, cas)).rejects.toThrow(/only owner of “Shared”, where/)
    const { teams, total } = await listTeams(t.db, root.actor, { limit: 10 })
    expect(total).toBe(2)
    expect(teams).toMatchObject([
      { name: 'Alone', members: 1, items: 0, owners: ['cas@example.org'] },
      { name: 'Shared', members: 2, items: 2 },
    ])
    expect((await listTeams(t.db, root.actor, { limit: 1 })).next).toEqual({ name: 'Alone', id: alone })
    expect((await listTeams(t.db, root.actor, { limit: 1, after: { name: 'Alone', id: alone } })).teams).toMatchObject([{ name: 'Shared' }])
    expect((await listTeams(t.db, root.actor, { limit: 9, search: 'DEE@' })).teams).toMatchObject([{ name: 'Shared' }])
    // counts, and nothing of what they made
    expect(await withActor(t.db, root.actor, (tx) => tx.savedItem.count())).toBe(0)
    expect((await listTeams(t.db, member.actor, { limit: 9 })).teams).toEqual([])
    const counted = await asActor(t.db, member.actor, (c) => c.query('select * from team_item_counts($1)', [[shared]]))
    expect(counted.rowCount).toBe(0)

    await expect(deleteTeam(t.db, member, shared)).rejects.toMatchObject({ code: 'not_found' })
    await deleteTeam(t.db, root, shared)
    await expect(deleteTeam(t.db, root, shared)).rejects.toMatchObject({ code: 'not_found' })
    await deletePerson(t.db, root, cas)
    expect((await listTeams(t.db, root.actor, { limit: 9 })).total).toBe(0)
    expect(await log({ action: 'team.deleted' })).toMatchObject([{ target: 'Shared', details: { members: 2 } }])
  })
})

const plan = async (key: string) => {
  const found = (await listPlans(t.db, root.actor)).find((one) => one.key === key)
  if (!found) throw new Error(`no plan ${key}`)
  const { key: _, position: __, updatedAt: ___, ...terms } = found
  return terms
}

describe('plans', () => {
  it('changes what a plan allows, and tells what has changed', async () => {
    const before = await plan('free')
    await updatePlan(t.db, root, 'free', { ...before, ranges: ['12h', '1d'], alertRules: null, allAssets: false, baseAssets: ['BTC'] })
    expect(await plan('free')).toMatchObject({ ranges: ['12h', '1d'], alertRules: null, baseAssets: ['BTC'] })
    expect((await log({ action: 'plan.changed' }))[0]?.details).toEqual({
      ranges: '12h 1d 3d 7d → 12h 1d',
      baseAssets: ' → BTC',
      allAssets: 'true → false',
      alertRules: '5 → unlimited',
    })
    await updatePlan(t.db, root, 'free', before)
    await expect(grantPlan(t.db, root, member.actor.userId, { key: 'gold', until: null })).rejects.toThrow(/no plan "gold"/)
  })

  it('takes a message of billing once, however often it comes at the same time', async () => {
    const id = await person('payer')
    const message = { id: 'evt_1', person: { email: ' Payer@example.org ' }, plan: 'pro', until: null }
    const answers = await Promise.all(Array.from({ length: 5 }, () => applyBillingMessage(t.db, message, '192.0.2.9')))
    expect(answers.filter(({ taken }) => taken)).toHaveLength(1)
    expect(await sessionState(t.db, id)).toMatchObject({ allowance: { plan: 'pro' } })
    await applyBillingMessage(t.db, { id: 'evt_2', person: { userId: id }, plan: 'free', until: null }, null)
    expect(await applyBillingMessage(t.db, message, null)).toEqual({ taken: false })
    expect(await sessionState(t.db, id)).toMatchObject({ allowance: { plan: 'free' } })
    await expect(applyBillingMessage(t.db, { ...message, id: 'evt_3', plan: 'gold' }, null)).rejects.toMatchObject({ code: 'bad_input' })
    await expect(applyBillingMessage(t.db, { ...message, id: 'evt_3', person: { email: 'x@y.zz' } }, null)).rejects.toMatchObject({
      code: 'not_found',
    })
    // what was refused is not used up
    expect(await applyBillingMessage(t.db, { ...message, id: 'evt_3' }, null)).toEqual({ taken: true })
    expect((await log({ person: 'payer@', action: 'billing.plan_set' })).length).toBe(3)
    expect((await log({ person: 'payer@', action: 'billing.repeated' })).length).toBe(5)
  })
})

describe('the audit log', () => {
  it('keeps what a stranger did, whatever half characters and zero bytes they sent', async () => {
    const name = 'half\ud800 zero\0'
    await audit(
      t.db,
      { kind: 'authenticator' },
      { action: 'session.refused', target: name, actor: name, allowed: false, details: { name } },
    )
    const [entry] = await log({ action: 'session.refused' })
    expect(entry).toMatchObject({ target: 'half\ufffd zero', actor: 'half\ufffd zero', details: { name: 'half\ufffd zero' } })
  })

  it('is read newest first, in pages, by person, action, refusal and time', async () => {
    for (let i = 0; i < 25; i++)
      await audit(
        t.db,
        { kind: 'authenticator' },
        { actor: `a${i}@pages.example`, action: i % 5 ? 'session.started' : 'session.refused', allowed: i % 5 !== 0 },
      )
    const pages: string[][] = []
    for await (const page of readAudit(t.db, root.actor, { person: '@pages.example' }, 10)) pages.push(page.map(({ actor }) => actor))
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 5])
    expect(pages.flat()).toEqual(Array.from({ length: 25 }, (_, i) => `a${24 - i}@pages.example`))
    expect(await log({ person: '@pages.example', refusedOnly: true })).toHaveLength(5)
    expect(await log({ person: '@pages.example', action: 'session.' })).toHaveLength(25)
    expect(await log({ person: '@pages.example', to: Date.now() - 3_600_000 })).toHaveLength(0)
    expect(await log({ person: '@pages.example', from: Date.now() - 3_600_000 })).toHaveLength(25)
    expect(await auditActions(t.db, root.actor)).toEqual(expect.arrayContaining(['session.refused', 'session.started', 'user.deleted']))
    expect(await auditActions(t.db, member.actor)).toEqual([])
    expect((await listAudit(t.db, member.actor, {}, { limit: 10 })).entries).toEqual([])
  })

  it('can be changed by nobody, by an administrator neither', async () => {
    const [entry] = await log()
    const denied = /permission denied|denied access/i
    await expect(
      withActor(t.db, root.actor, (tx) => tx.auditEvent.update({ where: { id: entry?.id ?? 0n }, data: { actor: 'x' } })),
    ).rejects.toThrow(denied)
    await expect(withActor(t.db, root.actor, (tx) => tx.auditEvent.updateMany({ data: { allowed: true } }))).rejects.toThrow(denied)
    await expect(withActor(t.db, root.actor, (tx) => tx.auditEvent.deleteMany())).rejects.toThrow(denied)
  })
})

describe('the system', () => {
  it('says what the database is, and who works', async () => {
    const facts = await databaseFacts(t.db)
    expect(facts.version).toMatch(/^\d+/)
    expect(facts.bytes).toBeGreaterThan(1_000_000)
    expect(Math.abs(facts.clockAheadMs)).toBeLessThan(60_000)
    expect(await listWorkers(t.db)).toEqual([])
    expect((await appliedMigrations(t.db, root.actor)).map(({ name }) => name)).toContain('20261125100000_people')
    expect(await appliedMigrations(t.db, member.actor)).toEqual([])
  })

  it('counts jobs, and shows of failed ones why, not what they carry', async () => {
    const insert = (state: string, output: object | null) =>
      owner(
        `insert into pgboss.job (name, data, state, output, completed_on) values ('mail', '{"text": "a secret link"}', $1::pgboss.job_state, $2, $3)`,
        [state, output && JSON.stringify(output), state === 'failed' ? new Date() : null],
      )
    const jobs = await openJobs({ url: t.appUrl }) // makes the queues
    try {
      await insert('created', null)
      await insert('failed', { message: 'The mail server refused.' })
      const facts = await jobFacts(t.db)
      expect(facts.queues.find(({ queue }) => queue === 'mail')).toEqual({ queue: 'mail', waiting: 1, active: 0, done: 0, failed: 1 })
      expect(facts.failed).toMatchObject([{ queue: 'mail', message: 'The mail server refused.', attempts: 1 }])
      expect(JSON.stringify(facts)).not.toContain('secret')
      const id = facts.failed[0]?.id ?? ''
      expect(await jobs.retry('mail', id)).toBe(true)
      expect(await jobs.retry('mail', id)).toBe(false)
      expect((await jobFacts(t.db)).queues[0]).toMatchObject({ waiting: 2, failed: 0 })
    } finally {
      await jobs.close()
    }
  })
})
