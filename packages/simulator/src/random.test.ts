import { describe, expect, it } from 'vitest'
import { paretoMean, Random } from './random.ts'

const many = (n: number, draw: () => number): number[] => Array.from({ length: n }, draw)
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('seeded random numbers', () => {
  it('repeat for the same seed and stream, and differ for another of either', () => {
    const five = (seed: number, stream: string) => {
      const r = new Random(seed, stream)
      return many(5, () => r.uniform())
    }
    expect(five(1, 'a')).toEqual(five(1, 'a'))
    expect(five(1, 'a')).not.toEqual(five(2, 'a'))
    expect(five(1, 'a')).not.toEqual(five(1, 'b'))
    // seeds that differ only above 2^32
    expect(five(1, 'a')).not.toEqual(five(1 + 2 ** 32, 'a'))
  })

  it('have the moments of their distributions', () => {
    const r = new Random(5, 'moments')
    const normal = many(40_000, () => r.normal())
    expect(Math.abs(mean(normal))).toBeLessThan(0.02)
    expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1)
    expect(mean(many(40_000, () => r.exponential()))).toBeCloseTo(1, 1)
    for (const m of [0.3, 7, 60]) expect(mean(many(20_000, () => r.poisson(m))) / m).toBeCloseTo(1, 1)
    const sizes = many(60_000, () => r.pareto(1, 100, 1.3))
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1)
    expect(sizes.reduce((a, b) => Math.max(a, b), 0)).toBeLessThanOrEqual(100)
    expect(mean(sizes) / paretoMean(1, 100, 1.3)).toBeCloseTo(1, 1)
  })
})
