import { decode } from 'next-auth/jwt'
import { TOTP } from 'otpauth'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { provideRuntime } from './runtime.ts'
import { Browser, serveNextAuth } from './testing/next-auth-pages.ts'
import { type Person, SECRET, webUnderTest } from './testing/web-under-test.ts'

const web = webUnderTest({ pages: serveNextAuth })
let person: Person
beforeAll(async () => {
  provideRuntime(web.runtime)
  person = await web.addPerson()
})
// as server.ts sets them
vi.stubEnv('AUTH_TRUST_HOST', '1')
vi.stubEnv('NEXTAUTH_URL', undefined)

let browser: Browser
const on = (host: string) => {
  browser = new Browser(`http://${host}:${new URL(web.origin).port}`)
}
const signIn = (given: { email: string; password: string; callbackUrl?: string }) => browser.post('/api/auth/callback/credentials', given)

// the front listens on IPv4, and `localhost` may be IPv6 first
const hosts = ['127.0.0.1', 'localhost']
describe.each(hosts)('opened as http://%s', (host) => {
  beforeEach(() => on(host))

  it('signs in, keeps the person on that address, and signs out', async () => {
    const answer = await signIn(person)
    expect(answer).toMatchObject({ status: 200, body: { url: `${answer.site}/` } })
    const cookie = answer.setCookies.find((c) => c.startsWith('next-auth.session-token='))
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    const { body } = await browser.open('/api/auth/session')
    expect(Object.keys(body)).toEqual(['expires'])
    expect(await web.runtime.userOf(browser.cookie)).toMatchObject({ userId: person.id, role: 'member' })

    const { csrfToken } = (await browser.open('/api/auth/csrf')).body
    await browser.open('/api/auth/signout', { csrfToken, json: 'true' })
    expect([...browser.jar.keys()]).not.toContain('next-auth.session-token')
  })

  it('answers the same for a wrong password and for nobody', async () => {
    const wrong = await signIn({ email: person.email, password: 'wrong' })
    const nobody = await signIn({ email: 'nobody@example.org', password: 'wrong' })
    expect(wrong.status).toBe(401)
    expect(new URL(wrong.body.url).searchParams.get('error')).toBe('CredentialsSignin')
    expect([nobody.status, nobody.body]).toEqual([wrong.status, wrong.body])
    expect([...browser.jar.keys()]).not.toContain('next-auth.session-token')
  })

  it('goes nowhere else afterwards, whatever the link said', async () => {
    for (const callbackUrl of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      `http://${host}.evil.example/`,
    ]) {
      const answer = await signIn({ ...person, callbackUrl })
      expect(answer.body.url).toBe(`${answer.site}/`)
    }
    const inside = await signIn({ ...person, callbackUrl: '/heatmap/x?range=3d' })
    expect(inside.body.url).toBe(`${inside.site}/heatmap/x?range=3d`)
  })
})

describe('the session', () => {
  beforeEach(() => on('127.0.0.1'))

  it('wants its CSRF token', async () => {
    const answer = await browser.open('/api/auth/callback/credentials', { ...pick(person), json: 'true', csrfToken: 'made up' })
    expect(answer.setCookies.some((c) => c.includes('session-token=ey'))).toBe(false)
  })

  it('ends a session that the database has ended, instead of renewing it', async () => {
    const other = await web.addPerson()
    await signIn(other)
    await web.sql('UPDATE app_user SET session_version = 2 WHERE id = $1', [other.id])
    await expect.poll(async () => Object.keys((await browser.open('/api/auth/session')).body)).toEqual([])
    expect([...browser.jar.keys()]).not.toContain('next-auth.session-token')
  })

  it('changes nothing for session.update({role})', async () => {
    await signIn(person)
    const before = await web.runtime.userOf(browser.cookie)
    const other = await web.addPerson({ role: 'admin' })
    await browser.send('/api/auth/session', { data: { role: 'admin', userId: other.id, sessionVersion: 7, user: { role: 'admin' } } })
    expect(await web.runtime.userOf(browser.cookie)).toEqual(before)
    expect(before).toMatchObject({ userId: person.id, role: 'member' })
    const token = await decode({ token: browser.jar.get('next-auth.session-token'), secret: SECRET })
    expect(Object.keys(token ?? {}).sort()).toEqual(['exp', 'iat', 'jti', 'sessionId', 'sessionVersion', 'userId'])
  })

  it('is over with the sign-out, in every copy of its cookie, and other sessions are not', async () => {
    await signIn(person)
    const copied = browser.cookie
    const another = await web.cookieOf(person)
    expect((await web.get('/', { cookie: copied })).status).toBe(200)
    await browser.post('/api/auth/signout', {})
    expect((await web.get('/', { cookie: copied })).status).toBe(307)
    expect((await web.get('/tiles/1/5m/1', { cookie: copied })).status).toBe(401)
    await expect((await web.callerOf(copied)).account.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    // next-auth's renewal gives no life back
    expect(Object.keys(await (await web.get('/api/auth/session', { cookie: copied })).json())).toEqual([])
    expect((await web.get('/', { cookie: another })).status).toBe(200)
  })

  it('begins after a second step, which is asked for in words of a program', async () => {
    const careful = await web.addPerson()
    const { account } = await web.callerOf(await web.cookieOf(careful))
    const { secret } = await account.beginSecondFactor()
    const { recoveryCodes } = await account.confirmSecondFactor({ code: new TOTP({ secret }).generate() })
    const problem = (answer: { body: { url: string } }) => new URL(answer.body.url).searchParams.get('error')
    expect(problem(await signIn(careful))).toBe('second-factor')
    expect(browser.jar.has('next-auth.session-token')).toBe(false)
    const [code = ''] = recoveryCodes
    await browser.post('/api/auth/callback/credentials', { ...pick(careful), code })
    expect(await web.runtime.userOf(browser.cookie)).toMatchObject({ userId: careful.id })
  })

  it('shows the words of a limit', async () => {
    const guessed = await web.addPerson()
    for (let i = 0; i < 10; i++) await signIn({ email: guessed.email, password: 'wrong' })
    const { body } = await signIn(guessed)
    expect(new URL(body.url).searchParams.get('error')).toBe('Too many attempts. Try again in 15 minutes.')
  })
})

const pick = ({ email, password }: Person) => ({ email, password })
