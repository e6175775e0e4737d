import { expect, it } from 'vitest'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { ensureDataSource } from './data-sources.ts'
import { addToQuarantine, listQuarantine, QUARANTINE_KEPT, QUARANTINE_PAYLOAD } from './quarantine.ts'

const t = freshDatabase()
const source = async (name: string) => (await ensureDataSource(t.db, { name, venue: 'binance-usdm' })).id
const message = (dataSourceId: number, payload: string) => ({
  dataSourceId,
  receivedAt: 1_767_225_600_123,
  reason: 'unknown shape',
  payload,
})

it('keeps messages as they came, the newest first', async () => {
  const id = await source('as they came')
  await addToQuarantine(t.db.pool, [message(id, '{"e":"new"}'), message(id, 'second')])
  expect(await listQuarantine(t.db, id)).toMatchObject([
    { dataSourceId: id, receivedAt: 1_767_225_600_123, reason: 'unknown shape', payload: 'second' },
    { payload: '{"e":"new"}' },
  ])
  expect(await listQuarantine(t.db, id, 1)).toHaveLength(1)
})

it('stores what Postgres would refuse as text, and no more than a part of what is endless', async () => {
  const id = await source('refused')
  await addToQuarantine(t.db.pool, [message(id, `a\0b\ud800c`), message(id, 'x'.repeat(QUARANTINE_PAYLOAD + 1))])
  const [long, odd] = await listQuarantine(t.db, id)
  expect(odd?.payload).toBe('a\u2400b\ufffdc')
  expect(long?.payload).toHaveLength(QUARANTINE_PAYLOAD)
})

it('drops the oldest of each source, not of the others', async () => {
  const [flood, calm, absent] = [await source('flood'), await source('calm'), await source('absent')]
  await addToQuarantine(t.db.pool, [message(calm, 'kept')])
  const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => message(flood, String(from + i)))
  await addToQuarantine(t.db.pool, many(0, QUARANTINE_KEPT - 1))
  await addToQuarantine(t.db.pool, [...many(QUARANTINE_KEPT - 1, 3), message(calm, 'kept too')])
  const kept = await listQuarantine(t.db, flood, 2 * QUARANTINE_KEPT)
  expect(kept).toHaveLength(QUARANTINE_KEPT)
  expect([kept[0]?.payload, kept.at(-1)?.payload]).toEqual([String(QUARANTINE_KEPT + 1), '2'])
  expect((await listQuarantine(t.db, calm)).map((m) => m.payload)).toEqual(['kept too', 'kept'])
  expect(await listQuarantine(t.db, absent)).toEqual([])
})
