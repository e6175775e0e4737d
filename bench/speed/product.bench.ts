/**
 * Speed of what people ask for in a full house: 10,000 people, 1,000 teams, 50,000 saved views (`faultline seed`), and the plans of
 * the statements that took longest.
 *
 *   node bench/speed/product.bench.ts [--users N] [--teams N] [--views N] [--rounds N] [--write]
 *
 * Procedures as the pages call them, checks and row-level security included, over one connection pool in this process against a
 * throw-away Postgres on the same machine; each time as another person or team. The same in a small house (a hundredth of it) stands
 * beside: the ratio says what grows. `--write` keeps the figures in bench/speed/results/product.json and the plans in product.md.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Actor, asActor } from '@faultline/db/actor'
import { type Database, openDatabase } from '@faultline/db/database'
import { startPostgres } from '@faultline/db/embedded-postgres'
import { provision } from '@faultline/db/provision'
import { startSession } from '@faultline/db/repositories/sessions'
import { createFirstAdministrator, findForSignIn } from '@faultline/db/repositories/users'
import pg from 'pg'
import { seedDatabase } from '../../apps/web/src/cli/seed.ts'
import { type OpenServices, openServices } from '../../apps/web/src/server/assemble.ts'
import { type Caller, createCaller } from '../../apps/web/src/server/caller.ts'

interface House {
  users: number
  teams: number
  views: number
}
interface Statement {
  text: string
  values: unknown[]
  ms: number
  actor: Actor
}
interface Figure {
  p50: number
  p95: number
  most: number
}

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '10000' },
    teams: { type: 'string', default: '1000' },
    views: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
  },
})
const FULL: House = { users: Number(values.users), teams: Number(values.teams), views: Number(values.views) }
const SMALL: House = { users: Math.ceil(FULL.users / 100), teams: Math.ceil(FULL.teams / 100), views: Math.ceil(FULL.views / 100) }
const ROUNDS = Number(values.rounds)
const WARM = 10
const PLANS_SHOWN = 6

/** Somebody of the house and what they have, another one each time. */
interface Visitor {
  caller: Caller
  actor: Actor
  team: string
  view: string
}

