import { TOTP } from 'otpauth'
import { describe, expect, it, vi } from 'vitest'
import { CODE_NEEDED } from '../../../server/auth/sign-in.ts'
import { type Person, webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
let address = 0
const from = () => ({ ip: `198.51.100.${++address}`, userAgent: '' })
const codeOf = (secret: string, steps = 0) => new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 })
const signIn = ({ email, password }: Person, code?: string) => web.runtime.signIn({ email, password, ...(code ? { code } : {}) }, from())
/** No code is taken twice, and these tests take many: each forgets the last one. */
const forgetStep = (person: Person) => web.sql('UPDATE app_user SET totp_last_step = NULL WHERE id = $1', [person.id])

async function enrolled() {
  const person = await web.addPerson()
  const cookie = await web.cookieOf(person)
  const caller = await web.callerOf(cookie)
  const { secret, qr } = await caller.account.beginSecondFactor()
  const { recoveryCodes } = await caller.account.confirmSecondFactor({ code: codeOf(secret) })
  await forgetStep(person)
  return { person, cookie, caller, secret, qr, recoveryCodes }
}

it('is set up with a secret that is stored sealed, and counts once a code has confirmed it', async () => {
  const person = await web.addPerson()
  const cookie = await web.cookieOf(person)
  const caller = await web.callerOf(cookie)
  const { secret, qr } = await caller.account.beginSecondFactor()
  expect(qr).toMatch(/^<svg/)
  const { rows } = await web.sql('SELECT totp_secret, totp_enabled_at FROM app_user WHERE id = $1', [person.id])
  expect(rows[0].totp_secret.toString('latin1')).not.toContain(secret)
  expect(rows[0].totp_enabled_at).toBeNull()
  // an unfinished set-up asks nobody for anything
  expect(await signIn(person)).toMatchObject({ userId: person.id })
  expect(await caller.account.security()).toMatchObject({ secondFactor: null, hasPassword: true })

  await expect(caller.account.confirmSecondFactor({ code: '000000' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(caller.account.confirmSecondFactor({ code: 'abc' })).rejects.toMatchObject({ message: expect.stringContaining('6 digits') })
  const { recoveryCodes } = await caller.account.confirmSecondFactor({ code: codeOf(secret) })
  expect(recoveryCodes).toHaveLength(10)
  expect(await caller.account.security()).toMatchObject({ secondFactor: { recoveryCodesLeft: 10 } })
  expect(await web.runtime.userOf(cookie)).toMatchObject({ secondFactor: true })
  // hashes only
  const stored = await web.sql('SELECT hash FROM recovery_code WHERE user_id = $1', [person.id])
  expect(stored.rows.map(({ hash }) => hash.length)).toEqual(Array(10).fill(32))
  // and none over another one
  await expect(caller.account.beginSecondFactor()).rejects.toMatchObject({ code: 'CONFLICT' })
})

it('is asked for after the right password only: a wrong one is answered as everybody’s', async () => {
  const { person, secret } = await enrolled()
  await expect(signIn(person)).rejects.toMatchObject({ code: 'unauthenticated', message: CODE_NEEDED })
  expect(await signIn({ ...person, password: 'wrong' })).toBeNull()
  expect(await signIn({ ...person, password: 'wrong' }, codeOf(secret))).toBeNull()
  expect(await signIn(person, codeOf(secret))).toMatchObject({ userId: person.id })
  const { rows } = await web.sql(`SELECT details FROM audit_event WHERE actor_id = $1 AND action = 'session.started'`, [person.id])
  expect(rows.map(({ details }) => details)).toEqual([{ method: 'password', secondFactor: 'totp', recoveryCodesLeft: 10 }])
})

it('takes a code once, also from two at the same moment', async () => {
  const { person, secret } = await enrolled()
  const code = codeOf(secret)
  const both = await Promise.allSettled([signIn(person, code), signIn(person, code)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(signIn(person, code)).rejects.toMatchObject({ message: expect.stringContaining('has been used') })
  // not the one before it either
  await expect(signIn(person, codeOf(secret, -1))).rejects.toMatchObject({ message: expect.stringContaining('has been used') })
})

it.each([
  [20, '10 minutes fast'],
  [-4, '2 minutes slow'],
])('says that the clock is off for a code %i steps away', async (steps, said) => {
  const { person, secret } = await enrolled()
  await expect(signIn(person, codeOf(secret, steps))).rejects.toMatchObject({ message: expect.stringContaining(said) })
})

it('takes each recovery code once, however it is typed, and counts what is left', async () => {
  const { person, caller, recoveryCodes } = await enrolled()
  const [first = '', second = ''] = recoveryCodes
  expect(await signIn(person, ` ${first.toUpperCase()} `)).toMatchObject({ userId: person.id })
  await expect(signIn(person, first)).rejects.toMatchObject({ message: expect.stringContaining('has been used') })
  await expect(signIn(person, 'aaaaa-aaaaa-aaaaa')).rejects.toMatchObject({ message: expect.stringContaining('is wrong') })
  expect(await caller.account.security()).toMatchObject({ secondFactor: { recoveryCodesLeft: 9 } })

  const renewed = await caller.account.renewRecoveryCodes({ code: second })
  expect(renewed.recoveryCodes).toHaveLength(10)
  await expect(signIn(person, recoveryCodes[2])).rejects.toMatchObject({ message: expect.stringContaining('is wrong') })
  expect(await signIn(person, renewed.recoveryCodes[0])).toMatchObject({ userId: person.id })
})

describe('guessing', () => {
  it('is stopped, and asking without a code does not begin it anew', async () => {
    const { person, secret } = await enrolled()
    for (let i = 0; i < 10; i++) {
      await expect(signIn(person)).rejects.toMatchObject({ message: CODE_NEEDED })
      await expect(signIn(person, String(100_000 + i))).rejects.toMatchObject({ code: 'bad_input' })
    }
    await expect(signIn(person, codeOf(secret))).rejects.toMatchObject({ code: 'rate_limited' })
    await expect(signIn(person)).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('is stopped in procedures too', async () => {
    const { caller, person, secret } = await enrolled()
    const off = (code: string) => caller.account.disableSecondFactor({ password: person.password, code })
    for (let i = 0; i < 10; i++) await expect(off(String(100_000 + i))).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(off(codeOf(secret))).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' })
  })
})

it('is turned off with the password and a code, not with one of them', async () => {
  const { caller, person, secret } = await enrolled()
  await expect(caller.account.disableSecondFactor({ password: 'wrong', code: codeOf(secret) })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
  await expect(caller.account.disableSecondFactor({ password: person.password, code: '000000' })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
  await caller.account.disableSecondFactor({ password: person.password, code: codeOf(secret) })
  expect(await signIn(person)).toMatchObject({ userId: person.id })
  const { rows } = await web.sql('SELECT count(*)::int AS n FROM recovery_code WHERE user_id = $1', [person.id])
  expect(rows[0].n).toBe(0)
  await expect(caller.account.renewRecoveryCodes({ code: codeOf(secret) })).rejects.toMatchObject({ code: 'CONFLICT' })
  const entries = await web.sql(`SELECT action FROM audit_event WHERE actor_id = $1 AND action LIKE 'second%' ORDER BY id`, [person.id])
  expect(entries.rows.map(({ action }) => action)).toEqual(['second_factor.enabled', 'second_factor.disabled'])
})

it('keeps one person’s secret from opening in another’s row, and tells nothing of it', async () => {
  const { secret } = await enrolled()
  const other = await enrolled()
  await web.sql(
    'UPDATE app_user SET totp_secret = (SELECT totp_secret FROM app_user WHERE id <> $1 AND totp_enabled_at IS NOT NULL ORDER BY id DESC LIMIT 1) WHERE id = $1',
    [other.person.id],
  )
  const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    await expect(signIn(other.person, codeOf(secret))).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/number [0-9a-f]{8}/),
    })
    expect(log.mock.calls.join('')).toContain('A stored secret cannot be read')
  } finally {
    log.mockRestore()
  }
})
