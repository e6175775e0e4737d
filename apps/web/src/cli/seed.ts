import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { FaultlineError } from '@faultline/market/errors'
import pg from 'pg'
import { Passwords } from '../server/auth/passwords.ts'

const HELP = `usage: npm run -s faultline -- seed [--users N] [--teams N] [--views N] [--password TEXT] [--remove]

Fills the database with made-up people, teams and saved views, for load tests: user-1@seed.example and so on, all with the same
password (printed, or given). Teams have one owner, some editors and viewers; seven views in ten are a person's own, the others a
team's; one layout and one watchlist come with every ten views, an alert rule with every twenty. What is there already stays;
seeding again adds what is missing to the numbers. --remove takes all of it away again.
`
const DOMAIN = 'seed.example'
const MOST = { users: 200_000, teams: 50_000, views: 2_000_000 }

export async function seed(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string' },
      teams: { type: 'string' },
      views: { type: 'string' },
      password: { type: 'string' },
      remove: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const users = count('users', values.users)
  const teams = count('teams', values.teams)
  const views = count('views', values.views)
  if (!values.remove && users + teams + views === 0)
    throw new FaultlineError('bad_input', 'Say how much of what: --users N, --teams N, --views N (or --remove).')
  if (teams + views > 0 && users === 0)
    throw new FaultlineError('bad_input', 'Teams and views need people: say --users N as well, with the number that is there or more.')
  const url = process.env.FAULTLINE_OWNER_URL
  if (!url) throw new FaultlineError('unavailable', 'Run this as "npm run -s faultline -- seed …", which knows the database.')
  const client = new pg.Client({ connectionString: url, application_name: 'faultline seed' })
  await client.connect()
  try {
    if (values.remove) {
      await removeSeeded(client)
      return void process.stdout.write('removed\n')
    }
    const password = values.password ?? `seed-${randomBytes(9).toString('base64url')}`
    const passwordHash = await new Passwords().hash(password)
    await seedDatabase(client, { users, teams, views, passwordHash })
    await client.query('analyze')
    const { rows } = await client.query(
      `select (select count(*)::int from app_user where email like $1) as users, (select count(*)::int from team where name like 'Seeded team %') as teams,
              (select count(*)::int from saved_item where kind = 'view' and name like 'Seeded view %') as views`,
      [`%@${DOMAIN}`],
    )
    process.stdout.write(`${JSON.stringify({ ...rows[0], password: values.password === undefined ? password : undefined })}\n`)
  } finally {
    await client.end()
  }
}

function count(name: keyof typeof MOST, text: string | undefined): number {
  if (text === undefined) return 0
  const number = Number(text)
  if (!/^\d+$/.test(text) || number > MOST[name])
    throw new FaultlineError('bad_input', `--${name} must be a whole number up to ${MOST[name]}; it is "${text}".`)
  return number
}

/** As the owner of the database. What is there already stays. */
export const seedDatabase = (
  client: pg.Client,
  given: { users: number; teams: number; views: number; passwordHash: string },
): Promise<void> => inOne(client, () => fill(client, given))

/** Takes away what seeding has made, and what these people have made since. */
export const removeSeeded = (client: pg.Client): Promise<void> => inOne(client, remove)

