import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapArbitrary, mapOf, mirrored, PRICE } from '../../test/readings.ts'
import { Cascade, prepareCascade } from './cascade.ts'
import { type CascadeUncertainty, cascadeMonteCarlo, resilienceFactor } from './cascade-monte-carlo.ts'
import { impactDepth } from './depth.ts'
import { levelsOf } from './levels.ts'
import { orderBookDepth } from './order-book-depth.ts'
import { quantile, shareAtLeast } from './quantile.ts'
import { generatorOf } from './random.ts'

// 10,000 USD at 1 %, 40,000 at 2 %.
const depth = impactDepth({ sigmaDay: 0.02, volumeDayUsd: 10_000 })
/** Nothing is uncertain, nothing comes back. */
const CERTAIN: Partial<CascadeUncertainty> = { passThroughSpread: 0, depthSpread: 0, stressedShare: 0, durationMs: 0 }

describe('cascadeMonteCarlo', () => {
  it('is the closed form where nothing is uncertain', () => {
    fc.assert(
      fc.property(mapArbitrary(), fc.double({ min: 0.001, max: 0.1, noNaN: true }), (map, distance) => {
        const uncertainty = { ...CERTAIN, passThroughMedian: 0.5 }
        const drawn = cascadeMonteCarlo({ side: 'short', maps: [{ weight: 1, map }], depth, shock: { distance }, draws: 3, uncertainty })
        const closed = new Cascade(prepareCascade('short', levelsOf(map, 'short'), depth), 0.5).priceShock(distance)
        expect([...drawn.liquidatedUsd]).toEqual([closed.liquidatedUsd, closed.liquidatedUsd, closed.liquidatedUsd])
        expect(Math.abs((drawn.overshoot[1] as number) - (closed.distance - distance))).toBeLessThan(1e-12)
        expect(Math.abs((drawn.endPrice[1] as number) / (PRICE * Math.exp(closed.distance)) - 1)).toBeLessThan(1e-12)
        const sold = cascadeMonteCarlo({ side: 'short', maps: [{ weight: 1, map }], depth, shock: { usd: 500 }, draws: 1, uncertainty })
        const volume = new Cascade(prepareCascade('short', levelsOf(map, 'short'), depth), 0.5).volumeShock(500)
        expect(sold.liquidatedUsd[0]).toBe(volume.liquidatedUsd)
      }),
      { numRuns: 50 },
    )
  })

  it('takes each map as often as its weight says', () => {
    // A shock by 1 % finds 100, 200 or nothing within it: weights 0.5, 0.3 and 0.2.
    const maps = [
      { weight: 0.5, map: mapOf({ [-5]: 100 }) },
      { weight: 0.3, map: mapOf({ [-5]: 200 }) },
      { weight: 0.2, map: mapOf({}) },
    ]
    const { liquidatedUsd } = cascadeMonteCarlo({ side: 'long', maps, depth, shock: { distance: 0.01 }, uncertainty: CERTAIN })
    expect(liquidatedUsd).toHaveLength(1000)
    expect(shareAtLeast(liquidatedUsd, 1)).toBe(0.8)
    expect(shareAtLeast(liquidatedUsd, 150)).toBe(0.3)
    // A share of the weights, whatever they add up to.
    const tenfold = maps.map(({ weight, map }) => ({ weight: 10 * weight, map }))
    expect(
      cascadeMonteCarlo({ side: 'long', maps: tenfold, depth, shock: { distance: 0.01 }, uncertainty: CERTAIN }).liquidatedUsd,
    ).toEqual(liquidatedUsd)
  })

  it('spreads with depth and pass-through around what is known', () => {
    // 10,000 USD at 1 %, all of it within the shock: at a median η of 0.5 and depth as known, 5000 beyond the first 10,000 of depth:
    // √1.5 %, an overshoot of 0.2247 %. What is drawn is symmetric in logs of η/(1 − η) and of depth, so that is the median too.
    const input = {
      side: 'long',
      maps: [{ weight: 1, map: mapOf({ [-5]: 10_000 }) }],
      depth,
      shock: { distance: 0.01 },
      draws: 20_000,
    } as const
    const certain = cascadeMonteCarlo({ ...input, uncertainty: { ...CERTAIN, passThroughMedian: 0.5 } })
    expect(certain.overshoot[0]).toBeCloseTo(0.01 * (Math.sqrt(1.5) - 1), 9)
    const onlyEta = cascadeMonteCarlo({ ...input, uncertainty: { ...CERTAIN, passThroughMedian: 0.5, passThroughSpread: 1 } })
    expect(quantile(onlyEta.overshoot, 0.5)).toBeCloseTo(certain.overshoot[0] as number, 4)
    // The 84th percentile is one standard deviation: η = 1 / (1 + e^−1) = 0.7311.
    expect(quantile(onlyEta.overshoot, 0.8413)).toBeCloseTo(0.01 * (Math.sqrt(1.7311) - 1), 4)
    const onlyDepth = cascadeMonteCarlo({ ...input, uncertainty: { ...CERTAIN, passThroughMedian: 0.5, depthSpread: Math.LN2 } })
    // Half the depth at one standard deviation: as if η were 1, √2 %.
    expect(quantile(onlyDepth.overshoot, 0.8413)).toBeCloseTo(0.01 * (Math.SQRT2 - 1), 4)
    // Stressed in one draw of four, with a quarter of the depth: as if η were 2, √3 %.
    const stressed = cascadeMonteCarlo({
      ...input,
      uncertainty: { ...CERTAIN, passThroughMedian: 0.5, stressedShare: 0.25, stressedDepth: 0.25 },
    })
    expect(shareAtLeast(stressed.overshoot, 0.01 * (Math.sqrt(3) - 1) - 1e-9)).toBeCloseTo(0.25, 1)
  })

  it('sells an order at market into the depth that is drawn', () => {
    // A quarter of the depth holds 10,000 USD at 2 %.
    const uncertainty = { ...CERTAIN, stressedShare: 1, stressedDepth: 0.25 }
    const maps = [{ weight: 1, map: mapOf({}) }]
    const { overshoot } = cascadeMonteCarlo({ side: 'long', maps, depth, shock: { usd: 10_000 }, draws: 1, uncertainty })
    expect(overshoot[0]).toBeCloseTo(0.02, 12)
  })

  it('gives the same for the same seed, other numbers for another, and its mirror image for the mirrored map', () => {
    const map = mapOf({ [-5]: 3000, [-15]: 9000, [-30]: 9000 }, { 8: 4000 })
    const run = (seed: number, side: 'long' | 'short' = 'long', of = map) =>
      cascadeMonteCarlo({ side, maps: [{ weight: 1, map: of }], depth, shock: { distance: 0.008 }, seed, draws: 200 })
    expect(run(7)).toEqual(run(7))
    expect(run(7).overshoot).not.toEqual(run(8).overshoot)
    expect(run(7, 'short', mirrored(map)).liquidatedUsd).toEqual(run(7).liquidatedUsd)
  })

  it('says how often the book ran out', () => {
    const book = orderBookDepth(PRICE, [[PRICE * 0.98, 1000]])
    const { exhaustedShare, endPrice } = cascadeMonteCarlo({
      side: 'long',
      maps: [
        { weight: 0.4, map: mapOf({ [-5]: 1e6 }) },
        { weight: 0.6, map: mapOf({}) },
      ],
      depth: book,
      shock: { distance: 0.01 },
      uncertainty: CERTAIN,
    })
    expect(exhaustedShare).toBe(0.4)
    expect(endPrice[0]).toBeCloseTo(PRICE * 0.98, 9)
  })

  it.each([
    [{ draws: 0 }, 'draws'],
    [{ shock: { usd: -1 } }, 'usd'],
    [{ maps: [] }, 'maps'],
    [{ maps: [{ weight: 0, map: mapOf({}) }] }, 'maps'],
    [{ uncertainty: { passThroughMedian: 1 } }, 'passThroughMedian'],
    [{ uncertainty: { calmHalfLifeMs: 0 } }, 'calmHalfLifeMs'],
    [{ uncertainty: { stressedShare: 1.5 } }, 'stressedShare'],
  ])('refuses %j', (over, field) => {
    const input = { side: 'long', maps: [{ weight: 1, map: mapOf({}) }], depth, shock: { distance: 0.01 } } as const
    expect(() => cascadeMonteCarlo({ ...input, ...over })).toThrow(field)
  })
})

