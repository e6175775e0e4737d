import { expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { type UserActor, withActor } from '../actor.ts'
import { endOtherSessions, endSession, endSessionsIn, listSessions, livingSession, startSession } from './sessions.ts'
import { changePassword } from './users.ts'

const t = freshDatabase()
const LONG_AGO = new Date(0)
let people = 0
async function person(role: 'admin' | 'member' = 'member'): Promise<UserActor> {
  const userId = await makeUser(t.ownerUrl, { email: `session-${++people}@example.org`, passwordHash: 'hash', role })
  return { kind: 'user', userId, role }
}
const begin = ({ userId }: UserActor, userAgent = '') => startSession(t.db, { userId, method: 'password', ip: '192.0.2.1', userAgent })
const alive = async (id: string) => (await livingSession(t.db, id)) !== null

it('lives until it is ended, with what its person is now', async () => {
  const me = await person()
  const id = await begin(me, 'x'.repeat(5_000))
  expect(await livingSession(t.db, id)).toMatchObject({ userId: me.userId, state: { role: 'member', disabled: false, sessionVersion: 1 } })
  const [row] = await listSessions(t.db, me, LONG_AGO)
  expect([row?.id, row?.userAgent.length]).toEqual([id, 400])
  expect(await endSession(t.db, me, id)).toBe(true)
  expect(await endSession(t.db, me, id)).toBe(false)
  expect(await alive(id)).toBe(false)
  expect(await listSessions(t.db, me, LONG_AGO)).toEqual([])
})

it.each(['', '1', "x' OR 1=1", '00000000-0000-7000-8000-000000000000'])('there is none called %o', async (id) => {
  expect(await livingSession(t.db, id)).toBeNull()
})

it('is named in the order of time, and never twice', async () => {
  const me = await person()
  const ids: string[] = []
  for (let i = 0; i < 5; i++) {
    ids.push(await begin(me))
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(5)
})

it('is ended by nobody else, but all of a person’s by an administrator', async () => {
  const [me, other, admin] = [await person(), await person(), await person('admin')]
  const [first, second] = [await begin(me), await begin(me)]
  expect(await endSession(t.db, other, first)).toBe(false)
  expect(await endOtherSessions(t.db, other, first)).toBe(0)
  // row-level security, not only the query
  expect(await withActor(t.db, other, (tx) => endSessionsIn(tx, me.userId))).toBe(0)
  expect([await alive(first), await alive(second)]).toEqual([true, true])
  expect(await endOtherSessions(t.db, me, first)).toBe(1)
  expect([await alive(first), await alive(second)]).toEqual([true, false])
  expect(await withActor(t.db, admin, (tx) => endSessionsIn(tx, me.userId))).toBe(1)
  expect(await alive(first)).toBe(false)
})

it('is forgotten three months after it was last used, at the next sign-in', async () => {
  const [me, other] = [await person(), await person()]
  const [old, theirs] = [await begin(me), await begin(other)]
  const longAgo = new Date(Date.now() - 91 * 86_400_000)
  for (const actor of [me, other])
    await withActor(t.db, actor, (tx) => tx.userSession.updateMany({ where: { userId: actor.userId }, data: { lastSeenAt: longAgo } }))
  const now = await begin(me)
  expect((await listSessions(t.db, me, LONG_AGO)).map(({ id }) => id)).toEqual([now])
  expect([await alive(old), await alive(theirs)]).toEqual([false, true])
})

it('ends with a change of the password', async () => {
  const me = await person()
  const id = await begin(me)
  expect(await changePassword(t.db, me, { passwordHash: 'other' })).toEqual({ sessionVersion: 2 })
  expect(await alive(id)).toBe(false)
})
