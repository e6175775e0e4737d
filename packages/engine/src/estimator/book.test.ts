import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS } from '../../test/markets.ts'
import { Book } from './book.ts'
import { leverageClasses } from './classes.ts'
import { Closing } from './closing.ts'
import { Profile } from './profile.ts'

const classes = leverageClasses(PLAIN_TIERS)
const longs = () => new Book(classes, classes.long)
const shorts = () => new Book(classes, classes.short)
const TEN = 6
const NOTHING_CROSSED = { long: 1e6, short: -1e6 }
const at = (coordinate: number) => Math.exp(coordinate / 1000)
const entryAt = (bin: number) => new Profile().fillPath(at(bin + 0.5), at(bin + 0.5), at(bin + 0.5), at(bin + 0.5))

/** What stands per liquidation bin of a class. */
function levels(book: Book, j: number): Map<number, number> {
  const out = new Map<number, number>()
  for (let r = book.lo[j] as number; r <= (book.hi[j] as number); r++) {
    const mass = (book.raw[j * book.size + r - book.base] as number) * (book.multiplier[2 * j + (r < book.boundary ? 0 : 1)] as number)
    if (mass > 0) out.set(r + (book.classes.centre[j] as number), mass)
  }
  return out
}
const massOf = (book: Book) => {
  let mass = book.residual
  for (let j = 0; j < book.count; j++) for (const m of levels(book, j).values()) mass += m
  return mass
}

describe('opening', () => {
  it('spreads 39 coins entered in bin 1000 at 10× evenly over bins 877 to 915, one each', () => {
    const book = longs()
    book.place(TEN, entryAt(1000), 39, NOTHING_CROSSED.long)
    expect([...levels(book, TEN).keys()]).toEqual(Array.from({ length: 39 }, (_, i) => 877 + i))
    for (const mass of levels(book, TEN).values()) expect(mass).toBeCloseTo(1, 6)
    expect(book.total()).toBeCloseTo(39, 5)
  })

  it('of two entry bins, three quarters in the upper one, the inner levels hold both', () => {
    const profile = new Profile().fillPath(at(1000.5), at(1001.5), at(1000.5), at(1001.5))
    profile.cumulative[1] = 0.25
    const book = shorts()
    book.place(TEN, profile, 31, NOTHING_CROSSED.short)
    const found = levels(book, TEN)
    // shorts at 10×: 78 to 108 bins above
    expect(found.get(1078)).toBeCloseTo(0.25, 6)
    expect(found.get(1079)).toBeCloseTo(1, 6)
    expect(found.get(1108)).toBeCloseTo(1, 6)
    expect(found.get(1109)).toBeCloseTo(0.75, 6)
    expect(found.has(1110)).toBe(false)
  })

  it('leaves out what price has crossed, and says beforehand how much that is', () => {
    const book = longs()
    const entry = entryAt(1000)
    expect(book.aliveShare(TEN, entry, 900)).toBeCloseTo(23 / 39, 12)
    expect(book.aliveShare(TEN, entry, 877)).toBe(0)
    expect(book.aliveShare(TEN, entry, 916)).toBe(1)
    book.place(TEN, entry, 39, 900)
    expect(Math.max(...levels(book, TEN).keys())).toBe(899)
    expect(book.total()).toBeCloseTo(23, 5)
    const above = shorts()
    expect(above.aliveShare(TEN, entry, 1100)).toBeCloseTo(8 / 31, 12)
    above.place(TEN, entry, 31, 1100)
    expect(Math.min(...levels(above, TEN).keys())).toBe(1101)
    expect(above.total()).toBeCloseTo(8, 5)
  })
})

describe('sweep', () => {
  it('empties exactly the crossed bins', () => {
    const book = longs()
    book.place(TEN, entryAt(1000), 39, NOTHING_CROSSED.long)
    book.residual = 5
    book.sweep(900)
    expect([...levels(book, TEN).keys()]).toEqual(Array.from({ length: 23 }, (_, i) => 877 + i))
    expect(book.total()).toBeCloseTo(28, 5)
    book.sweep(916)
    expect(book.total()).toBeCloseTo(28, 5)
    book.sweep(877)
    expect(book.total()).toBe(5)
    const above = shorts()
    above.place(TEN, entryAt(1000), 31, NOTHING_CROSSED.short)
    above.sweep(1100)
    expect(Math.min(...levels(above, TEN).keys())).toBe(1101)
    expect(above.total()).toBeCloseTo(8, 5)
  })

  it('says what it emptied per class, multipliers counted, and of an empty stretch that it was nothing', () => {
    const book = longs()
    book.place(TEN, entryAt(1000), 39, NOTHING_CROSSED.long)
    book.place(TEN + 1, entryAt(1000), 10, NOTHING_CROSSED.long)
    book.scale(2)
    // 10× stands on 877 to 915, 14× nearer than that
    book.sweep(900)
    expect(book.swept[TEN]).toBeCloseTo(32, 4)
    expect(book.swept[TEN + 1]).toBeCloseTo(20, 4)
    expect(book.swept.reduce((a, b) => a + b, 0)).toBeCloseTo(52, 4)
    book.sweep(900)
    expect([...book.swept].every((mass) => mass === 0)).toBe(true)
  })
})

