import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it } from 'vitest'

const t = freshDatabase()
it('works', async () => {
  expect((await t.db.pool.query('select current_user as u, count(*)::int as n from app_user')).rows).toEqual([
    { u: 'faultline_test_app', n: 0 },
  ])
  expect(await t.db.prisma.instrument.count()).toBe(0)
})
