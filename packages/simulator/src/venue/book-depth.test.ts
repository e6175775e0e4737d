import fc from 'fast-check'
import { expect, it } from 'vitest'
import { usdWithin } from '../impact.ts'
import { bookSide } from './book-depth.ts'
import { MarketUnits } from './market-units.ts'

const units = new MarketUnits(2, 0.001)
const books = fc.record({
  mark: fc.double({ min: 2_000, max: 4_000, noNaN: true }),
  depthUsd: fc.double({ min: 3e9, max: 3e10, noNaN: true }),
  pressure: fc.double({ min: -0.02, max: 0.02, noNaN: true }),
  thickening: fc.constant(0.01),
})
const moments = fc.record({ time: fc.integer({ min: 1.7e12, max: 1.8e12 }), levels: fc.constant(50), seed: fc.nat() })

it('holds, up to each level, what pushes the price to that level: to within a tick', () => {
  fc.assert(
    fc.property(books, moments, fc.constantFrom<1 | -1>(1, -1), (book, moment, direction) => {
      let usd = 0
      let before = direction > 0 ? book.mark : Number.POSITIVE_INFINITY
      for (const [price, quantity] of bookSide(book, units, direction, moment)) {
        expect(quantity).toBeGreaterThan(0)
        expect(Number(price.toFixed(2))).toBe(price)
        expect(direction > 0 ? price > before : price < before).toBe(true)
        before = price
        usd += quantity * book.mark
        const away = (ticks: number): number => Math.max(0, direction * Math.log((price + direction * ticks * 0.01) / book.mark))
        // a lot is three dollars, and each level has one at least
        expect(usd).toBeGreaterThanOrEqual(usdWithin(book, direction, away(0)) - 10)
        expect(usd).toBeLessThanOrEqual(usdWithin(book, direction, away(1)) + 10 * moment.levels)
      }
    }),
  )
})

it('is the same for the same moment, changes in part after a second and wholly after five', () => {
  const book = { mark: 3000.004, depthUsd: 9e9, pressure: 0, thickening: 0.01 }
  const at = (time: number) => bookSide(book, units, 1, { time, levels: 200, seed: 1 }).map(([, quantity]) => quantity)
  const kept = (time: number): number => at(1_000_000).filter((quantity, i) => quantity === at(time)[i]).length
  expect(kept(1_000_000)).toBe(200)
  expect(kept(1_001_000)).toBeGreaterThan(60)
  expect(kept(1_001_000)).toBeLessThan(180)
  expect(kept(1_005_000)).toBeLessThan(10)
})
