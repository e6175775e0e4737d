import { expect, it } from 'vitest'
import { quantile, shareAtLeast, weightedQuantile } from './quantile.ts'

it('reads quantiles and shares off rising values', () => {
  const values = Float64Array.of(10, 20, 20, 40, 50)
  expect([0, 0.25, 0.5, 0.9, 1].map((q) => quantile(values, q))).toEqual([10, 20, 20, 46, 50])
  expect([5, 20, 20.1, 50, 51].map((x) => shareAtLeast(values, x))).toEqual([1, 0.8, 0.4, 0.2, 0])
  expect(quantile(new Float64Array(0), 0.5)).toBeNaN()
})

it('weighs', () => {
  const values = [
    { weight: 1, value: 3 },
    { weight: 0, value: 1 },
    { weight: 3, value: 2 },
  ]
  expect([0.01, 0.75, 0.76, 1].map((q) => weightedQuantile(values, q))).toEqual([2, 2, 3, 3])
  expect(weightedQuantile([], 0.5)).toBe(0)
})
