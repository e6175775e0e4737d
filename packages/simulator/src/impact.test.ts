import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type BookShape, pushOf, usdWithin } from './impact.ts'

const shapes = fc.record<BookShape>({
  depthUsd: fc.double({ min: 1e5, max: 1e11, noNaN: true }),
  pressure: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
  thickening: fc.double({ min: 1e-3, max: 0.1, noNaN: true }),
})
const directions = fc.constantFrom<1 | -1>(1, -1)

it('what lies in the book up to a price is what pushes the price there', () => {
  fc.assert(
    fc.property(shapes, directions, fc.double({ min: 1e-6, max: 0.2, noNaN: true }), (book, direction, push) => {
      expect(direction * pushOf(book, direction, usdWithin(book, direction, push))).toBeCloseTo(push, 9)
    }),
  )
})

it('is twice as deep where the price was pushed by the thickening, and at rest on the way back', () => {
  const rest: BookShape = { depthUsd: 1e8, pressure: 0, thickening: 0.01 }
  const pushed: BookShape = { ...rest, pressure: 0.01 }
  expect(usdWithin(rest, 1, 1e-6)).toBeCloseTo(100, 1)
  expect(usdWithin(pushed, 1, 1e-6)).toBeCloseTo(200, 1)
  expect(usdWithin(pushed, -1, 1e-6)).toBeCloseTo(100, 1)
})
