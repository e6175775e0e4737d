import { describe, expect, it } from 'vitest'
import { type PastCluster, type PriceBar, pastCluster } from './past-clusters.ts'

const P = (log: number) => 100 * Math.exp(log)
/** Longs between 2 % and 3 % below 100, as log distances. */
const LONG = { side: 'long', lowPrice: P(-0.03), highPrice: P(-0.02) } as const
/** Bars as `[low, close]`, in log distance below 100; the high does not matter to longs. */
const falls = (...rows: [number, number][]): PriceBar[] =>
  rows.map(([low, close], time) => ({ time, low: P(-low), close: P(-close), high: P(0.5) }))
const rises = (...rows: [number, number][]): PriceBar[] =>
  rows.map(([high, close], time) => ({ time, high: P(high), close: P(close), low: P(-0.5) }))

const near = (value: number) => expect.closeTo(value, 10)

describe('pastCluster', () => {
  it.each<[string, [number, number][], PastCluster]>([
    [
      'is missed',
      [
        [0.01, 0.005],
        [0.019, 0.01],
      ],
      { fate: 'missed', reachedAt: null, decidedAt: null, depthInto: 0, overshoot: 0 },
    ],
    // Halfway in, then a close 0.4 % back before the near edge.
    [
      'is turned at',
      [
        [0.01, 0.01],
        [0.025, 0.021],
        [0.022, 0.016],
        [0.09, 0.09],
      ],
      { fate: 'turned', reachedAt: 1, decidedAt: 2, depthInto: near(0.5), overshoot: 0 },
    ],
    // A wick 0.5 % beyond the far edge that closes before the cluster.
    [
      'is turned at with a wick beyond',
      [[0.035, 0.01]],
      { fate: 'turned', reachedAt: 0, decidedAt: 0, depthInto: 1, overshoot: near(0.005) },
    ],
    // A close 0.5 % beyond the far edge; then 2 % beyond; then back to the edge, which ends it.
    [
      'is run through',
      [
        [0.02, 0.02],
        [0.036, 0.035],
        [0.05, 0.045],
        [0.04, 0.03],
        [0.2, 0.2],
      ],
      { fate: 'ran-through', reachedAt: 0, decidedAt: 1, depthInto: 1, overshoot: near(0.02) },
    ],
    // Beyond the edges, but by less than the margin of 0.3 %.
    [
      'holds the price',
      [
        [0.021, 0.018],
        [0.032, 0.032],
      ],
      { fate: 'within', reachedAt: 0, decidedAt: null, depthInto: 1, overshoot: near(0.002) },
    ],
  ])('%s', (_, rows, expected) => {
    expect(pastCluster(LONG, falls(...rows))).toEqual(expected)
    const short = { side: 'short', lowPrice: P(0.02), highPrice: P(0.03) } as const
    expect(pastCluster(short, rises(...rows))).toEqual(expected)
  })

  it('decides by the margin that it is given', () => {
    expect(pastCluster(LONG, falls([0.032, 0.032]), { margin: 0.001 }).fate).toBe('ran-through')
    expect(pastCluster(LONG, falls([0.021, 0.018]), { margin: 0.001 }).fate).toBe('turned')
    expect(() => pastCluster(LONG, [], { margin: -1 })).toThrow('margin')
    expect(pastCluster(LONG, []).fate).toBe('missed')
  })
})
