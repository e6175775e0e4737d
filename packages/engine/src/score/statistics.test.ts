import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import {
  blockBootstrap,
  brierScore,
  byDay,
  rankCorrelation,
  rankCorrelationWithInterval,
  ranks,
  ratioWithInterval,
  reliability,
} from './statistics.ts'

const wave = (i: number) => Math.sin(12.9898 * i) * 43758.5453 - Math.floor(Math.sin(12.9898 * i) * 43758.5453)

describe('intervals', () => {
  const days = (count: number, of: (day: number, hour: number) => number) =>
    Array.from({ length: 24 * count }, (_, i) => ({ time: i * HOUR_MS, sum: of(Math.floor(i / 24), i % 24), count: 1 }))

  it('takes days whole: what repeats within a day narrows nothing', () => {
    const between = ratioWithInterval(days(40, (day) => wave(day + 1)))
    const within = ratioWithInterval(days(40, (_, hour) => wave(hour + 1)))
    expect(within?.interval?.low).toBeCloseTo(within?.value as number, 9)
    const width = (between?.interval?.high as number) - (between?.interval?.low as number)
    // Mean of 40 uniform numbers: ±1.96/√(12·40) = ±.089.
    expect(width).toBeGreaterThan(0.12)
    expect(width).toBeLessThan(0.24)
  })

  it('covers the truth about as often as it says', () => {
    let covered = 0
    for (let run = 0; run < 200; run++) {
      const { interval } = ratioWithInterval(
        Array.from({ length: 30 }, (_, d) => ({ time: d * DAY_MS, sum: wave(1 + d + 31 * run), count: 1 })),
        { draws: 200, level: 0.9 },
      ) as { interval: { low: number; high: number } }
      if (interval.low <= 0.5 && interval.high >= 0.5) covered++
    }
    expect(covered).toBeGreaterThan(164)
    expect(covered).toBeLessThan(194)
  })

  it('weighs by what was counted, is the same each time, and says nothing of one day', () => {
    const items = [
      { time: 0, sum: 10, count: 1 },
      { time: DAY_MS, sum: 0, count: 9 },
    ]
    expect(ratioWithInterval(items)?.value).toBe(1)
    expect(ratioWithInterval(items)).toEqual(ratioWithInterval(items))
    expect(ratioWithInterval(items.slice(1))).toEqual({ value: 0, interval: null })
    expect(ratioWithInterval([])).toBeNull()
    expect(blockBootstrap([[1], [1]], () => Number.NaN)).toBeNull()
    expect(byDay(items, (i) => i.time)).toHaveLength(2)
  })
})

describe('rank correlation', () => {
  it('shares ranks among ties', () => {
    expect([...ranks([3, 1, 3, 7])]).toEqual([1.5, 0, 1.5, 3])
    expect(rankCorrelation([1, 2, 3, 4], [10, 100, 1000, 1e9])).toBeCloseTo(1, 12)
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12)
    expect(rankCorrelation([1, 1, 1], [3, 2, 1])).toBe(0)
  })

  it('has an interval that holds chance where there is nothing, and not where there is something', () => {
    const pairs = Array.from({ length: 60 }, (_, d) => ({ time: d * DAY_MS, x: wave(d + 1), y: wave(d + 500) }))
    const none = rankCorrelationWithInterval(pairs)
    expect(none?.interval?.low).toBeLessThan(0)
    expect(none?.interval?.high).toBeGreaterThan(0)
    expect(rankCorrelationWithInterval(pairs.map((p) => ({ ...p, y: p.x + 0.3 * p.y })))?.interval?.low).toBeGreaterThan(0.7)
    expect(rankCorrelationWithInterval(pairs.slice(0, 2))).toBeNull()
  })
})

describe('probabilities', () => {
  const forecasts = [0.9, 0.9, 0.1, 0.1, 0.1].map((probability, i) => ({ time: i * DAY_MS, probability, happened: i < 3 }))

  it('scores squared errors against always saying the base rate', () => {
    const score = brierScore(forecasts)
    expect(score?.baseRate).toBe(0.6)
    expect(score?.brier).toBeCloseTo((2 * 0.01 + 0.81 + 2 * 0.01) / 5, 12)
    expect(score?.skill).toBeCloseTo(1 - 0.17 / 0.24, 12)
    expect(brierScore(forecasts.map((f) => ({ ...f, probability: 0.6 })))?.skill).toBeCloseTo(0, 12)
    expect(brierScore(forecasts.map((f) => ({ ...f, happened: true })))?.skill).toBe(0)
    expect(brierScore([])).toBeNull()
  })

  it('tables what was said beside what came', () => {
    expect(reliability([...forecasts, { probability: 1, happened: true }], 5)).toEqual([
      { from: 0, to: 0.2, count: 3, meanProbability: expect.closeTo(0.1, 12), frequency: expect.closeTo(1 / 3, 12) },
      { from: 0.8, to: 1, count: 3, meanProbability: expect.closeTo(2.8 / 3, 12), frequency: 1 },
    ])
  })
})
