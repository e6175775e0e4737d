import { describe, expect, it } from 'vitest'
import { letterBox } from '../../../server/testing/letter-box.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

describe('with e-mail', () => {
  const web = webUnderTest({ mail: true })
  const box = letterBox(web)
  const emailOf = async (id: string) =>
    (await web.sql('select email, email_verified_at is not null as confirmed from app_user where id = $1', [id])).rows[0]

  it('confirms an address with the link that came, and pages know at once', async () => {
    const person = await web.addPerson()
    const cookie = await web.cookieOf(person)
    expect((await web.runtime.userOf(cookie))?.emailVerified).toBe(false)
    expect(await (await web.callerOf(cookie)).joining.sendVerification()).toEqual({ email: person.email })
    const token = (await box.letterTo(person.email)).token ?? ''
    const anybody = await web.callerOf(null)
    expect(await anybody.joining.lookAtLink({ token })).toMatchObject({ state: 'open', purpose: 'confirm address' })
    expect(await anybody.joining.verify({ token })).toEqual({ email: person.email })
    expect((await web.runtime.userOf(cookie))?.emailVerified).toBe(true)
    await expect(anybody.joining.verify({ token })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect((await web.callerOf(cookie)).joining.sendVerification()).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('changes an address once the link to the new one was used; the old one is told, and its links end', async () => {
    const person = await web.addPerson()
    const cookie = await web.cookieOf(person)
    const [caller, anybody] = [await web.callerOf(cookie), await web.callerOf(null)]
    await caller.joining.sendVerification()
    const old = (await box.letterTo(person.email)).token ?? ''
    expect(await caller.joining.changeEmail({ password: person.password, email: 'moved@example.org' })).toEqual({ changed: false })
    expect(await emailOf(person.id)).toEqual({ email: person.email, confirmed: false })
    expect((await box.letterTo(person.email)).subject).toBe('Your Faultline address is to change')
    const token = (await box.letterTo('moved@example.org')).token ?? ''
    expect(await anybody.joining.verify({ token })).toEqual({ email: 'moved@example.org' })
    expect(await emailOf(person.id)).toEqual({ email: 'moved@example.org', confirmed: true })
    expect((await box.letterTo(person.email)).subject).toBe('Your Faultline address has changed')
    await expect(anybody.joining.verify({ token: old })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    // whoever is signed in stays signed in
    expect(await web.runtime.userOf(cookie)).toMatchObject({ email: 'moved@example.org' })
  })

  it('says the same of an address that somebody has, and tells them', async () => {
    const [person, other] = [await web.addPerson(), await web.addPerson()]
    const caller = await web.callerOf(await web.cookieOf(person))
    expect(await caller.joining.changeEmail({ password: person.password, email: other.email })).toEqual({ changed: false })
    const letter = await box.letterTo(other.email)
    expect(letter).toMatchObject({ subject: 'Your address was asked for by another account', token: null })
    expect(await emailOf(other.id)).toMatchObject({ email: other.email })
  })

  it('takes no address from whoever got it meanwhile', async () => {
    const person = await web.addPerson()
    await (await web.callerOf(await web.cookieOf(person))).joining.changeEmail({ password: person.password, email: 'wanted@example.org' })
    const token = (await box.letterTo('wanted@example.org')).token ?? ''
    await web.sql(`insert into app_user (id, email, name) values (gen_random_uuid(), 'wanted@example.org', 'Other')`)
    await expect((await web.callerOf(null)).joining.verify({ token })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await emailOf(person.id)).toMatchObject({ email: person.email })
    expect((await web.sql("select name from app_user where email = 'wanted@example.org'")).rows).toEqual([{ name: 'Other' }])
  })

  it('wants the password, and counts wrong ones as wrong sign-ins', async () => {
    const person = await web.addPerson()
    const caller = await web.callerOf(await web.cookieOf(person))
    const attempt = () => caller.joining.changeEmail({ password: 'wrong', email: 'eve@example.org' })
    for (let i = 0; i < 10; i++) await expect(attempt()).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(attempt()).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' })
    expect(await box.countTo('eve@example.org')).toBe(0)
  })
})

describe('without e-mail', () => {
  const web = webUnderTest()

  it('changes an address at once, unconfirmed, and ends links to the old one', async () => {
    const [person, root] = [await web.addPerson(), await web.addPerson({ role: 'admin' })]
    const { url } = await (await web.callerOf(await web.cookieOf(root))).joining.createResetLink({ userId: person.id })
    const caller = await web.callerOf(await web.cookieOf(person))
    expect(await caller.joining.changeEmail({ password: person.password, email: 'Now@Example.org' })).toEqual({ changed: true })
    const { rows } = await web.sql('select email, email_verified_at from app_user where id = $1', [person.id])
    expect(rows).toEqual([{ email: 'now@example.org', email_verified_at: null }])
    const token = url.slice(url.lastIndexOf('/') + 1)
    await expect((await web.callerOf(null)).joining.reset({ token, password: 'another long enough phrase' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('refuses what somebody has, one’s own, and what is no address', async () => {
    const [person, other] = [await web.addPerson(), await web.addPerson()]
    const caller = await web.callerOf(await web.cookieOf(person))
    const change = (email: string) => caller.joining.changeEmail({ password: person.password, email })
    await expect(change(other.email)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(change(person.email)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(change('x\r\nBcc: eve@example.org')).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(caller.joining.sendVerification()).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await web.sql('select email from app_user where id = any($1) order by 1', [[person.id, other.id]])).rows).toEqual(
      [{ email: person.email }, { email: other.email }].sort((a, b) => (a.email < b.email ? -1 : 1)),
    )
  })
})