const QUESTIONS: Record<string, (visitor: Visitor) => Promise<unknown>> = {
  'saved.list (all mine and my teams’)': ({ caller }) => caller.saved.list({}),
  'saved.readAll (watchlists)': ({ caller }) => caller.saved.readAll({ kind: 'watchlist' }),
  'saved.get': ({ caller, view }) => caller.saved.get({ id: view }),
  'saved.update': async ({ caller, view }) => {
    const { version, name } = await caller.saved.get({ id: view })
    await caller.saved.update({ id: view, version, name })
  },
  'comments.list': ({ caller, view }) => caller.comments.list({ id: view }),
  'teams.mine': ({ caller }) => caller.teams.mine(),
  'teams.members': ({ caller, team }) => caller.teams.members({ teamId: team }),
  'teams.items': ({ caller, team }) => caller.teams.items({ teamId: team }),
  'teams.activity': ({ caller, team }) => caller.teams.activity({ teamId: team }),
  'alerts.rules': ({ caller }) => caller.alerts.rules({ teamId: null }),
  'alerts.inbox': ({ caller }) => caller.alerts.inbox({ before: null }),
  'account.me': ({ caller }) => caller.account.me(),
}
const ADMIN_QUESTIONS: Record<string, (caller: Caller, round: number) => Promise<unknown>> = {
  'admin.people.list (first page)': (caller) => caller.admin.people.list({}),
  'admin.people.list (search, few)': (caller, round) => caller.admin.people.list({ search: `user-${1 + round * 97}@` }),
  'admin.people.list (search, in the middle of many)': (caller) => caller.admin.people.list({ search: 'person 7' }),
  'admin.people.list (search, none)': (caller) => caller.admin.people.list({ search: 'nobody is named so' }),
  'admin.teams.list': (caller) => caller.admin.teams.list({}),
  'admin.teams.list (search)': (caller, round) => caller.admin.teams.list({ search: `team ${round}` }),
  'admin.audit.list': (caller) => caller.admin.audit.list({}),
  'admin.system.read': (caller) => caller.admin.system.read({ now: true }),
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-product-'))
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  const postgres = await startPostgres({ dataDir: join(folder, 'pg'), port, database: 'faultline', durable: false })
  try {
    const small = await inHouse(postgres.url, folder, 'small', SMALL)
    const full = await inHouse(postgres.url, folder, 'full', FULL)
    const figures = Object.fromEntries(
      Object.keys(full.figures).map((name) => {
        const [a, b] = [small.figures[name] as Figure, full.figures[name] as Figure]
        return [name, { ...b, small: a.p50, ratio: Number((b.p50 / a.p50).toFixed(2)) }]
      }),
    )
    const report = { house: FULL, small: SMALL, rounds: ROUNDS, seedMs: full.seedMs, databaseMb: full.databaseMb, figures }
    console.log(JSON.stringify(report, null, 2))
    const text = plansText(full.plans)
    console.log(text)
    if (values.write) {
      const results = join(import.meta.dirname, 'results')
      mkdirSync(results, { recursive: true })
      const machine = {
        measured: new Date().toISOString(),
        cpu: cpus()[0]?.model ?? 'unknown',
        cores: cpus().length,
        load: Number((loadavg()[0] ?? 0).toFixed(1)),
        node: process.version,
      }
      writeFileSync(join(results, 'product.json'), `${JSON.stringify({ ...machine, ...report }, null, 2)}\n`)
      writeFileSync(join(results, 'product.md'), text)
    }
  } finally {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function inHouse(clusterUrl: string, folder: string, name: string, house: House) {
  const url = new URL(clusterUrl)
  const cluster = new pg.Client({ connectionString: url.href })
  await cluster.connect()
  await cluster.query(`create database "${name}"`)
  await cluster.end()
  url.pathname = `/${name}`
  const { appUrl, ownerUrl } = await provision({ ownerUrl: url.href, stateDir: folder, log: () => {} })
  const owner = new pg.Client({ connectionString: ownerUrl })
  await owner.connect()
  try {
    const began = performance.now()
    await seedDatabase(owner, { ...house, passwordHash: 'none' })
    // what happened in the house
    await owner.query(
      `insert into audit_event (actor, action, target, ip, allowed) select 'user-' || n || '@seed.example', 'session.started', '', '', true from generate_series(1, $1::int) n`,
      [house.users * 5],
    )
    await owner.query(
      `insert into activity (team_id, actor, action, target) select t.id, 'somebody', 'item.changed', 'x' from team t, generate_series(1, 50)`,
    )
    await owner.query('vacuum analyze')
    const seedMs = Math.round(performance.now() - began)
    const { rows } = await owner.query<{ mb: number }>('select round(pg_database_size(current_database()) / 1048576.0)::int as mb')
    return { ...(await measure(appUrl, house, owner)), seedMs, databaseMb: rows[0]?.mb }
  } finally {
    await owner.end()
  }
}

async function measure(appUrl: string, house: House, owner: pg.Client) {
  const services = openServices({
    databaseUrl: appUrl,
    authSecret: 'a secret of the benchmark, long enough',
    publicUrl: new URL('http://127.0.0.1'),
    encryptionKeys: `bench:${Buffer.alloc(32).toString('base64')}`,
  })
  const seen: Statement[] = []
  let actor: Actor = { kind: 'authenticator' }
  listenTo(services.db, (statement) => seen.push({ ...statement, actor }))
  const db = openDatabase({ url: appUrl })
  try {
    const figures: Record<string, Figure> = {}
    const visitors: Visitor[] = []
    for (let round = 0; round < Math.min(ROUNDS, house.teams); round++) {
      // The owner of every so many'th team, with a view of that team.
      const number = 1 + Math.floor((round * house.teams) / ROUNDS)
      const { rows } = await owner.query<{ user: string; team: string; view: string }>(
        `select m.user_id as user, m.team_id as team, (select i.id from saved_item i where i.team_id = t.id and i.kind = 'view' limit 1) as view
           from team t join membership m on m.team_id = t.id and m.role = 'owner' where t.name = $1`,
        [`Seeded team ${number}`],
      )
      const row = rows[0]
      if (!row?.view) continue
      const caller = await callerOf(services, row.user)
      visitors.push({ caller, actor: { kind: 'user', userId: row.user, role: 'member' }, team: row.team, view: row.view })
    }
    for (const [name, ask] of Object.entries(QUESTIONS)) {
      const times: number[] = []
      // connections and plans that are there, as after a start
      for (const visitor of visitors.slice(0, WARM)) await ask(visitor)
      for (let round = 0; round < ROUNDS; round++) {
        const visitor = visitors[round % visitors.length] as Visitor
        actor = visitor.actor
        const began = performance.now()
        await ask(visitor)
        times.push(performance.now() - began)
      }
      figures[name] = figureOf(times)
    }
    await createFirstAdministrator(db, { email: 'root@example.org', name: 'root', passwordHash: 'none' })
    await owner.query(
      "update app_user set role = 'admin' where id = (select user_id from membership where role = 'owner' order by 1 limit 1)",
    )
    const { rows } = await owner.query<{ id: string }>("select id from app_user where role = 'admin' limit 1")
    const userId = (rows[0]?.id ?? (await findForSignIn(db, 'root@example.org'))?.id) as string
    services.sessions.forget()
    const root = await callerOf(services, userId)
    actor = { kind: 'user', userId, role: 'admin' }
    for (const [name, ask] of Object.entries(ADMIN_QUESTIONS)) {
      const times: number[] = []
      for (let round = 0; round < WARM; round++) await ask(root, round)
      for (let round = 0; round < ROUNDS; round++) {
        const began = performance.now()
        await ask(root, round)
        times.push(performance.now() - began)
      }
      figures[name] = figureOf(times)
    }
    return { figures, plans: await plansOf(db, seen) }
  } finally {
    await db.close()
    await services.stop()
    await services.close()
  }
}

async function callerOf(services: OpenServices, userId: string): Promise<Caller> {
  const sessionId = await startSession(services.db, { userId, method: 'password', ip: '', userAgent: 'bench' })
  const exp = Math.floor(Date.now() / 1_000) + 3_600
  const session = await services.sessions.ofClaims({ userId, sessionVersion: 1, sessionId, exp })
  return createCaller({ services, session, ip: null })
}

function figureOf(times: number[]): Figure {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2))
  return { p50: at(0.5), p95: at(0.95), most: at(1) }
}