describe('closing', () => {
  it.each([1, 0.5, 0])('takes the amount, and from each class and region the share 1 − exp(−λ·leverage^%s·tendency)', (exponent) => {
    const book = longs()
    book.setBoundary(1000)
    for (let j = 0; j < book.count; j++) {
      book.place(j, entryAt(900), 10, NOTHING_CROSSED.long)
      book.place(j, entryAt(1100), 10, NOTHING_CROSSED.long)
    }
    book.residual = 10
    const before = Float64Array.from(book.sums)
    const total = book.total()
    expect(total).toBeCloseTo(20 * book.count + 10, 4)
    new Closing(classes.leverage, exponent).close(book, 100)
    expect(book.total()).toBeCloseTo(total - 100, 6)
    const lambda = -Math.log(book.residual / 10)
    for (let k = 0; k < book.sums.length; k++) {
      const kept = ((book.sums[k] as number) * (book.multiplier[k] as number)) / (before[k] as number)
      const hazard = (classes.leverage[k >> 1] as number) ** exponent * (k % 2 === 0 ? 1.25 : 0.8)
      expect(-Math.log(kept)).toBeCloseTo(lambda * hazard, 3)
    }
  })

  it('closes shorts sooner above the price than below', () => {
    const book = shorts()
    book.setBoundary(1000)
    book.place(TEN, entryAt(900), 10, NOTHING_CROSSED.short)
    book.place(TEN, entryAt(1100), 10, NOTHING_CROSSED.short)
    new Closing(classes.leverage, 1).close(book, 5)
    expect(book.multiplier[2 * TEN + 1]).toBeLessThan(book.multiplier[2 * TEN] as number)
  })

  it('leaves every level as it is when the price moves on and with it what is in profit', () => {
    for (const [book, side] of [
      [longs(), 'long'],
      [shorts(), 'short'],
    ] as const) {
      book.setBoundary(1000)
      for (let bin = 940; bin <= 1060; bin += 20) book.place(TEN, entryAt(bin), 10, NOTHING_CROSSED[side])
      new Closing(classes.leverage, 1).close(book, 30)
      for (const boundary of [1045, 955, 2000, 0]) {
        const before = levels(book, TEN)
        book.setBoundary(boundary)
        const after = levels(book, TEN)
        expect(after.size).toBe(before.size)
        for (const [bin, mass] of after) expect(mass / (before.get(bin) as number)).toBeCloseTo(1, 6)
      }
    }
  })

  it('empties the book when all of it or more is to go', () => {
    for (const amount of [10.001, 11]) {
      const book = longs()
      book.place(TEN, entryAt(1000), 9, NOTHING_CROSSED.long)
      book.residual = 1
      new Closing(classes.leverage, 1).close(book, amount)
      expect(book.total()).toBe(0)
      expect(massOf(book)).toBe(0)
    }
  })

  it('reaches any amount, however little is to stay', () => {
    fc.assert(
      fc.property(fc.double({ min: -11, max: -0.001, noNaN: true }), (exponent) => {
        const book = longs()
        for (let j = 0; j < book.count; j++) book.place(j, entryAt(1000), 1, NOTHING_CROSSED.long)
        book.residual = 0.1
        const before = book.total()
        const stays = before * 10 ** exponent
        new Closing(classes.leverage, 1).close(book, before - stays)
        // within the tolerance that the balance then takes off
        expect(Math.abs(book.total() - stays)).toBeLessThan(2e-10 * before)
      }),
    )
  })
})

describe('the books keep count', () => {
  const action = fc.oneof(
    fc.record({
      do: fc.constant('place' as const),
      j: fc.integer({ min: 0, max: classes.count - 1 }),
      bin: fc.integer({ min: 700, max: 1300 }),
      amount: fc.double({ min: 0, max: 1000, noNaN: true }),
    }),
    fc.record({ do: fc.constant('boundary' as const), bin: fc.integer({ min: 700, max: 1300 }) }),
    fc.record({ do: fc.constant('close' as const), share: fc.double({ min: 0, max: 0.9999, noNaN: true }) }),
    fc.record({ do: fc.constant('sweep' as const), bin: fc.integer({ min: 300, max: 1700 }) }),
    fc.record({ do: fc.constant('trim' as const) }),
  )

  it('what is summed per region is what stands, and moving the boundary changes no level', () => {
    const closing = new Closing(classes.leverage, 1)
    fc.assert(
      fc.property(fc.boolean(), fc.array(action, { maxLength: 40 }), (long, actions) => {
        const book = long ? longs() : shorts()
        for (const a of actions) {
          const before = book.total()
          if (a.do === 'place') book.place(a.j, entryAt(a.bin), a.amount, long ? NOTHING_CROSSED.long : NOTHING_CROSSED.short)
          if (a.do === 'boundary') {
            const standing = levels(book, TEN)
            book.setBoundary(a.bin)
            for (const [bin, mass] of levels(book, TEN)) expect(mass / (standing.get(bin) as number)).toBeCloseTo(1, 5)
          }
          if (a.do === 'close') {
            closing.close(book, before * a.share)
            if (before > 0) expect(book.total() / before).toBeCloseTo(1 - a.share, 5)
          }
          if (a.do === 'sweep') {
            book.sweep(a.bin)
            for (let j = 0; j < book.count; j++)
              for (const bin of levels(book, j).keys()) expect(long ? bin < a.bin : bin > a.bin).toBe(true)
          }
          if (a.do === 'trim') {
            book.trim()
            expect(Math.abs(book.total() - before)).toBeLessThanOrEqual(1e-9 * before)
          }
          expect(Math.abs(book.total() - massOf(book))).toBeLessThanOrEqual(1e-12 * before + 1e-9 * book.total())
          for (const sum of book.sums) expect(sum).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 60 },
    )
  })
})
