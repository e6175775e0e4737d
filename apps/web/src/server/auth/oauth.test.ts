import { TOTP } from 'otpauth'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { provideRuntime } from '../runtime.ts'
import { Browser, serveNextAuth } from '../testing/next-auth-pages.ts'
import { OauthSite } from '../testing/oauth-site.ts'
import { webUnderTest } from '../testing/web-under-test.ts'

const site = new OauthSite()
beforeAll(() => site.listen())
afterAll(() => site.close())
const keys = { clientId: 'client', clientSecret: 'secret' }
const web = webUnderTest({
  pages: serveNextAuth,
  oauth: () => [
    { id: 'github', ...keys, web: site.origin, api: site.origin },
    { id: 'google', ...keys, issuer: site.origin },
  ],
})
// as server.ts sets them
vi.stubEnv('AUTH_TRUST_HOST', '1')
vi.stubEnv('NEXTAUTH_URL', undefined)
beforeAll(() => provideRuntime(web.runtime))

let people = 0
beforeEach(() => {
  const n = ++people
  site.user = { id: n, name: `Person ${n}`, email: `oauth-${n}@example.org`, verified: true }
})
const signUp = (mode: string) =>
  web.sql(`INSERT INTO installation_setting (key, value) VALUES ('signUp', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, [
    JSON.stringify({ mode, defaultPlan: 'pro' }),
  ])

async function through(browser: Browser, provider: string, callbackUrl = '/screener') {
  const begun = await browser.post(`/api/auth/signin/${provider}`, { callbackUrl })
  return browser.open(site.agree(begun.body.url))
}
const tokenOf = (browser: Browser) => browser.jar.has('next-auth.session-token')

describe.each(['github', 'google'] as const)('%s', (provider) => {
  it('makes an account where sign-up is open, and signs the same person in from then on', async () => {
    await signUp('open')
    const browser = new Browser(web.origin)
    expect(await through(browser, provider)).toMatchObject({ status: 302, location: `${web.origin}/screener` })
    const user = await web.runtime.userOf(browser.cookie)
    expect(user).toMatchObject({
      email: site.user.email,
      name: site.user.name,
      role: 'member',
      emailVerified: true,
      allowance: { plan: 'pro' },
    })
    const sessions = await web.sql('SELECT method, ip FROM user_session WHERE user_id = $1', [user?.userId])
    expect(sessions.rows).toEqual([{ method: provider, ip: '127.0.0.1' }])

    // by the identity, not by an address, which may change; and without any sign-up
    await signUp('closed')
    site.user.email = 'renamed@example.org'
    const again = new Browser(web.origin)
    await through(again, provider)
    expect(await web.runtime.userOf(again.cookie)).toMatchObject({ userId: user?.userId, email: user?.email })
    expect(site.complaints).toEqual([])
  })

  it('makes none by invitation only, or where none are made', async () => {
    for (const mode of ['invitation', 'closed']) {
      await signUp(mode)
      const browser = new Browser(web.origin)
      expect((await through(browser, provider)).location).toBe('/sign-in?error=closed')
      expect(tokenOf(browser)).toBe(false)
    }
  })

  it('takes over no account that has this address, and makes none for an address that is not verified', async () => {
    await signUp('open')
    const person = await web.addPerson()
    site.user.email = person.email.toUpperCase()
    const browser = new Browser(web.origin)
    expect((await through(browser, provider)).location).toBe('/sign-in?error=exists')
    site.user = { ...site.user, email: 'unverified@example.org', verified: false }
    expect((await through(browser, provider)).location).toBe('/sign-in?error=unverified')
    expect(tokenOf(browser)).toBe(false)
    const { rows } = await web.sql('SELECT count(*)::int AS n FROM oauth_identity WHERE account_id = $1', [String(site.user.id)])
    expect(rows[0].n).toBe(0)
    const entries = await web.sql(`SELECT allowed, details FROM audit_event WHERE action = 'session.refused' AND target = $1`, [
      person.email,
    ])
    expect(entries.rows).toEqual([{ allowed: false, details: { reason: 'identity' } }])
  })

  it('is linked to an account by whoever is signed in there, and asks for their second factor', async () => {
    const person = await web.addPerson()
    const browser = new Browser(web.origin)
    await browser.post('/api/auth/callback/credentials', { email: person.email, password: person.password })
    expect((await through(browser, provider, '/account?link=1')).location).toBe(`/account?linked=${provider}`)
    const caller = await web.callerOf(browser.cookie)
    expect((await caller.account.security()).providers).toContainEqual({ id: provider, linkedAt: expect.any(Number) })
    const other = new Browser(web.origin)
    await through(other, provider)
    expect(await web.runtime.userOf(other.cookie)).toMatchObject({ userId: person.id })

    // somebody else cannot have the same identity
    const thief = await web.addPerson()
    const theirs = new Browser(web.origin)
    await theirs.post('/api/auth/callback/credentials', { email: thief.email, password: thief.password })
    expect((await through(theirs, provider, '/account?link=1')).location).toBe('/account?linkError=taken')

    const { secret } = await caller.account.beginSecondFactor()
    await caller.account.confirmSecondFactor({ code: new TOTP({ secret }).generate() })
    await web.sql('UPDATE app_user SET totp_last_step = NULL WHERE id = $1', [person.id])
    const half = new Browser(web.origin)
    const { location } = await through(half, provider)
    expect(location).toMatch(/^\/sign-in\/code\?callbackUrl=%2Fscreener#[A-Za-z0-9_-]{50,}$/)
    expect(tokenOf(half)).toBe(false)
    const pending = location?.split('#')[1] ?? ''
    const finish = (given: Record<string, string>) => half.post('/api/auth/callback/credentials', given)
    const problemOf = (answer: { body: { url: string } }) => new URL(answer.body.url).searchParams.get('error')
    expect(problemOf(await finish({ pending: `${pending.slice(0, -6)}AAAAAA`, code: new TOTP({ secret }).generate() }))).toContain(
      'Begin anew',
    )
    expect(problemOf(await finish({ pending, code: '000000' }))).toContain('This code is wrong')
    expect(problemOf(await finish({ pending }))).toBe('second-factor')
    expect(tokenOf(half)).toBe(false)
    await finish({ pending, code: new TOTP({ secret }).generate() })
    expect(await web.runtime.userOf(half.cookie)).toMatchObject({ userId: person.id })

    await caller.account.unlinkIdentity({ provider })
    const gone = new Browser(web.origin)
    await signUp('closed')
    expect((await through(gone, provider)).location).toBe('/sign-in?error=closed')
  })

  it('refuses a disabled person', async () => {
    await signUp('open')
    const browser = new Browser(web.origin)
    await through(browser, provider)
    const user = await web.runtime.userOf(browser.cookie)
    await web.sql('UPDATE app_user SET disabled_at = now() WHERE id = $1', [user?.userId])
    const again = new Browser(web.origin)
    expect((await through(again, provider)).location).toBe('/sign-in?error=disabled')
    expect(tokenOf(again)).toBe(false)
  })

  it('believes no answer that this browser has not asked for', async () => {
    await signUp('open')
    const [asked, tricked] = [new Browser(web.origin), new Browser(web.origin)]
    const begun = await asked.post(`/api/auth/signin/${provider}`, { callbackUrl: '/' })
    const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      let { location } = await tricked.open(site.agree(begun.body.url))
      // next-auth goes round a few corners of its own
      for (let i = 0; i < 3 && location?.includes('/api/auth/'); i++) location = (await tricked.open(location)).location
      expect(location).toMatch(/\/sign-in\?(.*&)?error=OAuthCallback$/)
      expect(log.mock.calls.join('')).not.toContain('secret')
    } finally {
      log.mockRestore()
    }
    expect(tokenOf(tricked)).toBe(false)
  })
})

it('keeps the only way in', async () => {
  await signUp('open')
  const browser = new Browser(web.origin)
  await through(browser, 'github')
  const caller = await web.callerOf(browser.cookie)
  expect(await caller.account.security()).toMatchObject({ hasPassword: false })
  await expect(caller.account.unlinkIdentity({ provider: 'github' })).rejects.toMatchObject({ code: 'CONFLICT' })
  // Google as well: then one of the two may go
  await through(browser, 'google', '/account?link=1')
  expect(await caller.account.unlinkIdentity({ provider: 'github' })).toEqual({ unlinked: true })
  await expect(caller.account.unlinkIdentity({ provider: 'google' })).rejects.toMatchObject({ code: 'CONFLICT' })
  // there is no password that anybody could guess, and none to confirm with
  expect(await web.runtime.signIn({ email: site.user.email, password: 'null' })).toBeNull()
  await expect(caller.account.changePassword({ currentPassword: 'x', newPassword: 'quite another long phrase' })).rejects.toMatchObject({
    message: expect.stringContaining('no password yet'),
  })
})
