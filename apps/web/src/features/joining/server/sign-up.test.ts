import { describe, expect, it, vi } from 'vitest'
import { letterBox } from '../../../server/testing/letter-box.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

// that it waits is tested by itself
vi.mock('./steady-answer.ts', () => ({ steadily: (work: () => unknown) => work() }))

const PASSWORD = 'a long enough phrase of mine'
const HOSTILE = ['<img src=x onerror=alert(1)>', '🦊🦊', 'דנה', "Robert'); DROP TABLE app_user;--"]

describe('without e-mail', () => {
  const web = webUnderTest()
  const anybody = () => web.callerOf(null)
  const policy = (mode: string, defaultPlan = 'free') =>
    web.sql(`insert into installation_setting (key, value) values ('signUp', $1) on conflict (key) do update set value = excluded.value`, [
      { mode, defaultPlan },
    ])
  const people = async () => Number((await web.sql('select count(*)::int as n from app_user')).rows[0].n)

  it('makes no account by itself unless that is allowed', async () => {
    const caller = await anybody()
    expect(await caller.joining.policy()).toEqual({ mode: 'invitation', mail: false })
    for (const mode of ['invitation', 'closed']) {
      await policy(mode)
      await expect(caller.joining.signUp({ name: 'Ada', email: 'ada@example.org', password: PASSWORD })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      })
    }
    expect(await people()).toBe(0)
  })

  it('makes it at once, unconfirmed, as a member with the plan of new accounts', async () => {
    await policy('open', 'pro')
    const caller = await anybody()
    expect(await caller.joining.signUp({ name: ' Ada ', email: ' Ada@Example.org ', password: PASSWORD })).toEqual({ next: 'sign in' })
    const { rows } = await web.sql('select name, email, role, plan_key, email_verified_at, password_hash from app_user')
    expect(rows).toEqual([
      {
        name: 'Ada',
        email: 'ada@example.org',
        role: 'member',
        plan_key: 'pro',
        email_verified_at: null,
        password_hash: expect.stringMatching(/^\$argon2id\$/),
      },
    ])
    expect(await web.runtime.signIn({ email: 'ada@example.org', password: PASSWORD })).not.toBeNull()
  })

  it('never overwrites an account', async () => {
    await policy('open')
    const before = (await web.sql("select * from app_user where email = 'ada@example.org'")).rows
    const caller = await anybody()
    await expect(
      caller.joining.signUp({ name: 'Eve', email: 'ADA@example.org', password: 'another long enough phrase' }),
    ).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await web.sql("select * from app_user where email = 'ada@example.org'")).rows).toEqual(before)
  })

  it('makes one account of two attempts at once', async () => {
    await policy('open')
    const caller = await anybody()
    const both = await Promise.allSettled(
      ['One', 'Two'].map((name) => caller.joining.signUp({ name, email: 'twice@example.org', password: PASSWORD })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it.each(HOSTILE)('takes the name %s as it is', async (name) => {
    await policy('open')
    const email = `name-${HOSTILE.indexOf(name)}@example.org`
    await (await anybody()).joining.signUp({ name, email, password: PASSWORD })
    expect((await web.sql('select name from app_user where email = $1', [email])).rows).toEqual([{ name }])
  })

  it.each([
    { name: '' },
    { name: ' \u200b\u2060 ' },
    { name: 'x'.repeat(10_000) },
    { name: 'two\nlines' },
    { email: 'nobody' },
    { email: `${'x'.repeat(10_000)}@example.org` },
    { email: 'ada@example.org, eve@example.org' },
    { email: 'ada@example.org\r\nBcc: eve@example.org' },
    { password: 'short' },
    { password: 'password1234' },
    { password: 'x'.repeat(10_000) },
  ])('refuses %o with the name of the field, and makes nothing', async (wrong) => {
    await policy('open')
    const before = await people()
    const given = { name: 'Bob', email: 'bob@example.org', password: PASSWORD, ...wrong }
    await expect((await anybody()).joining.signUp(given)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(new RegExp(`^${Object.keys(wrong)[0]}: `)),
    })
    expect(await people()).toBe(before)
  })

  it('stops one address from trying for ever', async () => {
    await policy('open')
    await web.sql("update rate_limit set points = 20, expire = (extract(epoch from now()) * 1000 + 3600000) where key like 'signUpIp:%'")
    await expect((await anybody()).joining.signUp({ name: 'Bob', email: 'bob@example.org', password: PASSWORD })).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      message: expect.stringContaining('Try again in'),
    })
  })
})

