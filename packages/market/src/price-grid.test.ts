import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BIN_LOG_STEP, binCentrePrice, binLowerPrice, binOf, binUpperPrice, MAX_BIN, MIN_BIN } from './price-grid.ts'

const bin = fc.integer({ min: MIN_BIN, max: MAX_BIN })

describe('the global price grid', () => {
  it.each([
    [1, 0],
    [0.000012, -11331],
    [120_000, 11695],
    [2155.1, 7675],
  ])('puts %d into bin %d', (price, expected) => {
    expect(binOf(price)).toBe(expected)
    expect(binLowerPrice(expected)).toBeLessThanOrEqual(price)
    expect(binUpperPrice(expected)).toBeGreaterThan(price)
  })

  it('is 10 bp wide everywhere', () => {
    for (const b of [-11331, 0, 11695]) expect(binUpperPrice(b) / binLowerPrice(b)).toBeCloseTo(Math.exp(BIN_LOG_STEP), 12)
  })

  it('finds every bin again from its lower edge and from its centre', () => {
    fc.assert(
      fc.property(bin, (b) => {
        expect(binOf(binLowerPrice(b))).toBe(b)
        expect(binOf(binCentrePrice(b))).toBe(b)
      }),
    )
  })

  it('is monotone', () => {
    const price = fc.double({ min: 1e-11, max: 1e11, noNaN: true })
    fc.assert(fc.property(price, price, (a, b) => (a <= b ? binOf(a) <= binOf(b) : binOf(a) >= binOf(b))))
  })

  it('gives NaN for what has no place on it', () => {
    expect(binOf(-1)).toBeNaN()
    expect(binOf(Number.NaN)).toBeNaN()
  })
})