/** Times every statement of every connection of the pool. */
function listenTo(db: Database, onStatement: (statement: Omit<Statement, 'actor'>) => void): void {
  db.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    Object.assign(client, {
      query: (...args: unknown[]) => {
        const began = performance.now()
        const [first, second] = args
        const given = typeof first === 'string' ? { text: first, values: second } : (first as { text?: string; values?: unknown })
        const done = () =>
          onStatement({ text: given.text ?? '', values: Array.isArray(given.values) ? given.values : [], ms: performance.now() - began })
        const callback = args.at(-1)
        if (typeof callback === 'function')
          return query(...args.slice(0, -1), (...answer: unknown[]) => {
            done()
            callback(...answer)
          })
        const answer = query(...args)
        if (answer instanceof Promise) answer.then(done, done)
        return answer
      },
    })
  })
}

interface Plan {
  text: string
  times: number
  p50: number
  plan: string
}

/** Of the statements that took longest at their median: what Postgres does for them, asked as the one who asked. */
async function plansOf(db: Database, seen: readonly Statement[]): Promise<Plan[]> {
  const byText = new Map<string, Statement[]>()
  for (const statement of seen)
    if (/^\s*(select|with|update|insert)/i.test(statement.text) && !/set_config/.test(statement.text))
      byText.set(statement.text, [...(byText.get(statement.text) ?? []), statement])
  const slowest = [...byText]
    .map(([text, all]) => ({ text, all, p50: figureOf(all.map(({ ms }) => ms)).p50 }))
    .filter(({ all, text }) => all.length >= 5 && /^\s*(select|with)/i.test(text))
    .sort((a, b) => b.p50 - a.p50)
    .slice(0, PLANS_SHOWN)
  const plans: Plan[] = []
  for (const { text, all, p50 } of slowest) {
    const last = all.at(-1) as Statement
    const plan = await asActor(db, last.actor, async (client) => {
      const { rows } = await client.query(`explain (analyze, buffers, timing off) ${text}`, last.values)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }).catch((error: Error) => `not explained: ${error.message}`)
    plans.push({ text, times: all.length, p50, plan })
  }
  return plans
}

const plansText = (plans: readonly Plan[]): string =>
  [
    '# The statements that took longest in a full house',
    '',
    '`npm run bench -- product --write` makes this page; times are of the whole statement, as the web process sees it, with Prisma’s own.',
    '',
    ...plans.flatMap(({ text, times, p50, plan }) => [
      `## ${p50} ms at the median of ${times}`,
      '',
      '```sql',
      text.trim(),
      '```',
      '',
      '```',
      plan,
      '```',
      '',
    ]),
  ].join('\n')

await main()