describe('with e-mail', () => {
  const web = webUnderTest({ mail: true })
  const box = letterBox(web)
  const anybody = () => web.callerOf(null)
  const open = () =>
    web.sql(`insert into installation_setting (key, value) values ('signUp', '{"mode":"open"}') on conflict (key) do nothing`)

  it('says the same of a free address and of one with an account, and writes to the owner of either', async () => {
    await open()
    const known = await web.addPerson()
    const caller = await anybody()
    const answers = [
      await caller.joining.signUp({ name: 'Eve', email: known.email, password: PASSWORD }),
      await caller.joining.signUp({ name: 'Eve', email: 'new@example.org', password: PASSWORD }),
    ]
    expect(answers).toEqual([{ next: 'look into mail' }, { next: 'look into mail' }])
    const told = await box.letterTo(known.email)
    expect(told.subject).toBe('You have a Faultline account already')
    expect(told.token).toBeNull()
    expect((await box.letterTo('new@example.org')).token).toMatch(/^[\w-]{43}$/)
    // nothing exists before the link was used
    expect(await web.runtime.signIn({ email: 'new@example.org', password: PASSWORD })).toBeNull()
    expect(await web.runtime.signIn({ email: known.email, password: known.password })).not.toBeNull()
  })

  it('makes the account with the link and the password that was chosen, once', async () => {
    await open()
    const caller = await anybody()
    await caller.joining.signUp({ name: 'Grace', email: 'grace@example.org', password: PASSWORD })
    const { token } = await box.letterTo('grace@example.org')
    if (!token) throw new Error('no link')
    expect(await caller.joining.lookAtLink({ token })).toMatchObject({ state: 'open', purpose: 'sign up', email: 'grace@example.org' })
    await expect(caller.joining.confirmSignUp({ token, password: 'something else entirely' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
    const both = await Promise.allSettled([1, 2].map(() => caller.joining.confirmSignUp({ token, password: PASSWORD })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const { rows } = await web.sql(
      "select email_verified_at is not null as confirmed, name from app_user where email = 'grace@example.org'",
    )
    expect(rows).toEqual([{ confirmed: true, name: 'Grace' }])
    expect(await caller.joining.lookAtLink({ token })).toMatchObject({ state: 'used', purpose: 'sign up' })
    await expect(caller.joining.confirmSignUp({ token, password: PASSWORD })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('leads whoever came by the invitation of a team back to it, and nobody anywhere else', async () => {
    await open()
    const caller = await anybody()
    const join = `/join/${'J'.repeat(43)}`
    const known = await web.addPerson()
    const linkFor = async (target: string, email: string) => {
      await caller.joining.signUp({ name: 'Joan', email, password: PASSWORD, target })
      return new URL(/^(?:Sign in: )?(http\S+)$/m.exec((await box.letterTo(email)).text)?.[1] ?? '')
    }
    const link = await linkFor(join, 'joan@example.org')
    expect(link.origin).toBe(web.origin)
    expect(Object.fromEntries(link.searchParams)).toEqual({ callbackUrl: join })
    const { token } = await box.letterTo('joan@example.org')
    expect(await caller.joining.confirmSignUp({ token: token ?? '', password: PASSWORD })).toEqual({ email: 'joan@example.org' })
    // the owner of an address that has an account, too
    expect((await linkFor(join, known.email)).href).toBe(`${web.origin}/sign-in?callbackUrl=${encodeURIComponent(join)}`)
    for (const [i, target] of [
      '/',
      '/heatmap/x',
      `https://evil.example${join}`,
      `/${join}`,
      `${join}?x=call-0900`,
      '/join/short',
    ].entries())
      expect((await linkFor(target, `joan-${i}@example.org`)).search, target).toBe('')
  })

  it('keeps no token and no password as it is', async () => {
    await open()
    await (await anybody()).joining.signUp({ name: 'Kay', email: 'kay@example.org', password: PASSWORD })
    const { token } = await box.letterTo('kay@example.org')
    const { rows } = await web.sql("select t::text as row from one_time_token t where email = 'kay@example.org'")
    expect(rows).toHaveLength(1)
    expect(rows[0].row).not.toContain(token)
    expect(rows[0].row).not.toContain(PASSWORD)
  })

  it('leaves alone an account that was made between sign-up and confirmation', async () => {
    await open()
    const caller = await anybody()
    await caller.joining.signUp({ name: 'Early', email: 'late@example.org', password: PASSWORD })
    const { token } = await box.letterTo('late@example.org')
    await web.sql(`insert into app_user (id, email, name, password_hash) values (gen_random_uuid(), 'late@example.org', 'Other', 'x')`)
    await expect(caller.joining.confirmSignUp({ token: token ?? '', password: PASSWORD })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await web.sql("select name, password_hash from app_user where email = 'late@example.org'")).rows).toEqual([
      { name: 'Other', password_hash: 'x' },
    ])
  })

  it('says what became of a link: unknown, expired, closed', async () => {
    await open()
    const caller = await anybody()
    for (const token of ['', 'x', 'A'.repeat(43), `${'é'.repeat(43)}`, "' or 1=1 --"]) {
      expect(await caller.joining.lookAtLink({ token })).toEqual({ state: 'unknown', purpose: null })
      await expect(caller.joining.confirmSignUp({ token, password: PASSWORD })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    await caller.joining.signUp({ name: 'Slow', email: 'slow@example.org', password: PASSWORD })
    const token = (await box.letterTo('slow@example.org')).token ?? ''
    await web.sql(`update installation_setting set value = '{"mode":"closed"}' where key = 'signUp'`)
    expect(await caller.joining.lookAtLink({ token })).toMatchObject({ state: 'closed' })
    await expect(caller.joining.confirmSignUp({ token, password: PASSWORD })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await web.sql(`update installation_setting set value = '{"mode":"open"}' where key = 'signUp'`)
    await web.sql("update one_time_token set expires_at = now() - interval '1 second' where email = 'slow@example.org'")
    expect(await caller.joining.lookAtLink({ token })).toEqual({ state: 'expired', purpose: 'sign up' })
    await expect(caller.joining.confirmSignUp({ token, password: PASSWORD })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('expired'),
    })
    expect((await web.sql("select from app_user where email = 'slow@example.org'")).rowCount).toBe(0)
  })

  it('writes to one address a few times only', async () => {
    await open()
    const caller = await anybody()
    const attempt = () => caller.joining.signUp({ name: 'Eve', email: 'flooded@example.org', password: PASSWORD })
    for (let i = 0; i < 5; i++) await attempt()
    await expect(attempt()).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' })
    expect(await box.countTo('flooded@example.org')).toBe(5)
  })
})
