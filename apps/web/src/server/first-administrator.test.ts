import { findForSignIn } from '@faultline/db/repositories/users'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it } from 'vitest'
import { Passwords } from './auth/passwords.ts'
import { makeFirstAdministrator } from './first-administrator.ts'

const t = freshDatabase()

it('is made once, also by two starts at the same moment, and can sign in', async () => {
  const passwords = new Passwords()
  const both = await Promise.all([
    makeFirstAdministrator(t.db, passwords, 'Admin@Example.org'),
    makeFirstAdministrator(t.db, passwords, 'other@example.org'),
  ])
  const made = both.filter((answer) => answer.created)
  expect(made).toHaveLength(1)
  const [first] = made
  if (!first?.created) throw new Error('none was made')
  const stored = await findForSignIn(t.db, first.email)
  expect(await passwords.verify(stored?.passwordHash ?? null, first.password)).toBe(true)
  expect(await makeFirstAdministrator(t.db, passwords, 'third@example.org')).toEqual({ created: false })
})
