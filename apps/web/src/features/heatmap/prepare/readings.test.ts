import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { COLUMN_STATE } from '@faultline/market/tile'
import { tileFromColumns } from '@faultline/market/tile-build'
import { expect, it } from 'vitest'
import { readColumn } from './readings.ts'

const MINUTE = 60_000
const PRICE = binCentrePrice(binOf(2000))

/** One column at bucket 3 with `usd` at bins counted from the price's own. */
function tile(long: Record<number, number>, short: Record<number, number>) {
  const plane = (values: Record<number, number>) => {
    const offsets = Object.keys(values).map(Number)
    const low = Math.min(...offsets)
    const usd = new Float32Array(Math.max(...offsets) - low + 1)
    for (const o of offsets) usd[o - low] = values[o] ?? 0
    return { firstBin: binOf(2000) + low, usd }
  }
  const column = { bucketStart: 3 * MINUTE, bucketMs: MINUTE, planes: { long: plane(long), short: plane(short) } }
  return tileFromColumns({ resolutionMs: MINUTE, index: 0, columns: [column] })
}

it('sums each side within five per cent, to the rounding of the tile', () => {
  const r = readColumn(tile({ [-10]: 1e6, [-40]: 2e6, [-60]: 5e8 }, { 20: 4e6, 55: 9e8 }), 3 * MINUTE, PRICE)
  expect(r?.longUsd).toBeGreaterThan(3e6 * 0.955)
  expect(r?.longUsd).toBeLessThan(3e6 * 1.045)
  expect(r?.shortUsd).toBeGreaterThan(4e6 * 0.955)
  expect(r?.shortUsd).toBeLessThan(4e6 * 1.045)
})

it('names the largest peaks nearest first and takes neighbours as one level', () => {
  const r = readColumn(tile({ [-30]: 5e6, [-31]: 4e6, [-12]: 2e6 }, { 25: 3e6, 26: 1e4 }), 3 * MINUTE, PRICE)
  expect(r?.levels.map((l) => [l.side, Math.round(l.distance * 1000)])).toEqual([
    ['long', -12],
    ['short', 25],
    ['long', -30],
  ])
})

it('takes two peaks less than 0.8 % apart as one level', () => {
  const r = readColumn(tile({ [-30]: 5e6, [-36]: 4e6, [-38]: 3e6 }, { 25: 3e6 }), 3 * MINUTE, PRICE)
  expect(r?.levels.filter((l) => l.side === 'long').map((l) => Math.round(l.distance * 1000))).toEqual([-30])
})

it('finds no level on a slope', () => {
  const slope = Object.fromEntries(Array.from({ length: 140 }, (_, i) => [i + 1, 1e5 * 1.05 ** i]))
  const r = readColumn(tile({ [-20]: 1e6 }, slope), 3 * MINUTE, PRICE)
  expect(r?.levels.map((l) => l.side)).toEqual(['long'])
})

it('has nothing to say about a column that is not there', () => {
  const t = tile({ [-1]: 1e6 }, { 1: 1e6 })
  expect(readColumn(t, 4 * MINUTE, PRICE)).toBeNull()
  expect(readColumn(t, 300 * MINUTE, PRICE)).toBeNull()
  expect(readColumn(t, 3 * MINUTE, Number.NaN)).toBeNull()
  t.columnState[3] = COLUMN_STATE.partial
  expect(readColumn(t, 3 * MINUTE, PRICE)).not.toBeNull()
})
