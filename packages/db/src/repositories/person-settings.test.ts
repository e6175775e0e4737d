import { beforeAll, expect, it } from 'vitest'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { type UserActor, withActor } from '../actor.ts'
import { patchSettings, readSettings } from './person-settings.ts'

const t = freshDatabase()
let [ann, bob]: UserActor[] = []

beforeAll(async () => {
  const add = async (email: string): Promise<UserActor> => {
    const { id } = await withActor(t.db, { kind: 'authenticator' }, (tx) => tx.user.create({ data: { email, name: email } }))
    return { kind: 'user', userId: id, role: 'member' }
  }
  ann = await add('ann@example.org')
  bob = await add('bob@example.org')
})

it('puts a change over what is there, and takes away what is null', async () => {
  if (!ann || !bob) throw new Error('nobody is there')
  expect(await readSettings(t.db, ann)).toEqual({})
  await patchSettings(t.db, ann, { watchlistId: 'a', theme: 'dark' })
  expect(await patchSettings(t.db, ann, { watchlistId: 'b' })).toEqual({ watchlistId: 'b', theme: 'dark' })
  expect(await patchSettings(t.db, ann, { watchlistId: null })).toEqual({ theme: 'dark' })
  expect(await readSettings(t.db, ann)).toEqual({ theme: 'dark' })
  expect(await readSettings(t.db, bob)).toEqual({})
})

it('loses none of many changes at once', async () => {
  if (!bob) throw new Error('nobody is there')
  const actor = bob
  await Promise.all(Array.from({ length: 8 }, (_, i) => patchSettings(t.db, actor, { [`key${i}`]: i })))
  expect(Object.keys(await readSettings(t.db, bob))).toHaveLength(8)
})

it('says so when the person is gone', async () => {
  const nobody: UserActor = { kind: 'user', userId: '00000000-0000-4000-8000-000000000000', role: 'member' }
  await expect(readSettings(t.db, nobody)).rejects.toThrow('no longer exists')
  await expect(patchSettings(t.db, nobody, { theme: 'dark' })).rejects.toThrow('no longer exists')
})
