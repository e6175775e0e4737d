import { binOf } from '@faultline/market/price-grid'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HELD_CAPACITY, HeldBars } from './held-bars.ts'
import { Profile } from './profile.ts'

const shares = (p: Profile) => Array.from({ length: p.length }, (_, i) => (p.cumulative[i + 1] as number) - (p.cumulative[i] as number))
/** Price at a bin coordinate. */
const at = (coordinate: number) => Math.exp(coordinate / 1000)

describe('where a bar traded', () => {
  it('a flat bar traded in one bin', () => {
    const p = new Profile().fillPath(100, 100, 100, 100)
    expect([p.first, p.length, shares(p)]).toEqual([binOf(100), 1, [1]])
  })

  it('a rising bar went down first: open 11.5, low 10, high 14, close 13 walks 1.5 + 4 + 1', () => {
    const p = new Profile().fillPath(at(11.5), at(13.999999), at(10), at(13))
    expect(p.first).toBe(10)
    // [10, 11) twice, [11, 12) twice to 11.5, [12, 13) once, [13, 14) twice
    const walked = [2, 1.5, 1, 2]
    shares(p).forEach((share, i) => {
      expect(share).toBeCloseTo((walked[i] as number) / 6.5, 5)
    })
  })

  it('a falling bar went up first', () => {
    const p = new Profile().fillPath(at(12.5), at(13.999999), at(10), at(11))
    // up 12.5 → 14, down 14 → 10, up 10 → 11
    const walked = [2, 1, 1.5, 2]
    shares(p).forEach((share, i) => {
      expect(share).toBeCloseTo((walked[i] as number) / 6.5, 5)
    })
  })

  it('adds up to one, never falls, and stays inside the bar', () => {
    const price = fc.double({ min: -2, max: 2, noNaN: true }).map((e) => 10 ** e)
    const p = new Profile()
    fc.assert(
      fc.property(price, price, price, price, (a, b, c, d) => {
        const [low, high] = [Math.min(a, b, c, d), Math.max(a, b, c, d)]
        p.fillPath(a, high, low, b)
        expect([p.first, p.first + p.length - 1]).toEqual([binOf(low), binOf(high)])
        expect(p.cumulative[0]).toBe(0)
        expect(p.cumulative[p.length]).toBe(1)
        expect(shares(p).every((share) => share >= 0)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('a normal spread is centred, symmetric and one in sum', () => {
    const p = new Profile().fillNormal(at(500), 20)
    const mean = shares(p).reduce((sum, share, i) => sum + share * (p.first + i + 0.5), 0)
    expect(mean).toBeCloseTo(500, 1)
    expect(p.cumulative[500 - p.first]).toBeCloseTo(0.5, 2)
    expect((p.cumulative[520 - p.first] as number) - (p.cumulative[480 - p.first] as number)).toBeCloseTo(0.684, 2)
  })
})

describe('bars held until the next figure', () => {
  it('merges neighbours when there are too many, and loses neither range nor volume nor order', () => {
    const held = new HeldBars()
    for (let i = 0; i < HELD_CAPACITY + 1; i++) held.push(100 + i, 101 + i, 99 + i, 100.5 + i, 1, 60_000)
    expect(held.count).toBe(HELD_CAPACITY / 2 + 1)
    expect(held.totalVolume()).toBe(HELD_CAPACITY + 1)
    expect(held.coveredMs).toBe((HELD_CAPACITY + 1) * 60_000)
    expect([held.open(0), held.high(0), held.low(0), held.close(0), held.volume(0)]).toEqual([100, 102, 99, 101.5, 2])
    expect([held.open(1), held.close(1)]).toEqual([102, 103.5])
    expect(held.open(held.count - 1)).toBe(100 + HELD_CAPACITY)
  })
})
