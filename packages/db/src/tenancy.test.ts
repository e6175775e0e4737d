/** Row-level security of every table of people's rows, found in the database itself: a table that is new is in here, or fails. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeInstrument, makeUser } from '../../testkit/src/factories.ts'
import { freshDatabase } from '../../testkit/src/fresh-database.ts'
import { makeBelongings, makeTeam, type TeamOfPeople } from '../../testkit/src/people.ts'
import { type Actor, asActor } from './actor.ts'

const t = freshDatabase()

/** The same for everybody who is signed in, or for nobody: no row of these is a person's. */
const NOBODYS = [
  'aggregate aggregate_coverage breakout build candle candle_rollup checkpoint column data_source depth feed_state funding gap instrument lease',
  'liquidation long_short_ratio mark_price market_reading observed_address observed_look observed_poller observed_position open_interest',
  'quarantine rate_limit score_outcome score_state silence source_state tile _prisma_migrations',
]
  .join(' ')
  .split(' ')
/** Read by everybody, changed by administrators. */
const SETTINGS = ['plan', 'installation_setting', 'retention']
/** Administrators' and the worker's. */
const OFFICE = ['audit_event', 'plan_message', 'source_credential', 'backfill_request']

let owner: pg.Client
let ours: TeamOfPeople
let theirs: TeamOfPeople
let stranger: string
let admin: string
const user = (userId: string, role: 'admin' | 'member' = 'member'): Actor => ({ kind: 'user', userId, role })

/** Tables of one person's or one team's rows, filled with some of both teams and of a third person. */
let tables: string[]

beforeAll(async () => {
  owner = new pg.Client({ connectionString: t.ownerUrl })
  await owner.connect()
  ours = await makeTeam(t.ownerUrl, { name: 'Ours' })
  theirs = await makeTeam(t.ownerUrl, { name: 'Theirs' })
  stranger = await makeUser(t.ownerUrl, { email: 'stranger@example.org' })
  admin = await makeUser(t.ownerUrl, { email: 'root@example.org', role: 'admin' })
  const belongings = await makeBelongings(t.ownerUrl, stranger, 'canary of a stranger')
  const instrument = await makeInstrument(t.db)
  // what an alert leaves behind
  for (const [rule, channel, person] of [
    [theirs.belongings.alertRule, theirs.belongings.alertChannel, theirs.viewer],
    [belongings.alertRule, belongings.alertChannel, stranger],
  ]) {
    const event = await owner.query(
      "insert into alert_event (id, rule_id, instrument_id, bucket, title, facts) values (gen_random_uuid(), $1, $2, now(), 'canary', '{}') returning id",
      [rule, instrument.id],
    )
    const { id } = event.rows[0]
    await owner.query('insert into alert_state (rule_id, instrument_id, rule_version, bucket, armed) values ($1, $2, 1, now(), true)', [
      rule,
      instrument.id,
    ])
    await owner.query('insert into inbox_entry (user_id, event_id) values ($1, $2)', [person, id])
    await owner.query('insert into delivery (id, channel_id, event_id) values (gen_random_uuid(), $1, $2)', [channel, id])
  }
  await owner.query("insert into audit_event (actor, action, target, ip, allowed) values ('canary', 'x.y', '', '', true)")
  await owner.query("insert into plan_message (id, details) values ('canary', '{}')")
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
  )
  tables = rows.map((row) => row.name)
})
afterAll(() => owner.end())

const peoples = () => tables.filter((name) => ![...NOBODYS, ...SETTINGS, ...OFFICE].includes(name))
const count = (actor: Actor, table: string): Promise<number> =>
  asActor(t.db, actor, async (client) => Number((await client.query(`select count(*)::int as n from "${table}"`)).rows[0].n))

