/** Every secret that there is, made once, and then looked for where it must not be: tables, answers, logs. */
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import type { Caller } from '../caller.ts'
import { rootRouter } from '../root-router.ts'
import { sampleInput } from '../testing/sample-input.ts'
import { type Person, webUnderTest } from '../testing/web-under-test.ts'
import type { Access } from '../trpc.ts'

vi.mock('../../features/joining/server/steady-answer.ts', () => ({ steadily: (work: () => unknown) => work() }))
vi.mock('node:dns/promises', () => ({ lookup: async () => [{ address: '93.184.216.34', family: 4 }] }))
const web = webUnderTest({ mail: true })
const secrets: Record<string, string> = {}
let caller: Caller
let root: Person
/** ids that the lists below are asked by */
const ids: Record<string, string> = {}
const written: string[] = []

beforeAll(async () => {
  for (const out of [process.stderr, process.stdout])
    vi.spyOn(out, 'write').mockImplementation((text) => {
      written.push(String(text))
      return true
    })
  await web.sql("update plan set api = true, teams = null, share_links = null, saved_items = null, alert_rules = null where key = 'free'")
  root = await web.addPerson({ role: 'admin' })
  secrets.password = root.password
  secrets.cookie = (await web.cookieOf(root)).split('=')[1] as string
  caller = await web.callerOf(await web.cookieOf(root))

  secrets['another password'] = 'another long enough phrase'
  await web.runtime.signIn({ email: root.email, password: secrets['another password'] }, { ip: '203.0.113.1', userAgent: 'x' })
  secrets.totp = (await caller.account.beginSecondFactor()).secret
  const codes = (await caller.account.confirmSecondFactor({ code: new TOTP({ secret: secrets.totp }).generate() })).recoveryCodes
  secrets['recovery code'] = codes[0] as string
  secrets['recovery code as typed'] = (codes[1] as string).replaceAll('-', '')

  secrets['api key'] = (await caller.apiKeys.create({ name: 'bot', scopes: ['markets'], days: null })).key
  const view = { instrument: 'simulated:X', query: {}, layoutId: null, drawings: [], notes: '' }
  const item = await caller.saved.create({ teamId: null, name: 'View', kind: 'view', content: view })
  ids.item = item.id
  const last = (url: string) => url.slice(url.lastIndexOf('/') + 1)
  secrets['share link'] = last((await caller.share.create({ id: item.id, embed: false, expiresInDays: 1, frozen: false })).url)
  const team = await caller.teams.create({ name: 'Team' })
  ids.team = team.id
  const invitation = { teamId: team.id, role: 'viewer', maxUses: 2, days: 1 } as const
  secrets['team link'] = last((await caller.teams.invite({ ...invitation, email: null })).link)
  secrets['team invitation'] = last((await caller.teams.invite({ ...invitation, email: 'invited@example.org' })).link)
  secrets.invitation = last((await caller.joining.invite({ email: 'new@example.org' })).url)
  secrets['reset link'] = last((await caller.joining.createResetLink({ userId: (await web.addPerson()).id })).url)

  secrets['address of a webhook'] = 'hooks/a-path-that-opens-it'
  const hook = { teamId: null, kind: 'webhook', name: 'Hook', url: `https://relay.example.org/${secrets['address of a webhook']}` } as const
  secrets['secret of a webhook'] = (await caller.alerts.createChannel(hook)).secret as string
  secrets['telegram token'] = '123456:AAAAbbbbCCCCddddEEEEffff'
  await caller.alerts.createChannel({
    teamId: null,
    kind: 'telegram',
    name: 'Telegram',
    token: secrets['telegram token'],
    chatId: '-1001234',
  })
  secrets['discord token'] = 'tokenOfDiscord0123456789'
  const discord = `https://discord.com/api/webhooks/123/${secrets['discord token']}`
  await caller.alerts.createChannel({ teamId: null, kind: 'discord', name: 'Discord', url: discord })

  const source = { name: 'Venue', venue: 'binance-usdm', enabled: false, backfillDays: null } as const
  const { id } = await caller.sources.create(source)
  ids.source = String(id)
  secrets['key of a venue'] = 'venue-key-0123456789-abcdef'
  secrets['secret of a venue'] = 'venue-secret-0123456789-fedcba'
  await caller.sources.setCredential({ id, name: 'apiKey', value: secrets['key of a venue'] })
  await caller.sources.setCredential({ id, name: 'secret', value: secrets['secret of a venue'] })
})

afterAll(() => vi.restoreAllMocks())

/** Which of them stand in a text, in any of the ways in which they could. */
const within = (text: string): string[] =>
  Object.entries(secrets).flatMap(([name, secret]) => {
    const forms = [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('hex'),
    ]
    return forms.some((form) => text.includes(form)) ? [name] : []
  })

