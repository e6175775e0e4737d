import { binCentrePrice } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import type { HeatMap } from '../map/heat-map.ts'
import { type Cluster, clustersOf } from './clusters.ts'
import { type ProminentOptions, prominentStretches, standoutsOf } from './prominent-stretches.ts'

const PRICE = binCentrePrice(0)

/** `usd(k)` at the k-th bin from the price outwards, on both sides */
function mapOf(usd: (k: number) => number, bins = 300): HeatMap {
  const values = Float32Array.from({ length: bins }, (_, k) => usd(k))
  return { time: 0, price: PRICE, long: { firstBin: 1 - bins, usd: values.toReversed() }, short: { firstBin: 0, usd: values } }
}

describe('prominent stretches', () => {
  it('finds where a map steps up that has no cluster, the same in the mirror', () => {
    const map = mapOf((k) => (k < 30 ? 100 : 190))
    expect(clustersOf(map)).toEqual([])
    const [long, short] = prominentStretches(map)
    // From bin 32 on whole stretches of 5 · 190 stand there; farther on ever more of what is around is as dense.
    expect(short).toMatchObject({ side: 'short', firstBin: 30, lastBin: 34, usd: 950 })
    expect(long).toMatchObject({ side: 'long', firstBin: -34, lastBin: -30, usd: 950 })
    expect(short?.distance).toBeCloseTo(0.032, 12)
    expect(long?.distancePercent).toBeCloseTo(100 * (Math.exp(-0.032) - 1), 9)
    // 33 bins before it, 40 after: (28 · 500 + 590 … + 41 · 950) / 73 stretches
    const stretches = [...Array(28).fill(500), 590, 680, 770, 860, ...Array(41).fill(950)]
    stretches[0] = 300
    stretches[1] = 400
    expect((short?.backgroundUsd ?? 0) * 5).toBeCloseTo(stretches.reduce((a, b) => a + b) / 73, 6)
  })

  it('takes those that stand out most, apart from each other, and gives them from the price outwards', () => {
    const bumps = new Map([
      [20, 300],
      [25, 400],
      [60, 900],
      [90, 500],
    ])
    const map = mapOf((k) => bumps.get(k) ?? 100)
    const marked = ({ firstBin, lastBin }: Cluster) => [...bumps.keys()].filter((k) => k >= firstBin && k <= lastBin)
    const near = (options: ProminentOptions) =>
      prominentStretches(map, options)
        .filter(({ side, distance }) => side === 'short' && distance < 0.1)
        .map((stretch) => [marked(stretch), stretch.usd])
    expect(near({ count: 2 })).toEqual([
      [[60], 1_300],
      [[90], 900],
    ])
    expect(near({})).toEqual([
      [[25], 800],
      [[60], 1_300],
      [[90], 900],
    ])
  })

  it('finds nothing on a level map, on an empty one, and beyond its reach', () => {
    expect(prominentStretches(mapOf(() => 100))).toEqual([])
    // nor where a map ends
    expect(prominentStretches(mapOf(() => 100, 90))).toEqual([])
    expect(prominentStretches(mapOf(() => 0))).toEqual([])
    expect(prominentStretches(mapOf((k) => (k === 150 ? 900 : 0)))).toEqual([])
  })

  it('stands beside clusters, where it touches none', () => {
    const map = mapOf((k) => (k === 20 || k === 60 ? 900 : 100 + (k >= 30 ? 60 : 0)))
    const short = standoutsOf(map).filter(({ side, distance }) => side === 'short' && distance < 0.08)
    expect(clustersOf(map).filter(({ side }) => side === 'short')).toHaveLength(2)
    expect(short.map(({ firstBin, lastBin, standsOut }) => [firstBin, lastBin, standsOut])).toEqual([
      [20, 20, true],
      [60, 60, true],
    ])
    const smooth = mapOf((k) => (k < 30 ? 100 : 190))
    expect(standoutsOf(smooth).map(({ side, firstBin, standsOut }) => [side, firstBin, standsOut])).toEqual([
      ['long', -34, false],
      ['short', 30, false],
    ])
  })

  it('refuses options that are none', () => {
    const map = mapOf(() => 1)
    expect(() => prominentStretches(map, { lengthBins: 4 })).toThrow('odd')
    expect(() => prominentStretches(map, { reach: 0 })).toThrow('0')
    expect(() => prominentStretches(map, { factor: 0.5 })).toThrow('0.5')
    expect(() => prominentStretches(map, { count: 0 })).toThrow('0')
  })
})
