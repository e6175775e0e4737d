import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS, print } from '../../test/markets.ts'
import { tallyPrints as tallyWith } from './prints.ts'

const SECOND = 1000
const tallyPrints = (prints: Parameters<typeof tallyWith>[0], low: number, high: number, throttled: boolean) =>
  tallyWith(prints, low, high, throttled, PLAIN_TIERS)

describe('a tally of prints', () => {
  it('of none is nothing', () => {
    expect(tallyPrints([], 90, 110, true)).toEqual({ printedUsd: { long: 0, short: 0 }, usd: { long: 0, short: 0 }, outside: 0 })
  })

  it('adds up USD per side at the printed price', () => {
    const tally = tallyPrints(
      [print('long', 0, 100, 2), print('short', 60 * SECOND, 110, 1), print('long', 90 * SECOND, 90, 1)],
      90,
      110,
      false,
    )
    expect(tally).toEqual({ printedUsd: { long: 290, short: 110 }, usd: { long: 290, short: 110 }, outside: 0 })
  })

  it('keeps and counts prints outside the candle', () => {
    const tally = tallyPrints([print('long', 0, 89.99, 1), print('long', 30_000, 110.01, 1), print('short', 50_000, 90, 1)], 90, 110, false)
    expect(tally.outside).toBe(2)
    expect(tally.printedUsd.long).toBeCloseTo(200, 9)
    expect(tally.printedUsd.short).toBe(90)
  })

  it('takes bankruptcy prices back to where they were triggered: 0.4 % nearer', () => {
    const bankrupt = { ...print('long', 0, 99.6, 2), priceKind: 'bankruptcy' as const }
    const tally = tallyPrints([bankrupt], 99.9, 101, false)
    expect(tally.outside).toBe(0)
    expect(tally.usd.long).toBeCloseTo(200, 9)
    expect(tallyPrints([{ ...bankrupt, priceKind: 'fill' }], 99.9, 101, false)).toMatchObject({ outside: 1, usd: { long: 199.2 } })
  })

  it('inverts the throttle: a lone print stands for the rate of one second in five, the more the busier its neighbourhood', () => {
    const usdOf = (seconds: number[]) => {
      const tally = tallyPrints(
        seconds.map((second) => print('long', second * SECOND, 100, 1)),
        90,
        110,
        true,
      )
      expect(tally.printedUsd.long).toBe(100 * seconds.length)
      return tally.usd.long / tally.printedUsd.long
    }
    // −ln(1 − k/5)/(k/5) with k seconds of five in print, raised to the power of bursts
    const inversion = (k: number) => -Math.log(1 - k / 5) / (k / 5)
    const lone = usdOf([10])
    expect(lone).toBeGreaterThanOrEqual(inversion(1))
    const power = Math.log(lone) / Math.log(inversion(1))
    expect(usdOf([10, 40])).toBeCloseTo(lone, 12)
    expect(usdOf([10, 12])).toBeCloseTo(inversion(2) ** power, 9)
    // of three in a row each sees all three
    expect(usdOf([10, 11, 12])).toBeCloseTo(inversion(3) ** power, 9)
    // a window without a gap is not an infinite rate
    expect(usdOf([10, 11, 12, 13, 14, 15, 16])).toBeGreaterThan(usdOf([10, 11, 12, 13]))
    expect(usdOf([10, 11, 12, 13, 14, 15, 16])).toBeLessThan(200)
  })

  it('takes several prints of a second for one busy second, whichever side they are of', () => {
    const one = tallyPrints([print('long', 5000, 100, 1)], 90, 110, true)
    const two = tallyPrints([print('long', 5000, 100, 1), print('short', 5999, 100, 1)], 90, 110, true)
    expect(two.usd.long).toBe(one.usd.long)
    expect(two.usd.short).toBe(one.usd.long)
  })
})
