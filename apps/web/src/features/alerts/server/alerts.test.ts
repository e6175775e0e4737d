import { makeInstrument, START } from '@faultline/testkit/factories'
import { makeTeam } from '@faultline/testkit/people'
import { expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest({ mail: true })
/** @param set what their row says besides, as SQL */
const person = async (set = 'email_verified_at = now()') => {
  const made = await web.addPerson()
  await web.sql(`update app_user set ${set} where id = $1`, [made.id])
  return { ...made, api: await web.callerOf(await web.cookieOf(made)) }
}
/** The caller of somebody who is in the database already. */
const callerOf = async (id: string) => web.callerOf(await web.cookieOf({ id, email: '', password: '', role: 'member' }))
const market = async () => (await makeInstrument(web.database.db)).key
const settings = (instrumentKey: string | null, rest: object = {}) => ({
  name: 'Risk above 75',
  instrumentKey,
  condition: { kind: 'risk' as const, direction: 'above' as const, level: 75 },
  channelIds: [],
  cooldownMinutes: 60,
  enabled: true,
  ...rest,
})
const own = { teamId: null }
const webhook = { kind: 'webhook' as const, name: 'desk', url: 'https://1.1.1.1/hook' }

it('makes, lists, changes and deletes a rule; of two editors the second is told', async () => {
  const { api } = await person()
  const key = await market()
  const made = await api.alerts.createRule({ ...own, ...settings(key) })
  expect(await api.alerts.rules(own)).toMatchObject([{ id: made.id, name: 'Risk above 75', firedIn24h: 0, firedAt: null, version: 1 }])
  const changed = await api.alerts.updateRule({ id: made.id, version: 1, enabled: false })
  expect(changed).toMatchObject({ enabled: false, version: 2 })
  await expect(api.alerts.updateRule({ id: made.id, version: 1, name: 'mine' })).rejects.toMatchObject({ code: 'CONFLICT' })
  expect((await api.alerts.rules(own))[0]?.name).toBe('Risk above 75')
  await api.alerts.removeRule({ id: made.id })
  expect(await api.alerts.rules(own)).toEqual([])
})

it.each([
  ['a market that does not exist', { instrumentKey: 'binance-usdm:NOPE' }, 'NOT_FOUND'],
  ['a name of spaces', { name: '  \u200b ' }, 'BAD_REQUEST'],
  ['a name of 10,000 characters', { name: 'a'.repeat(10_000) }, 'BAD_REQUEST'],
  ['a level beyond the index', { condition: { kind: 'risk', direction: 'above', level: 170 } }, 'BAD_REQUEST'],
  ['a pause of years', { cooldownMinutes: 1e6 }, 'BAD_REQUEST'],
  ['somebody else’s channel', { channelIds: ['00000000-0000-4000-8000-000000000000'] }, 'BAD_REQUEST'],
])('refuses %s, and keeps nothing of it', async (_, wrong, code) => {
  const { api } = await person()
  await expect(api.alerts.createRule({ ...own, ...settings(await market(), wrong) } as never)).rejects.toMatchObject({ code })
  expect(await api.alerts.rules(own)).toEqual([])
})

it('keeps a hostile name as it is', async () => {
  const { api } = await person()
  const name = '<img src=x onerror=alert(1)> 🚨 עברית'
  await api.alerts.createRule({ ...own, ...settings(await market(), { name }) })
  expect((await api.alerts.rules(own))[0]?.name).toBe(name)
})

it('allows as many rules as the plan does', async () => {
  await web.sql("update plan set alert_rules = 2 where key = 'free'")
  const { api } = await person("plan_key = 'free'")
  const key = await market()
  for (let i = 0; i < 2; i++) await api.alerts.createRule({ ...own, ...settings(key) })
  const third = api.alerts.createRule({ ...own, ...settings(key) })
  await expect(third).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/allows 2 alert rules/) })
  await web.sql("update plan set alert_rules = 1 where key = 'free'")
  expect((await api.alerts.rules(own)).map(({ closed }) => closed)).toEqual(['limit', null])
  await web.sql("update plan set alert_rules = 5 where key = 'free'")
})

