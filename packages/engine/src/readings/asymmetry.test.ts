import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapArbitrary, mapOf, mirrored, PRICE } from '../../test/readings.ts'
import { asymmetryOf } from './asymmetry.ts'
import { cumulativeCurve } from './cumulative.ts'
import { levelsOf } from './levels.ts'
import { maxPain } from './max-pain.ts'

// Longs 0.5 %, 1.5 % and 8 % below the price, shorts 0.5 % and 3 % above.
const map = mapOf({ [-5]: 300, [-15]: 100, [-80]: 1000 }, { 5: 100, 30: 700 })

describe('levels', () => {
  it('start at the price and know their distance', () => {
    const levels = levelsOf(map, 'long')
    expect([...levels.bin]).toEqual([-5, -15, -80])
    expect([...levels.usd]).toEqual([300, 100, 1000])
    expect([...levels.cumulative]).toEqual([300, 400, 1400])
    ;[0.005, 0.015, 0.08].forEach((distance, i) => {
      expect(levels.distance[i]).toBeCloseTo(distance, 12)
    })
  })

  it("count what stands in the price's own bin as at the price, and leave out what lies behind it", () => {
    // The price stands in the upper half of bin 0: shorts in bin 0 have their centre below it.
    const own = mapOf({ 0: 5, 1: 50 }, { 0: 7, [-1]: 70 }, PRICE * Math.exp(0.0004))
    expect([...levelsOf(own, 'short').usd]).toEqual([7])
    expect([...levelsOf(own, 'short').distance]).toEqual([0])
    expect([...levelsOf(own, 'long').usd]).toEqual([5])
    expect(levelsOf(own, 'long').distance[0]).toBeCloseTo(0.0004, 12)
  })
})

describe('asymmetryOf', () => {
  it('compares longs below with shorts above within ±1, 2, 5 and 10 %', () => {
    expect(asymmetryOf(map)).toEqual([
      { distance: 0.01, longUsd: 300, shortUsd: 100, balance: 0.5 }, // 200 / 400
      { distance: 0.02, longUsd: 400, shortUsd: 100, balance: 0.6 }, // 300 / 500
      { distance: 0.05, longUsd: 400, shortUsd: 800, balance: -400 / 1200 },
      { distance: 0.1, longUsd: 1400, shortUsd: 800, balance: 600 / 2200 },
    ])
    expect(asymmetryOf(map, [0.001])).toEqual([{ distance: 0.001, longUsd: 0, shortUsd: 0, balance: 0 }])
  })

  it('turns its sign in the mirror, never falls with the distance, and lies in −1..1', () => {
    fc.assert(
      fc.property(mapArbitrary(), (any) => {
        const here = asymmetryOf(any, [0.0105, 0.0505, 0.2005])
        const there = asymmetryOf(mirrored(any), [0.0105, 0.0505, 0.2005])
        here.forEach((a, i) => {
          expect(there[i]).toEqual({ ...a, longUsd: a.shortUsd, shortUsd: a.longUsd, balance: a.balance === 0 ? 0 : -a.balance })
          expect(Math.abs(a.balance)).toBeLessThanOrEqual(1)
          expect(a.longUsd).toBeGreaterThanOrEqual(here[i - 1]?.longUsd ?? 0)
        })
      }),
      { numRuns: 100 },
    )
  })
})

describe('cumulativeCurve', () => {
  it('sums from the price outwards, as far as asked', () => {
    const curve = cumulativeCurve(map, 'short', 0.0301)
    expect([...curve.usd]).toEqual([100, 800])
    expect(curve.price[0]).toBeCloseTo(PRICE * Math.exp(0.005), 12)
    expect([...cumulativeCurve(map, 'short', 0.01).usd]).toEqual([100])
    expect(cumulativeCurve(mapOf({}), 'long').usd).toHaveLength(0)
  })

  it('ends at all that the side holds', () => {
    fc.assert(
      fc.property(mapArbitrary(), (any) => {
        const total = any.long.usd.reduce((sum, usd) => sum + usd, 0)
        expect(cumulativeCurve(any, 'long').usd.at(-1) ?? 0).toBe(total)
      }),
      { numRuns: 50 },
    )
  })
})

describe('maxPain', () => {
  it('is the stretch whose crossing liquidates most', () => {
    // Stretches of 0.5 % are five bins. Longs: 100 + 100 + 100 in bins −24 to −20 beat 250 in bin −50; −19 is one too far.
    // Shorts: 299 in bin 12.
    const pains = maxPain(mapOf({ [-24]: 100, [-22]: 100, [-20]: 100, [-19]: 20, [-50]: 250 }, { 12: 299 }))
    expect(pains.long).toMatchObject({ side: 'long', usd: 300 })
    expect(pains.long?.distance).toBeCloseTo(0.022, 12)
    expect(pains.long?.price).toBeCloseTo(PRICE * Math.exp(-0.022), 12)
    expect(pains.short?.usd).toBe(299)
    expect(pains.most).toEqual(pains.long)
  })

  it('looks within its range only, and takes the nearer of equals', () => {
    expect(maxPain(map).most).toMatchObject({ side: 'long', usd: 1000 })
    expect(maxPain(map, { range: 0.05 }).most).toMatchObject({ side: 'short', usd: 700 })
    expect(maxPain(mapOf({ [-40]: 10, [-20]: 10 }, { 30: 10 })).most?.distance).toBeCloseTo(0.02, 12)
    expect(maxPain(mapOf({ [-40]: 10 }, { 30: 10 })).most?.side).toBe('short')
    expect(maxPain(mapOf({ [-400]: 10 }))).toEqual({ long: null, short: null, most: null })
    expect(() => maxPain(map, { width: 0 })).toThrow('width')
  })
})
