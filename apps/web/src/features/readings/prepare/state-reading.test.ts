import type { HeatMap } from '@faultline/engine/map/heat-map'
import type { PlaneData } from '@faultline/market/column'
import { describe, expect, it } from 'vitest'
import { addPlanes, groupLeverage, type StateReading, stateOfSum } from './state-reading.ts'

const plane = (firstBin: number, ...usd: number[]): PlaneData => ({ firstBin, usd: Float32Array.from(usd) })
const times = ({ firstBin, usd }: PlaneData, factor: number) => plane(firstBin, ...usd.map((v) => v * factor))
const mapOf = (long: PlaneData, short = plane(0)): HeatMap => ({ time: 0, price: 1, long, short })
const NONE = plane(0)

/** Percentiles are a half of the map, the map, and twice it; `low` of each bin stands at the first class of leverage. */
function state(long: PlaneData, low = 0.25): StateReading {
  const band = (p: PlaneData) => ({ firstBin: p.firstBin, p10: times(p, 0.5).usd, p50: p.usd, p90: times(p, 2).usd })
  const sum = long.usd.reduce((a, b) => a + b, 0)
  return {
    map: mapOf(long),
    bands: { long: band(long), short: band(NONE) },
    within: { long: [{ p10: sum / 2, p50: sum, p90: 2 * sum }], short: [{ p10: 0, p50: 0, p90: 0 }] },
    leverage: { long: [times(long, low), times(long, 1 - low)], short: [NONE, NONE] },
    draws: [0.5, 1.5].map((factor) => ({ weight: 0.5, map: mapOf(times(long, factor)) })),
  }
}

it('puts the classes of the model together by where their centres lie', () => {
  const planes = [plane(0, 1), plane(1, 2), plane(0, 4), plane(0, 8, 8)]
  const grouped = groupLeverage({ leverage: Float64Array.of(2, 5, 5.1, 80), planes }, [5, 10])
  expect(grouped).toEqual([plane(0, 1, 2), plane(0, 4), plane(0, 8, 8)])
})

it('adds planes over all bins that any has', () => {
  expect(addPlanes([plane(-3, 1), plane(0, 2, 3), plane(-1, 4, 5)])).toEqual(plane(-3, 1, 0, 4, 7, 3))
  expect(addPlanes([]).usd).toHaveLength(0)
})

describe('a sum', () => {
  const [a, b] = [state(plane(-4, 100, 200)), state(plane(-3, 300, 50), 0.75)]

  it('is what its members say, added bin by bin', () => {
    const sum = stateOfSum([a, b], mapOf(plane(-4, 100, 500, 50)), [1])
    expect(sum?.bands.long).toMatchObject({ firstBin: -4, p10: Float32Array.of(50, 250, 25), p90: Float32Array.of(200, 1_000, 100) })
    expect(sum?.draws.map(({ map }) => map.long)).toEqual([plane(-4, 50, 250, 25), plane(-4, 150, 750, 75)])
    // 100·¼; 200·¼ + 300·¾; 50·¾
    expect(sum?.leverage.long[0]).toEqual(plane(-4, 25, 275, 37.5))
    expect(sum?.leverage.long[1]).toEqual(plane(-4, 75, 225, 12.5))
    expect(sum?.within.long).toEqual([{ p10: 325, p50: 650, p90: 1_300 }])
  })

  it('has the column of the sum for its truth: twice as much there, twice the band', () => {
    const sum = stateOfSum([a, b], mapOf(plane(-4, 100, 1_000, 50)), [1])
    expect(sum?.bands.long.p90).toEqual(Float32Array.of(200, 2_000, 100))
    expect(sum?.leverage.long[0]?.usd).toEqual(Float32Array.of(25, 550, 37.5))
    expect(sum?.within.long[0]?.p50).toBe(1_150)
    expect(sum?.map.long.usd).toEqual(Float32Array.of(100, 1_000, 50))
  })

  it('takes the ratio of the side and the leverage of the nearest bin where no member says anything', () => {
    const sum = stateOfSum([a, b], mapOf(plane(-6, 8, 0, 100, 500, 50)), [1])
    expect(sum?.bands.long.p10).toEqual(Float32Array.of(4, 0, 50, 250, 25))
    expect(sum?.bands.long.p90[0]).toBe(16)
    expect(sum?.leverage.long.map(({ usd }) => usd[0])).toEqual([2, 6])
  })

  it('leaves out what its column does not have, and is nothing of nobody', () => {
    const sum = stateOfSum([a, b], mapOf(plane(-3, 500)), [1])
    expect(sum?.bands.long.p50).toEqual(Float32Array.of(500))
    expect(stateOfSum([], mapOf(NONE), [1])).toBeNull()
  })
})
