import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeUser } from '../../testkit/src/factories.ts'
import { freshDatabase } from '../../testkit/src/fresh-database.ts'
import { type Actor, withActor } from './actor.ts'
import { changePassword, createFirstAdministrator, findForSignIn, sessionState } from './repositories/users.ts'

const t = freshDatabase()
const ids = { ada: '', bob: '', root: '' }
const user = (name: keyof typeof ids, role: 'admin' | 'member' = 'member'): Actor & { kind: 'user' } => ({
  kind: 'user',
  userId: ids[name],
  role,
})
const names = (actor: Actor) =>
  withActor(t.db, actor, async (tx) => (await tx.user.findMany({ orderBy: { name: 'asc' } })).map((u) => u.name))

beforeAll(async () => {
  ids.ada = await makeUser(t.ownerUrl, { email: 'ada@example.org', name: 'ada' })
  ids.bob = await makeUser(t.ownerUrl, { email: 'bob@example.org', name: 'bob' })
  ids.root = await makeUser(t.ownerUrl, { email: 'root@example.org', name: 'root', role: 'admin' })
})

describe('the application role', () => {
  it('owns nothing, is no superuser and does not bypass row-level security', async () => {
    const { rows } = await t.db.pool.query(
      `select r.rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
              (select count(*)::int from pg_class where relowner = r.oid) + (select count(*)::int from pg_proc where proowner = r.oid)
              + (select count(*)::int from pg_namespace where nspowner = r.oid) + (select count(*)::int from pg_database where datdba = r.oid) as owns
         from pg_roles r where r.rolname in ('faultline_app', current_user) order by 1`,
    )
    const nothing = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, owns: 0 }
    expect(rows).toEqual([
      { rolname: 'faultline_app', ...nothing },
      { rolname: 'faultline_test_app', ...nothing },
    ])
  })

  it('sees nobody outside withActor, also on a connection that withActor has used', async () => {
    await names({ kind: 'authenticator' })
    expect(await t.db.prisma.user.count()).toBe(0)
    for (let i = 0; i < 12; i++) expect((await t.db.pool.query('select from app_user')).rowCount).toBe(0)
    expect((await t.db.pool.query("update app_user set name = 'x'")).rowCount).toBe(0)
  })

  it.each([
    'truncate app_user',
    'delete from audit_event',
    "update audit_event set actor = 'x'",
    'update plan set key = key',
    'insert into membership select',
    'update share_link set visits = 1',
    'alter table app_user disable row level security',
    'create table mine (id int)',
    'update app_user set id = gen_random_uuid()',
    'update app_user set created_at = now()',
    'update candle set close = 1',
    'delete from candle',
    'delete from liquidation',
    'update "column" set data = data',
    'select from faultline_parts.candle_2024_01',
    'select from _prisma_migrations',
    'set role postgres',
  ])('may not: %s', async (sql) => {
    await t.db.pool.query("select ensure_partitions('candle', '2024-01-01Z', '2024-01-01Z')")
    await expect(t.db.pool.query(sql)).rejects.toMatchObject({ code: '42501' })
  })
})

describe('row-level security', () => {
  it('shows each actor what is theirs', async () => {
    expect(await names(user('ada'))).toEqual(['ada'])
    expect(await names(user('root', 'admin'))).toEqual(['ada', 'bob', 'root'])
    expect(await names({ kind: 'authenticator' })).toEqual(['ada', 'bob', 'root'])
  })

  it('does not believe a claim to be an administrator', async () => {
    expect(await names(user('ada', 'admin'))).toEqual(['ada'])
    expect(await names(user('root', 'member'))).toEqual(['root'])
  })

  it('lets a user change the own row, and no other', async () => {
    const change = (actor: Actor, id: string, data: object) =>
      withActor(t.db, actor, async (tx) => (await tx.user.updateMany({ where: { id }, data })).count)
    expect(await change(user('ada'), ids.ada, { name: 'ada' })).toBe(1)
    expect(await change(user('ada'), ids.bob, { name: 'mallory' })).toBe(0)
    expect(await change(user('ada', 'admin'), ids.bob, { name: 'mallory' })).toBe(0)
    expect(await change({ kind: 'operator' }, ids.bob, { name: 'mallory' })).toBe(0)
    expect(await change(user('root', 'admin'), ids.bob, { name: 'bob' })).toBe(1)
  })

  it.each<[string, 'admin' | 'member', object]>([
    ['raise the own role', 'member', { role: 'admin' }],
    ['raise it by claiming to be one', 'admin', { role: 'admin' }],
    ['lower the session version', 'member', { sessionVersion: 0 }],
    ['disable oneself', 'member', { disabledAt: new Date() }],
    ['grant oneself a plan', 'member', { planKey: 'pro' }],
    ['grant oneself a plan by claiming to be an administrator', 'admin', { planUntil: new Date() }],
  ])('does not let a user %s', async (_, role, data) => {
    await expect(withActor(t.db, user('ada', role), (tx) => tx.user.update({ where: { id: ids.ada }, data }))).rejects.toThrow(
      /administrator|only rises/,
    )
    expect(await sessionState(t.db, ids.ada)).toMatchObject({ role: 'member', sessionVersion: 1, disabled: false })
  })

  it('lets an administrator change others, not the own role', async () => {
    const set = (id: string, role: 'admin' | 'member') =>
      withActor(t.db, user('root', 'admin'), (tx) => tx.user.update({ where: { id }, data: { role } }))
    await set(ids.bob, 'admin')
    expect(await names(user('bob', 'admin'))).toHaveLength(3)
    await set(ids.bob, 'member')
    expect(await names(user('bob', 'admin'))).toHaveLength(1)
    await expect(set(ids.root, 'member')).rejects.toThrow(/another administrator/)
  })

  it('lets nobody but the operator insert an administrator, and only the first one', async () => {
    const data = { email: 'eve@example.org', name: 'eve', passwordHash: 'x', role: 'admin' as const }
    for (const actor of [user('root', 'admin'), { kind: 'operator' }, { kind: 'authenticator' }] as Actor[])
      await expect(withActor(t.db, actor, (tx) => tx.user.create({ data }))).rejects.toThrow(/row-level security/)
    expect(await createFirstAdministrator(t.db, data)).toBe(false)
  })
})

describe('users', () => {
  it('finds a person to sign in, however the address is written', async () => {
    expect(await findForSignIn(t.db, ' Ada@Example.org ')).toMatchObject({
      id: ids.ada,
      email: 'ada@example.org',
      role: 'member',
      disabled: false,
    })
    expect(await findForSignIn(t.db, 'nobody@example.org')).toBeNull()
    expect(await sessionState(t.db, "' or true --")).toBeNull()
    expect(await sessionState(t.db, '00000000-0000-7000-8000-000000000000')).toBeNull()
  })

  it('changes the own password: sessions end, the first one is forgotten', async () => {
    const owner = new pg.Client({ connectionString: t.ownerUrl })
    await owner.connect()
    await owner.query('update app_user set password_is_initial = true where id = $1', [ids.bob])
    await owner.end()
    expect(await changePassword(t.db, user('bob'), { passwordHash: 'new' })).toEqual({ sessionVersion: 2 })
    expect(await findForSignIn(t.db, 'bob@example.org')).toMatchObject({ passwordHash: 'new', sessionVersion: 2, passwordIsInitial: false })
    await expect(
      changePassword(t.db, { kind: 'user', userId: '00000000-0000-7000-8000-000000000000', role: 'member' }, { passwordHash: 'x' }),
    ).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
