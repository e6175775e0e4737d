/**
 * Functions that run with their owner's rights are the doors through row-level security. Each is looked at and written down here: a new
 * one fails until it is.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeUser } from '../../testkit/src/factories.ts'
import { freshDatabase } from '../../testkit/src/fresh-database.ts'
import { makeTeam, type TeamOfPeople } from '../../testkit/src/people.ts'
import { type Actor, asActor } from './actor.ts'

const t = freshDatabase()
let owner: pg.Client
let team: TeamOfPeople
let stranger: string
let admin: string
beforeAll(async () => {
  owner = new pg.Client({ connectionString: t.ownerUrl })
  await owner.connect()
  team = await makeTeam(t.ownerUrl, { name: 'Theirs' })
  stranger = await makeUser(t.ownerUrl, { email: 'stranger@example.org' })
  admin = await makeUser(t.ownerUrl, { email: 'root@example.org', role: 'admin' })
  // so that there is a rule that no plan allows
  await owner.query('update plan set alert_rules = 0, all_assets = false')
})
afterAll(() => owner.end())
const user = (userId: string, role: 'admin' | 'member' = 'member'): Actor => ({ kind: 'user', userId, role })

/** What each gives to whoever may call it. */
const DOORS: Record<string, string> = {
  accept_team_invitation: 'to whoever holds a token, a membership in their own name',
  actor_is_admin: 'whether the actor is an administrator, by the table',
  actor_team_ids: 'ids of the actor’s own teams',
  alert_allowance: 'how many rules the actor, or a team of theirs, may have',
  another_administrator: 'whether there is another administrator',
  applied_migrations: 'to administrators, the names of migrations',
  closed_alert_rules: 'rules that the actor sees and a plan does not allow; to the worker, all',
  compact_columns: 'nothing: a month of market data that is over is put in order',
  create_team: 'to a person, a team of their own',
  drop_unused_aggregate: 'nothing: a chosen sum that nobody has looked at goes',
  ensure_partitions: 'to writers of market data, a partition',
  expire_partitions: 'nothing: market data that is older than is kept goes',
  membership_keep_owner: 'a trigger',
  my_teams: 'the actor’s own teams',
  no_user_yet: 'whether there is anybody at all',
  open_share: 'to whoever holds a token, the one view that it shares',
  team_invitation_of: 'to whoever holds a token, what it offers',
  team_item_counts: 'to administrators, numbers',
  team_member_limit: 'a number of a plan',
  team_people: 'to members and administrators, who is in a team',
}

interface Door {
  name: string
  config: string[] | null
  trigger: boolean
  everybody: boolean
  app: boolean
}
const doors = async (): Promise<Door[]> =>
  (
    await owner.query<Door>(
      `select p.proname as name, p.proconfig as config, p.prorettype = 'trigger'::regtype as trigger,
              coalesce((select bool_or(a.grantee = 0) from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.privilege_type = 'EXECUTE'), false) as everybody,
              has_function_privilege('faultline_app', p.oid, 'EXECUTE') as app
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
    )
  ).rows

it('are all known', async () => {
  expect((await doors()).map(({ name }) => name)).toEqual(Object.keys(DOORS).sort())
})

it('look for nothing in a schema that somebody else could fill, and are for nobody but the application', async () => {
  for (const { name, config, everybody } of await doors()) {
    const [, path = ''] = (config ?? []).map((setting) => /^search_path=(.*)$/.exec(setting)).find(Boolean) ?? []
    expect({ name, path, everybody }).toEqual({ name, path: expect.stringMatching(/^pg_catalog(, pg_temp)?$/), everybody: false })
  }
})

it('give nothing of a team to a stranger, to nobody, or to somebody who claims to be an administrator', async () => {
  const answers = async (actor: Actor | null) => {
    const ask = async (client: Pick<pg.ClientBase, 'query'>) => ({
      people: (await client.query('select * from team_people($1)', [team.id])).rowCount,
      items: (await client.query('select * from team_item_counts($1)', [[team.id]])).rowCount,
      mine: (await client.query('select * from my_teams()')).rowCount,
      ids: (await client.query<{ ids: string[] }>("select actor_team_ids('viewer') as ids")).rows[0]?.ids,
      migrations: (await client.query('select * from applied_migrations()')).rowCount,
      offer: (await client.query('select * from team_invitation_of($1)', [Buffer.from(randomUUID())])).rowCount,
      rules: (await client.query('select * from closed_alert_rules(null)')).rowCount,
      allowance: (await client.query('select * from alert_allowance($1)', [team.id])).rowCount,
      share: (await client.query('select * from open_share($1, true)', [Buffer.from(randomUUID())])).rowCount,
    })
    return actor === null ? ask(t.db.pool as unknown as pg.ClientBase) : asActor(t.db, actor, ask)
  }
  const nothing = { people: 0, items: 0, mine: 0, ids: [], migrations: 0, offer: 0, rules: 0, allowance: 0, share: 0 }
  for (const actor of [null, user(stranger), user(stranger, 'admin'), { kind: 'authenticator' }, { kind: 'billing' }] as (Actor | null)[])
    expect({ actor, ...(await answers(actor)) }).toEqual({ actor, ...nothing })
  expect(await answers({ kind: 'worker' })).toEqual({ ...nothing, rules: 1 })
  expect(await answers(user(team.viewer))).toMatchObject({
    people: 3,
    items: 0,
    mine: 1,
    rules: 1,
    allowance: 1,
    ids: [team.id],
    migrations: 0,
  })
  expect(await answers(user(admin, 'admin'))).toMatchObject({
    people: 3,
    items: 1,
    mine: 0,
    ids: [],
    migrations: expect.toSatisfy((n: number) => n > 0),
  })
})

it('let nobody in who is nobody', async () => {
  for (const actor of [{ kind: 'authenticator' }, { kind: 'worker' }, { kind: 'billing' }] as Actor[]) {
    await expect(asActor(t.db, actor, (client) => client.query("select create_team('x')"))).rejects.toMatchObject({ code: '42501' })
    await expect(
      asActor(t.db, actor, (client) => client.query('select * from accept_team_invitation($1, null)', [Buffer.from('x')])),
    ).rejects.toMatchObject({ code: '42501' })
  }
})
