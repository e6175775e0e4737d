import { expect, it } from 'vitest'
import { hill } from './facts.ts'
import { Random } from './random.ts'

it('Hill’s estimator finds the exponent of a Pareto sample', () => {
  const r = new Random(1, 'hill')
  const sample = Array.from({ length: 50_000 }, () => r.pareto(1, 1e9, 2.5))
  expect(hill(sample, 0.05)).toBeGreaterThan(2.3)
  expect(hill(sample, 0.05)).toBeLessThan(2.7)
})
