import type { EventTable } from '@faultline/market/event-table'
import { expect, it } from 'vitest'
import { makeInstrument, START } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { readTable } from './events.ts'
import { type LateKind, readKnownAfter } from './known-events.ts'
import { type LiveEvent, storeLive } from './live-events.ts'

const t = freshDatabase()
const LATE = START + 60_000

const store = (instrumentId: number, events: [LiveEvent, number | null][]) =>
  inTransaction(t.db, (client) =>
    storeLive(
      client,
      events.map(([event, knownAfter]) => ({ instrumentId, event, knownAfter })),
    ),
  )
const known = async (kind: LateKind, id: number, range: { from?: number; to?: number } = {}) => {
  const table: EventTable<LateKind> = await readTable(t.db.pool, kind, id, range)
  return readKnownAfter(t.db.pool, id, table)
}

it('tells row by row when it became known, in the order of the table', async () => {
  const { id } = await makeInstrument(t.db)
  const print = (time: number, price: number, side: 'long' | 'short' = 'long'): LiveEvent => ({
    type: 'liquidation',
    time,
    side,
    price,
    priceKind: 'fill',
    quantity: 0.1 + 0.2,
    quantityUsd: 1,
  })
  await store(id, [
    [{ type: 'openInterest', time: START, openInterest: 1 }, null],
    [{ type: 'openInterest', time: START + 5, openInterest: 2 }, LATE],
    [{ type: 'openInterest', time: START + 9, openInterest: 3 }, null],
    // the same moment and all but the same key
    [print(START, 0.1), LATE],
    [print(START, 0.1, 'short'), null],
    [print(START, 1 / 3), null],
    [print(START, 0.3), LATE + 60_000],
    [{ type: 'longShortRatio', time: START, kind: 'topAccounts', ratio: 1 }, null],
    [{ type: 'longShortRatio', time: START, kind: 'accounts', ratio: 1 }, LATE],
    [{ type: 'funding', time: START, rate: 0 }, LATE],
  ])
  expect(await known('openInterest', id)).toEqual(Float64Array.of(Number.NaN, LATE, Number.NaN))
  expect(await known('openInterest', id, { from: START + 5, to: START + 6 })).toEqual(Float64Array.of(LATE))
  expect(await known('liquidation', id)).toEqual(Float64Array.of(LATE, LATE + 60_000, Number.NaN, Number.NaN))
  expect(await known('longShortRatio', id)).toEqual(Float64Array.of(LATE, Number.NaN))
  expect(await known('funding', id)).toEqual(Float64Array.of(LATE))
})

it('is null where every row came in time, or there is none', async () => {
  const [one, other] = [await makeInstrument(t.db), await makeInstrument(t.db)]
  expect(await known('funding', one.id)).toBeNull()
  await store(one.id, [
    [{ type: 'funding', time: START, rate: 0 }, null],
    [{ type: 'funding', time: START + 9, rate: 0 }, LATE],
  ])
  await store(other.id, [[{ type: 'funding', time: START, rate: 0 }, LATE]])
  expect(await known('funding', one.id, { to: START + 1 })).toBeNull()
})
