import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { MAIL_PURPOSE } from '@faultline/db/jobs'
import { CHANNEL_PURPOSE } from '@faultline/db/repositories/alert-channels'
import { credentialPurpose, openCredentials } from '@faultline/db/repositories/source-credentials'
import { SecretBox } from '@faultline/db/secret-box'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { totpPurpose } from '../server/auth/second-factor.ts'
import { webUnderTest } from '../server/testing/web-under-test.ts'
import { sealAnew } from './rotate-keys.ts'

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64url')}`
const old = new SecretBox(key('k1', 1))
const both = new SecretBox(`${key('k2', 2)},${key('k1', 1)}`)
const fresh = new SecretBox(key('k2', 2))
const lost = new SecretBox(key('lost', 3))

const web = webUnderTest()
let owner: pg.Client
let people: string[]
let channel: string
let source: number
const stateDir = mkdtempSync(path.join(tmpdir(), 'faultline-rotate-'))
beforeAll(async () => {
  owner = new pg.Client({ connectionString: web.database.ownerUrl })
  await owner.connect()
  people = [(await web.addPerson()).id, (await web.addPerson()).id]
  source = (await web.sql("insert into data_source (name, venue, enabled) values ('A source', 'binance', false) returning id")).rows[0].id
})
afterAll(async () => {
  await owner.end()
  rmSync(stateDir, { recursive: true })
})
beforeEach(async () => {
  for (const [i, id] of people.entries())
    await web.sql('update app_user set totp_secret = $2, totp_enabled_at = now() where id = $1', [
      id,
      old.seal(`totp ${i}`, totpPurpose(id)),
    ])
  await web.sql('delete from alert_channel')
  await web.sql('delete from source_credential')
  await web.sql('delete from audit_event')
  await web.sql('delete from pgboss.job')
  // longer than a line of base64
  const text = old.seal('a link '.repeat(40), MAIL_PURPOSE).toString('base64')
  await web.services.jobs.send('mail', { to: 'ada@example.org', subject: 's', text, sealed: true })
  await web.services.jobs.send('mail', { to: 'ada@example.org', subject: 's', text: 'not sealed' })
  channel = (
    await web.sql(
      "insert into alert_channel (id, owner_id, kind, name, hint, sealed) values (gen_random_uuid(), $1, 'webhook', 'desk', 'h', $2) returning id",
      [people[0], old.seal('an address', CHANNEL_PURPOSE)],
    )
  ).rows[0].id
  for (const name of ['apiKey', 'secret'])
    await web.sql("insert into source_credential (data_source_id, name, sealed, hint, updated_at) values ($1, $2, $3, '…', now())", [
      source,
      name,
      old.seal(`the ${name}`, credentialPurpose(source, name)),
    ])
})

const secretOf = async (id: string) => (await web.sql('select totp_secret from app_user where id = $1', [id])).rows[0].totp_secret

it('seals everything with the first key, so that the old one can go, and finds nothing to do the second time', async () => {
  const before = await web.sql('select id, session_version from app_user order by id')
  expect(await sealAnew(owner, both)).toEqual({
    key: 'k2',
    secondFactors: { sealedAnew: 2, current: 2 },
    alertChannels: { sealedAnew: 1, current: 1 },
    sourceCredentials: { sealedAnew: 2, current: 2 },
    mails: { sealedAnew: 1, current: 1 },
    unreadable: [],
  })
  for (const [i, id] of people.entries()) expect(fresh.open(await secretOf(id), totpPurpose(id))).toBe(`totp ${i}`)
  const { rows } = await web.sql('select sealed from alert_channel where id = $1', [channel])
  expect(fresh.open(rows[0].sealed, CHANNEL_PURPOSE)).toBe('an address')
  expect(await openCredentials(web.services.db, fresh, source)).toEqual({ apiKey: 'the apiKey', secret: 'the secret' })
  const mails = (await web.sql("select data from pgboss.job where name = 'mail' order by created_on, id")).rows.map(({ data }) => data)
  expect(mails.map(({ text, sealed }) => (sealed ? fresh.open(Buffer.from(text, 'base64'), MAIL_PURPOSE) : text)).sort()).toEqual([
    'a link '.repeat(40),
    'not sealed',
  ])
  expect(mails.every(({ text }) => !text.includes('\n'))).toBe(true)
  // nobody is signed out by it
  expect((await web.sql('select id, session_version from app_user order by id')).rows).toEqual(before.rows)

  expect(await sealAnew(owner, both)).toMatchObject({ secondFactors: { sealedAnew: 0, current: 2 }, sourceCredentials: { sealedAnew: 0 } })
  const log = await web.sql("select actor, target, details from audit_event where action = 'keys.rotated'")
  expect(log.rows).toEqual([{ actor: 'operator', target: 'k2', details: { sealedAnew: 6, unreadable: 0 } }])
})

