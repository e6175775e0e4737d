import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AlertCluster, type AlertCondition, alertCondition } from './alert.ts'
import { type AlertReading, type AlertState, measure, stepAlert } from './alert-step.ts'
import { alertTitle } from './alert-title.ts'
import { MINUTE_MS } from './units.ts'

const reading = (bucket: number, figures: Partial<AlertReading> = {}): AlertReading => ({
  bucket: bucket * MINUTE_MS,
  bucketMs: MINUTE_MS,
  price: 100,
  risk: null,
  openInterestChange24h: null,
  fundingRate: null,
  fundingHours: null,
  clusters: [],
  breakouts: [],
  ...figures,
})
/** At which steps it fired. */
function run(condition: AlertCondition, readings: readonly Partial<AlertReading>[], cooldownMinutes = 0): number[] {
  const fired: number[] = []
  let state: AlertState | null = null
  readings.forEach((figures, i) => {
    const step = stepAlert({ condition, cooldownMinutes }, state, reading(i, figures))
    state = step.state
    if (step.fired) fired.push(i)
  })
  return fired
}
const risks = (...values: (number | null)[]) => values.map((risk) => ({ risk }))
const risk = (direction: 'above' | 'below', level: number): AlertCondition => ({ kind: 'risk', direction, level })
const cluster = (distance: number, usd = 50e6, side: 'long' | 'short' = 'short', edge = 100 * (1 + distance)): AlertCluster => ({
  side,
  price: 100 * (1 + distance),
  edge,
  usd,
  distance,
})

describe('a crossing', () => {
  it('fires once, and again only after the value has gone back by the margin', () =>
    expect(run(risk('above', 70), risks(60, 71, 75, 69, 71, 68.1, 70, 67.9, 70, 71))).toEqual([1, 8]))
  it('works downwards as well', () => expect(run(risk('below', 30), risks(40, 30, 31, 29, 32.1, 29)).join()).toBe('1,5'))
  it('is not told by a new rule of what is so already', () => expect(run(risk('above', 70), risks(80, 90, 60, 80))).toEqual([3]))
  it('is told by a new rule that began just below the level', () => expect(run(risk('above', 70), risks(69, 71))).toEqual([1]))
  it('neither fires nor arms by what is not known', () =>
    expect(run(risk('above', 70), risks(null, 80, null, 80, 60, null, null, 80, null, 80))).toEqual([7]))
  it('waits for the cooldown, and is told then if it still holds', () => {
    expect(run(risk('above', 70), risks(60, 71, 60, 71, 72, 73, 74, 60), 5)).toEqual([1, 6])
    expect(run(risk('above', 70), risks(60, 71, 60, 71, 72, 60, 60, 60), 5)).toEqual([1])
  })
  it('of a bucket that was seen changes nothing', () => {
    const rule = { condition: risk('above', 70), cooldownMinutes: 0 }
    const armed = stepAlert(rule, null, reading(1, { risk: 10 })).state
    const { state, fired } = stepAlert(rule, armed, reading(2, { risk: 90 }))
    expect(fired).not.toBeNull()
    for (const bucket of [0, 1, 2])
      for (const risk of [10, 90]) expect(stepAlert(rule, state, reading(bucket, { risk }))).toEqual({ state, fired: null })
  })
})

describe('each condition', () => {
  it('clusterNear: the nearest of the size, re-armed at a quarter more', () => {
    const near: AlertCondition = { kind: 'clusterNear', side: null, withinPercent: 2, minUsd: 20e6 }
    const at = (...distances: number[]) => ({ clusters: distances.map((d) => cluster(d / 100)) })
    expect(run(near, [at(3), at(1.9), at(2.4), at(1.9), at(2.6), at(2)])).toEqual([1, 5])
    // a small one in front does not hide it, and one that shrinks a little is still the same
    const small = cluster(0.001, 1e6)
    expect(
      run(near, [{ clusters: [small] }, { clusters: [small, cluster(0.019)] }, { clusters: [cluster(0.019, 17e6)] }, at(1.9)]),
    ).toEqual([1])
    expect(run(near, [at(3), { clusters: [] }, at(1)])).toEqual([2])
    expect(run({ ...near, side: 'long' }, [at(3), at(1)])).toEqual([])
    expect(run(near, [at(3), { price: null, clusters: [] }, at(1)])).toEqual([2])
  })
  it('priceInCluster: the edge has come to the price', () => {
    const inside: AlertCondition = { kind: 'priceInCluster', side: null, minUsd: 0 }
    const edge = (price: number) => ({ clusters: [cluster(0.01, 1e6, 'short', price)] })
    expect(run(inside, [edge(101), edge(100.05), edge(100.2), edge(100.05), edge(100.4), edge(100.1)])).toEqual([1, 5])
  })
  it('funding: per 8 hours, whatever the venue’s own', () => {
    const above: AlertCondition = { kind: 'funding', direction: 'above', rate: 0.001 }
    const at = (fundingRate: number | null, fundingHours: number | null) => ({ fundingRate, fundingHours })
    expect(run(above, [at(0.0001, 8), at(0.000126, 1)])).toEqual([1])
    expect(run(above, [at(0.0001, 8), at(0.01, null), at(null, 8), at(0.01, 0)])).toEqual([])
    expect(run({ kind: 'funding', direction: 'below', rate: -0.001 }, [at(0, 8), at(-0.0005, 4)])).toEqual([1])
  })
  it('openInterest: in per cent of a day ago', () =>
    expect(
      run(
        { kind: 'openInterest', direction: 'above', changePercent: 10 },
        [0.05, 0.1, 0.096, 0.1, 0.094, 0.11].map((openInterestChange24h) => ({ openInterestChange24h })),
      ),
    ).toEqual([1, 5]))
  it('breakout: each by its own time, once', () => {
    const rule: AlertCondition = { kind: 'breakout', side: 'long', minUsd: 10 }
    const at = (minute: number, usd = 20, side: 'long' | 'short' = 'long') => ({ time: minute * MINUTE_MS, side, low: 90, high: 91, usd })
    expect(
      run(rule, [{ breakouts: [at(1)] }, { breakouts: [] }, { breakouts: [at(3)] }, { breakouts: [at(3)] }, { breakouts: [at(5)] }]),
    ).toEqual([2, 4])
    expect(run(rule, [{}, { breakouts: [at(2, 5)] }, { breakouts: [at(3, 50, 'short')] }, { breakouts: [at(4, 9), at(4, 11)] }])).toEqual([
      3,
    ])
    expect(run(rule, [{}, { breakouts: [at(2)] }, { breakouts: [at(3)] }, {}, {}, {}, {}], 3)).toEqual([1])
  })
})

