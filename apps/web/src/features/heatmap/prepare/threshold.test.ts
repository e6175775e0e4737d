import { usdToByte } from '@faultline/market/usd-scale'
import { describe, expect, it } from 'vitest'
import { colourScale, roundUsd, thresholdOf } from './threshold.ts'

/** Cells of a side: `[usd, how many]`, among as many empty ones. */
const side = (...groups: [usd: number, cells: number][]): Uint8Array =>
  Uint8Array.from(groups.flatMap(([usd, cells]) => Array.from({ length: 2 * cells }, (_, i) => (i % 2 ? usdToByte(usd) : 0))))
const within = (value: number, [low, high]: [number, number]) => {
  expect(value).toBeGreaterThanOrEqual(low)
  expect(value).toBeLessThanOrEqual(high)
}

describe('colourScale', () => {
  it('paints the smaller side too, and keeps full colour for the rare cells of the larger', () => {
    const { suggested, min, max, topUsd } = colourScale({
      long: side([500_000, 600], [800_000, 400]),
      short: side([5e6, 500], [10e6, 480], [40e6, 20]),
    })
    within(suggested.lowUsd, [460_000, 540_000])
    within(suggested.highUsd, [36e6, 44e6])
    expect(min).toBeLessThan(suggested.lowUsd)
    expect(max).toBeGreaterThan(suggested.highUsd)
    within(topUsd, [36e6, 44e6])
  })

  it('is not drawn down by a side that is hardly there', () => {
    const { suggested } = colourScale({ long: side([20, 3]), short: side([1e6, 500], [5e6, 500]) })
    within(suggested.lowUsd, [920_000, 1.1e6])
  })

  it('keeps low under high when all cells are alike, and has a scale for an empty picture', () => {
    for (const grid of [{ long: side([1e6, 9]), short: side([1e6, 9]) }, { long: side(), short: side() }, null]) {
      const { min, max, suggested } = colourScale(grid)
      expect([min, suggested.lowUsd, suggested.highUsd, max]).toEqual([min, suggested.lowUsd, suggested.highUsd, max].sort((a, b) => a - b))
      expect(suggested.lowUsd).toBeLessThan(suggested.highUsd)
    }
  })
})

const suggested = { lowUsd: 100_000, highUsd: 40e6 }

describe('thresholdOf', () => {
  it('follows the address and fills in what it leaves out', () => {
    expect(thresholdOf(suggested, { lo: 6e6, hi: 34e6 })).toEqual({ lowUsd: 6e6, highUsd: 34e6 })
    expect(thresholdOf(suggested, { lo: null, hi: null })).toEqual(suggested)
    expect(thresholdOf(suggested, { lo: 90e6, hi: null })).toEqual({ lowUsd: 90e6, highUsd: 180e6 })
    expect(thresholdOf(suggested, { lo: null, hi: 50_000 })).toEqual({ lowUsd: 25_000, highUsd: 50_000 })
  })
  it('does not follow nonsense', () => {
    expect(thresholdOf(suggested, { lo: 34e6, hi: 6e6 })).toEqual(suggested)
    expect(thresholdOf(suggested, { lo: -5, hi: Number.NaN })).toEqual(suggested)
    expect(thresholdOf(suggested, { lo: 1e300, hi: null })).toEqual(suggested)
  })
})

it('rounds to two significant digits', () => expect([1234, 0.0456, 99.9e6].map(roundUsd)).toEqual([1200, 0.046, 100e6]))
