import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS } from '../../test/markets.ts'
import { leverageClasses } from './classes.ts'
import { Members } from './members.ts'
import { BOOKS, MIXES } from './settings.ts'

const classes = leverageClasses(PLAIN_TIERS)
const total = (values: Float64Array) => values.reduce((a, b) => a + b, 0)
const UNIT = 1000
const HOUR = 3_600_000

/** An ensemble on whose books longs of these classes were just swept, as many USD of each in every set. */
function swept(...stretches: number[]): Members {
  const members = new Members(classes, new Set())
  for (const filter of members.filters) for (const j of stretches) filter.swept[0][j] = 1e6
  return members
}

describe('members of the ensemble', () => {
  it('are every mix on every set of books; their weights and their classes’ weights are means', () => {
    const members = new Members(classes, new Set())
    expect(members.all).toHaveLength(BOOKS.length * MIXES.length)
    expect(new Set(members.all.map(({ name }) => name)).size).toBe(members.all.length)
    expect(total(members.weights)).toBeCloseTo(1, 12)
    const counted = members.combined.reduce((sum, combined) => sum + (combined[3] as number), 0)
    const expected = members.all.reduce((sum, { mix }, m) => sum + (members.weights[m] as number) * (mix.weights[3] as number), 0)
    expect(counted).toBeCloseTo(expected, 12)
  })

  it('are one where the ensemble is left out', () => {
    const members = new Members(classes, new Set(['ensemble']))
    expect(members.all).toHaveLength(1)
    expect([...members.weights]).toEqual([1])
    const withoutMenu = new Members(classes, new Set(['menu']))
    expect(withoutMenu.all.every(({ mix }) => !mix.settings.menu)).toBe(true)
  })

  it('together predict their weighted mean, per side', () => {
    const members = swept(4, 10)
    const [long, short] = members.predict()
    const each = members.all.map(({ mix, filter }) => mix.predictPrinted(filter.swept[0]))
    expect(long).toBeCloseTo(
      each.reduce((sum, usd, m) => sum + usd * (members.weights[m] as number), 0),
      6,
    )
    expect(short).toBe(0)
    const [liquidated] = members.liquidated()
    expect(liquidated).toBeGreaterThan(long)
  })

  it('gain by having told the prints better, and weights stay weights', () => {
    const members = swept(12)
    members.predict()
    const predicted = members.all.map((_, m) => members.predicted[2 * m] as number)
    const best = predicted.indexOf(Math.max(...predicted))
    const worst = predicted.indexOf(Math.min(...predicted))
    expect(predicted[best]).toBeGreaterThan(1.5 * (predicted[worst] as number))
    const ratio = (of: Members) => (of.weights[best] as number) / (of.weights[worst] as number)
    members.fit(HOUR)
    const before = ratio(members)
    for (let i = 0; i < 50; i++) {
      members.predict()
      members.score(0, predicted[best] as number, UNIT)
    }
    members.fit(HOUR)
    expect(ratio(members)).toBeGreaterThan(2 * before)
    expect(total(members.weights)).toBeCloseTo(1, 12)
    // Had nothing come, those who expected least would have been right.
    const silent = swept(12)
    silent.fit(HOUR)
    const start = ratio(silent)
    for (let i = 0; i < 50; i++) {
      silent.predict()
      silent.score(0, 0, UNIT)
    }
    silent.fit(HOUR)
    expect(ratio(silent)).toBeLessThan(start)
    expect([...silent.weights].every((weight) => weight > 0)).toBe(true)
  })

  it('do not lose what they have by a side that was not swept', () => {
    const members = swept(4)
    members.fit(HOUR)
    const before = members.weights.slice()
    members.predict()
    members.score(1, 0, UNIT)
    members.fit(HOUR)
    members.weights.forEach((weight, m) => {
      expect(weight).toBeCloseTo(before[m] as number, 9)
    })
  })

  it('learn what prints say: swept and printed twice over, what is predicted rises; silent, it falls', () => {
    const learned = (factor: number) => {
      const members = swept(3, 5, 7)
      const [first] = members.predict()
      for (let i = 0; i < 200; i++) {
        members.predict()
        members.teach(0, factor * first, UNIT, 300_000)
      }
      members.fit(HOUR)
      return members.predict()[0] / first
    }
    expect(learned(2)).toBeGreaterThan(1.5)
    expect(learned(0)).toBeLessThan(0.7)
  })
})
