import { describe, expect, it } from 'vitest'
import { webUnderTest } from '../testing/web-under-test.ts'

const web = webUnderTest()
let address = 0
/** An address of one's own, so that limits of one test are not another's. */
const nextIp = () => `192.0.2.${++address}`
const from = (ip: string) => ({ ip, userAgent: `Browser ${'x'.repeat(1_000)}` })

/** Attempts that have been made from an address already. */
const use = async (times: number, ip: string) => {
  for (let i = 0; i < times; i++) await web.services.limits.take('signInIp', ip)
}

interface Entry {
  action: string
  actor: string
  target: string
  ip: string
  allowed: boolean
  details: Record<string, unknown>
}
const entries = async (ip: string): Promise<Entry[]> =>
  (await web.sql('SELECT action, actor, target, ip, allowed, details FROM audit_event WHERE ip = $1 ORDER BY id', [ip])).rows

it('begins a session that says whence it comes, and writes it down', async () => {
  const person = await web.addPerson()
  const ip = nextIp()
  const { email, password } = person
  const signedIn = await web.runtime.signIn({ email, password }, from(ip))
  const { rows } = await web.sql('SELECT id, user_id, method, ip, user_agent, ended_at FROM user_session WHERE ip = $1', [ip])
  expect(rows).toEqual([
    {
      id: signedIn?.sessionId,
      user_id: person.id,
      method: 'password',
      ip,
      user_agent: expect.stringMatching(/^Browser x{392}$/),
      ended_at: null,
    },
  ])
  // in the order of time
  expect(signedIn?.sessionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(await entries(ip)).toEqual([
    { action: 'session.started', actor: email, target: email, ip, allowed: true, details: { method: 'password', secondFactor: 'none' } },
  ])
})

it('writes refusals down with their reason, and never what was typed as the password', async () => {
  const person = await web.addPerson()
  const disabled = await web.addPerson()
  await web.sql('UPDATE app_user SET disabled_at = now() WHERE id = $1', [disabled.id])
  const ip = nextIp()
  for (const given of [
    { email: person.email, password: 'a secret mistake' },
    { email: 'nobody@example.org', password: 'a secret mistake' },
    // into the wrong field
    { email: 'a secret mistake', password: 'a secret mistake' },
    { email: disabled.email, password: disabled.password },
  ])
    expect(await web.runtime.signIn(given, from(ip))).toBeNull()
  const found = await entries(ip)
  expect(found.map(({ target, details }) => [target, details.reason])).toEqual([
    [person.email, 'credentials'],
    ['nobody@example.org', 'credentials'],
    ['(no address)', 'credentials'],
    [disabled.email, 'disabled'],
  ])
  expect(found.every(({ action, allowed, actor }) => action === 'session.refused' && !allowed && actor === 'anonymous')).toBe(true)
  expect(JSON.stringify(found)).not.toContain('secret mistake')
})

describe('limits', () => {
  it('stop guessing at one account, from wherever it comes, the right password too; and are the same for nobody', async () => {
    const person = await web.addPerson()
    for (const email of [person.email, 'stranger@example.org']) {
      for (let i = 0; i < 10; i++) expect(await web.runtime.signIn({ email, password: `wrong ${i}` }, from(nextIp()))).toBeNull()
      const ip = nextIp()
      for (const password of ['wrong', person.password])
        await expect(web.runtime.signIn({ email, password }, from(ip))).rejects.toMatchObject({
          code: 'rate_limited',
          message: expect.stringMatching(/^Too many attempts\. Try again in 15 minutes\.$/),
        })
      // once a minute, or a flood would fill the log
      expect((await entries(ip)).map(({ details }) => details.reason)).toEqual(['limit'])
    }
  })

  it('stop guessing from one address, whoever it is about', async () => {
    const person = await web.addPerson()
    const ip = nextIp()
    await use(56, ip)
    for (let i = 0; i < 4; i++) expect(await web.runtime.signIn({ email: `guess-${i}@example.org`, password: 'x' }, from(ip))).toBeNull()
    const { email, password } = person
    await expect(web.runtime.signIn({ email, password }, from(ip))).rejects.toMatchObject({ code: 'rate_limited' })
    expect(await web.runtime.signIn({ email, password }, from(nextIp()))).toMatchObject({ userId: person.id })
  })

  it('do not count who gets in', async () => {
    const { email, password } = await web.addPerson()
    const ip = nextIp()
    await use(41, ip)
    for (let i = 0; i < 9; i++) expect(await web.runtime.signIn({ email, password: 'wrong' }, from(ip))).toBeNull()
    for (let i = 0; i < 12; i++) expect(await web.runtime.signIn({ email, password }, from(ip))).not.toBeNull()
    // the nine are forgotten: for the account it begins anew
    for (let i = 0; i < 9; i++) expect(await web.runtime.signIn({ email, password: 'wrong' }, from(ip))).toBeNull()
    expect(await web.runtime.signIn({ email, password }, from(ip))).not.toBeNull()
  })

  it('let nobody in where nothing can be counted', async () => {
    const { email, password } = await web.addPerson()
    await web.sql('ALTER TABLE rate_limit RENAME TO elsewhere')
    try {
      await expect(web.runtime.signIn({ email, password }, from(nextIp()))).rejects.toMatchObject({
        code: 'unavailable',
        message: 'This cannot be checked at the moment. Try again in a few seconds.',
      })
    } finally {
      await web.sql('ALTER TABLE elsewhere RENAME TO rate_limit')
    }
    expect(await web.runtime.signIn({ email, password }, from(nextIp()))).not.toBeNull()
  })

  it('hold for the password that a signed-in person is asked for again', async () => {
    const person = await web.addPerson()
    const caller = await web.callerOf(await web.cookieOf(person))
    const change = (currentPassword: string) => caller.account.changePassword({ currentPassword, newPassword: 'quite another long phrase' })
    for (let i = 0; i < 10; i++) await expect(change('wrong')).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(change(person.password)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' })
  })
})
