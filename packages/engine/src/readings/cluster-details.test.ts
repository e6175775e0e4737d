import { expect, it } from 'vitest'
import { mapOf, plane } from '../../test/readings.ts'
import { bandOfBins, bandOfDraws, leverageShares, planeUsd } from './cluster-details.ts'

const range = { side: 'long', firstBin: -5, lastBin: -3 } as const

it('sums a plane over a range, both ends inclusive, wherever the plane ends', () => {
  expect(planeUsd(plane({ [-6]: 1, [-5]: 2, [-4]: 4, [-3]: 8, [-2]: 16 }), range)).toBe(14)
  expect(planeUsd(plane({ [-4]: 4 }), range)).toBe(4)
  expect(planeUsd(plane({}), range)).toBe(0)
  expect(planeUsd(plane({ 3: 1 }), range)).toBe(0)
})

it('says by which leverage a cluster stands', () => {
  const planes = [plane({ [-5]: 30, [-9]: 1000 }), plane({ [-4]: 60, [-3]: 10 }), plane({ 4: 7 })]
  // 30 and 70 of 100 USD
  expect(leverageShares(range, { leverage: Float64Array.of(10, 25, 50), planes })).toEqual([
    { leverage: 10, share: 0.3 },
    { leverage: 25, share: 0.7 },
    { leverage: 50, share: 0 },
  ])
  expect(leverageShares({ firstBin: 50, lastBin: 60 }, { leverage: Float64Array.of(10), planes: [plane({})] })).toEqual([
    { leverage: 10, share: 0 },
  ])
})

it('adds up the percentiles of its bins', () => {
  const side = {
    firstBin: -5,
    p10: Float32Array.of(1, 2, 3, 99),
    p50: Float32Array.of(10, 20, 30, 99),
    p90: Float32Array.of(100, 200, 300, 999),
  }
  expect(bandOfBins(range, { long: side, short: { ...side, firstBin: 0 } })).toEqual({ p10: 6, p50: 60, p90: 600 })
})

it('takes percentiles of what each draw holds, by weight', () => {
  // 10, 20 and 30 USD with weights 0.2, 0.5 and 0.3: a tenth lies within 10, half within 20, nine tenths within 30.
  const draws = [
    { weight: 0.3, map: mapOf({ [-4]: 30 }) },
    { weight: 0.2, map: mapOf({ [-5]: 5, [-3]: 5 }) },
    { weight: 0.5, map: mapOf({ [-3]: 20, [-2]: 500 }) },
  ]
  expect(bandOfDraws(range, draws)).toEqual({ p10: 10, p50: 20, p90: 30 })
  expect(bandOfDraws(range, [])).toEqual({ p10: 0, p50: 0, p90: 0 })
})
