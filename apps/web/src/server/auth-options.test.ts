import type { IncomingMessage, ServerResponse } from 'node:http'
import NextAuth from 'next-auth'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { authOptions } from './auth-options.ts'
import { provideRuntime } from './runtime.ts'
import { type Person, webUnderTest } from './testing/web-under-test.ts'

/** next-auth itself behind the front, without Next: its older kind of handler, which takes a request that has been read. */
const web = webUnderTest({ pages: serveNextAuth })
let person: Person
beforeAll(async () => {
  provideRuntime(web.runtime)
  person = await web.addPerson()
})
// as server.ts sets them
vi.stubEnv('AUTH_TRUST_HOST', '1')
vi.stubEnv('NEXTAUTH_URL', undefined)
afterEach(() => {
  jar.clear()
})

const jar = new Map<string, string>()
/** A browser that opened the site as `host`. */
async function browse(host: string, path: string, form?: Record<string, string>) {
  const { port } = new URL(web.origin)
  const site = `http://${host}:${port}`
  const response = await fetch(site + path, {
    redirect: 'manual',
    headers: { cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; '), ...(form ? { origin: site } : {}) },
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  })
  for (const cookie of response.headers.getSetCookie()) {
    const [pair = ''] = cookie.split(';')
    const at = pair.indexOf('=')
    if (at === pair.length - 1) jar.delete(pair.slice(0, at))
    else jar.set(pair.slice(0, at), pair.slice(at + 1))
  }
  return { status: response.status, body: await response.json().catch(() => null), site, setCookies: response.headers.getSetCookie() }
}
async function signIn(host: string, given: { email: string; password: string; callbackUrl?: string }) {
  const { csrfToken } = (await browse(host, '/api/auth/csrf')).body as { csrfToken: string }
  return browse(host, '/api/auth/callback/credentials', { csrfToken, json: 'true', callbackUrl: '/', ...given })
}

// the front listens on IPv4, and `localhost` may be IPv6 first
const hosts = ['127.0.0.1', 'localhost']
describe.each(hosts)('opened as http://%s', (host) => {
  it('signs in, keeps the person on that address, and signs out', async () => {
    const answer = await signIn(host, person)
    expect(answer).toMatchObject({ status: 200, body: { url: `${answer.site}/` } })
    const cookie = answer.setCookies.find((c) => c.startsWith('next-auth.session-token='))
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    const { body } = await browse(host, '/api/auth/session')
    expect(Object.keys(body)).toEqual(['expires'])
    expect(await web.runtime.userOf([...jar].map(([k, v]) => `${k}=${v}`).join('; '))).toMatchObject({ userId: person.id, role: 'member' })

    const { csrfToken } = (await browse(host, '/api/auth/csrf')).body
    await browse(host, '/api/auth/signout', { csrfToken, json: 'true' })
    expect([...jar.keys()]).not.toContain('next-auth.session-token')
  })

  it('answers the same for a wrong password and for nobody', async () => {
    const wrong = await signIn(host, { email: person.email, password: 'wrong' })
    const nobody = await signIn(host, { email: 'nobody@example.org', password: 'wrong' })
    expect(wrong.status).toBe(401)
    expect(new URL(wrong.body.url).searchParams.get('error')).toBe('CredentialsSignin')
    expect([nobody.status, nobody.body]).toEqual([wrong.status, wrong.body])
    expect([...jar.keys()]).not.toContain('next-auth.session-token')
  })

  it('goes nowhere else afterwards, whatever the link said', async () => {
    for (const callbackUrl of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      `http://${host}.evil.example/`,
    ]) {
      const answer = await signIn(host, { ...person, callbackUrl })
      expect(answer.body.url).toBe(`${answer.site}/`)
    }
    const inside = await signIn(host, { ...person, callbackUrl: '/heatmap/x?range=3d' })
    expect(inside.body.url).toBe(`${inside.site}/heatmap/x?range=3d`)
  })
})

it('wants its CSRF token', async () => {
  const answer = await browse('127.0.0.1', '/api/auth/callback/credentials', { ...pick(person), json: 'true', csrfToken: 'made up' })
  expect(answer.setCookies.some((c) => c.includes('session-token=ey'))).toBe(false)
})

it('ends a session that the database has ended, instead of renewing it', async () => {
  const other = await web.addPerson()
  await signIn('127.0.0.1', other)
  await web.sql('UPDATE app_user SET session_version = 2 WHERE id = $1', [other.id])
  await expect.poll(async () => Object.keys((await browse('127.0.0.1', '/api/auth/session')).body)).toEqual([])
  expect([...jar.keys()]).not.toContain('next-auth.session-token')
})

it('changes nothing for session.update({role})', async () => {
  await signIn('127.0.0.1', person)
  const { csrfToken } = (await browse('127.0.0.1', '/api/auth/csrf')).body
  await browse('127.0.0.1', '/api/auth/session', {
    csrfToken,
    'data[role]': 'admin',
    'data[userId]': 'x',
    role: 'admin',
    data: '{"role":"admin"}',
  })
  expect(await web.runtime.userOf([...jar].map(([k, v]) => `${k}=${v}`).join('; '))).toMatchObject({ userId: person.id, role: 'member' })
})

const pick = ({ email, password }: Person) => ({ email, password })

async function serveNextAuth(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const part of request) text += part
  const url = new URL(request.url ?? '/', 'http://x')
  const read = Object.assign(request, {
    query: { ...Object.fromEntries(url.searchParams), nextauth: url.pathname.split('/').slice(3) },
    cookies: Object.fromEntries(
      (request.headers.cookie ?? '').split('; ').map((c) => [c.slice(0, c.indexOf('=')), decodeURIComponent(c.slice(c.indexOf('=') + 1))]),
    ),
    body: Object.fromEntries(new URLSearchParams(text)),
  })
  const answer = Object.assign(response, {
    status: (code: number) => {
      response.statusCode = code
      return answer
    },
    json: (body: unknown) => response.end(JSON.stringify(body)),
    send: (body: unknown) => response.end(typeof body === 'string' ? body : JSON.stringify(body)),
  })
  await NextAuth(read as never, answer as never, authOptions(new Headers(request.headers as Record<string, string>)))
}
