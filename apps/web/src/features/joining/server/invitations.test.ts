import { describe, expect, it } from 'vitest'
import { letterBox } from '../../../server/testing/letter-box.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const PASSWORD = 'a long enough phrase of mine'
const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

describe('handed over', () => {
  const web = webUnderTest()
  const admin = async () => web.callerOf(await web.cookieOf(await web.addPerson({ role: 'admin' })))

  it('makes one account, with the plan that was given', async () => {
    const root = await admin()
    const made = await root.joining.invite({ email: ' New@Example.org ', plan: 'pro' })
    expect(made).toMatchObject({ email: 'new@example.org', mailed: false, replaced: false })
    const anybody = await web.callerOf(null)
    const token = tokenOf(made.url)
    expect(await anybody.joining.lookAtLink({ token })).toMatchObject({
      state: 'open',
      purpose: 'accept invitation',
      email: 'new@example.org',
    })
    const both = await Promise.allSettled(
      ['One', 'Two'].map((name) => anybody.joining.acceptInvitation({ token, name, password: PASSWORD })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const { rows } = await web.sql("select role, plan_key, email_verified_at from app_user where email = 'new@example.org'")
    // a link that was handed over proves nothing about the address
    expect(rows).toEqual([{ role: 'member', plan_key: 'pro', email_verified_at: null }])
    expect(await web.runtime.signIn({ email: 'new@example.org', password: PASSWORD })).not.toBeNull()
    expect(await anybody.joining.lookAtLink({ token })).toMatchObject({ state: 'used' })
    expect((await root.joining.invitations()).map(({ email }) => email)).not.toContain('new@example.org')
  })

  it('lets a second invitation of an address take the place of the first', async () => {
    const root = await admin()
    const first = await root.joining.invite({ email: 'twice@example.org' })
    const second = await root.joining.invite({ email: 'TWICE@example.org', plan: 'pro' })
    expect(second.replaced).toBe(true)
    const again = await root.joining.resendInvitation({ id: second.id })
    expect(again).toMatchObject({ email: 'twice@example.org', replaced: true })
    const listed = (await root.joining.invitations()).filter(({ email }) => email === 'twice@example.org')
    expect(listed).toMatchObject([{ id: again.id, plan: 'pro', state: 'open' }])
    const anybody = await web.callerOf(null)
    for (const { url } of [first, second])
      await expect(anybody.joining.acceptInvitation({ token: tokenOf(url), name: 'Eve', password: PASSWORD })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    expect(await anybody.joining.acceptInvitation({ token: tokenOf(again.url), name: 'Ada', password: PASSWORD })).toEqual({
      email: 'twice@example.org',
    })
  })

  it('invites nobody who has an account, and to no plan that is not there', async () => {
    const root = await admin()
    const known = await web.addPerson()
    await expect(root.joining.invite({ email: known.email })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(root.joining.invite({ email: 'gold@example.org', plan: 'gold' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(root.joining.invite({ email: 'not an address' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(root.joining.invite({ email: `${'x'.repeat(10_000)}@example.org` })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('never overwrites an account that was made meanwhile', async () => {
    const root = await admin()
    const { url } = await root.joining.invite({ email: 'meanwhile@example.org' })
    await web.sql(`insert into app_user (id, email, name, password_hash) values (gen_random_uuid(), 'meanwhile@example.org', 'Other', 'x')`)
    const anybody = await web.callerOf(null)
    await expect(anybody.joining.acceptInvitation({ token: tokenOf(url), name: 'Eve', password: PASSWORD })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect((await web.sql("select name, password_hash from app_user where email = 'meanwhile@example.org'")).rows).toEqual([
      { name: 'Other', password_hash: 'x' },
    ])
  })

  it('takes back what was not accepted yet; expired ones stay in the list', async () => {
    const root = await admin()
    const [gone, late] = [
      await root.joining.invite({ email: 'gone@example.org' }),
      await root.joining.invite({ email: 'late@example.org' }),
    ]
    expect(await root.joining.revokeInvitation({ id: gone.id })).toEqual({ email: 'gone@example.org' })
    await expect(root.joining.revokeInvitation({ id: gone.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(root.joining.resendInvitation({ id: gone.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await web.sql("update one_time_token set expires_at = now() - interval '1 second' where id = $1", [late.id])
    expect(await root.joining.invitations()).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: late.id, state: 'expired', invitedBy: expect.any(String) })]),
    )
    const anybody = await web.callerOf(null)
    expect(await anybody.joining.lookAtLink({ token: tokenOf(gone.url) })).toEqual({ state: 'unknown', purpose: null })
    expect(await anybody.joining.lookAtLink({ token: tokenOf(late.url) })).toEqual({ state: 'expired', purpose: 'accept invitation' })
    for (const { url } of [gone, late])
      await expect(anybody.joining.acceptInvitation({ token: tokenOf(url), name: 'Eve', password: PASSWORD })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
  })

  it('keeps everybody out while sign-up is closed', async () => {
    const root = await admin()
    const { url } = await root.joining.invite({ email: 'closed@example.org' })
    await web.sql(`insert into installation_setting (key, value) values ('signUp', '{"mode":"closed"}')`)
    await expect(root.joining.invite({ email: 'other@example.org' })).rejects.toMatchObject({ code: 'CONFLICT' })
    const anybody = await web.callerOf(null)
    expect(await anybody.joining.lookAtLink({ token: tokenOf(url) })).toMatchObject({ state: 'closed' })
    await expect(anybody.joining.acceptInvitation({ token: tokenOf(url), name: 'Eve', password: PASSWORD })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    await web.sql("delete from installation_setting where key = 'signUp'")
    expect(await anybody.joining.acceptInvitation({ token: tokenOf(url), name: 'Ada', password: PASSWORD })).toEqual({
      email: 'closed@example.org',
    })
  })
})

describe('by e-mail', () => {
  const web = webUnderTest({ mail: true })
  const box = letterBox(web)

  it('goes with the invitation, names who invites as text, and confirms the address', async () => {
    const root = await web.addPerson({ role: 'admin' })
    await web.sql("update app_user set name = '<b>Root</b>' where id = $1", [root.id])
    const made = await (await web.callerOf(await web.cookieOf(root))).joining.invite({ email: 'mailed@example.org' })
    expect(made.mailed).toBe(true)
    const letter = await box.letterTo('mailed@example.org')
    expect(letter.text).toContain('<b>Root</b> invites you')
    expect(letter.token).toBe(tokenOf(made.url))
    const anybody = await web.callerOf(null)
    expect(await anybody.joining.lookAtLink({ token: letter.token ?? '' })).toMatchObject({ inviter: '<b>Root</b>' })
    await anybody.joining.acceptInvitation({ token: letter.token ?? '', name: 'Ada', password: PASSWORD })
    const { rows } = await web.sql(
      "select email_verified_at is not null as confirmed, plan_key from app_user where email = 'mailed@example.org'",
    )
    expect(rows).toEqual([{ confirmed: true, plan_key: 'free' }])
  })
})
