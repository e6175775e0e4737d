import { asActor, withActor } from '@faultline/db/actor'
import { type Jobs, openJobs } from '@faultline/db/jobs'
import { createChannel } from '@faultline/db/repositories/alert-channels'
import { dropOldEvents, evaluatePending } from '@faultline/db/repositories/alert-events'
import { readInbox } from '@faultline/db/repositories/alert-inbox'
import { createRule, deleteRule, type RuleSettings, rulesToEvaluate, updateRule } from '@faultline/db/repositories/alert-rules'
import { readLog } from '@faultline/db/repositories/deliveries'
import { SecretBox } from '@faultline/db/secret-box'
import type { AlertCondition } from '@faultline/market/alert'
import { MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, makeUser, START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { makeTeam } from '@faultline/testkit/people'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { Alerts } from './alerts.ts'
import { evaluationOf } from './evaluate.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const box = new SecretBox(`t:${Buffer.alloc(32, 1).toString('base64')}`)
let jobs: Jobs
let users = 0
beforeAll(async () => {
  jobs = await openJobs({ url: t.appUrl })
})
afterAll(() => jobs?.close())
afterEach(() => vi.restoreAllMocks())

const person = async () => ({
  kind: 'user' as const,
  userId: await makeUser(t.ownerUrl, { email: `p${++users}@example.org` }),
  role: 'member' as const,
})
const NAME = 'Risk'
const RISK: AlertCondition = { kind: 'risk', direction: 'above', level: 70 }
const rule = (instrumentKey: string | null, rest: Partial<RuleSettings> = {}): RuleSettings => ({
  name: NAME,
  instrumentKey,
  condition: RISK,
  channelIds: [],
  cooldownMinutes: 0,
  enabled: true,
  ...rest,
})
const mine = (actor: { userId: string }) => ({ ownerId: actor.userId, teamId: null })

/** As the keeper would write it. */
async function read(instrumentId: number, minute: number, figures: { risk?: number | null } = {}) {
  const { risk = null } = figures
  await t.db.pool.query(
    `insert into market_reading (instrument_id, build_id, bucket, bucket_ms, price, risk, breakout_state)
     values ($1, 1, to_timestamp($2::float8 / 1000), $3, 100, $4, '{}')
     on conflict (instrument_id) do update set bucket = excluded.bucket, risk = excluded.risk, updated_at = now()`,
    [instrumentId, START + minute * MINUTE_MS, MINUTE_MS, risk],
  )
}
const titles = async (actor: Awaited<ReturnType<typeof person>>) =>
  (await readInbox(t.db, actor, 50)).entries.filter((e) => e.rule.name.startsWith(NAME)).map((e) => e.title)
const alerts = (log: string[] = []) => new Alerts({ db: t.db, jobs, log: (line) => void log.push(line) })
const count = (table: 'alert_event' | 'delivery' | 'inbox_entry', where: string) =>
  asActor(t.db, { kind: 'worker' }, async (client) =>
    Number((await client.query(`select count(*) as n from ${table} where ${where}`)).rows[0].n),
  )

it('tells a crossing once: in the inbox, and to each channel with its job', async () => {
  const ada = await person()
  const { id: market, key } = await makeInstrument(t.db, { simulated: true, venue: 'simulated' })
  const channel = await createChannel(
    t.db,
    ada,
    mine(ada),
    { name: 'desk', hint: 'x', address: { kind: 'discord', url: 'https://discord.com/api/webhooks/1/x' } },
    box,
  )
  await createRule(t.db, ada, mine(ada), rule(key, { channelIds: [channel.id] }), null)
  const worker = alerts()
  for (const [minute, risk] of [
    [0, 60],
    [1, 80],
    [1, 80],
    [2, 85],
    [3, 75],
  ] as const) {
    await read(market, minute, { risk })
    worker.ruleChanged()
    await worker.look()
  }
  expect(await titles(ada)).toEqual([expect.stringMatching(/^\[Simulated\] .*risk index 80, above 70$/)])
  expect((await readInbox(t.db, ada, 5)).unread).toBe(1)
  // and nothing is looked at twice
  const left = await t.db.pool.query('select from market_reading where evaluated_bucket is distinct from bucket')
  expect(left.rowCount).toBe(0)
  const { rows } = await t.db.pool.query("select data from pgboss.job where name = 'delivery'")
  expect(rows).toHaveLength(1)
  expect(await count('delivery', `id = '${rows[0].data.deliveryId}'`)).toBe(1)
})

it('fires once though workers look at the same time, and another takes over with the same bucket', async () => {
  const ada = await person()
  const { id: market, key } = await makeInstrument(t.db)
  for (let i = 0; i < 5; i++) await createRule(t.db, ada, mine(ada), rule(key, { name: `${NAME} ${i}` }), null)
  const workers = [alerts(), alerts(), alerts(), alerts()]
  await read(market, 0, { risk: 10 })
  await Promise.all(workers.map((w) => w.look()))
  await read(market, 1, { risk: 90 })
  await Promise.all(workers.map((w) => w.look()))
  expect(await titles(ada)).toHaveLength(5)
  // somebody forgets how far it was: the states still know
  await t.db.pool.query('update market_reading set evaluated_bucket = null')
  await alerts().look()
  expect(await titles(ada)).toHaveLength(5)
})

it('leaves nothing behind where it dies in between, and tells it then', async () => {
  const ada = await person()
  const { id: market, key } = await makeInstrument(t.db)
  const channel = await createChannel(
    t.db,
    ada,
    mine(ada),
    { name: 'desk', hint: 'x', address: { kind: 'discord', url: 'https://discord.com/api/webhooks/1/x' } },
    box,
  )
  await createRule(t.db, ada, mine(ada), rule(key, { channelIds: [channel.id] }), null)
  const rules = await rulesToEvaluate(t.db)
  const evaluation = evaluationOf(({ key: k }) => rules.filter((r) => r.instrumentKey === k))
  await read(market, 0, { risk: 10 })
  await evaluatePending(t.db, jobs, evaluation)
  await read(market, 1, { risk: 90 })
  // everything but the last statements has happened
  const dying = { send: () => Promise.reject(new Error('killed')) }
  await expect(evaluatePending(t.db, dying, evaluation)).rejects.toThrow('killed')
  expect(await titles(ada)).toEqual([])
  expect(await count('delivery', `channel_id = '${channel.id}'`)).toBe(0)
  const both = await Promise.all([evaluatePending(t.db, jobs, evaluation), evaluatePending(t.db, jobs, evaluation)])
  expect(both.reduce((sum, { events }) => sum + events, 0)).toBe(1)
  expect(await titles(ada)).toHaveLength(1)
  expect(await count('delivery', `channel_id = '${channel.id}'`)).toBe(1)
})

it('goes on after a failure, says it once, and does not lose the crossing', async () => {
  const ada = await person()
  const { id: market, key } = await makeInstrument(t.db)
  await createRule(t.db, ada, mine(ada), rule(key), null)
  const log: string[] = []
  const worker = alerts(log)
  await read(market, 0, { risk: 10 })
  await worker.look()
  await read(market, 1, { risk: 90 })
  vi.spyOn(t.db.pool, 'connect').mockImplementation(() => Promise.reject(new Error('the database is away')))
  await worker.look()
  await worker.look()
  vi.restoreAllMocks()
  expect(log).toEqual(['alerts: the database is away'])
  await worker.look()
  expect(await titles(ada)).toHaveLength(1)
})

it('begins anew with a rule that was changed, switched on again or just made', async () => {
  const ada = await person()
  const { id: market, key } = await makeInstrument(t.db)
  await read(market, 0, { risk: 90 })
  const made = await createRule(t.db, ada, mine(ada), rule(key), null)
  const worker = alerts()
  const next = async (minute: number, risk: number) => {
    await read(market, minute, { risk })
    await worker.look()
  }
  await worker.look()
  await next(1, 90)
  expect(await titles(ada)).toEqual([])
  await next(2, 10)
  // armed; changed: the next one is not told, as the rule begins anew
  const changed = await updateRule(t.db, ada, made.id, made.version, { condition: { ...RISK, level: 60 } })
  worker.ruleChanged(made.id)
  await next(3, 65)
  expect(await titles(ada)).toEqual([])
  const off = await updateRule(t.db, ada, made.id, changed.version, { enabled: false })
  worker.ruleChanged(made.id)
  await next(4, 10)
  await next(5, 65)
  await updateRule(t.db, ada, made.id, off.version, { enabled: true })
  worker.ruleChanged(made.id)
  await next(6, 65)
  expect(await titles(ada)).toEqual([])
  await next(7, 10)
  await next(8, 65)
  expect(await titles(ada)).toHaveLength(1)
  await deleteRule(t.db, ada, made.id)
  // not told of it: nothing is written of a rule that is gone
  await next(9, 10)
  await next(10, 90)
  expect(await count('alert_event', `rule_id = '${made.id}'`)).toBe(0)
})

it('tells nothing of rules that the plan does not allow any more, and all of them again when it does', async () => {
  const ada = await person()
  const { id: market, key } = await makeInstrument(t.db)
  for (const name of ['first', 'second']) await createRule(t.db, ada, mine(ada), rule(key, { name: `${NAME} ${name}` }), null)
  const worker = alerts()
  const next = async (minute: number, risk: number) => {
    await read(market, minute, { risk })
    worker.ruleChanged()
    await worker.look()
  }
  const root = { ...ada, role: 'admin' as const, userId: await makeUser(t.ownerUrl, { email: 'plans@example.org', role: 'admin' }) }
  const allow = (alertRules: number) => withActor(t.db, root, (tx) => tx.plan.updateMany({ where: { key: 'free' }, data: { alertRules } }))
  await next(0, 10)
  await allow(1)
  await next(1, 90)
  expect((await readInbox(t.db, ada, 5)).entries.map((e) => e.rule.name)).toEqual([`${NAME} first`])
  await allow(5)
  await next(2, 10)
  await next(3, 90)
  expect(await titles(ada)).toHaveLength(3)
})

it('tells everybody who is in the team at that moment, and nobody who is not', async () => {
  const team = await makeTeam(t.ownerUrl)
  const member = (userId: string) => ({ kind: 'user' as const, userId, role: 'member' as const })
  const [owner, editor, viewer] = [member(team.owner), member(team.editor), member(team.viewer)]
  const root = { ...owner, role: 'admin' as const, userId: await makeUser(t.ownerUrl, { email: 'root@example.org', role: 'admin' }) }
  const { id: market, key } = await makeInstrument(t.db)
  await createRule(t.db, editor, { ownerId: null, teamId: team.id }, rule(key), null)
  const worker = alerts()
  const next = async (minute: number, risk: number) => {
    await read(market, minute, { risk })
    await worker.look()
  }
  await next(0, 10)
  await next(1, 90)
  expect([await titles(owner), await titles(editor), await titles(viewer)].map((list) => list.length)).toEqual([1, 1, 1])
  // whoever leaves sees what there was no more, and hears nothing new; neither does a closed account
  await withActor(t.db, viewer, (tx) => tx.membership.deleteMany({ where: { userId: viewer.userId } }))
  await withActor(t.db, root, (tx) => tx.user.updateMany({ where: { id: owner.userId }, data: { disabledAt: new Date() } }))
  await next(2, 10)
  await next(3, 90)
  expect(await readInbox(t.db, viewer, 5)).toEqual({ entries: [], unread: 0 })
  expect(await titles(editor)).toHaveLength(2)
  // one of this rule, one of the team's own
  expect(await count('inbox_entry', `user_id in ('${owner.userId}', '${viewer.userId}')`)).toBe(4)
})

it('gives up what no worker has sent within a day, and drops what is older than 90', async () => {
  const ada = await person()
  const channel = await createChannel(
    t.db,
    ada,
    mine(ada),
    { name: 'desk', hint: 'x', address: { kind: 'discord', url: 'https://x' } },
    box,
  )
  const put = (state: string, days: number) =>
    asActor(t.db, { kind: 'worker' }, (client) =>
      client.query(
        "insert into delivery (id, channel_id, state, message, created_at) values (gen_random_uuid(), $1, $2, 'Answered 503', now() - $3 * interval '1 day')",
        [channel.id, state, days],
      ),
    )
  for (const [state, days] of [
    ['retrying', 3],
    ['retrying', 0.5],
    ['sent', 2],
    ['sent', 91],
  ] as const)
    await put(state, days)
  await dropOldEvents(t.db, 100)
  const { rows } = await readLog(t.db, ada, mine(ada), { problems: false, before: null, most: 10 })
  expect(rows.map(({ state, message }) => [state, message])).toEqual([
    ['retrying', 'Answered 503'],
    ['sent', 'Answered 503'],
    ['failed', 'Answered 503. Given up after a day.'],
  ])
})

it('asks rules about every market of every one of them', async () => {
  const ada = await person()
  const [a, b] = [await makeInstrument(t.db), await makeInstrument(t.db)]
  await createRule(t.db, ada, mine(ada), rule(null), null)
  const worker = alerts()
  for (const [minute, risk] of [
    [0, 10],
    [1, 90],
    [2, 90],
  ] as const) {
    for (const { id } of [a, b]) await read(id, minute, { risk })
    await worker.look()
  }
  expect(await titles(ada)).toHaveLength(2)
})
