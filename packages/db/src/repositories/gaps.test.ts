import { selectRows } from '@faultline/market/event-table'
import { MINUTE_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { makeCandles, makeInstrument, START } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { storeTable } from './events.ts'
import { replaceCandleGaps } from './gaps.ts'

const t = freshDatabase()
const FIVE = 5 * MINUTE_MS
const at = (i: number) => new Date(START + i * FIVE)

it('follows the candles: holes open, shrink, split and are filled', async () => {
  const { id } = await makeInstrument(t.db)
  const candles = makeCandles({ count: 20 })
  const store = (rows: number[]) =>
    inTransaction(t.db, async (client) => {
      await storeTable(client, id, selectRows(candles, rows), { intervalMs: FIVE })
      return replaceCandleGaps(client, id, FIVE)
    })
  const gaps = async () => {
    const { rows } = await t.db.pool.query('select from_time, to_time, status from gap where instrument_id = $1 order by from_time', [id])
    return rows.map((r) => [r.from_time, r.to_time, r.status])
  }
  expect(await store([0, 1, 2])).toEqual({ count: 0, missingBuckets: 0 })
  expect(await store([10, 12])).toEqual({ count: 2, missingBuckets: 8 })
  expect(await gaps()).toEqual([
    [at(3), at(10), 'open'],
    [at(11), at(12), 'open'],
  ])
  expect(await store([6, 11])).toEqual({ count: 2, missingBuckets: 6 })
  expect(await gaps()).toEqual([
    [at(3), at(6), 'open'],
    [at(7), at(10), 'open'],
    [at(11), at(12), 'filled'],
  ])
  expect(await store([3, 4, 5, 7, 8, 9])).toEqual({ count: 0, missingBuckets: 0 })
  expect((await gaps()).map((g) => g[2])).toEqual(['filled', 'filled', 'filled'])
})
