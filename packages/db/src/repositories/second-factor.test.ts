import { beforeAll, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import type { UserActor } from '../actor.ts'
import {
  enableSecondFactor,
  prepareSecondFactor,
  removeSecondFactor,
  replaceRecoveryCodes,
  secondFactorOf,
  takeRecoveryCode,
  takeStep,
} from './second-factor.ts'

const t = freshDatabase()
let people = 0
async function person(role: 'admin' | 'member' = 'member'): Promise<UserActor> {
  const userId = await makeUser(t.ownerUrl, { email: `factor-${++people}@example.org`, passwordHash: 'hash', role })
  return { kind: 'user', userId, role }
}
const sealed = new TextEncoder().encode('sealed')
const hashes = (...names: string[]) => names.map((name) => Buffer.from(name.padEnd(32, '.')))
const hash = (name: string) => hashes(name)[0] as Buffer<ArrayBuffer>
let me: UserActor
beforeAll(async () => {
  me = await person()
  await prepareSecondFactor(t.db, me, sealed)
  await enableSecondFactor(t.db, me, { sealed, step: 100, recoveryHashes: hashes('a', 'b') })
})

it('counts only once it is confirmed, and then no other takes its place', async () => {
  const actor = await person()
  expect(await secondFactorOf(t.db, actor.userId)).toBeNull()
  await prepareSecondFactor(t.db, actor, Buffer.from('first'))
  expect(await takeStep(t.db, actor.userId, 1)).toBe(false)
  await prepareSecondFactor(t.db, actor, sealed)
  // somebody began anew in another tab
  await expect(enableSecondFactor(t.db, actor, { sealed: Buffer.from('first'), step: 1, recoveryHashes: [] })).rejects.toMatchObject({
    code: 'conflict',
  })
  expect(await secondFactorOf(t.db, actor.userId)).toMatchObject({ enabled: false })
  await enableSecondFactor(t.db, actor, { sealed, step: 1, recoveryHashes: hashes('a') })
  await expect(prepareSecondFactor(t.db, actor, sealed)).rejects.toMatchObject({ code: 'conflict' })
  expect(await secondFactorOf(t.db, actor.userId)).toEqual({ sealed, enabled: true, lastStep: 1, recoveryCodesLeft: 1 })
})

it('takes each step once, of many at the same moment by one, and none that lies before it', async () => {
  expect(await takeStep(t.db, me.userId, 100)).toBe(false)
  const all = await Promise.all(Array.from({ length: 5 }, () => takeStep(t.db, me.userId, 102)))
  expect(all.filter(Boolean)).toHaveLength(1)
  expect(await takeStep(t.db, me.userId, 101)).toBe(false)
  expect(await takeStep(t.db, me.userId, 103)).toBe(true)
})

it('takes each recovery code once, and nobody else’s', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => takeRecoveryCode(t.db, me.userId, hash('a'))))
  expect(all.filter((left) => left !== null)).toEqual([1])
  expect(await takeRecoveryCode(t.db, (await person()).userId, hash('b'))).toBeNull()
  await replaceRecoveryCodes(t.db, me, hashes('c'))
  expect(await takeRecoveryCode(t.db, me.userId, hash('b'))).toBeNull()
  expect(await takeRecoveryCode(t.db, me.userId, hash('c'))).toBe(0)
})

it('is taken away by its person or an administrator, by nobody else', async () => {
  expect(await removeSecondFactor(t.db, await person(), me.userId)).toBe(false)
  expect(await secondFactorOf(t.db, me.userId)).not.toBeNull()
  expect(await removeSecondFactor(t.db, await person('admin'), me.userId)).toBe(true)
  expect(await secondFactorOf(t.db, me.userId)).toBeNull()
  expect(await removeSecondFactor(t.db, me, me.userId)).toBe(false)
})
