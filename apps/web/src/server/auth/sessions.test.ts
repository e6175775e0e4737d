import { expect, it } from 'vitest'
import { webUnderTest } from '../testing/web-under-test.ts'

const web = webUnderTest()
const NEW = 'another long enough phrase'

it('ends a copied cookie at once when the password is changed, in procedures and at the front', async () => {
  const person = await web.addPerson()
  const copied = await web.cookieOf(person)
  expect((await web.get('/tiles/1/5m/1', { cookie: copied })).status).toBe(404)
  expect((await web.get('/', { cookie: copied })).status).toBe(200)

  const caller = await web.callerOf(copied)
  expect(await caller.account.changePassword({ currentPassword: person.password, newPassword: NEW })).toEqual({ signedOut: true })

  // no waiting: the very next request
  expect((await web.get('/tiles/1/5m/1', { cookie: copied })).status).toBe(401)
  expect((await web.get('/', { cookie: copied })).status).toBe(307)
  await expect((await web.callerOf(copied)).account.me()).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  expect(await web.services.sessions.ofCookies(copied)).toBeNull()

  // the old password is gone, the new one works, and its session too
  expect(await web.runtime.signIn({ email: person.email, password: person.password })).toBeNull()
  const again = await web.runtime.signIn({ email: person.email, password: NEW })
  expect(again).toMatchObject({ userId: person.id, sessionVersion: 2 })
  expect((await web.get('/', { cookie: await web.cookieOf(person, 2) })).status).toBe(200)
})

it('hears from the database when somebody else disables a person', async () => {
  const person = await web.addPerson()
  const cookie = await web.cookieOf(person)
  expect((await web.get('/', { cookie })).status).toBe(200)
  await web.sql('UPDATE app_user SET disabled_at = now() WHERE id = $1', [person.id])
  // well under the five seconds for which an answer is believed
  await expect.poll(async () => (await web.get('/', { cookie })).status, { timeout: 2_000, interval: 20 }).toBe(307)
  expect(await web.runtime.signIn({ email: person.email, password: person.password })).toBeNull()
})

it('notices a session that ended between its check and the begin of a stream', async () => {
  const person = await web.addPerson()
  const cookie = await web.cookieOf(person)
  const session = await web.services.sessions.ofCookies(cookie)
  await web.sql('UPDATE app_user SET session_version = 2 WHERE id = $1', [person.id])
  await expect.poll(() => web.services.sessions.ofCookies(cookie)).toBeNull()
  const over = new AbortController()
  const ended = session?.whenEnded(over.signal)
  await expect.poll(() => ended?.aborted, { timeout: 2_000 }).toBe(true)
  over.abort()
})

it('does not change the password without the current one', async () => {
  const person = await web.addPerson()
  const caller = await web.callerOf(await web.cookieOf(person))
  await expect(caller.account.changePassword({ currentPassword: 'wrong', newPassword: NEW })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: 'The current password is not right.',
  })
  await expect(caller.account.changePassword({ currentPassword: person.password, newPassword: 'password1234' })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('newPassword: '),
  })
  await expect(caller.account.changePassword({ currentPassword: person.password, newPassword: person.password })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
  expect(await caller.account.me()).toMatchObject({ email: person.email })
})

it.each([
  { email: 'nobody@example.org', password: 'correct horse battery staple' },
  { email: 'not an address', password: 'x' },
  { email: '', password: '' },
  { email: ['a@example.org'], password: {} },
  { password: 'x' },
  null,
])('signs nobody in with %o', async (credentials) => {
  expect(await web.runtime.signIn(credentials)).toBeNull()
})

it('does not mind capitals and spaces in the address', async () => {
  const person = await web.addPerson()
  expect(await web.runtime.signIn({ email: ` ${person.email.toUpperCase()} `, password: person.password })).toMatchObject({
    userId: person.id,
  })
})

it('works for a user id that is none', async () => {
  for (const userId of ['1', "x' OR 1=1", '00000000-0000-4000-8000-000000000000'])
    expect(await web.runtime.isAlive({ userId, sessionVersion: 1, sessionId: userId, exp: Date.now() / 1_000 + 60 })).toBe(false)
})
