import { expect, it } from 'vitest'
import { round } from './round.ts'

it.each([
  [123_456_789, 123_460_000],
  [12_345.678, 12_346],
  [1.234_567, 1.234_6],
  [0.000_123_456, 0.000_123_46],
  [-0.987_654, -0.987_65],
  [99_999.9, 100_000],
  [0, 0],
])('keeps five digits of %d', (value, kept) => {
  expect(round(value)).toBe(kept)
  expect(JSON.stringify(round(value)).length).toBeLessThanOrEqual(11)
})

it('keeps three where three are asked for', () => {
  expect(round(123_456, 3)).toBe(123_000)
  expect(round(0.012_345, 3)).toBe(0.012_3)
})