it('takes what a team may have from the plans of its owners', async () => {
  const team = await makeTeam(web.database.ownerUrl)
  const [owner, editor] = [await callerOf(team.owner), await callerOf(team.editor)]
  await web.sql('delete from alert_rule where team_id = $1', [team.id])
  await web.sql("update app_user set plan_key = 'pro' where id = $1", [team.editor])
  await web.sql("update plan set alert_rules = 0 where key = 'free'")
  const one = () => editor.alerts.createRule({ teamId: team.id, ...settings(null) })
  await expect(one()).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/allows 0 alert rules of a team/) })
  await web.sql("update plan set alert_rules = 5, all_assets = false, base_assets = '{BTC}' where key = 'free'")
  await expect(one()).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/some markets only/) })
  await web.sql("update plan set all_assets = true, base_assets = '{}' where key = 'free'")
  const { id } = await one()
  expect(await owner.alerts.rules({ teamId: team.id })).toMatchObject([{ id, closed: null }])
})

it('tells the audit log of channels that come and go', async () => {
  const { api, id } = await person()
  const made = await api.alerts.createChannel({ ...own, ...webhook, url: 'https://1.1.1.1/hook?key=hidden' })
  await api.alerts.removeChannel({ id: made.id })
  const { rows } = await web.sql(
    "select action, target, details from audit_event where actor_id = $1 and action like 'alert_channel.%' order by id",
    [id],
  )
  const of = { target: 'desk', details: { kind: 'webhook', hint: '1.1.1.1' } }
  expect(rows).toEqual([
    { action: 'alert_channel.created', ...of },
    { action: 'alert_channel.removed', ...of },
  ])
})

