import { makeBelongings, makeTeam } from '@faultline/testkit/people'
import { expect, it } from 'vitest'
import { type Person, webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
const callerOf = async (person: Person) => web.callerOf(await web.cookieOf(person))
const count = async (sql: string, values: unknown[] = []) =>
  Number((await web.sql(`select count(*)::int as n from ${sql}`, values)).rows[0].n)
const gone = async (person: Person) => (await count('app_user where id = $1', [person.id])) === 0

it('gives all that is one’s own, nothing of others, and no secret', async () => {
  const [person, other] = [await web.addPerson(), await web.addPerson()]
  await makeBelongings(web.database.ownerUrl, person.id, 'mine-7')
  await makeBelongings(web.database.ownerUrl, other.id, 'theirs-7')
  const team = await makeTeam(web.database.ownerUrl, {
    person: async (role) => (role === 'editor' ? person.id : (await web.addPerson()).id),
  })
  const { json } = await (await callerOf(person)).ownData.export()
  const data = JSON.parse(json)
  expect(data.profile).toMatchObject({ email: person.email, role: 'member' })
  for (const list of [
    'sessions',
    'signInsByOtherSites',
    'apiKeys',
    'teams',
    'savedItems',
    'earlierVersions',
    'shareLinks',
    'comments',
    'alertRules',
    'alertChannels',
  ])
    expect(data[list].length, list).toBeGreaterThan(0)
  expect(data.workingState).not.toBeNull()
  expect(data.teams).toEqual([expect.objectContaining({ name: team.name, role: 'editor' })])
  expect(json).toContain('mine-7')
  expect(json).not.toContain('theirs-7')
  const { rows } = await web.sql(
    `select password_hash as secret from app_user union select encode(hash, 'hex') from api_key union select encode(hash, 'hex') from share_link
     union select encode(hash, 'hex') from one_time_token union select encode(hash, 'hex') from recovery_code`,
  )
  expect(rows.length).toBeGreaterThan(5)
  for (const { secret } of rows) expect(json.toLowerCase()).not.toContain(String(secret).toLowerCase())
})

it('ends an account with all that is its own, and every session, at once', async () => {
  const person = await web.addPerson()
  await makeBelongings(web.database.ownerUrl, person.id, 'leaving')
  const cookie = await web.cookieOf(person)
  const caller = await web.callerOf(cookie)
  expect(await caller.ownData.remove({ email: ` ${person.email.toUpperCase()} `, password: person.password })).toEqual({ deleted: true })
  expect((await web.get('/', { cookie })).status).toBe(307)
  expect(await web.runtime.signIn({ email: person.email, password: person.password })).toBeNull()
  for (const table of [
    'saved_item where owner_id',
    'working_state where user_id',
    'user_session where user_id',
    'api_key where user_id',
    'alert_rule where owner_id',
    'comment where author_id',
  ])
    expect(await count(`${table} = $1`, [person.id]), table).toBe(0)
  expect((await web.sql("select actor, target, allowed from audit_event where action = 'user.deleted'")).rows).toEqual([
    { actor: person.email, target: person.email, allowed: true },
  ])
})

it('does not end it for a slip or a borrowed browser', async () => {
  const person = await web.addPerson()
  const caller = await callerOf(person)
  await expect(caller.ownData.remove({ email: 'other@example.org', password: person.password })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
  await expect(caller.ownData.remove({ email: person.email, password: 'wrong' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  expect(await gone(person)).toBe(false)
})

it('keeps the last owner of a team with others in it, and says which; a team of one goes too', async () => {
  const owner = await web.addPerson()
  const team = await makeTeam(web.database.ownerUrl, {
    name: '<img src=x> team',
    person: async (role) => (role === 'owner' ? owner.id : (await web.addPerson()).id),
  })
  await web.sql("insert into team (id, name) values (gen_random_uuid(), 'Alone')")
  await web.sql("insert into membership (team_id, user_id, role) select id, $1, 'owner' from team where name = 'Alone'", [owner.id])
  const caller = await callerOf(owner)
  const leave = () => caller.ownData.remove({ email: owner.email, password: owner.password })
  await expect(leave()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('“<img src=x> team”') })
  expect(await gone(owner)).toBe(false)
  // closed to whoever has no second factor: they may not look into it, and still must not leave it without an owner
  await web.sql('update team set require_second_factor = true where id = $1', [team.id])
  await expect(leave()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('only owner') })
  expect(await gone(owner)).toBe(false)
  await web.sql("update membership set role = 'owner' where team_id = $1 and user_id = $2", [team.id, team.editor])
  expect(await leave()).toEqual({ deleted: true })
  expect(await count('team where id = $1', [team.id])).toBe(1)
  expect(await count("team where name = 'Alone'")).toBe(0)
  expect(await count('saved_item where team_id = $1', [team.id])).toBeGreaterThan(0)
})

it('keeps one administrator, also when two leave at once', async () => {
  const [one, two] = [await web.addPerson({ role: 'admin' }), await web.addPerson({ role: 'admin' })]
  await web.sql("update app_user set role = 'member' where role = 'admin' and id <> all($1)", [[one.id, two.id]])
  const callers = [await callerOf(one), await callerOf(two)]
  const both = await Promise.allSettled([one, two].map(({ email, password }, i) => callers[i]?.ownData.remove({ email, password })))
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await count("app_user where role = 'admin'")).toBe(1)
})

it('gives oneself another name, as text', async () => {
  const person = await web.addPerson()
  const caller = await callerOf(person)
  for (const name of ['<img src=x onerror=alert(1)>', 'שרה 🦊'])
    expect(await caller.ownData.rename({ name: ` ${name} ` })).toEqual({ name })
  expect((await web.sql('select name from app_user where id = $1', [person.id])).rows).toEqual([{ name: 'שרה 🦊' }])
  for (const name of ['', '   ', 'x'.repeat(10_000), 'a\u0000b'])
    await expect(caller.ownData.rename({ name })).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/^name: /) })
})