/** All of it or nothing. Nobody is told of each row: pages that are open find it when they next ask. */
async function inOne(client: pg.Client, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const tables = ['saved_item', 'membership', 'comment', 'alert_rule', 'team']
  await client.query('begin')
  try {
    for (const table of tables) await client.query(`alter table ${table} disable trigger user`)
    await work(client)
    for (const table of tables) await client.query(`alter table ${table} enable trigger user`)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

async function remove(client: pg.Client): Promise<void> {
  await client.query("delete from team where name like 'Seeded team %'")
  await client.query('delete from app_user where email like $1', [`%@${DOMAIN}`])
}

/** Ids are made of the numbers, so that what is there already is found again; with version and variant, as ids are checked for them. */
const id = (salt: string, number: string) =>
  `overlay(overlay(md5('faultline seed ${salt} ' || ${number}) placing '8' from 13) placing 'a' from 17)::uuid`
const STYLES = `(array['twin','cividis','viridis','contrast'])[1 + n % 4]`
const RANGES = `(array['12h','1d','3d','7d'])[1 + n % 4]`

async function fill(client: pg.Client, given: { users: number; teams: number; views: number; passwordHash: string }): Promise<void> {
  const { users, teams, views, passwordHash } = given
  const say = (text: string) => process.stderr.write(`${text}\n`)
  say(`${users} people`)
  await client.query(
    `insert into app_user (id, email, name, password_hash, role, plan_key, email_verified_at, created_at)
     select ${id('user', 'n')}, 'user-' || n || '@${DOMAIN}', 'Seeded person ' || n, $2, 'member', case when n % 5 = 0 then 'pro' else 'free' end, now(),
            now() - make_interval(mins => n)
       from generate_series(1, $1::int) n on conflict do nothing`,
    [users, passwordHash],
  )
  say(`${teams} teams`)
  await client.query(
    `insert into team (id, name) select ${id('team', 'n')}, 'Seeded team ' || n from generate_series(1, $1::int) n on conflict do nothing`,
    [teams],
  )
  // The owner of team n is person n (round and round); eight more follow, spread over everybody.
  await client.query(
    `insert into membership (team_id, user_id, role)
     select distinct on (n, member) ${id('team', 'n')}, ${id('user', 'member')},
            (case when k = 0 then 'owner' when k <= 3 then 'editor' else 'viewer' end)::team_role
       from generate_series(1, $1::int) n, generate_series(0, 8) k, lateral (select 1 + (n - 1 + k * 7919) % $2::int as member) m
      order by n, member, k
     on conflict do nothing`,
    [teams, users],
  )
  say(`${views} views`)
  const items = (kind: string, of: string, content: string) => `
    insert into saved_item (id, kind, owner_id, team_id, name, content, position, created_by, updated_by, updated_at)
    select ${id(kind, 'n')}, '${kind}', case when team is null then ${id('user', 'person')} end, team, 'Seeded ${kind} ' || n, ${content}, n,
           ${id('user', 'person')}, ${id('user', 'person')}, now() - make_interval(secs => n)
      from generate_series(1, ${of}) n,
           lateral (select 1 + (n * 31) % $2::int as person) p,
           lateral (select case when n % 10 < 3 and $3::int > 0 then ${id('team', '1 + (n / 10) % $3::int')} end as team) t
    on conflict do nothing`
  const markets = `(select coalesce(array_agg(key order by id), array['simulated:SIMTIDEUSDT']) as keys from instrument)`
  const market = (number: string) => `(keys)[1 + (${number}) % cardinality(keys)]`
  const with_ = (sql: string) => sql.replace('from generate_series', `from ${markets} i, generate_series`)
  const drawing = `jsonb_build_object('id', 'd' || n, 'kind', 'horizontal', 'points', jsonb_build_array(jsonb_build_object('time', 1767225600000, 'price', 100 + n % 900)), 'colour', 'accent', 'text', 'Level ' || n)`
  const view = `jsonb_build_object('instrument', ${market('n')}, 'query', jsonb_build_object('r', ${RANGES}, 'pal', ${STYLES}), 'layoutId', null, 'drawings', jsonb_build_array(${drawing}), 'notes', 'Seeded notes ' || n)`
  await client.query(with_(items('view', '$1::int', view)), [views, users, teams])
  const layout = `jsonb_build_object('query', jsonb_build_object('pal', ${STYLES}), 'theme', null, 'sizes', '{}'::jsonb)`
  await client.query(items('layout', '($1::int / 10)', layout), [views, users, teams])
  const rows = `(select jsonb_agg(jsonb_build_object('instrument', key, 'note', '')) from unnest(keys[1:20]) key)`
  await client.query(with_(items('watchlist', '($1::int / 10)', `jsonb_build_object('rows', ${rows}, 'notes', '')`)), [views, users, teams])
  await client.query(
    `insert into comment (id, item_id, author_id, body)
     select ${id('comment', 'n')}, ${id('view', 'n * 10')}, ${id('user', '1 + (n * 31) % $2::int')}, 'Seeded comment ' || n
       from generate_series(1, $1::int / 10) n where exists (select from saved_item i where i.id = ${id('view', 'n * 10')}) on conflict do nothing`,
    [views, users],
  )
  await client.query(
    `insert into alert_rule (id, owner_id, name, condition, channel_ids, cooldown_minutes)
     select ${id('rule', 'n')}, ${id('user', '1 + (n * 31) % $2::int')}, 'Seeded rule ' || n, '{"kind":"risk","direction":"above","level":90}', '{}', 60
       from generate_series(1, $1::int / 20) n on conflict do nothing`,
    [views, users],
  )
}
