import { expect, it } from 'vitest'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { ensureDataSource } from './data-sources.ts'
import { addToQuarantine, countQuarantine, listQuarantine, QUARANTINE_KEPT } from './quarantine.ts'

const t = freshDatabase()

it('counts what is kept of each source, and lists it by number, not by its text', async () => {
  const noisy = await ensureDataSource(t.db, { name: 'noisy', venue: 'simulated' })
  const quiet = await ensureDataSource(t.db, { name: 'quiet', venue: 'simulated' })
  const at = Date.UTC(2026, 2, 4)
  const message = (dataSourceId: number, i: number) => ({ dataSourceId, receivedAt: at + i, reason: 'unknown', payload: `{"n":${i}}` })
  const several = [...Array(QUARANTINE_KEPT + 5).keys()].map((i) => message(noisy.id, i))
  await addToQuarantine(t.db.pool, several)
  await addToQuarantine(t.db.pool, [message(quiet.id, 0)])
  expect(await countQuarantine(t.db, at)).toEqual([
    { dataSourceId: noisy.id, count: QUARANTINE_KEPT, newest: at + QUARANTINE_KEPT + 4 },
    { dataSourceId: quiet.id, count: 1, newest: at },
  ])
  expect(await countQuarantine(t.db, at + QUARANTINE_KEPT)).toEqual([
    { dataSourceId: noisy.id, count: 5, newest: at + QUARANTINE_KEPT + 4 },
  ])
  // numbers of four digits after those of three
  expect((await listQuarantine(t.db, noisy.id, 2)).map((m) => m.payload)).toEqual(['{"n":1004}', '{"n":1003}'])
})
