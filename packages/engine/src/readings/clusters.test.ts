import { binLowerPrice, binUpperPrice } from '@faultline/market/price-grid'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapArbitrary, mapOf, mirrored, PRICE } from '../../test/readings.ts'
import { type Cluster, clustersOf, clusterWidth } from './clusters.ts'

/** 10 USD in each of the hundred bins next to the price, and what stands out. */
const longs = (over: Record<number, number>) => {
  const cells: Record<number, number> = {}
  for (let bin = -100; bin <= -1; bin++) cells[bin] = 10
  return { ...cells, ...over }
}

describe('clustersOf', () => {
  it('finds what stands out from its surroundings, and measures it', () => {
    // The median around is 10, so a bin stands out above 2 × 10 = 20: bins −22 to −20 do, with 100 + 300 + 100 = 500 USD.
    const [cluster, ...others] = clustersOf(mapOf(longs({ [-22]: 100, [-21]: 300, [-20]: 100 }))) as [Cluster]
    expect(others).toEqual([])
    expect(cluster).toMatchObject({ side: 'long', firstBin: -22, lastBin: -20, usd: 500, peakUsd: 300, backgroundUsd: 10 })
    expect(cluster.lowPrice).toBe(binLowerPrice(-22))
    expect(cluster.highPrice).toBe(binUpperPrice(-20))
    // The peak is 21 bins of 10 bp below the price: e^−0.021 − 1 = −2.078 %.
    expect(cluster.distance).toBeCloseTo(0.021, 12)
    expect(cluster.distancePercent).toBeCloseTo(-2.0781, 4)
    expect(cluster.peakPrice).toBeCloseTo(PRICE * Math.exp(-0.021), 12)
    expect(clusterWidth(cluster)).toBeCloseTo(0.003, 12)
  })

  it('holds together over a gap of two bins, parts over three, and leaves out what is small', () => {
    expect(clustersOf(mapOf(longs({ [-20]: 50, [-23]: 50 }))).map((c) => [c.firstBin, c.lastBin, c.usd])).toEqual([[-23, -20, 120]])
    // From the price outwards.
    expect(clustersOf(mapOf(longs({ [-20]: 50, [-24]: 50 }))).map((c) => [c.firstBin, c.lastBin])).toEqual([
      [-20, -20],
      [-24, -24],
    ])
    // 2000 at −30 make the side 2990 + 11 at −60: 21 USD there stand out, but are less than 1 % of it.
    expect(clustersOf(mapOf(longs({ [-30]: 2000, [-60]: 21 }))).map((c) => c.firstBin)).toEqual([-30])
    expect(clustersOf(mapOf(longs({ [-30]: 2000, [-60]: 21 })), { minShare: 0 }).map((c) => c.firstBin)).toEqual([-30, -60])
    expect(clustersOf(mapOf(longs({ [-20]: 20 })))).toEqual([])
  })

  it('compares with what is near, not with the whole side', () => {
    // 1000 per bin next to the price, 1 per bin from −200 to −100: 5 at −150 stand out there, 1500 at −20 do not.
    const cells: Record<number, number> = {}
    for (let bin = -50; bin <= -1; bin++) cells[bin] = 1000
    for (let bin = -200; bin <= -100; bin++) cells[bin] = 1
    const clusters = clustersOf(mapOf({ ...cells, [-20]: 1500, [-150]: 5 }), { minShare: 0 })
    expect(clusters.map((c) => c.firstBin)).toEqual([-150])
  })

  it('does not take the empty other side of the price for surroundings, and sees a lonely bin', () => {
    // Ten bins of 10 USD, medians over 15 bins on either side. Bin −5 has 20 bins on its side of the price within 15, ten of them
    // filled: median 5, and 10 is not more than twice that. Bin −6 has 21, median 0: what stands there stands alone.
    const cells: Record<number, number> = {}
    for (let bin = -10; bin <= -1; bin++) cells[bin] = 10
    expect(clustersOf(mapOf(cells), { windowBins: 15 }).map((c) => [c.firstBin, c.lastBin])).toEqual([[-10, -6]])
    expect(clustersOf(mapOf({}, { 7: 5 })).map((c) => [c.side, c.firstBin, c.usd])).toEqual([['short', 7, 5]])
    expect(clustersOf(mapOf({}))).toEqual([])
    expect(clustersOf(mapOf({ 5: 1e6 }, { [-5]: 1e6 }))).toEqual([])
  })

  it('mirrors, scales with the USD, holds no more than the map and no bin twice', () => {
    fc.assert(
      fc.property(mapArbitrary(), (map) => {
        const clusters = clustersOf(map)
        const ranges = (list: Cluster[], sign: 1 | -1) =>
          list
            .map((c) =>
              sign === 1 ? [c.side, c.firstBin, c.lastBin, c.usd] : [c.side === 'long' ? 'short' : 'long', -c.lastBin, -c.firstBin, c.usd],
            )
            .map(String)
            .sort()
        expect(ranges(clustersOf(mirrored(map)), -1)).toEqual(ranges(clusters, 1))
        for (const side of ['long', 'short'] as const) {
          const own = clusters.filter((c) => c.side === side)
          const total = map[side].usd.reduce((sum, usd) => sum + usd, 0)
          expect(own.reduce((sum, c) => sum + c.usd, 0)).toBeLessThanOrEqual(total)
          own.forEach((c, i) => {
            const next = own[i + 1]
            if (next) expect(side === 'long' ? next.lastBin : -next.firstBin).toBeLessThan(side === 'long' ? c.firstBin : -c.lastBin)
            expect(c.usd).toBeGreaterThanOrEqual(c.peakUsd)
          })
        }
        const eightfold = {
          ...map,
          long: { ...map.long, usd: map.long.usd.map((usd) => 8 * usd) },
          short: { ...map.short, usd: map.short.usd.map((usd) => 8 * usd) },
        }
        expect(clustersOf(eightfold).map((c) => [c.firstBin, c.lastBin, c.usd])).toEqual(
          clusters.map((c) => [c.firstBin, c.lastBin, 8 * c.usd]),
        )
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    [{ factor: 0.5 }, 'factor'],
    [{ windowBins: 0 }, 'windowBins'],
    [{ gapBins: 1.5 }, 'gapBins'],
    [{ minShare: 2 }, 'minShare'],
  ])('refuses %j', (options, field) => {
    expect(() => clustersOf(mapOf({}), options)).toThrow(field)
  })
})
