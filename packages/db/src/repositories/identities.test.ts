import { expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import type { UserActor } from '../actor.ts'
import { createByIdentity, findByIdentity, type Identity, linkIdentity, listIdentities, unlinkIdentity } from './identities.ts'

const t = freshDatabase()
let people = 0
async function person(): Promise<UserActor> {
  const userId = await makeUser(t.ownerUrl, { email: `linked-${++people}@example.org`, passwordHash: 'hash', role: 'member' })
  return { kind: 'user', userId, role: 'member' }
}
const github = (accountId: string): Identity => ({ provider: 'github', accountId })
const google = (accountId: string): Identity => ({ provider: 'google', accountId })

it('makes one person of an identity, however many try at once, and takes nobody’s address', async () => {
  const given = { email: ' New@Example.org', name: 'New', planKey: 'no such plan' }
  const all = await Promise.all(Array.from({ length: 4 }, () => createByIdentity(t.db, github('1'), given)))
  const [made] = all.filter((one) => one !== null)
  expect(all.filter((one) => one !== null)).toHaveLength(1)
  expect(made).toMatchObject({ email: 'new@example.org', sessionVersion: 1 })
  expect(await findByIdentity(t.db, github('1'))).toMatchObject({
    id: made?.userId,
    passwordHash: null,
    role: 'member',
    secondFactor: false,
  })
  // with the address taken, nothing of it stays
  expect(await createByIdentity(t.db, github('2'), given)).toBeNull()
  expect(await findByIdentity(t.db, github('2'))).toBeNull()
  // the same number at another site is somebody else
  expect(await findByIdentity(t.db, google('1'))).toBeNull()
})

it('is linked to one person, and one of a site to a person', async () => {
  const [a, b] = [await person(), await person()]
  await linkIdentity(t.db, a, github('10'))
  await linkIdentity(t.db, a, github('10'))
  await expect(linkIdentity(t.db, b, github('10'))).rejects.toMatchObject({ code: 'conflict' })
  await expect(linkIdentity(t.db, a, github('11'))).rejects.toMatchObject({ code: 'conflict' })
  await linkIdentity(t.db, a, google('10'))
  expect((await listIdentities(t.db, a)).map(({ provider }) => provider)).toEqual(['github', 'google'])
  expect(await listIdentities(t.db, b)).toEqual([])
  expect(await unlinkIdentity(t.db, b, 'github')).toBe(false)
  expect(await unlinkIdentity(t.db, a, 'github')).toBe(true)
  await linkIdentity(t.db, b, github('10'))
  expect(await findByIdentity(t.db, github('10'))).toMatchObject({ id: b.userId })
})

it('keeps the last way in, also from two who take one each', async () => {
  const made = await createByIdentity(t.db, github('20'), { email: 'only@example.org', name: 'Only', planKey: 'free' })
  const actor: UserActor = { kind: 'user', userId: made?.userId as string, role: 'member' }
  await expect(unlinkIdentity(t.db, actor, 'github')).rejects.toMatchObject({ code: 'conflict' })
  await linkIdentity(t.db, actor, google('20'))
  const both = await Promise.allSettled([unlinkIdentity(t.db, actor, 'github'), unlinkIdentity(t.db, actor, 'google')])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await listIdentities(t.db, actor)).toHaveLength(1)
})
