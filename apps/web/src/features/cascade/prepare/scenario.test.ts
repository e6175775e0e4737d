import { describe, expect, it } from 'vitest'
import { ratioText, secondsText, tookText } from './figures.ts'
import { branchingTop, depthLeaves, linePath, moveTicks, sumsTop, ticksTo } from './geometry.ts'
import { DEFAULTS, distanceOf, moveOf, scenarioOf, shockPrice } from './scenario.ts'
import type { CascadeChart } from './simulate.ts'

describe('a scenario in the address', () => {
  it('is the default where nothing is asked', () => {
    expect(scenarioOf(DEFAULTS)).toEqual({
      direction: 'down',
      shock: 2,
      passThrough: 0.7,
      depthFactor: 1,
      halfLifeMs: 20_000,
      durationMs: 60_000,
    })
  })
  it('is brought to what a slider can stand at', () => {
    expect(scenarioOf({ dir: 'up', shock: 4.449, eta: 200, depth: -3, half: 70, dur: 1e9 })).toEqual({
      direction: 'up',
      shock: 4.4,
      passThrough: 1,
      depthFactor: 0.01,
      halfLifeMs: 60_000,
      durationMs: 3_600_000,
    })
    for (let step = 0; step <= 100; step++) expect(scenarioOf({ ...DEFAULTS, shock: step / 10 }).shock).toBe(step / 10)
  })
})

it('meets the price of a level exactly', () => {
  expect(shockPrice({ direction: 'down', shock: 7 }, 100)).toBe(93)
  expect(shockPrice({ direction: 'up', shock: 7 }, 100)).toBe(107)
  for (const side of ['long', 'short'] as const) expect(Math.abs(moveOf(side, distanceOf(side, 0.05)))).toBeCloseTo(0.05, 12)
  expect(moveOf('long', distanceOf('long', 0.05))).toBeLessThan(0)
})

const chart = (more: Partial<CascadeChart>): CascadeChart => ({
  span: 0.15,
  barWidth: 0.003,
  bars: new Float64Array(50),
  x: Float64Array.of(0, 0.05, 0.1, 0.15),
  cumulative: Float64Array.of(0, 10, 60, 100),
  depth: Float64Array.of(0, 200, 900, 5000),
  branching: Float64Array.of(0, 0.2, 0.4, 0.1),
  ...more,
})

describe('scales', () => {
  it('hold what is liquidated, and let a deep book leave', () => {
    expect(sumsTop(chart({}))).toBeCloseTo(157.5, 9)
    expect(sumsTop(chart({ depth: Float64Array.of(0, 1, 2, 120) }))).toBeCloseTo(126, 9)
    expect(sumsTop(chart({ cumulative: new Float64Array(4) }))).toBeCloseTo(5250, 9)
    expect(depthLeaves(chart({}), 157.5)).toBe(0.05)
    expect(depthLeaves(chart({}), 1000)).toBeNull()
  })
  it('always hold the line at 1, and cut off what is far above', () => {
    expect(branchingTop(chart({}))).toBe(1.25)
    expect(branchingTop(chart({ branching: Float64Array.of(0, 2, 1, Number.POSITIVE_INFINITY) }))).toBeCloseTo(2.2, 12)
    expect(branchingTop(chart({ branching: Float64Array.of(70) }))).toBe(3)
  })
  it('are labelled at whole values', () => {
    expect(ticksTo(157, 4)).toEqual([0, 50, 100, 150])
    expect(ticksTo(0, 4)).toEqual([0])
    expect(moveTicks('long', 0, 0.15, 8).map(({ move }) => move)).toEqual([0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12])
    expect(moveTicks('short', 0, 0.15, 4).map(({ distance }) => distance)).toEqual(
      [0, 0.05, 0.1, 0.15].map((m) => expect.closeTo(Math.log1p(m), 12)),
    )
  })
  it('draw what is endless at the top', () => expect(linePath([1, 2], [3.14, Number.NEGATIVE_INFINITY], -9)).toBe('M1,3.1L2,-9'))
})

it('writes its figures', () => {
  expect([ratioText(0.417), ratioText(12.3), ratioText(Number.POSITIVE_INFINITY)]).toEqual(['0.42', '12', '∞'])
  expect([secondsText(45), secondsText(90), secondsText(300), secondsText(3_600)]).toEqual([
    '45\u202fs',
    '1.5\u202fm',
    '5\u202fm',
    '1\u202fh',
  ])
  expect([tookText(0.2), tookText(321.4), tookText(2_140)]).toEqual(['1\u202fms', '321\u202fms', '2.1\u202fs'])
})