it('counts a book that refills as a deeper one', () => {
  expect(resilienceFactor(0, 20_000)).toBe(1)
  // One half-life: ln 2 / (1 − ½) = 1.386. Ten: 6.931 / (1 − 2^−10) = 6.9382.
  expect(resilienceFactor(20_000, 20_000)).toBeCloseTo(1.3863, 4)
  expect(resilienceFactor(200_000, 20_000)).toBeCloseTo(6.9382, 3)
  expect(resilienceFactor(60_000, 120_000)).toBeLessThan(resilienceFactor(60_000, 20_000))
})

describe('generatorOf', () => {
  it('draws uniform and normal numbers that depend on the seed alone', () => {
    const draws = (seed: number) => {
      const random = generatorOf(seed)
      return Array.from({ length: 20_000 }, () => [random.uniform(), random.normal()] as const)
    }
    expect(draws(3)).toEqual(draws(3))
    const all = draws(3)
    const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
    const uniform = all.map(([u]) => u)
    const normal = all.map(([, z]) => z)
    // Standard errors: 0.002, 0.0021, 0.007 and 0.01.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(0.01)
    expect(Math.abs(mean(uniform.map((u) => u * u)) - 1 / 3)).toBeLessThan(0.01)
    expect(Math.abs(mean(normal))).toBeLessThan(0.03)
    expect(Math.abs(mean(normal.map((z) => z * z)) - 1)).toBeLessThan(0.05)
    expect(Math.abs(mean(uniform.slice(1).map((u, i) => (u - 0.5) * ((uniform[i] as number) - 0.5))))).toBeLessThan(0.003)
    expect(new Set([0, 1, 2, 3, 2 ** 33].map((seed) => generatorOf(seed).uniform())).size).toBe(5)
  })
})