const conditions = fc.oneof(
  fc.record({
    kind: fc.constant('risk' as const),
    direction: fc.constantFrom('above' as const, 'below' as const),
    level: fc.integer({ min: 1, max: 99 }),
  }),
  fc.record({
    kind: fc.constant('openInterest' as const),
    direction: fc.constantFrom('above' as const, 'below' as const),
    changePercent: fc.integer({ min: -90, max: 90 }),
  }),
  fc.record({
    kind: fc.constant('funding' as const),
    direction: fc.constantFrom('above' as const, 'below' as const),
    rate: fc.double({ min: -0.01, max: 0.01, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('clusterNear' as const),
    side: fc.constantFrom(null, 'long' as const),
    withinPercent: fc.integer({ min: 1, max: 12 }),
    minUsd: fc.constantFrom(0, 10e6),
  }),
)
const known = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 4 })
const figures = fc.record({
  price: known(fc.constant(100)),
  risk: known(fc.integer({ min: 0, max: 100 })),
  openInterestChange24h: known(fc.double({ min: -1, max: 1, noNaN: true })),
  fundingRate: known(fc.double({ min: -0.01, max: 0.01, noNaN: true })),
  fundingHours: known(fc.constantFrom(1, 4, 8)),
  clusters: fc.array(
    fc.double({ min: -0.15, max: 0.15, noNaN: true }).map((d) => cluster(d, 12e6, d < 0 ? 'long' : 'short')),
    { maxLength: 3 },
  ),
})

it('never fires twice without having been clear in between, within the cooldown, or on what is not known', () => {
  fc.assert(
    fc.property(conditions, fc.integer({ min: 0, max: 8 }), fc.array(figures, { maxLength: 60 }), (condition, cooldown, given) => {
      let last: number | null = null
      // nothing was told before: a rule has to have been not met first
      let clearSince = false
      for (const i of run(condition, given, cooldown)) {
        const now = measure(condition, reading(i, given[i]))
        expect(now?.met).toBe(true)
        const between = given.slice(last === null ? 0 : last + 1, i).map((f, j) => measure(condition, reading(j, f)))
        clearSince = between.some((m) => m !== null && (last === null ? !m.met : m.clear))
        expect(clearSince).toBe(true)
        if (last !== null) expect(i - last).toBeGreaterThanOrEqual(cooldown)
        last = i
      }
    }),
    { numRuns: 500 },
  )
})

it('is met and clear at the same time never', () =>
  fc.assert(
    fc.property(conditions, figures, (condition, f) => {
      const m = measure(condition, reading(1, f))
      expect(m?.met && m.clear).not.toBe(true)
    }),
  ))

it('takes no condition beyond its bounds', () => {
  for (const wrong of [
    { kind: 'risk', direction: 'above', level: 101 },
    { kind: 'risk', direction: 'above', level: Number.NaN },
    { kind: 'funding', direction: 'above', rate: 1 },
    { kind: 'clusterNear', side: 'up', withinPercent: 1, minUsd: 0 },
    { kind: 'breakout', side: null, minUsd: -1 },
    { kind: 'breakout', side: null, minUsd: 0, and: [] },
  ])
    expect(alertCondition.safeParse(wrong).success).toBe(false)
})

it('names a simulated market in every title', () => {
  const market = { key: 'simulated:X', venue: 'simulated', symbol: 'X', simulated: true }
  const condition = risk('above', 70)
  expect(alertTitle({ market, price: 1, condition, value: 81, cluster: null, breakout: null })).toBe(
    '[Simulated] X: risk index 81, above 70',
  )
})