it('makes them all, long enough not to be guessed, and would find them', () => {
  expect(Object.keys(secrets).length).toBe(18)
  for (const [name, secret] of Object.entries(secrets)) expect(within(`… ${secret} …`), name).toContain(name)
  // 128 bits of chance in what opens something by itself
  for (const name of ['api key', 'share link', 'team link', 'team invitation', 'invitation', 'reset link', 'secret of a webhook'])
    expect([name, (secrets[name] as string).replace(/^(fl_|whsec_)/, '').length * 6]).toEqual([
      name,
      expect.toSatisfy((bits: number) => bits >= 128),
    ])
  expect((secrets.totp as string).length * 5).toBeGreaterThanOrEqual(128)
})

it('stand in no table, other than sealed or hashed', async () => {
  const { rows } = await web.sql(
    `select n.nspname || '.' || quote_ident(c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'pgboss') and c.relkind = 'r'`,
  )
  expect(rows.length).toBeGreaterThan(40)
  const found: Record<string, string[]> = {}
  for (const { name } of rows) {
    const all = await web.sql(`select coalesce(string_agg(to_jsonb(x)::text, ' '), '') as text from ${name} x`)
    const names = within(all.rows[0].text)
    if (names.length > 0) found[name] = names
  }
  expect(found).toEqual({})
})

it('stand in no answer of any query', async () => {
  interface Flat {
    _def: { type: string; meta: { access: Access }; inputs: z.ZodType[] }
  }
  let answered = 0
  for (const [path, { _def }] of Object.entries(rootRouter._def.procedures as unknown as Record<string, Flat>)) {
    if (_def.type !== 'query') continue
    const { access } = _def.meta
    const id =
      access.kind === 'team' && access.of !== 'item' ? (ids.team as string) : path.startsWith('admin') ? root.id : (ids.item as string)
    const { value } = sampleInput(_def.inputs, id)
    const asked = path === 'admin.audit.list' ? {} : path.startsWith('alerts.') ? without(value, 'teamId') : withSource(value)
    const procedure = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller) as (
      input: unknown,
    ) => Promise<unknown>
    const answer = await procedure(asked).then(
      (given) => {
        answered++
        return JSON.stringify(given) ?? ''
      },
      (error: Error) => error.message,
    )
    // the cookie is not in it, but the person's own address may be
    expect([path, within(answer)]).toEqual([path, []])
  }
  expect(answered).toBeGreaterThan(30)
})
const without = (value: unknown, name: string) => (typeof value === 'object' && value !== null ? { ...value, [name]: null } : value)
const withSource = (value: unknown) =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
    ? { ...value, id: Number(ids.source) }
    : value

it('stand in nothing that is exported', async () => {
  const { json } = await caller.ownData.export()
  expect(json).toContain('Hook')
  expect(within(json)).toEqual([])
  const csv = await web.runtime.auditCsv(
    new Request(`${web.origin}/admin/audit/log.csv`, { headers: { cookie: await web.cookieOf(root) } }),
  )
  const text = await csv.text()
  expect(text).toContain('api_key.created')
  expect(within(text)).toEqual([])
})

describe('the audit log', () => {
  it('has each of these acts, by whom, and how it ended', async () => {
    const { rows } = await web.sql('select distinct action from audit_event')
    expect(rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        ...['session.refused', 'second_factor.enabled', 'api_key.created', 'share.created', 'team.created', 'team.invitation_made'],
        ...['invitation.created', 'password.reset_link_created', 'alert_channel.created', 'source.created', 'source.key_set'],
      ]),
    )
    const refused = await web.sql("select actor, target, ip, allowed from audit_event where action = 'session.refused'")
    expect(refused.rows).toEqual([{ actor: 'anonymous', target: root.email, ip: '203.0.113.1', allowed: false }])
  })

  it.each([
    'update audit_event set allowed = true',
    'delete from audit_event',
    'truncate audit_event',
    'drop table audit_event',
    'alter table audit_event disable row level security',
  ])('stays as it is written: no "%s" of the application, whoever asks', async (sql) => {
    const before = (await web.sql('select count(*)::int as n from audit_event')).rows
    for (const kind of ['user', 'operator', 'worker', 'authenticator', 'billing']) {
      const client = await web.services.db.pool.connect()
      try {
        await client.query('begin')
        await client.query(
          "select set_config('faultline.actor_kind', $1, true), set_config('faultline.actor_id', $2, true), set_config('faultline.actor_role', 'admin', true)",
          [kind, root.id],
        )
        await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' })
      } finally {
        await client.query('rollback')
        client.release()
      }
    }
    expect((await web.sql('select count(*)::int as n from audit_event')).rows).toEqual(before)
  })

  it('takes no entry in another person’s name', async () => {
    const other = await web.addPerson()
    const client = await web.services.db.pool.connect()
    try {
      await client.query('begin')
      await client.query("select set_config('faultline.actor_kind', 'user', true), set_config('faultline.actor_id', $1, true)", [other.id])
      const entry = 'insert into audit_event (actor_id, actor, action, target, ip, allowed) values ($1, $2, $3, $2, $4, true)'
      await expect(client.query(entry, [root.id, root.email, 'x.y', ''])).rejects.toMatchObject({ code: '42501' })
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
})

it('stand in nothing that the process has written', () => {
  expect(within(written.join(''))).toEqual([])
})
