import { describe, expect, it } from 'vitest'
import { formatLift, formatLiftInterval, formatSkill, liftAxis, verdictOf } from './lift.ts'
import { gain } from './samples.ts'

describe('lift', () => {
  it.each([
    [0, '1.00×'],
    [Math.log(1.44), '1.44×'],
    [Math.log(0.91), '0.91×'],
    [Math.log(1234), '1,234×'],
    [-8, '< 0.01×'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('of a gain of %s nats is %s', (nats, text) => {
    expect(formatLift(nats)).toBe(text)
  })

  it('is written with its interval where there is one', () => {
    expect(formatLiftInterval({ low: Math.log(0.5), high: Math.log(2) })).toBe('0.50 – 2.00×')
    expect(formatLiftInterval({ low: null, high: null })).toBeNull()
  })

  it('writes a skill with a true sign, and none on nothing', () => {
    expect([0.171, -0.04, 0.001, -0.001].map(formatSkill)).toEqual(['+0.17', '−0.04', '0.00', '0.00'])
  })
})

describe('verdict', () => {
  it.each([
    ['above', gain(0.3, 0.1, 0.5), 0],
    ['unclear', gain(0.3, -0.1, 0.5), 0],
    ['unclear', gain(0.3, 0, 0.5), 0],
    ['unclear', gain(-0.3, -0.5, 0), 0],
    ['below', gain(-0.3, -0.5, -0.1), 0],
    ['early', gain(0.3, 0.1, 0.5), 1],
    ['early', gain(0.3, null, null), 0],
    ['early', null, 0],
  ])('is %s', (verdict, given, moreDays) => {
    expect(verdictOf(given, moreDays)).toBe(verdict)
  })
})

describe('axis', () => {
  it('is logarithmic: half and double lie as far from 1×', () => {
    const axis = liftAxis([Math.log(0.25), Math.log(4)])
    expect(axis.at(0)).toBeCloseTo(0.5, 12)
    expect(axis.at(Math.log(2)) - axis.at(0)).toBeCloseTo(axis.at(0) - axis.at(Math.log(0.5)), 12)
    expect(axis.at(Math.log(4)) - axis.at(Math.log(2))).toBeCloseTo(axis.at(Math.log(2)) - axis.at(0), 12)
  })

  it('holds 1× and both its sides whatever is shown, and everything within', () => {
    for (const gains of [[], [null, undefined, Number.NaN], [3], [-3], [0.01], [-6, 7]]) {
      const axis = liftAxis(gains)
      expect(axis.at(0)).toBeGreaterThan(0.02)
      expect(axis.at(0)).toBeLessThan(0.98)
      for (const g of gains) if (g) expect(axis.at(g)).toSatisfy((x: number) => x > 0 && x < 1)
      expect(axis.ticks.map((tick) => tick.label)).toContain('1×')
      expect(axis.ticks.length).toBeLessThanOrEqual(8)
    }
    expect(liftAxis([]).at(99)).toBe(1)
    expect(liftAxis([]).at(-99)).toBe(0)
  })
})
