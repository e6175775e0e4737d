import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitIsotonic, recalibrate } from './isotonic.ts'

const pairsOf = (rows: readonly (readonly [number, number, number?])[]) =>
  rows.map(([forecast, outcome, weight]) => ({ forecast, outcome, weight }))

describe('fitIsotonic', () => {
  it('pools neighbours that fall', () => {
    // .1 → 0 stays; .2 → 1 and .3 → 0 fall and are pooled to ½ at .25; .4 → 1 stays.
    expect(
      fitIsotonic(
        pairsOf([
          [0.3, 0],
          [0.1, 0],
          [0.4, 1],
          [0.2, 1],
        ]),
      ),
    ).toEqual({ forecast: [0.1, 0.25, 0.4], observed: [0, 0.5, 1] })
  })

  it('pools equal forecasts first, and goes back as far as needed', () => {
    // The two at .3 are ½; .1 → 1 stands above that: all three are pooled, ⅔ at (.1 + .3 + .3) / 3.
    const { forecast, observed } = fitIsotonic(
      pairsOf([
        [0.1, 1],
        [0.3, 0],
        [0.3, 1],
      ]),
    )
    expect(observed).toHaveLength(1)
    expect(observed[0]).toBeCloseTo(2 / 3, 12)
    expect(forecast[0]).toBeCloseTo(0.7 / 3, 12)
    // 0.4, 0.5, then 0: first 0.5 with 0 makes 0.25, which falls below 0.4 too: 0.3 for all.
    expect(
      fitIsotonic(
        pairsOf([
          [0.1, 0.4],
          [0.2, 0.5],
          [0.3, 0],
        ]),
      ).observed[0],
    ).toBeCloseTo(0.3, 12)
  })

  it('weighs', () => {
    expect(
      fitIsotonic(
        pairsOf([
          [0, 1, 1],
          [1, 0, 3],
        ]),
      ),
    ).toEqual({ forecast: [0.75], observed: [0.25] })
  })

  it('rises, keeps the mean, and is no worse than the forecasts in squares', () => {
    const pair = fc.record({ forecast: fc.integer({ min: 0, max: 20 }).map((k) => k / 20), outcome: fc.constantFrom(0, 1) })
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 60 }), (pairs) => {
        const calibration = fitIsotonic(pairs)
        const { forecast, observed } = calibration
        for (let i = 1; i < observed.length; i++) {
          expect(observed[i]).toBeGreaterThan(observed[i - 1] as number)
          expect(forecast[i]).toBeGreaterThan(forecast[i - 1] as number)
        }
        // The nearest rising function has as the sum of its residuals nothing: mean of outcomes = mean of what was fitted, block by block.
        const values = Array.from({ length: 101 }, (_, i) => recalibrate(calibration, i / 100))
        for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual((values[i - 1] as number) - 1e-12)
        expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
        expect(Math.max(...values)).toBeLessThanOrEqual(1)
        const constant = pairs.reduce((sum, p) => sum + p.outcome, 0) / pairs.length
        expect(observed[0]).toBeLessThanOrEqual(constant + 1e-12)
        expect(observed.at(-1)).toBeGreaterThanOrEqual(constant - 1e-12)
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    [[Number.NaN, 0], 'forecast'],
    [[0.5, 2], 'outcome'],
    [[0.5, 1, 0], 'weight'],
  ] as const)('refuses %j', (row, field) => {
    expect(() => fitIsotonic(pairsOf([row]))).toThrow(field)
  })
})

describe('recalibrate', () => {
  it('is linear between blocks, flat beyond, and leaves forecasts alone where nothing was learned', () => {
    const calibration = { forecast: [0.2, 0.4], observed: [0.1, 0.5] }
    expect([0, 0.2, 0.25, 0.4, 1].map((p) => recalibrate(calibration, p))).toEqual([0.1, 0.1, expect.closeTo(0.2, 12), 0.5, 0.5])
    expect(recalibrate(fitIsotonic([]), 0.3)).toBe(0.3)
  })
})
