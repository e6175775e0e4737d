import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapArbitrary, mapOf, mirrored } from '../../test/readings.ts'
import type { HeatMap } from '../map/heat-map.ts'
import { impactDepth, scaledDepth } from './depth.ts'
import { erfc } from './erfc.ts'
import { orderBookDepth } from './order-book-depth.ts'
import { type RiskInput, reachWeight, riskIndex } from './risk-index.ts'

// 4.899 % a day is 1 % an hour.
const SIGMA = 0.01 * Math.sqrt(24)
const depth = impactDepth({ sigmaDay: SIGMA, volumeDayUsd: 1e7 })
const index = (map: HeatMap, over: Partial<RiskInput> = {}) =>
  riskIndex({ map, sigmaDay: SIGMA, depth, openInterestUsd: 1e6, ...over }).value

/** Any way to hold depth, also one with gaps and an end. */
const depths = fc.oneof(
  fc.constant(depth),
  fc
    .array(fc.tuple(fc.double({ min: 0.8, max: 1.25, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true })), { maxLength: 20 })
    .map((book) => orderBookDepth(1.0005, book)),
)

describe('erfc', () => {
  it('agrees with tables', () => {
    // Abramowitz & Stegun, table 7.1 and 7.3.
    const table = [
      [0, 1],
      [0.5, 0.4795001222],
      [1, 0.1572992071],
      [2, 0.004677735],
      [4, 1.54172579e-8],
    ] as const
    for (const [x, value] of table) expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1.2e-7)
  })
})

