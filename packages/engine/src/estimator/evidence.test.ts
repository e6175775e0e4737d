import { describe, expect, it } from 'vitest'
import { Evidence } from './evidence.ts'

const usd = (...values: number[]) => Float64Array.from(values)

describe('evidence of two classes', () => {
  it('is the normal equations, each bucket by the variance that was expected of it', () => {
    const evidence = new Evidence(2)
    // No time passes, so the running mean stays 0: variance = unit × prediction = 10 × 4.
    evidence.observe(usd(3, 5), 4, 6, 10, 0)
    expect([...evidence.products]).toEqual([(3 * 6) / 40, (5 * 6) / 40])
    for (const [i, product] of [9, 15, 15, 25].entries()) expect(evidence.squares[i]).toBeCloseTo(product / 40, 12)
    // Silence where a level was swept: only the squares grow, so what stands there counts less. Variance 10 × 1.
    evidence.observe(usd(0, 2), 1, 0, 10, 0)
    expect([...evidence.products]).toEqual([(3 * 6) / 40, (5 * 6) / 40])
    expect(evidence.squares[3]).toBeCloseTo(25 / 40 + 4 / 10, 12)
    expect(evidence.squares[0]).toBeCloseTo(9 / 40, 12)
  })

  it('measures small predictions against their running mean', () => {
    const evidence = new Evidence(2)
    evidence.observe(usd(1, 0), 8, 8, 1, 3_600_000)
    const mean = evidence.meanPrediction
    expect(mean).toBeGreaterThan(0)
    expect(mean).toBeLessThan(8)
    const before = evidence.products[0] as number
    evidence.observe(usd(1, 0), 0, 5, 1, 0)
    // no prediction of its own: the variance is the mean alone
    expect((evidence.products[0] as number) - before).toBeCloseTo(5 / mean, 9)
  })

  it('takes nothing from a bucket of which nothing was expected, ever', () => {
    const evidence = new Evidence(2)
    evidence.observe(usd(1, 1), 0, 100, 10, 0)
    expect([...evidence.products, ...evidence.squares].every((value) => value === 0)).toBe(true)
  })

  it('fades evenly with time', () => {
    const evidence = new Evidence(2)
    evidence.observe(usd(3, 5), 4, 6, 10, 0)
    const [whole, parts] = [new Evidence(2), new Evidence(2)]
    for (const copy of [whole, parts]) {
      copy.squares.set(evidence.squares)
      copy.products.set(evidence.products)
    }
    whole.fade(7200_000)
    parts.fade(3600_000)
    parts.fade(3600_000)
    for (let i = 0; i < 4; i++) {
      expect(parts.squares[i]).toBeCloseTo(whole.squares[i] as number, 12)
      expect((whole.squares[i] as number) / (evidence.squares[i] as number)).toBeCloseTo(
        (whole.products[0] as number) / (evidence.products[0] as number),
        12,
      )
    }
    expect(whole.squares[0]).toBeLessThan(evidence.squares[0] as number)
    expect(whole.squares[0]).toBeGreaterThan(0.9 * (evidence.squares[0] as number))
  })
})
