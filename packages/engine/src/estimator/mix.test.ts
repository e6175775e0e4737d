import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS } from '../../test/markets.ts'
import { leverageClasses } from './classes.ts'
import { Evidence } from './evidence.ts'
import { Mix } from './mix.ts'
import { MIXES, type MixSettings } from './settings.ts'

const classes = leverageClasses(PLAIN_TIERS)
const n = classes.count
const settings = (menu: boolean): MixSettings => ({ ...(MIXES[0] as MixSettings), menu })

/** Evidence of sweeps of one or a few classes each, printed just as κ·w = yields says; `amount` is how much of it there is. */
function sweeps(yields: (j: number) => number, amount: number): Evidence {
  const evidence = new Evidence(n)
  for (let round = 0; round < 3; round++)
    for (let j = 0; j < n; j++) {
      const swept = new Float64Array(n)
      swept[j] = 1000
      swept[(j + round) % n] = (swept[(j + round) % n] as number) + 500
      const printed = swept.reduce((sum, usd, i) => sum + usd * yields(i), 0)
      // variance = unit × prediction: a small unit is much evidence
      evidence.observe(swept, 1000, printed, 1000 / amount, 0)
    }
  return evidence
}
function fitted(evidence: Evidence, menu = true): Mix {
  const mix = new Mix(classes, settings(menu))
  for (let i = 0; i < 10; i++) mix.fit(evidence)
  return mix
}

describe('a leverage mix', () => {
  it.each(MIXES.map((mix) => [mix.name, mix] as const))('%s stays at its prior without evidence', (_, mixSettings) => {
    const mix = new Mix(classes, mixSettings)
    const [log, coverage, levelSd] = [mix.log.slice(), mix.coverage, mix.levelSd]
    mix.fit(new Evidence(n))
    mix.log.forEach((value, j) => {
      expect(value).toBeCloseTo(log[j] as number, 9)
    })
    expect(mix.coverage).toBeCloseTo(coverage, 12)
    expect(mix.levelSd).toBeCloseTo(levelSd, 12)
    expect(coverage).toBeGreaterThan(0)
    expect(coverage).toBeLessThanOrEqual(1)
  })

  it('recovers what prints say of every class, where there are enough of them', () => {
    const prior = new Mix(classes, settings(true)).log
    // twice and half of the prior in turn, and three times all of it
    const truth = (j: number) => 3 * Math.exp(prior[j] as number) * (j % 2 === 0 ? 2 : 0.5)
    const mix = fitted(sweeps(truth, 1e7))
    for (let j = 0; j < n; j++) expect((mix.coverage * (mix.weights[j] as number)) / truth(j)).toBeCloseTo(1, 1)
  })

  it('with little evidence moves part of the way, all classes together: neighbours have never been seen apart', () => {
    const prior = new Mix(classes, settings(true)).log
    const truth = (j: number) => 4 * Math.exp(prior[j] as number)
    const moved = (amount: number) => fitted(sweeps(truth, amount)).log.map((value, j) => value - (prior[j] as number))
    const [little, more] = [moved(0.003), moved(0.3)]
    little.forEach((step, j) => {
      expect(step).toBeGreaterThan(0.02)
      expect(more[j]).toBeGreaterThan(step)
      expect(more[j]).toBeLessThan(Math.log(4) + 0.05)
    })
    expect(Math.max(...little) - Math.min(...little)).toBeLessThan(0.5 * Math.min(...little))
  })

  it('believes silence: a class that is swept and prints nothing sinks below its prior', () => {
    const prior = new Mix(classes, settings(true)).log
    const mix = fitted(
      sweeps((j) => (j === 6 ? 0 : Math.exp(prior[j] as number)), 1e4),
      true,
    )
    expect(mix.log[6]).toBeLessThan((prior[6] as number) - 1)
    expect(mix.log[3]).toBeGreaterThan((prior[3] as number) - 0.3)
  })

  it('splits a high level between coverage and weight, and coverage is never more than all', () => {
    const before = new Mix(classes, settings(true))
    const yields = (factor: number) => (j: number) => factor * Math.exp(before.log[j] as number)
    const [single, doubled] = [fitted(sweeps(yields(1), 1e6)), fitted(sweeps(yields(2), 1e6))]
    expect(doubled.coverage).toBeGreaterThan(single.coverage)
    expect(doubled.weights[4]).toBeGreaterThan(single.weights[4] as number)
    expect(doubled.levelSd).toBeLessThan(before.levelSd)
    for (const factor of [1e-4, 0.1, 10, 1e4]) {
      const { coverage } = fitted(sweeps(yields(factor), 1e6))
      expect(coverage).toBeGreaterThan(0)
      expect(coverage).toBeLessThanOrEqual(1)
    }
    expect(fitted(sweeps(yields(1e4), 1e6)).coverage).toBe(1)
  })

  it('without a menu leaves the lines out, of weights and of predictions', () => {
    const mix = fitted(
      sweeps(() => 0.2, 1e4),
      false,
    )
    for (let j = classes.stretches; j < n; j++) expect(mix.weights[j]).toBe(0)
    const swept = new Float64Array(n)
    swept[n - 1] = 1000
    expect(mix.predictPrinted(swept)).toBe(0)
    swept[4] = 1000
    expect(mix.predictPrinted(swept)).toBeCloseTo(1000 * Math.exp(mix.log[4] as number), 9)
  })

  it('stays a number whatever was swept and printed', () => {
    for (const [printed, amount] of [
      [1e30, 1e-20],
      [1e30, 1e20],
      [0, 1e20],
      [1e-30, 1],
    ] as const) {
      const mix = fitted(sweeps(() => printed, amount))
      expect([...mix.weights].every((weight) => weight >= 0 && Number.isFinite(weight))).toBe(true)
      expect(mix.coverage > 0 && mix.coverage <= 1).toBe(true)
    }
  })
})
