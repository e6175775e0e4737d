import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forcedShare } from './forced-share.ts'

const half = { low: 0.25, mid: 0.5, high: 1 }
// A fall from 100 to 90: 10 coins of volume at 98 on average, of which takers sold 6, then 20 coins at 93, of which they sold 15.
const fall = [
  { open: 100, close: 96, volume: 10, takerBuyVolume: 4 },
  { open: 96, close: 90, volume: 20, takerBuyVolume: 5 },
]

describe('forcedShare', () => {
  it('sets the prints of the side that lost, by coverage, against what takers traded in the direction', () => {
    // Taker sells: 6 · 98 + 15 · 93 = 1983 USD. Longs' prints of 198.3 USD are half of what there was: 396.6, 20 %.
    const share = forcedShare(fall, { longUsd: 198.3, shortUsd: 9999 }, half)
    expect(share).toMatchObject({ direction: 'down', forcedUsd: 396.6, takerUsd: 1983 })
    expect(share?.share).toBeCloseTo(0.2, 12)
    expect(share?.low).toBeCloseTo(0.1, 12)
    expect(share?.high).toBeCloseTo(0.4, 12)
  })

  it('takes shorts and buys in a rise', () => {
    // Takers bought 5 · 93 + 4 · 98 = 857 USD; shorts' prints are 85.7 of them.
    const rise = [...fall].reverse().map((bar) => ({ ...bar, open: bar.close, close: bar.open }))
    const share = forcedShare(rise, { longUsd: 9999, shortUsd: 85.7 }, { low: 1, mid: 1, high: 1 })
    expect(share).toMatchObject({ direction: 'up', takerUsd: 857 })
    expect(share?.share).toBeCloseTo(0.1, 12)
    expect([share?.low, share?.high]).toEqual([share?.share, share?.share])
  })

  it('widens where the side of the takers is not known', () => {
    // 980 + 1860 = 2840 USD of volume: half to all of it were sells, 2130 is what is said.
    const blind = fall.map(({ takerBuyVolume: _, ...bar }) => bar)
    const share = forcedShare(blind, { longUsd: 142, shortUsd: 0 }, { low: 1, mid: 1, high: 1 })
    expect(share?.takerUsd).toBe(2130)
    expect(share?.low).toBeCloseTo(0.05, 12)
    expect(share?.high).toBeCloseTo(0.1, 12)
  })

  it('is null where nothing moved or traded, and never more than all', () => {
    expect(forcedShare([], { longUsd: 1, shortUsd: 1 }, half)).toBeNull()
    expect(forcedShare([{ open: 5, close: 5, volume: 9 }], { longUsd: 1, shortUsd: 1 }, half)).toBeNull()
    expect(forcedShare([{ open: 5, close: 4, volume: 9, takerBuyVolume: 9 }], { longUsd: 1, shortUsd: 1 }, half)).toBeNull()
    expect(forcedShare(fall, { longUsd: 1e9, shortUsd: 0 }, half)).toMatchObject({ share: 1, low: 1, high: 1 })
  })

  it('rises with the prints and has its share between its ends', () => {
    const usd = fc.double({ min: 0, max: 5000, noNaN: true })
    fc.assert(
      fc.property(usd, usd, fc.constantFrom(0.1, 0.4, 1), fc.boolean(), (a, b, low, blind) => {
        const bars = blind ? fall.map(({ takerBuyVolume: _, ...bar }) => bar) : fall
        const of = (longUsd: number) => forcedShare(bars, { longUsd, shortUsd: 0 }, { low, mid: (1 + low) / 2, high: 1 })
        const [less, more] = [of(Math.min(a, b)), of(Math.max(a, b))]
        if (!less || !more) throw new Error('it moved')
        expect(less.share).toBeLessThanOrEqual(more.share)
        expect(more.low).toBeLessThanOrEqual(more.share)
        expect(more.share).toBeLessThanOrEqual(more.high)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    [[{ open: 1, close: 0, volume: 1 }], {}, half, 'bars[0].close'],
    [[{ open: 1, close: 2, volume: 1, takerBuyVolume: 2 }], {}, half, 'takerBuyVolume'],
    [fall, { longUsd: -1 }, half, 'longUsd'],
    [fall, {}, { low: 0, mid: 0.5, high: 1 }, 'coverage'],
    [fall, {}, { low: 0.6, mid: 0.5, high: 1 }, 'coverage'],
  ])('refuses %j %j %j', (bars, prints, coverage, field) => {
    expect(() => forcedShare(bars, { longUsd: 0, shortUsd: 0, ...prints }, coverage)).toThrow(field)
  })
})
