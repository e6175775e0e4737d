import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exp, ln, ln1p, power } from './portable-math.ts'

/** What any engine gives is right to a unit or two in the last place; so is this, and so they may differ by that much. */
const CLOSE = 6e-16
const agrees = (own: number, other: number, tolerance = CLOSE) => own === other || Math.abs(own / other - 1) <= tolerance

describe('exponential and logarithm', () => {
  it('are right to the last places', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -708, max: 709, noNaN: true }),
        fc.double({ min: 1e-308, max: 1e308, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (x, y, small) => {
          expect(agrees(exp(x), Math.exp(x))).toBe(true)
          expect(agrees(exp(small), Math.exp(small))).toBe(true)
          expect(agrees(ln(y), Math.log(y))).toBe(true)
          expect(agrees(ln(Math.exp(small)), Math.log(Math.exp(small)))).toBe(true)
        },
      ),
      { numRuns: 5000 },
    )
  })

  it('are the same bits on every machine', () => {
    const bits = (x: number) => new DataView(Float64Array.of(x).buffer).getBigUint64(0, true).toString(16)
    expect([exp(0.001), exp(-7.3), exp(11.7), ln(2), ln(2000.5), ln(1.0005), power(3, 0.6)].map(bits)).toEqual([
      '3ff0041919b7ee34',
      '3f4622d4792b6a8d',
      '40fd6fbb7095a1e1',
      '3fe62e42fefa39ef',
      '401e6794808dca98',
      '3f4061417a5d79c8',
      '3ffeee504bc32424',
    ])
  })

  it('know where they end', () => {
    for (const x of [0, -0, 710, -746, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-10, -740.5])
      expect(Object.is(exp(x), Math.exp(x)), `exp(${x})`).toBe(true)
    for (const x of [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MIN_VALUE, Number.MAX_VALUE])
      expect(Object.is(ln(x), Math.log(x)), `ln(${x})`).toBe(true)
  })
})

describe('what is made of them', () => {
  it('ln(1 + x) keeps small x', () => {
    expect(ln1p(1e-20)).toBe(1e-20)
    expect(ln1p(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
    fc.assert(fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => agrees(ln1p(x), Math.log1p(x), 2e-15)))
  })

  it('powers of positive bases', () => {
    expect(power(10, 1)).toBe(10)
    expect(power(2, 0)).toBe(1)
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }), (base, exponent) =>
        agrees(power(base, exponent), base ** exponent, 1e-14),
      ),
    )
  })
})
