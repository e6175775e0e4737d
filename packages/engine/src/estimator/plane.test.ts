import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS } from '../../test/markets.ts'
import { Book } from './book.ts'
import { leverageClasses } from './classes.ts'
import { PlaneSums } from './plane.ts'
import { Profile } from './profile.ts'
import { AT_LEVEL } from './survival.ts'

const classes = leverageClasses(PLAIN_TIERS)
const TEN = 6
const every = new Float64Array(classes.count).fill(1)
const at = (bin: number) => Math.exp((bin + 0.5) / 1000)
/** The longs of 10×, entered in bin 1000: one coin on each of bins 877 to 915; or the shorts: one on each of 1078 to 1108. */
function bookOf(long: boolean, boundary: number): Book {
  const book = new Book(classes, long ? classes.long : classes.short)
  book.setBoundary(boundary)
  book.place(TEN, new Profile().fillPath(at(1000), at(1000), at(1000), at(1000)), long ? 39 : 31, long ? 1e6 : -1e6)
  return book
}
const read = (book: Book, priceBin: number | null, weights = every) => {
  const plane = new PlaneSums().begin([book]).add(book, weights, priceBin)
  return { plane, at: (bin: number) => plane.sums[bin - plane.firstBin] as number }
}

describe('survival', () => {
  it.each([
    ['longs', true, 1],
    ['shorts', false, -1],
  ] as const)('%s in profit and at their entry are all there', (_, long, sign) => {
    const book = bookOf(long, 1000)
    // every row of the class counts as entered within the bins around 1000
    const profit = read(book, 1000 + sign * 25)
    expect(profit.plane.total()).toBeCloseTo(long ? 39 : 31, 4)
  })

  it.each([
    ['longs', true, -1],
    ['shorts', false, 1],
  ] as const)('%s thin out evenly on the way to their level, to what is left when price arrives', (_, long, sign) => {
    // The middle of the class: its row is the entry's bin.
    const centre = (long ? classes.long : classes.short).centre[TEN] as number
    const level = 1000 + centre
    const book = bookOf(long, 1000)
    const left = (way: number) => read(book, 1000 + sign * way).at(level)
    const whole = read(book, null).at(level)
    expect(whole).toBeCloseTo(1, 6)
    expect(left(0) / whole).toBeCloseTo(1, 9)
    for (const share of [0.25, 0.5, 1]) {
      const bins = Math.round(share * Math.abs(centre))
      expect(left(bins) / whole).toBeCloseTo(1 - ((1 - AT_LEVEL) * bins) / Math.abs(centre), 9)
    }
    expect(left(Math.abs(centre)) / whole).toBeCloseTo(AT_LEVEL, 9)
    // a price beyond the level takes no more
    expect(left(Math.abs(centre) + 200) / whole).toBeCloseTo(AT_LEVEL, 9)
  })

  it('does not depend on how the book is cut into regions', () => {
    for (const long of [true, false])
      for (const boundary of [900, 995, 1000, 1100])
        for (const price of [950, 1000, 1050]) {
          const [a, b] = [read(bookOf(long, 1000), price), read(bookOf(long, boundary), price)]
          for (let bin = a.plane.firstBin; bin < a.plane.firstBin + a.plane.length; bin++) expect(b.at(bin)).toBeCloseTo(a.at(bin), 6)
        }
  })
})

describe('a plane', () => {
  it('weighs classes, adds up books and turns coins into USD at the bin’s centre', () => {
    const book = bookOf(true, 1000)
    const weights = new Float64Array(classes.count)
    expect(read(book, null, weights).plane.total()).toBe(0)
    weights[TEN] = 0.5
    const { plane } = read(book, null, weights)
    plane.add(book, weights, null).scale(3).toUsd()
    for (let bin = 877; bin <= 915; bin++) expect(plane.sums[bin - plane.firstBin]).toBeCloseTo(3 * at(bin), 5)
  })

  it('as a column leaves out what is under the floor and keeps four digits and more', () => {
    const plane = new PlaneSums().begin([], 100, 110)
    plane.sums.set([0, 0.99, 5, 0.5, 123456.789, 1, 0.2])
    const { firstBin, usd } = plane.toPlane()
    expect(firstBin).toBe(102)
    expect(usd).toHaveLength(4)
    expect([usd[0], usd[1], usd[3]]).toEqual([5, 0, 1])
    expect((usd[2] as number) / 123456.789).toBeCloseTo(1, 4)
    expect(new PlaneSums().begin([], 100, 110).toPlane()).toEqual({ firstBin: 0, usd: new Float32Array(0) })
  })

  it('is empty again after it was begun again', () => {
    const plane = new PlaneSums().begin([], 0, 50)
    plane.sums.fill(7)
    expect(plane.begin([], 10, 30).total()).toBe(0)
    expect(plane.length).toBe(20)
  })
})
