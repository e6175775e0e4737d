import { expect, it, vi } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { onConnection } from '../../../testkit/src/template-database.ts'
import { deleteOwnAccount } from './own-data.ts'

const t = freshDatabase()

it('keeps one administrator though the last two leave at the same moment', async () => {
  const [one, two] = [
    await makeUser(t.ownerUrl, { email: 'one@example.org', role: 'admin' }),
    await makeUser(t.ownerUrl, { email: 'two@example.org', role: 'admin' }),
  ]
  const leave = (userId: string) => deleteOwnAccount(t.db, { kind: 'user', role: 'admin', userId }, { email: 'x@example.org', ip: null })
  const outcomes = await onConnection(t.ownerUrl, async (client) => {
    // both get as far as they can before either has ended
    await client.query('begin')
    await client.query('lock table comment in access exclusive mode')
    const leaving = Promise.allSettled([leave(one), leave(two)])
    await vi.waitFor(async () => {
      const { rows } = await t.db.pool.query(
        'select count(distinct pid)::int as n from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
      )
      expect(rows[0].n).toBe(2)
    }, 10_000)
    await client.query('commit')
    return leaving
  })
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } })
  const left = await onConnection(t.ownerUrl, (client) => client.query('select from app_user'))
  expect(left.rowCount).toBe(1)
})
