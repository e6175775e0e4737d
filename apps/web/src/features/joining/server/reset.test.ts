import { describe, expect, it, vi } from 'vitest'
import { letterBox } from '../../../server/testing/letter-box.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

// that it waits is tested by itself
vi.mock('./steady-answer.ts', () => ({ steadily: (work: () => unknown) => work() }))

const NEXT = 'the next long enough phrase'
const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

describe('with e-mail', () => {
  const web = webUnderTest({ mail: true })
  const box = letterBox(web)

  it('sets a new password with the link that came, once, and ends every session', async () => {
    const person = await web.addPerson()
    await web.sql("update app_user set totp_enabled_at = now(), totp_secret = '\\x01' where id = $1", [person.id])
    const copied = await web.cookieOf(person)
    const caller = await web.callerOf(null)
    expect(await caller.joining.requestReset({ email: person.email.toUpperCase() })).toEqual({ mail: true })
    const token = (await box.letterTo(person.email)).token ?? ''
    expect(await caller.joining.lookAtLink({ token })).toMatchObject({ state: 'open', purpose: 'reset password', email: person.email })
    const both = await Promise.allSettled([NEXT, `${NEXT} too`].map((password) => caller.joining.reset({ token, password })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await web.get('/', { cookie: copied })).status).toBe(307)
    const { rows } = await web.sql(
      'select session_version, totp_enabled_at is not null as factor, email_verified_at is not null as confirmed from app_user where id = $1',
      [person.id],
    )
    expect(rows).toEqual([{ session_version: 2, factor: true, confirmed: true }])
    expect(await web.runtime.signIn({ email: person.email, password: person.password })).toBeNull()
    expect((await box.letterTo(person.email)).subject).toBe('Your Faultline password was changed')
    expect(await caller.joining.lookAtLink({ token })).toEqual({ state: 'used', purpose: 'reset password' })
  })

  it('says the same whoever is asked for, and writes to nobody who has no account or a disabled one', async () => {
    const person = await web.addPerson()
    await web.sql('update app_user set disabled_at = now() where id = $1', [person.id])
    const caller = await web.callerOf(null)
    for (const email of [person.email, 'nobody@example.org']) {
      expect(await caller.joining.requestReset({ email })).toEqual({ mail: true })
      expect(await box.countTo(email)).toBe(0)
    }
  })

  it('opens nothing with a link of a disabled person, or one of another kind', async () => {
    const person = await web.addPerson()
    const caller = await web.callerOf(null)
    await caller.joining.requestReset({ email: person.email })
    const token = (await box.letterTo(person.email)).token ?? ''
    await expect(caller.joining.verify({ token })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(caller.joining.acceptInvitation({ token, name: 'Eve', password: NEXT })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await web.sql('update app_user set disabled_at = now() where id = $1', [person.id])
    await expect(caller.joining.reset({ token, password: NEXT })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect((await web.sql('select session_version from app_user where id = $1', [person.id])).rows).toEqual([{ session_version: 1 }])
  })

  it('refuses expired and unknown links and weak passwords, and changes nothing', async () => {
    const person = await web.addPerson()
    const caller = await web.callerOf(null)
    await caller.joining.requestReset({ email: person.email })
    const token = (await box.letterTo(person.email)).token ?? ''
    await expect(caller.joining.reset({ token, password: 'password1234' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/^password: /),
    })
    await web.sql("update one_time_token set expires_at = now() - interval '1 second' where user_id = $1", [person.id])
    await expect(caller.joining.reset({ token, password: NEXT })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(caller.joining.reset({ token: 'A'.repeat(43), password: NEXT })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await web.runtime.signIn({ email: person.email, password: person.password })).not.toBeNull()
  })

  it('lives for an hour by e-mail', async () => {
    const person = await web.addPerson()
    await (await web.callerOf(null)).joining.requestReset({ email: person.email })
    const { rows } = await web.sql(
      "select extract(epoch from expires_at - created_at)::int as life from one_time_token where user_id = $1 and kind = 'reset_password'",
      [person.id],
    )
    expect(rows[0].life).toBeGreaterThan(3_590)
    expect(rows[0].life).toBeLessThanOrEqual(3_600)
  })
})

describe('without e-mail', () => {
  const web = webUnderTest()

  it('shows administrators who asked, and lets them hand a link over', async () => {
    const [person, root] = [await web.addPerson(), await web.addPerson({ role: 'admin' })]
    const anybody = await web.callerOf(null)
    const admin = await web.callerOf(await web.cookieOf(root))
    for (const email of [person.email, person.email, 'nobody@example.org'])
      expect(await anybody.joining.requestReset({ email })).toEqual({ mail: false })
    expect(await admin.joining.resetRequests()).toEqual([{ userId: person.id, email: person.email, requestedAt: expect.any(Date) }])

    const earlier = await admin.joining.createResetLink({ userId: person.id })
    expect(await admin.joining.resetRequests()).toEqual([])
    const { url, email } = await admin.joining.createResetLink({ userId: person.id })
    expect(email).toBe(person.email)
    expect(url.startsWith(`${web.origin}/reset/`)).toBe(true)
    await expect(anybody.joining.reset({ token: tokenOf(earlier.url), password: NEXT })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await anybody.joining.reset({ token: tokenOf(url), password: NEXT })).toEqual({ email: person.email })
    expect(await web.runtime.signIn({ email: person.email, password: NEXT })).not.toBeNull()
    // a link that was handed over proves nothing about the address
    expect((await web.sql('select email_verified_at from app_user where id = $1', [person.id])).rows).toEqual([{ email_verified_at: null }])
    const { rows } = await web.sql("select actor, target from audit_event where action = 'password.reset_link_created'")
    expect(rows).toEqual([
      { actor: root.email, target: person.email },
      { actor: root.email, target: person.email },
    ])
  })

  it('makes no link for whoever is gone or disabled', async () => {
    const [person, root] = [await web.addPerson(), await web.addPerson({ role: 'admin' })]
    const admin = await web.callerOf(await web.cookieOf(root))
    await expect(admin.joining.createResetLink({ userId: '00000000-0000-4000-8000-000000000000' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await web.sql('update app_user set disabled_at = now() where id = $1', [person.id])
    await expect(admin.joining.createResetLink({ userId: person.id })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