it('lets viewers of a team look and editors change; to others there is nothing', async () => {
  const team = await makeTeam(web.database.ownerUrl)
  const [editor, viewer, stranger] = [await callerOf(team.editor), await callerOf(team.viewer), (await person()).api]
  const teamId = team.id
  const made = await editor.alerts.createRule({ teamId, ...settings(await market()) })
  expect((await viewer.alerts.rules({ teamId })).map((rule) => rule.id)).toContain(made.id)
  await expect(viewer.alerts.createRule({ teamId, ...settings(null) })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(viewer.alerts.updateRule({ id: made.id, version: 1, enabled: false })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(viewer.alerts.testRule({ id: made.id })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  for (const asked of [
    () => stranger.alerts.rules({ teamId }),
    () => stranger.alerts.log({ teamId }),
    () => stranger.alerts.channels({ teamId }),
    () => stranger.alerts.removeRule({ id: made.id }),
    () => stranger.alerts.testChannel({ id: team.belongings.alertChannel }),
  ])
    await expect(asked()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  // nor can a channel of the team be put into a rule of one's own
  const mine = editor.alerts.createRule({ ...own, ...settings(null, { channelIds: [team.belongings.alertChannel] }) })
  await expect(mine).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

it('shows a webhook’s secret once, and its address never', async () => {
  const { api, id } = await person()
  const { secret, id: channel } = await api.alerts.createChannel({ ...own, ...webhook, url: 'https://1.1.1.1/hook?key=hidden' })
  expect(secret).toMatch(/^whsec_.{40,}/)
  const listed = JSON.stringify(await api.alerts.channels(own))
  expect(JSON.parse(listed)).toMatchObject([{ id: channel, kind: 'webhook', name: 'desk', hint: '1.1.1.1', disabledReason: null }])
  expect(listed).not.toMatch(/hidden|whsec/)
  const { rows } = await web.sql('select encode(sealed, $2) as sealed from alert_channel where owner_id = $1', [id, 'escape'])
  expect(rows[0].sealed).not.toMatch(/hidden|whsec/)
  await api.alerts.removeChannel({ id: channel })
  expect(await api.alerts.channels(own)).toEqual([])
})

it.each([
  'http://127.0.0.1/',
  'http://[::1]/',
  'http://10.1.2.3/',
  'http://169.254.169.254/latest',
  'http://[::ffff:10.0.0.1]/',
  'http://0x7f.1/',
  'http://localhost/',
  'http://1.1.1.1:8080/',
  'https://a:b@1.1.1.1/',
  'ftp://1.1.1.1/',
  'not an address',
])('takes no webhook to %s', async (url) => {
  const { api } = await person()
  await expect(api.alerts.createChannel({ ...own, ...webhook, url })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  expect(await api.alerts.channels(own)).toEqual([])
})

it('takes what Telegram and Discord hand out, and nothing else in its place', async () => {
  const { api } = await person()
  await api.alerts.createChannel({ ...own, kind: 'telegram', name: 'tg', token: `123456:${'a'.repeat(35)}`, chatId: '-1001234' })
  await api.alerts.createChannel({ ...own, kind: 'discord', name: 'dc', url: 'https://discord.com/api/webhooks/123/abcdef' })
  expect((await api.alerts.channels(own)).map(({ hint }) => hint)).toEqual(['chat …1234', 'discord.com …cdef'])
  for (const url of [
    'https://discord.com.evil.org/api/webhooks/1/a',
    'http://discord.com/api/webhooks/1/a',
    'https://discord.com/channels/1',
  ])
    await expect(api.alerts.createChannel({ ...own, kind: 'discord', name: 'dc', url })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(api.alerts.createChannel({ ...own, kind: 'telegram', name: 'tg', token: '../x', chatId: '1' })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
})

it('sends e-mail to a confirmed address of one’s own only', async () => {
  const channel = { ...own, kind: 'email' as const, name: 'me' }
  const [unconfirmed, ada] = [await person('email_verified_at = null'), await person()]
  await expect(unconfirmed.api.alerts.createChannel(channel)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await ada.api.alerts.createChannel(channel)
  expect(await ada.api.alerts.channels(own)).toMatchObject([{ hint: ada.email }])
})

it('sends tests through channels, logs them by pages, and leaves the inbox alone', async () => {
  const { api } = await person()
  const { id: channel } = await api.alerts.createChannel({ ...own, ...webhook })
  const rule = await api.alerts.createRule({ ...own, ...settings(await market(), { channelIds: [channel] }) })
  expect(await api.alerts.testRule({ id: rule.id })).toEqual({ queued: 1 })
  await api.alerts.testChannel({ id: channel })
  const { rows, next } = await api.alerts.log(own)
  expect(rows).toMatchObject([
    { state: 'queued', attempts: 0, title: null, test: true, channel: { kind: 'webhook', name: 'desk' } },
    { state: 'queued', rule: 'Risk above 75', test: true },
  ])
  expect(next).toBeNull()
  expect(await api.alerts.inbox()).toEqual({ entries: [], unread: 0 })
  const jobs = await web.sql("select data from pgboss.job where name = 'delivery'")
  expect(jobs.rows.map((row) => row.data.deliveryId).sort()).toEqual(rows.map((row) => row.id).sort())
  await web.sql(
    "insert into delivery (id, channel_id, state, created_at) select gen_random_uuid(), $1, 'failed', now() - n * interval '1 minute' from generate_series(1, 70) n",
    [channel],
  )
  let page = await api.alerts.log({ ...own, problems: true })
  const seen = new Set(page.rows.map((row) => row.id))
  while (page.next) {
    page = await api.alerts.log({ ...own, problems: true, cursor: page.next })
    for (const row of page.rows) seen.add(row.id)
  }
  expect(seen.size).toBe(70)
  expect(page).toMatchObject({ problems: 70, sent: 0 })
  expect((await (await person()).api.alerts.log(own)).rows).toEqual([])
})

it('marks what was read, one’s own only', async () => {
  const [ada, bob] = [await person(), await person()]
  const key = await market()
  const rule = await ada.api.alerts.createRule({ ...own, ...settings(key) })
  const facts = {
    market: { key, venue: 'binance-usdm', symbol: 'X', simulated: false },
    bucket: START,
    bucketMs: 60_000,
    price: 1,
    condition: rule.condition,
    value: 80,
    cluster: null,
    breakout: null,
  }
  const { rows } = await web.sql(
    `insert into alert_event (id, rule_id, instrument_id, bucket, title, facts)
     select gen_random_uuid(), $1, i.id, now() + n * interval '1 minute', 'X', $3 from instrument i, generate_series(1, 3) n where i.key = $2 returning id`,
    [rule.id, key, facts],
  )
  for (const { id } of rows) await web.sql('insert into inbox_entry (user_id, event_id) values ($1, $2)', [ada.id, id])
  const read = (api: Caller) => api.alerts.inbox().then(({ entries, unread }) => [entries.length, unread])
  expect(await read(ada.api)).toEqual([3, 3])
  await bob.api.alerts.markRead({ ids: [rows[0].id] })
  expect(await read(ada.api)).toEqual([3, 3])
  await ada.api.alerts.markRead({ ids: [rows[0].id] })
  expect(await read(ada.api)).toEqual([3, 2])
  await ada.api.alerts.markRead({ ids: null })
  expect(await read(ada.api)).toEqual([3, 0])
})
