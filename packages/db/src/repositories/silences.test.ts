import { MINUTE_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { makeInstrument, START } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { enterSilences, readSilences } from './silences.ts'

const t = freshDatabase()
const at = (i: number) => START + i * MINUTE_MS

it('keeps silences apart by their beginning, lengthens them, and never shortens one', async () => {
  const [{ id }, other] = [await makeInstrument(t.db), await makeInstrument(t.db)]
  const enter = (...ranges: [number, number][]) =>
    enterSilences(
      t.db.pool,
      ranges.map(([from, to]) => ({ instrumentId: id, from: at(from), to: at(to) })),
    )
  await enter()
  await enter([5, 5], [7, 6])
  expect(await readSilences(t.db.pool, id, { from: 0, to: at(1000) })).toEqual([])
  await enter([10, 12], [2, 3], [10, 14], [11, 20])
  await enter([2, 4], [10, 13])
  await enterSilences(t.db.pool, [{ instrumentId: other.id, from: at(0), to: at(50) }])
  const read = async (from: number, to: number) =>
    (await readSilences(t.db.pool, id, { from: at(from), to: at(to) })).map((s) => [
      (s.from - START) / MINUTE_MS,
      (s.to - START) / MINUTE_MS,
    ])
  expect(await read(0, 100)).toEqual([
    [2, 4],
    [10, 14],
    [11, 20],
  ])
  // Half open on both sides.
  expect(await read(4, 10)).toEqual([])
  expect(await read(3, 11)).toEqual([
    [2, 4],
    [10, 14],
  ])
  expect(await read(14, 15)).toEqual([[11, 20]])
})