it('holds for every table that is not nobody’s', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity order by 1`,
  )
  expect(rows.map((row) => row.name).sort()).toEqual([...NOBODYS].sort())
})

it('has something to hide in each of them', async () => {
  for (const name of peoples()) {
    const { rows } = await owner.query(`select count(*)::int as n from "${name}"`)
    expect({ name, n: rows[0].n }).toMatchObject({ name, n: expect.toSatisfy((n: number) => n > 0) })
  }
})

it('shows nothing outside withActor, of no table', async () => {
  for (const name of [...peoples(), ...OFFICE])
    expect({ name, n: (await t.db.pool.query(`select from "${name}"`)).rowCount }).toEqual({ name, n: 0 })
})

describe.each(['owner', 'editor', 'viewer'] as const)('the %s of another team', (role) => {
  it('sees no row of theirs, of a stranger, or of the office, of any table', async () => {
    for (const name of [...peoples(), ...OFFICE]) {
      const seen = await asActor(
        t.db,
        user(ours[role]),
        async (client) => (await client.query(`select to_jsonb(x)::text as row from "${name}" x`)).rows,
      )
      const foreign = seen.filter(({ row }) =>
        [theirs.id, theirs.owner, stranger, ...Object.values(theirs.belongings)].some((id) => id && row.includes(String(id))),
      )
      expect({ name, foreign }).toEqual({ name, foreign: [] })
      if (OFFICE.includes(name)) expect({ name, seen: seen.length }).toEqual({ name, seen: 0 })
    }
  })

  it('does not become an administrator by claiming it', async () => {
    for (const name of ['audit_event', 'team', 'app_user'])
      expect(await count(user(ours[role], 'admin'), name)).toBe(await count(user(ours[role]), name))
  })

  it('changes and deletes no row of theirs, of any table that it may write at all', async () => {
    for (const name of peoples()) {
      const before = await digest(name)
      await asActor(t.db, user(ours[role]), (client) => client.query(`delete from "${name}" where ${foreignRows(name)}`)).catch(refused)
      for (const column of await updatable(name))
        await asActor(t.db, user(ours[role]), (client) =>
          client.query(`update "${name}" set "${column}" = "${column}" where ${foreignRows(name)}`),
        ).then(({ rowCount }) => expect({ name, column, rowCount }).toEqual({ name, column, rowCount: 0 }), refused)
      expect({ name, rows: await digest(name) }).toEqual({ name, rows: before })
    }
  })

  it('adds nothing to their team or in their name', async () => {
    const attempts = [
      ['saved_item', `(id, kind, team_id, name, content) values (gen_random_uuid(), 'view', '${theirs.id}', 'x', '{}')`],
      ['saved_item', `(id, kind, owner_id, name, content) values (gen_random_uuid(), 'view', '${theirs.owner}', 'x', '{}')`],
      ['membership', `(team_id, user_id, role) values ('${theirs.id}', '${ours[role]}', 'owner')`],
      [
        'team_invitation',
        `(id, team_id, role, hash, created_by, expires_at) values (gen_random_uuid(), '${theirs.id}', 'editor', '\\x01', '${ours[role]}', now())`,
      ],
      ['share_link', `(id, item_id, hash, hint, expires_at) values (gen_random_uuid(), '${theirs.belongings.item}', '\\x02', 'x', now())`],
      ['comment', `(id, item_id, author_id, body) values (gen_random_uuid(), '${theirs.belongings.item}', '${ours[role]}', 'x')`],
      ['activity', `(team_id, actor_id, actor, action, target) values ('${theirs.id}', '${ours[role]}', 'x', 'x', 'x')`],
      [
        'alert_rule',
        `(id, team_id, name, condition, channel_ids, cooldown_minutes) values (gen_random_uuid(), '${theirs.id}', 'x', '{}', '{}', 1)`,
      ],
      ['alert_channel', `(id, team_id, kind, name, hint, sealed) values (gen_random_uuid(), '${theirs.id}', 'email', 'x', 'x', '\\x00')`],
      ['user_session', `(id, user_id, method, ip, user_agent) values (gen_random_uuid(), '${theirs.owner}', 'password', '', '')`],
      ['api_key', `(id, user_id, name, prefix, hash, scopes) values (gen_random_uuid(), '${theirs.owner}', 'x', 'x', '\\x03', '{}')`],
      ['inbox_entry', `(user_id, event_id) select '${theirs.owner}', id from alert_event limit 1`],
      ['working_state', `(user_id, state) values ('${theirs.owner}', '{}')`],
    ]
    for (const [table, rest] of attempts) {
      const before = await digest(table as string)
      await asActor(t.db, user(ours[role]), (client) => client.query(`insert into ${table} ${rest}`)).catch(refused)
      expect({ table, rows: await digest(table as string) }).toEqual({ table, rows: before })
    }
  })
})

it('lets a viewer of a team read and not write', async () => {
  const viewer = user(theirs.viewer)
  expect(await count(viewer, 'saved_item')).toBe(3)
  const change = await asActor(t.db, viewer, (client) => client.query("update saved_item set name = 'mine'"))
  expect(change.rowCount).toBe(0)
  expect((await asActor(t.db, viewer, (client) => client.query('delete from alert_rule'))).rowCount).toBe(0)
  expect(await count(viewer, 'share_link')).toBe(0)
})

it('shows an administrator accounts and teams, and nothing of what people make', async () => {
  const root = user(admin, 'admin')
  expect(await count(root, 'app_user')).toBe(8)
  expect(await count(root, 'team')).toBe(2)
  for (const name of [
    'saved_item',
    'item_version',
    'comment',
    'share_link',
    'alert_rule',
    'alert_channel',
    'working_state',
    'activity',
    'inbox_entry',
    'api_key',
  ])
    expect({ name, n: await count(root, name) }).toEqual({ name, n: 0 })
})

it('closes a team that wants a second factor to whoever has none', async () => {
  await owner.query('update team set require_second_factor = true where id = $1', [theirs.id])
  try {
    expect(await count(user(theirs.owner), 'saved_item')).toBe(0)
    await owner.query('update app_user set totp_enabled_at = now() where id = $1', [theirs.owner])
    expect(await count(user(theirs.owner), 'saved_item')).toBe(3)
  } finally {
    await owner.query('update team set require_second_factor = false where id = $1', [theirs.id])
  }
})

it('shows a disabled person nothing of their teams', async () => {
  await owner.query('update app_user set disabled_at = now() where id = $1', [theirs.editor])
  expect(await count(user(theirs.editor), 'saved_item')).toBe(0)
})

it('keeps one owner of each team, and ends a team that nobody is left in', async () => {
  await expect(
    asActor(t.db, user(theirs.owner), (client) => client.query("update membership set role = 'viewer' where user_id = $1", [theirs.owner])),
  ).rejects.toMatchObject({ constraint: 'membership_keep_owner' })
  await asActor(t.db, user(theirs.owner), async (client) => {
    await client.query("update membership set role = 'owner' where user_id = $1", [theirs.viewer])
    await client.query("update membership set role = 'viewer' where user_id = $1", [theirs.owner])
  })
  for (const person of [theirs.owner, theirs.editor]) await owner.query('delete from membership where user_id = $1', [person])
  await asActor(t.db, user(theirs.viewer), (client) => client.query('delete from membership where user_id = $1', [theirs.viewer]))
  expect((await owner.query('select from team where id = $1', [theirs.id])).rowCount).toBe(0)
})

/** Not allowed at all, or not by this row's policy. Anything else is a mistake of the test. */
const refused = (error: { code?: string }) => expect(error.code).toBe('42501')

const digest = async (table: string): Promise<string> =>
  (await owner.query(`select md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as d from "${table}" x`)).rows[0].d

/** In SQL, which rows of a table are not ours; RLS hides them anyway, so a plain `true` would do, but own rows are to stay. */
function foreignRows(table: string): string {
  const mine = [ours.id, ours.owner, ours.editor, ours.viewer, ...Object.values(ours.belongings)].filter(Boolean).map((id) => `'%${id}%'`)
  return `not (to_jsonb("${table}")::text like any (array[${mine.join(', ')}]))`
}

async function updatable(table: string): Promise<string[]> {
  const { rows } = await owner.query<{ column: string }>(
    `select a.attname as column from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
        and has_column_privilege('faultline_app', a.attrelid, a.attnum, 'UPDATE')`,
    [`public."${table}"`],
  )
  return rows.map((row) => row.column)
}