it('names what it cannot open, leaves it as it is, and does the rest', async () => {
  const sealed = lost.seal('gone', totpPurpose(people[0] as string))
  await web.sql('update app_user set totp_secret = $2 where id = $1', [people[0], sealed])
  await web.sql('update alert_channel set sealed = $2 where id = $1', [channel, Buffer.from('rubbish')])
  const { secondFactors, unreadable } = await sealAnew(owner, both)
  expect(secondFactors).toEqual({ sealedAnew: 1, current: 1 })
  expect(unreadable).toEqual([
    { what: expect.stringMatching(/^second factor of .+@/), why: expect.stringContaining('key "lost"') },
    { what: `alert channel ${channel} (webhook)`, why: 'This is no sealed secret.' },
  ])
  expect((await secretOf(people[0] as string)).equals(sealed)).toBe(true)
})

it('overwrites nothing that was set up while it ran, and seals that too', async () => {
  const [id] = people as [string]
  const query = owner.query.bind(owner)
  let changed = false
  // somebody sets up another factor after the values were read
  owner.query = (async (text: string, values?: unknown[]) => {
    if (!changed && text.startsWith('update app_user')) {
      changed = true
      await web.sql('update app_user set totp_secret = $2 where id = $1', [id, old.seal('the later one', totpPurpose(id))])
    }
    return query(text, values)
  }) as typeof owner.query
  try {
    expect(await sealAnew(owner, both)).toMatchObject({ secondFactors: { sealedAnew: 2, current: 2 } })
  } finally {
    owner.query = query as typeof owner.query
  }
  expect(fresh.open(await secretOf(id), totpPurpose(id))).toBe('the later one')
})

it('is a command, which has the keys of the installation where none are set', async () => {
  writeFileSync(path.join(stateDir, 'secrets.json'), JSON.stringify({ FAULTLINE_ENCRYPTION_KEY: key('', 1).slice(1) }))
  const { FAULTLINE_ENCRYPTION_KEYS: _, ...inherited } = process.env
  const run = (more: Record<string, string>) =>
    promisify(execFile)(process.execPath, [path.join(import.meta.dirname, '../../../../scripts/faultline.mjs'), 'rotate-keys'], {
      env: {
        ...inherited,
        DATABASE_URL: web.database.ownerUrl,
        DATABASE_APP_URL: web.database.appUrl,
        FAULTLINE_STATE_DIR: stateDir,
        ...more,
      },
    })
  expect(JSON.parse((await run({})).stdout)).toMatchObject({ key: 'k1', secondFactors: { sealedAnew: 0, current: 2 }, unreadable: [] })
  const keys = { FAULTLINE_ENCRYPTION_KEYS: `${key('k2', 2)},${key('k1', 1)}` }
  expect(JSON.parse((await run(keys)).stdout)).toMatchObject({ key: 'k2', secondFactors: { sealedAnew: 2, current: 2 } })
  // the old key alone opens none of it
  await expect(run({})).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('6 sealed values could not be opened') })
}, 60_000)
