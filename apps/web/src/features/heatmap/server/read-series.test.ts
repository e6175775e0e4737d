import { inTransaction } from '@faultline/db/database'
import { storeTable } from '@faultline/db/repositories/events'
import { applyRetention, setRetention } from '@faultline/db/repositories/retention'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { makeCandles, makeInstrument, START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it } from 'vitest'
import { readCandles } from './read-series.ts'

const t = freshDatabase()

it('draws months whose minutes are gone from what is left of them, the same at half an hour and coarser', async () => {
  const { id } = await makeInstrument(t.db)
  const candles = makeCandles({ count: 2 * 1_440, intervalMs: MINUTE_MS })
  await inTransaction(t.db, (client) => storeTable(client, id, candles, { intervalMs: MINUTE_MS }))
  const span = { instrumentId: id, from: START, to: START + 2 * DAY_MS, sourceMs: MINUTE_MS }
  const read = (minutes: number) => readCandles(t.db, { ...span, intervalMs: minutes * MINUTE_MS })
  const before = { half: await read(30), four: await read(240), day: await read(1_440) }
  expect(before.half.rows).toHaveLength(96)

  await setRetention(t.db, { kind: 'operator' }, 'candle', 30)
  await applyRetention(t.db, Date.now())
  const close = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((v) => expect.closeTo(v, 6)))
  expect((await read(30)).rows).toEqual(close(before.half.rows as never))
  expect((await read(240)).rows).toEqual(close(before.four.rows as never))
  expect((await read(1_440)).rows).toEqual(close(before.day.rows as never))
  expect((await read(5)).rows).toEqual([])
})
