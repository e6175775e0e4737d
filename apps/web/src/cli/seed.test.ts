import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { webUnderTest } from '../server/testing/web-under-test.ts'
import { removeSeeded, seedDatabase } from './seed.ts'

const web = webUnderTest()
let owner: pg.Client
beforeAll(async () => {
  owner = new pg.Client({ connectionString: web.database.ownerUrl })
  await owner.connect()
})
afterAll(() => owner.end())

const counts = async () =>
  (
    await owner.query(
      `select (select count(*)::int from app_user) as users, (select count(*)::int from team) as teams, (select count(*)::int from membership) as members,
              (select count(*)::int from saved_item where kind = 'view') as views, (select count(*)::int from saved_item where team_id is not null) as shared`,
    )
  ).rows[0]

it('fills a database with what the pages can read, adds nothing twice, and takes it all away again', async () => {
  const password = 'a password of seeded people'
  const given = { users: 30, teams: 5, views: 100, passwordHash: await web.services.passwords.hash(password) }
  const before = await counts()
  await seedDatabase(owner, given)
  const made = await counts()
  expect(made).toMatchObject({ users: before.users + 30, teams: 5, views: 100 })
  expect(made.members).toBeGreaterThan(5 * 5)
  expect(made.shared).toBeGreaterThan(20)
  await seedDatabase(owner, given)
  expect(await counts()).toEqual(made)

  const { rows } = await owner.query("select id from app_user where email = 'user-1@seed.example'")
  const caller = await web.callerOf(await web.cookieOf({ id: rows[0].id, email: 'user-1@seed.example', password, role: 'member' }))
  // the contents pass the schemas of what people save
  for (const kind of ['layout', 'view', 'watchlist'] as const) expect((await caller.saved.readAll({ kind })).length).toBeGreaterThan(0)
  expect((await caller.saved.list({ teamId: null })).every(({ own }) => own)).toBe(true)

  await removeSeeded(owner)
  expect(await counts()).toEqual(before)
  // pages are told of changes again
  const { rows: triggers } = await owner.query("select tgname from pg_trigger where tgenabled = 'D'")
  expect(triggers).toEqual([])
})
