import { beforeAll, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { onConnection } from '../../../testkit/src/template-database.ts'
import type { UserActor } from '../actor.ts'
import { signUpPolicy, writeSetting } from './settings.ts'

const t = freshDatabase()
let root: UserActor
let ada: UserActor
beforeAll(async () => {
  root = { kind: 'user', role: 'admin', userId: await makeUser(t.ownerUrl, { email: 'root@example.org', role: 'admin' }) }
  ada = { kind: 'user', role: 'member', userId: await makeUser(t.ownerUrl, { email: 'ada@example.org' }) }
})

it('lets people in by invitation until somebody says otherwise', async () => {
  expect(await signUpPolicy(t.db)).toEqual({ mode: 'invitation', defaultPlan: 'free' })
  await writeSetting(t.db, root, 'signUp', { mode: 'open', defaultPlan: 'pro' })
  await writeSetting(t.db, root, 'signUp', { mode: 'closed', defaultPlan: 'pro' })
  expect(await signUpPolicy(t.db)).toEqual({ mode: 'closed', defaultPlan: 'pro' })
})

it('refuses members, unknown plans and unknown modes, and changes nothing', async () => {
  const before = await signUpPolicy(t.db)
  await expect(writeSetting(t.db, ada, 'signUp', { mode: 'open', defaultPlan: 'free' })).rejects.toMatchObject({ code: 'forbidden' })
  // whoever claims to be an administrator is refused by the database
  await expect(writeSetting(t.db, { ...ada, role: 'admin' }, 'signUp', { mode: 'open', defaultPlan: 'free' })).rejects.toThrow()
  await expect(writeSetting(t.db, root, 'signUp', { mode: 'open', defaultPlan: 'gold' })).rejects.toMatchObject({ code: 'bad_input' })
  await expect(writeSetting(t.db, root, 'signUp', { mode: 'all' as 'open', defaultPlan: 'free' })).rejects.toMatchObject({
    code: 'bad_input',
  })
  expect(await signUpPolicy(t.db)).toEqual(before)
})

it('takes a stored value that fits no more for one that was not set', async () => {
  await onConnection(t.ownerUrl, (c) => c.query(`update installation_setting set value = '{"mode":"whoever"}'`))
  expect(await signUpPolicy(t.db)).toEqual({ mode: 'invitation', defaultPlan: 'free' })
})