describe('riskIndex', () => {
  it('is the sum that its definition says', () => {
    // 20,000 USD one hourly σ below: P(hour) = erfc(1/√2) = 0.31731, P(day) = erfc(0.01 / 0.048990 / √2) = 0.83825.
    // w = 0.85 · 0.31731 + 0.15 · 0.83825 = 0.39545. D(1 %) = 10⁷ · (0.01 / 0.024495)² = 1,666,667; mean n over the level's dollars:
    // ½ · 0.7 · 20,000 / 1,666,667 = 0.0042. R = 20,000 · 0.39545 · 1.0042 / 10⁶ = 0.0079422; 100 · R / (R + 0.03) = 20.93.
    const result = riskIndex({ map: mapOf({ [-10]: 20_000 }), sigmaDay: SIGMA, depth, openInterestUsd: 1e6 })
    expect(reachWeight(0.01, SIGMA)).toBeCloseTo(0.39545, 4)
    expect(result.reachedUsd.long).toBeCloseTo(7909, 0)
    expect(result.reachedUsd.short).toBe(0)
    expect(result.branching).toBeCloseTo(0.0042, 6)
    expect(result.value).toBeCloseTo(20.93, 2)
    expect(result.version).toBe('reach-1')
    // Funding two deviations high crowds the longs, not the shorts: e^0.3.
    expect(riskIndex({ map: mapOf({}), sigmaDay: SIGMA, depth, openInterestUsd: 1e6, fundingZ: 2 }).crowding).toEqual({
      long: Math.exp(0.3),
      short: 1,
    })
  })

  it('is 0 of an empty map and stays below 100', () => {
    expect(index(mapOf({}))).toBe(0)
    expect(index(mapOf({ [-1]: 1e12 }))).toBeLessThan(100)
    expect(index(mapOf({ [-1]: 1e12 }))).toBeGreaterThan(99)
    // D(1 %) as above and η = 0.7: the ratio is 3 from 3 · 1,666,667 / 0.7 = 7,142,857 USD on. Of twice that the first half counts 1.5 on
    // average, the second 3: 2.25.
    const twice = { map: mapOf({ [-10]: 14_285_714 }), sigmaDay: SIGMA, depth, openInterestUsd: 1e6 }
    expect(riskIndex(twice).branching).toBeCloseTo(2.25, 6)
    // No book at all: n is as high as it can be counted.
    expect(riskIndex({ map: mapOf({ [-10]: 5 }), sigmaDay: SIGMA, depth: orderBookDepth(1, []), openInterestUsd: 1e6 }).branching).toBe(3)
  })

  it('falls as the same USD spread outwards, and rises as they gather', () => {
    const spread = (bins: number) => {
      const cells: Record<number, number> = {}
      for (let bin = 1; bin <= bins; bin++) cells[-bin] = 120_000 / bins
      return index(mapOf(cells))
    }
    const values = [1, 5, 10, 20, 50, 100, 200].map(spread)
    expect(values).toEqual([...values].sort((a, b) => b - a))
    expect((values[0] as number) - (values[6] as number)).toBeGreaterThan(30)
  })

  it('rises whenever anything comes nearer to the price, whatever the book', () => {
    fc.assert(
      fc.property(
        mapArbitrary(),
        depths,
        fc.nat(),
        fc.nat(),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (map, book, pick, step, share) => {
          const filled = [...map.long.usd.keys()].filter((i) => (map.long.usd[i] as number) > 0)
          if (filled.length === 0) return
          const from = filled[pick % filled.length] as number
          const away = -(map.long.firstBin + from)
          if (away <= 1) return
          const to = from + 1 + (step % (away - 1))
          const cells: Record<number, number> = {}
          map.long.usd.forEach((usd, i) => {
            cells[map.long.firstBin + i] = usd
          })
          const moved = Math.floor(share * (map.long.usd[from] as number))
          const target = map.long.firstBin + to
          cells[map.long.firstBin + from] = (map.long.usd[from] as number) - moved
          cells[target] = (cells[target] ?? 0) + moved
          const nearer = { ...mapOf(cells), short: map.short }
          expect(index(nearer, { depth: book })).toBeGreaterThanOrEqual(index(map, { depth: book }) * (1 - 1e-9))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('rises with every USD, volatility, |funding| and open-interest z, falls with depth and size, and does not care for left and right', () => {
    fc.assert(
      fc.property(
        mapArbitrary(),
        depths,
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.integer({ min: -200, max: -1 }),
        (map, book, z, bin) => {
          const here = index(map, { depth: book })
          const slack = 1e-6 * here
          const nearZero = (value: number) => expect(Math.abs(value)).toBeLessThanOrEqual(slack)
          expect(here).toBeGreaterThanOrEqual(0)
          expect(here).toBeLessThan(100)
          const cells: Record<number, number> = { [bin]: 0 }
          map.long.usd.forEach((usd, i) => {
            cells[map.long.firstBin + i] = usd
          })
          cells[bin] = (cells[bin] ?? 0) + 1000
          expect(index({ ...mapOf(cells), short: map.short }, { depth: book })).toBeGreaterThan(here)
          expect(index(map, { depth: book, sigmaDay: 1.2 * SIGMA })).toBeGreaterThanOrEqual(here - slack)
          expect(index(map, { depth: book, passThrough: 0.9 })).toBeGreaterThanOrEqual(here - slack)
          expect(index(map, { depth: scaledDepth(book, 1.5) })).toBeLessThanOrEqual(here + slack)
          expect(index(map, { depth: book, openInterestUsd: 2e6 })).toBeLessThanOrEqual(here + slack)
          expect(index(map, { depth: book, openInterestZ: Math.abs(z) })).toBeGreaterThanOrEqual(here - slack)
          expect(index(map, { depth: book, openInterestZ: -Math.abs(z) })).toBeLessThanOrEqual(here + slack)
          expect(index(map, { depth: book, fundingZ: z })).toBeGreaterThanOrEqual(here - slack)
          expect(index(map, { depth: book, fundingZ: 2 * z })).toBeGreaterThanOrEqual(index(map, { depth: book, fundingZ: z }) - slack)
          nearZero(index(mirrored(map), { fundingZ: -z }) - index(map, { fundingZ: z }))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('does not depend on the size of the market: map, depth and open interest tenfold', () => {
    fc.assert(
      fc.property(mapArbitrary(), (map) => {
        const tenfold = (side: 'long' | 'short') => ({ ...map[side], usd: map[side].usd.map((usd) => 10 * usd) })
        const big = { ...map, long: tenfold('long'), short: tenfold('short') }
        expect(index(big, { depth: scaledDepth(depth, 10), openInterestUsd: 1e7 })).toBeCloseTo(index(map), 6)
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    [{ sigmaDay: 0 }, 'sigmaDay'],
    [{ sigmaDay: Number.NaN }, 'sigmaDay'],
    [{ openInterestUsd: -1 }, 'openInterestUsd'],
    [{ fundingZ: Number.NaN }, 'fundingZ'],
    [{ passThrough: -1 }, 'passThrough'],
  ])('refuses %j', (over, field) => {
    expect(() => index(mapOf({}), over)).toThrow(field)
  })
})
