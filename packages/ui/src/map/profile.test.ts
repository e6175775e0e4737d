import { binCentrePrice, binLowerPrice, binOf } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import { type BinPlane, cumulative, cumulativeAt } from '../cumulative-profile.ts'
import { barInterval } from './interval.ts'
import { barAt, barIsEmpty, barPrices, chooseBinsPerBar, type MapProfile, makeBars, totalWithin } from './profile.ts'
import { readBar } from './reading.ts'

const at = (bin: number): number => binCentrePrice(bin)
const plane = (firstBin: number, usd: number[]): BinPlane => ({ firstBin, usd })

// Price in bin 100. Longs 10, 20, 30, 40 in 96…99 and 5 in the price's own; 7 stands above it and can not be there any more.
const long = { ...plane(96, [10, 20, 30, 40, 5, 7]), p10: [1, 2, 3, 4, 0, 0], p90: [20, 40, 60, 80, 10, 14] }
// Shorts 3 below the price (gone), 6 in its own bin, then 100, 200.
const short = { ...plane(99, [3, 6, 100, 200]), p10: null, p90: null }
const profile: MapProfile = {
  price: at(100),
  long,
  short,
  parts: [
    { name: 'low', long: plane(96, [4, 0, 10, 10, 5]), short: plane(100, [6, 25, 0]) },
    { name: 'high', long: plane(96, [4, 0, 20, 10, 0]), short: plane(101, [75, 200]) },
  ],
  draws: [],
}

describe('bars', () => {
  it('are sums of bins, aligned to whole multiples of their width, without what price has passed', () => {
    const bars = makeBars(profile, at(97), at(102), 2)
    expect({ ...bars, parts: undefined, long: [...bars.long], short: [...bars.short] }).toEqual({
      firstBin: 96,
      binsPerBar: 2,
      count: 4,
      long: [30, 70, 5, 0], // 96+97, 98+99, 100 (7 in 101 is gone)
      short: [0, 0, 106, 200], // 3 in 99 is gone
      parts: undefined,
    })
  })
  it('consist of their parts, whatever the parts by themselves add up to', () => {
    for (const width of [1, 2, 3, 5]) {
      const bars = makeBars(profile, at(90), at(110), width)
      for (const side of ['long', 'short'] as const)
        for (let bar = 0; bar < bars.count; bar++)
          expect(bars.parts.reduce((sum, part) => sum + (part[side][bar] as number), 0)).toBeCloseTo(bars[side][bar] as number, 9)
    }
    // 98: 10 of low and 20 of high are 30; 96: 4 and 4 say that the 10 are halves; nothing is known of the 20 in 97
    const single = makeBars(profile, at(96), at(98), 1)
    expect(single.parts.map((part) => [...part.long])).toEqual([
      [5, 20, 10],
      [5, 0, 20],
    ])
  })
  it('hold everything that there is, at every width', () => {
    for (const width of [1, 2, 4, 10]) {
      const bars = makeBars(profile, at(80), at(120), width)
      expect([bars.long, bars.short].map((usd) => usd.reduce((a, b) => a + b))).toEqual([105, 306])
    }
  })
  it('lie on the grid wherever the axis begins', () => {
    for (const from of [96, 97, 98, 99]) expect(makeBars(profile, at(from), at(110), 4).firstBin).toBe(96)
    expect(makeBars(profile, at(-3), at(3), 4).firstBin).toBe(-4)
  })
  it('are found by a price, and by one beyond them too', () => {
    const bars = makeBars(profile, at(96), at(103), 2)
    expect([80, 96, 97, 98, 103, 120].map((bin) => barAt(bars, at(bin)))).toEqual([0, 0, 0, 1, 3, 3])
    expect(barPrices(bars, 1)).toEqual({ low: binLowerPrice(98), high: binLowerPrice(100) })
  })
  it('are empty where nothing stands', () => {
    expect(barIsEmpty(makeBars(profile, at(200), at(220), 2))).toBe(true)
    expect(barIsEmpty(makeBars(profile, at(90), at(220), 2))).toBe(false)
  })
  it('are as wide as can be pointed at', () => {
    const bins = (low: number, high: number) => binOf(high) - binOf(low)
    for (const [low, high, width] of [
      [95, 105, 1000],
      [90, 110, 1000],
      [70, 130, 300],
      [50, 200, 1600],
    ] as const) {
      const chosen = chooseBinsPerBar(low, high, width)
      expect((width * chosen) / bins(low, high)).toBeGreaterThan(5.9)
    }
    expect(chooseBinsPerBar(90, 110, 1020)).toBe(2)
  })
})

describe('running totals', () => {
  it('rise from the price outwards', () => {
    expect([...cumulative(long, 'long', profile.price).usd]).toEqual([105, 95, 75, 45, 5, 0])
    expect([...cumulative(short, 'short', profile.price).usd]).toEqual([0, 6, 106, 306])
  })
  it('are all beyond the farthest level and nothing before the nearest', () => {
    const longs = cumulative(long, 'long', profile.price)
    const shorts = cumulative(short, 'short', profile.price)
    expect([50, 96, 99, 150].map((bin) => cumulativeAt(longs, 'long', bin))).toEqual([105, 105, 45, 0])
    expect([50, 100, 102, 150].map((bin) => cumulativeAt(shorts, 'short', bin))).toEqual([0, 6, 306, 306])
    expect(cumulativeAt({ firstBin: 0, usd: new Float64Array(0) }, 'long', 3)).toBe(0)
  })
  it('agree with the sum within a range', () => {
    expect(totalWithin(long, 'long', profile.price, binLowerPrice(98), binLowerPrice(101))).toBe(75)
    expect(totalWithin(short, 'short', profile.price, binLowerPrice(100), binLowerPrice(102))).toBe(106)
    expect(totalWithin(long, 'long', profile.price, binLowerPrice(98), at(98) * 0.9999)).toBe(0)
  })
})

describe('the reading of a bar', () => {
  const bars = makeBars(profile, at(96), at(103), 2)
  const running = { long: cumulative(long, 'long', profile.price), short: cumulative(short, 'short', profile.price) }
  it('says side, distance, what it holds and all that is nearer', () => {
    const reading = readBar(profile, bars, running, 1)
    expect(reading.sides).toEqual([{ side: 'long', usd: 70, interval: { low: 7, high: 140 }, running: 75 }])
    expect(reading.distance).toBeCloseTo(Math.exp(-0.0015) - 1, 9)
    expect(reading.parts.map(({ name, share }) => [name, share])).toEqual([
      ['low', 0.4],
      ['high', 0.6],
    ])
  })
  it('has both sides at the price, the larger one first in words', () => {
    const reading = readBar(profile, bars, running, 2)
    expect(reading.main).toBe('short')
    expect(reading.sides.map(({ side, usd, running: sum }) => [side, usd, sum])).toEqual([
      ['long', 5, 5],
      ['short', 106, 106],
    ])
  })
  it('has an interval from drawn maps where there are enough of them, and none where nothing is known', () => {
    expect(barInterval(profile, bars, 'short', 3)).toBeNull()
    const draws = Array.from({ length: 11 }, (_, i) => ({ long: plane(0, []), short: plane(102, [i * 10, 1]) }))
    expect(barInterval({ ...profile, draws }, bars, 'short', 3)).toEqual({ low: 11, high: 91 })
    expect(barInterval({ ...profile, draws: draws.slice(2) }, bars, 'short', 3)).toBeNull()
  })
})
