import { expect, it } from 'vitest'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { createFirstAdministrator, findForSignIn } from './users.ts'

const t = freshDatabase()

it('makes one first administrator, however many try at once', async () => {
  const made = await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      createFirstAdministrator(t.db, { email: `Admin${i}@example.org`, name: 'Administrator', passwordHash: `hash ${i}` }),
    ),
  )
  expect(made.filter(Boolean)).toHaveLength(1)
  const winner = made.indexOf(true)
  expect(await findForSignIn(t.db, `admin${winner}@example.org`)).toMatchObject({
    role: 'admin',
    passwordIsInitial: true,
    passwordHash: `hash ${winner}`,
  })
  expect(await findForSignIn(t.db, `admin${(winner + 1) % 6}@example.org`)).toBeNull()
})
