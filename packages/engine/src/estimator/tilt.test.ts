import { describe, expect, it } from 'vitest'
import { PLAIN_TIERS } from '../../test/markets.ts'
import { leverageClasses } from './classes.ts'
import { Tilt } from './tilt.ts'

const { leverage, count, stretches } = leverageClasses(PLAIN_TIERS)
const HOUR = 3_600_000
const HIGH = stretches - 1

/** Two hundred hours of usual funding, then a day of a far higher (or lower) one. */
function crowded(sign: 1 | -1, ratio = false): Tilt {
  const tilt = new Tilt()
  const observe = (value: number) => {
    if (ratio) tilt.observe(undefined, Math.exp(value), HOUR)
    else tilt.observe(value, undefined, HOUR)
  }
  for (let i = 0; i < 200; i++) observe(i % 2 === 0 ? 0.0001 : -0.0001)
  for (let i = 0; i < 24; i++) observe(sign * 0.001)
  return tilt
}
const factors = (tilt: Tilt, side: 1 | -1) => {
  const out = new Float64Array(count)
  tilt.fill(out, leverage, side)
  return out
}
/** Many buckets in which both sides were expected to print 1000 USD. */
function teach(tilt: Tilt, long: number, short: number): Tilt {
  for (let i = 0; i < 200; i++) tilt.learn({ long, short }, { long: 1000, short: 1000 }, 1000)
  return tilt
}

describe('the tilt', () => {
  it('starts at zero: crowding changes nothing before prints have said what it means', () => {
    const tilt = crowded(1)
    expect(tilt.recent).toBeGreaterThan(0.5)
    expect(tilt.weight).toBe(0)
    expect([...factors(tilt, 1)].every((factor) => factor === 1)).toBe(true)
  })

  it('sees crowded longs in high funding and in many longs per short, and nothing where neither is known', () => {
    expect(crowded(1).recent).toBeGreaterThan(0.5)
    expect(crowded(-1).recent).toBeLessThan(-0.5)
    expect(crowded(1, true).recent).toBeGreaterThan(0.5)
    const blind = new Tilt()
    for (let i = 0; i < 300; i++) blind.observe(undefined, undefined, HOUR)
    expect(blind.recent).toBe(0)
    // a ratio of no longs at all has no logarithm
    blind.observe(undefined, 0, HOUR)
    expect(blind.recent).toBe(0)
  })

  it('measures a figure against those before it only, and only after some of them', () => {
    const tilt = new Tilt()
    for (let i = 0; i < 10; i++) tilt.observe(i === 9 ? 1 : 0, undefined, HOUR)
    expect(tilt.recent).toBe(0)
  })

  it.each([1, -1] as const)('learns the sign, funding %s: longs that print more than expected are levered more', (sign) => {
    const tilt = teach(crowded(sign), 1500, 500)
    // What longs printed too much agrees with crowded longs, and contradicts crowded shorts.
    expect(Math.sign(tilt.weight)).toBe(sign)
    const reverse = teach(crowded(sign), 500, 1500)
    expect(reverse.weight).toBeCloseTo(-tilt.weight, 9)
    // Either way longs are to be levered more where they printed more.
    expect(factors(tilt, 1)[HIGH]).toBeGreaterThan(1)
    expect(factors(tilt, -1)[HIGH]).toBeLessThan(1)
    expect(factors(reverse, 1)[HIGH]).toBeLessThan(1)
  })

  it('turns longs and shorts opposite ways about a middle leverage, within bounds', () => {
    const tilt = teach(crowded(1), 1e9, 0)
    const [long, short] = [factors(tilt, 1), factors(tilt, -1)]
    for (let j = 0; j < count; j++) expect((long[j] as number) * (short[j] as number)).toBeCloseTo(1, 9)
    expect(long[0]).toBeLessThan(1)
    for (let j = 1; j < stretches; j++) expect(long[j]).toBeGreaterThanOrEqual(long[j - 1] as number)
    expect(Math.max(...long)).toBeLessThan(50)
  })

  it('fades back to nothing', () => {
    const tilt = teach(crowded(1), 1500, 500)
    const before = tilt.weight
    tilt.fade(30 * 24 * HOUR)
    expect(tilt.weight).toBeGreaterThan(0)
    expect(tilt.weight).toBeLessThan(before)
    for (let i = 0; i < 100; i++) tilt.observe(undefined, undefined, HOUR)
    expect(Math.abs(tilt.recent)).toBeLessThan(0.01)
  })
})
