import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bandOf, normalQuantile } from './bands.ts'

describe('a band', () => {
  it('has the mean and the variance it was made from', () => {
    for (const [mean, variance] of [
      [100, 1],
      [100, 400],
      [1, 3],
      [5e6, 4e13],
    ] as const) {
      const { p10, p50, p90 } = bandOf(mean, variance)
      // The distribution is log-normal: its logarithm's deviation from the band, its moments by adding up over z.
      const sigma = Math.log(p90 / p50) / 1.2815515655446004
      expect(Math.log(p50 / p10)).toBeCloseTo(Math.log(p90 / p50), 9)
      let [first, second] = [0, 0]
      const step = 0.001
      for (let z = -12; z <= 12; z += step) {
        const density = (Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)) * step
        const x = p50 * Math.exp(sigma * z)
        first += x * density
        second += x * x * density
      }
      expect(first / mean).toBeCloseTo(1, 6)
      expect((second - first * first) / variance).toBeCloseTo(1, 4)
    }
  })

  it('of a sure thing is that thing, and of nothing is nothing', () => {
    expect(bandOf(7, 0)).toEqual({ p10: 7, p50: 7, p90: 7 })
    expect(bandOf(0, 5)).toEqual({ p10: 0, p50: 0, p90: 0 })
    // a mean whose square vanishes
    expect(bandOf(1e-200, 1e-190)).toEqual({ p10: 0, p50: 0, p90: 0 })
  })

  it('is in order and finite, and wider the less is known', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), fc.double({ min: 0, max: 1e4, noNaN: true }), (mean, relative) => {
        const { p10, p50, p90 } = bandOf(mean, relative * mean * mean)
        expect(0 < p10 && p10 <= p50 && p50 <= p90 && Number.isFinite(p90)).toBe(true)
        const wider = bandOf(mean, (relative * 2 + 0.01) * mean * mean)
        expect(wider.p90 / wider.p10).toBeGreaterThan(p90 / p10)
      }),
    )
  })
})

describe('the quantile of the normal distribution', () => {
  it.each([
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167813],
    [0.02, -2.053748910631823],
    [0.3, -0.5244005127080407],
    [1e-6, -4.753424308822899],
  ])('at %s is %s', (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThanOrEqual(2e-9 * Math.abs(z))
  })

  it('rises, and is odd about a half', () => {
    for (let p = 0.001; p < 0.999; p += 0.001) expect(normalQuantile(p + 0.001)).toBeGreaterThan(normalQuantile(p))
    for (const p of [0.01, 0.024, 0.025, 0.2, 0.4]) expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 8)
  })
})
