/** A copied cookie × everything that ends a session × everything that a session opens. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Caller } from '../caller.ts'
import { provideRuntime } from '../runtime.ts'
import { builtMarket } from '../testing/market.ts'
import { Browser, serveNextAuth } from '../testing/next-auth-pages.ts'
import { type Person, webUnderTest } from '../testing/web-under-test.ts'

vi.mock('../../features/joining/server/steady-answer.ts', () => ({ steadily: (work: () => unknown) => work() }))
const web = webUnderTest({ pages: serveNextAuth })
const NEXT = 'the next long enough phrase'
let admin: Caller
let opens: readonly string[]

vi.stubEnv('AUTH_TRUST_HOST', '1')
vi.stubEnv('NEXTAUTH_URL', undefined)
beforeAll(async () => {
  provideRuntime(web.runtime)
  admin = await web.callerOf(await web.cookieOf(await web.addPerson({ role: 'admin' })))
  const market = await builtMarket(web.database.db, { count: 5 })
  opens = ['/', '/screener', `/views/${market.instrument.key}/12h`, '/tiles/999999/5m/1', '/api/stream/stream.follow']
})
afterAll(() => vi.unstubAllEnvs())
beforeEach(() => web.sql('delete from rate_limit'))

/** Signed in as people are, by next-auth; the cookie is what somebody may have copied. */
async function signedIn() {
  const person = await web.addPerson()
  const browser = new Browser(web.origin)
  await browser.post('/api/auth/callback/credentials', { email: person.email, password: person.password })
  const copied = browser.cookie
  expect(copied).toContain('next-auth.session-token=')
  return { person, browser, copied, caller: await web.callerOf(copied) }
}
type SignedIn = Awaited<ReturnType<typeof signedIn>>

/** What the cookie opens, as the status of each; a stream is cut as soon as it has begun. */
async function opened(cookie: string): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {}
  for (const path of opens) {
    const response = await web.get(path, { cookie })
    statuses[path] = response.status
    await response.body?.cancel()
  }
  const call = await web.runtime.trpc(new Request(`${web.origin}/api/trpc/account.me`, { headers: { cookie } }))
  statuses['account.me'] = call.status
  statuses.userOf = (await web.runtime.userOf(cookie)) === null ? 401 : 200
  statuses.auditCsv = (await web.runtime.auditCsv(new Request(`${web.origin}/admin/audit/log.csv`, { headers: { cookie } }))).status
  return statuses
}
const shut = () => ({
  ...Object.fromEntries(opens.map((path) => [path, /^\/(screener)?$/.test(path) ? 307 : 401])),
  'account.me': 401,
  userOf: 401,
  auditCsv: 401,
})

const ENDS: Record<string, (of: SignedIn) => Promise<unknown>> = {
  'signing out': ({ browser }) => browser.post('/api/auth/signout', {}),
  'changing the password': ({ caller, person }) => caller.account.changePassword({ currentPassword: person.password, newPassword: NEXT }),
  'a password that is set anew': async ({ person }) => {
    const { url } = await admin.joining.createResetLink({ userId: person.id })
    await (await web.callerOf(null)).joining.reset({ token: url.slice(url.lastIndexOf('/') + 1), password: NEXT })
  },
  'signing out everywhere else': async ({ person }) => (await web.callerOf(await web.cookieOf(person))).account.endOtherSessions(),
  'ending it in the list': async ({ person, copied }) => {
    const id = (await web.runtime.userOf(copied))?.sessionId as string
    return (await web.callerOf(await web.cookieOf(person))).account.endSession({ id })
  },
  'an administrator who signs the person out': ({ person }) => admin.admin.people.signOut({ id: person.id }),
  'an administrator who disables the person': ({ person }) => admin.admin.people.setDisabled({ id: person.id, disabled: true }),
  'an administrator who deletes the person': ({ person }) => admin.admin.people.remove({ id: person.id }),
  'deleting the account': ({ caller, person }) => caller.ownData.remove({ email: person.email, password: person.password }),
  'its time': ({ person }) => web.sql('update user_session set ended_at = now() where user_id = $1', [person.id]),
}

describe.each(Object.entries(ENDS))('%s', (_, end) => {
  it('leaves a copied cookie nothing', async () => {
    const of = await signedIn()
    const before = await opened(of.copied)
    expect(Object.values(before).filter((status) => status === 401 || status === 307)).toEqual([])
    const stream = await web.get('/api/stream/stream.follow', { cookie: of.copied })
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader()
    await end(of)
    await expect.poll(() => opened(of.copied), { timeout: 10_000, interval: 20 }).toEqual(shut())
    // what ran on with it has been cut, or said that it ends
    for (let done = false; !done; ) done = (await reader.read().catch(() => ({ done: true }))).done === true
    // next-auth does not renew it either
    const again = await web.get('/api/auth/session', { cookie: of.copied })
    expect(await again.json()).toEqual({})
  })

  it('leaves others signed in', async () => {
    const other: Person = await web.addPerson()
    const theirs = await web.cookieOf(other)
    await end(await signedIn())
    expect((await web.get('/', { cookie: theirs })).status).toBe(200)
    expect(await web.runtime.userOf(theirs)).toMatchObject({ userId: other.id })
  })
})

it('a role that is taken away is gone in the session that has it', async () => {
  const person = await web.addPerson({ role: 'admin' })
  const cookie = await web.cookieOf(person)
  expect(await (await web.callerOf(cookie)).sources.list()).toBeTruthy()
  await admin.admin.people.setRole({ id: person.id, role: 'member' })
  const role = async () => (await web.runtime.userOf(cookie))?.role ?? 'signed out'
  await expect.poll(role, { timeout: 10_000 }).not.toBe('admin')
  await expect((await web.callerOf(cookie)).sources.list()).rejects.toMatchObject({ code: expect.stringMatching(/FORBIDDEN|UNAUTHORIZED/) })
  expect((await web.runtime.auditCsv(new Request(`${web.origin}/admin/audit/log.csv`, { headers: { cookie } }))).status).toBeGreaterThan(
    400,
  )
})
