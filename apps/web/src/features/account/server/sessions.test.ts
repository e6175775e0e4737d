import { expect, it } from 'vitest'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'

it('lists where a person is signed in, this session first, and nobody else’s', async () => {
  const person = await web.addPerson()
  const cookie = await web.cookieOf(person)
  await web.cookieOf(await web.addPerson())
  const elsewhere = await web.runtime.signIn({ email: person.email, password: person.password }, { ip: '203.0.113.9', userAgent: FIREFOX })
  const caller = await web.callerOf(cookie)
  const sessions = await caller.account.sessions()
  expect(sessions).toMatchObject([
    { current: true, browser: null, ip: '127.0.0.1' },
    { current: false, browser: 'Firefox on Windows', ip: '203.0.113.9', id: elsewhere?.sessionId, method: 'password' },
  ])
  // what no cookie can belong to any more is not listed
  await web.sql(`UPDATE user_session SET last_seen_at = now() - interval '15 days' WHERE id = $1`, [elsewhere?.sessionId])
  expect(await caller.account.sessions()).toHaveLength(1)
})

it('ends one session at once, for its every copy, and writes it down', async () => {
  const person = await web.addPerson()
  const [mine, other] = [await web.cookieOf(person), await web.cookieOf(person)]
  expect((await web.get('/', { cookie: other })).status).toBe(200)
  const caller = await web.callerOf(mine)
  const id = (await caller.account.sessions()).find(({ current }) => !current)?.id as string
  expect(await caller.account.endSession({ id })).toEqual({ ended: 1 })
  expect((await web.get('/', { cookie: other })).status).toBe(307)
  expect((await web.get('/tiles/1/5m/1', { cookie: other })).status).toBe(401)
  expect((await web.get('/', { cookie: mine })).status).toBe(200)
  await expect(caller.account.endSession({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const { rows } = await web.sql(`SELECT actor, ip, details FROM audit_event WHERE action = 'session.ended' AND actor_id = $1`, [person.id])
  expect(rows).toEqual([{ actor: person.email, ip: '127.0.0.1', details: { by: 'list', sessions: 1 } }])
})

it('ends nobody else’s session', async () => {
  const victim = await web.addPerson()
  const theirs = await web.cookieOf(victim)
  const id = (await web.runtime.userOf(theirs))?.sessionId as string
  for (const role of ['member', 'admin'] as const) {
    const caller = await web.callerOf(await web.cookieOf(await web.addPerson({ role })))
    await expect(caller.account.endSession({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await caller.account.endOtherSessions()).toEqual({ ended: 0 })
  }
  expect((await web.get('/', { cookie: theirs })).status).toBe(200)
})

it('signs out everywhere else', async () => {
  const person = await web.addPerson()
  const [mine, ...others] = [await web.cookieOf(person), await web.cookieOf(person), await web.cookieOf(person)]
  expect(await (await web.callerOf(mine as string)).account.endOtherSessions()).toEqual({ ended: 2 })
  for (const cookie of others) expect((await web.get('/', { cookie })).status).toBe(307)
  expect((await web.get('/', { cookie: mine as string })).status).toBe(200)
})

it('hears of an end that another process, or an administrator, has made', async () => {
  const cookie = await web.cookieOf(await web.addPerson())
  const { sessionId } = (await web.runtime.userOf(cookie)) ?? {}
  const over = new AbortController()
  const ended = (await web.services.sessions.ofCookies(cookie))?.whenEnded(over.signal)
  await web.sql('UPDATE user_session SET ended_at = now() WHERE id = $1', [sessionId])
  await expect.poll(async () => (await web.get('/', { cookie })).status, { timeout: 2_000, interval: 20 }).toBe(307)
  await expect.poll(() => ended?.aborted, { timeout: 2_000 }).toBe(true)
  over.abort()
})

it('writes down when it was last seen, not more often than every five minutes', async () => {
  const person = await web.addPerson()
  const cookie = await web.cookieOf(person)
  const seen = async () =>
    (
      await web.sql(
        'SELECT s.last_seen_at AS session, u.last_seen_at AS person FROM user_session s JOIN app_user u ON u.id = s.user_id WHERE u.id = $1',
        [person.id],
      )
    ).rows[0] as { session: Date; person: Date }
  const begun = await seen()
  await web.get('/', { cookie })
  expect(await seen()).toEqual(begun)

  await web.sql(`UPDATE user_session SET last_seen_at = now() - interval '6 minutes' WHERE user_id = $1`, [person.id])
  await web.sql(`UPDATE app_user SET last_seen_at = now() - interval '6 minutes' WHERE id = $1`, [person.id])
  web.services.sessions.forget(person.id)
  await web.get('/', { cookie })
  await expect.poll(async () => (await seen()).session >= begun.session, { timeout: 5_000 }).toBe(true)
  const again = await seen()
  expect(again.person).toEqual(again.session)
  web.services.sessions.forget(person.id)
  await web.get('/', { cookie })
  expect(await seen()).toEqual(again)
})

it('tells no session of one person in the token of another', async () => {
  const [a, b] = [await web.addPerson(), await web.addPerson()]
  const { sessionId = '' } = (await web.runtime.userOf(await web.cookieOf(a))) ?? {}
  expect(await web.runtime.isAlive({ userId: a.id, sessionVersion: 1, sessionId, exp: Date.now() / 1_000 + 60 })).toBe(true)
  expect(await web.runtime.isAlive({ userId: b.id, sessionVersion: 1, sessionId, exp: Date.now() / 1_000 + 60 })).toBe(false)
})
