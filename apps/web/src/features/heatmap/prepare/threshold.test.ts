import { describe, expect, it } from 'vitest'
import { roundUsd, thresholdOf } from './threshold.ts'

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
