import { expect, it } from 'vitest'
import { realisedVolatility, recentVolatility } from './volatility.ts'

it('is per square root of a day', () => {
  // Hourly returns of +1 % and −1 % (logs): √(0.01² × 24) = 4.899 %.
  const up = Math.exp(0.01)
  expect(realisedVolatility([100, 100 * up, 100, 100 * up], 3_600_000)).toBeCloseTo(0.04899, 5)
  // The same path in closes four times as far apart is half as volatile.
  expect(realisedVolatility([100, 100 * up, 100], 4 * 3_600_000)).toBeCloseTo(0.02449, 5)
  expect(realisedVolatility([7, 7, 7], 60_000)).toBe(0)
  expect(realisedVolatility([7], 60_000)).toBeNaN()
  expect(() => realisedVolatility([7, 0], 60_000)).toThrow('closes[1]')
  expect(() => realisedVolatility([7, 8], 0)).toThrow('intervalMs')
})

it('counts the last returns most', () => {
  // Two hourly returns, 1 % and then 2 %, with a half-life of an hour: weights ½ and 1, (½ · 1 + 1 · 4) / 1.5 = 3, √(3 · 24) % a day.
  const closes = [100, 100 * Math.exp(0.01), 100 * Math.exp(0.03)]
  expect(recentVolatility(closes, 3_600_000, 3_600_000)).toBeCloseTo(0.01 * Math.sqrt(72), 12)
  // A half-life of very long is no half-life.
  expect(recentVolatility(closes, 3_600_000, 1e18)).toBeCloseTo(realisedVolatility(closes, 3_600_000), 12)
  expect(() => recentVolatility(closes, 3_600_000, 0)).toThrow('halfLifeMs')
})
