import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { GET as auditLog } from '../app/(signed-in)/admin/audit/log.csv/route.ts'
import { GET as asked, POST as told } from '../app/api/trpc/[trpc]/route.ts'
import { provideRuntime } from './runtime.ts'
import { webUnderTest } from './testing/web-under-test.ts'

/** What a request brings that has come past the front: this is the wall behind it. */
let incoming: Record<string, string> = {}
vi.mock('next/headers', () => ({ headers: async () => new Headers(incoming) }))
const { requireAdmin, requireUser } = await import('./current-user.ts')
const web = webUnderTest()
beforeAll(() => provideRuntime(web.runtime))
afterEach(() => {
  incoming = {}
})

const PROBES: Record<string, string>[] = [
  {},
  { rsc: '1' },
  { rsc: '1', 'next-router-prefetch': '1' },
  { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
  { 'next-action': '00'.repeat(20) },
  { 'x-middleware-subrequest': 'src/proxy:src/proxy:src/proxy:src/proxy:src/proxy' },
  { 'x-middleware-prefetch': '1', purpose: 'prefetch' },
]
/** Next's way to say where to go, or that nothing is here. */
const digestOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'served',
    (error: { digest?: string }) => error.digest,
  )

describe.each(PROBES)('asked with %o, behind the front', (probe) => {
  it('pages lead whoever is signed out to the sign-in', async () => {
    incoming = { ...probe, 'x-faultline-path': '/account' }
    for (const check of [requireUser, requireAdmin])
      expect(await digestOf(check())).toMatch(/^NEXT_REDIRECT;.*;\/sign-in\?callbackUrl=%2Faccount;307;$/)
    // nor does a cookie help that has ended
    const person = await web.addPerson()
    const cookie = await web.cookieOf(person)
    await (await web.callerOf(await web.cookieOf(person))).account.endOtherSessions()
    incoming = { ...incoming, cookie }
    expect(await digestOf(requireUser())).toMatch(/^NEXT_REDIRECT/)
  })

  it('pages of administrators are not there for members', async () => {
    incoming = { ...probe, cookie: await web.cookieOf(await web.addPerson()) }
    expect(await requireUser()).toMatchObject({ role: 'member' })
    expect(await digestOf(requireAdmin())).toMatch(/404/)
    incoming = { ...probe, cookie: await web.cookieOf(await web.addPerson({ role: 'admin' })) }
    expect(await requireAdmin()).toMatchObject({ role: 'admin' })
  })

  it('route handlers refuse', async () => {
    const member = await web.cookieOf(await web.addPerson())
    const request = (path: string, headers: Record<string, string> = {}) =>
      new Request(web.origin + path, { headers: { ...probe, ...headers } })
    expect((await auditLog(request('/admin/audit/log.csv'))).status).toBe(401)
    expect((await auditLog(request('/admin/audit/log.csv', { cookie: member }))).status).toBe(403)
    expect((await asked(request('/api/trpc/account.me'))).status).toBe(401)
    expect((await asked(request('/api/trpc/sources.list', { cookie: member }))).status).toBe(403)
    const mutation = new Request(`${web.origin}/api/trpc/account.endOtherSessions`, {
      method: 'POST',
      headers: { ...probe, 'content-type': 'application/json' },
      body: '{}',
    })
    expect((await told(mutation)).status).toBe(401)
  })
})
