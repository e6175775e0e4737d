import { DAY_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { type Cell, forecastsOf, groupOf, medianGain, worstMarket } from './group.ts'
import { gain, market, marketDay, START } from './samples.ts'

const none = { uniform: null, distanceOnly: null, stale: null, mirrored: null, ladder: null }
const over = (perEvent: number) => ({ ...none, distanceOnly: gain(perEvent) })
const cell = (more: Partial<Cell>): Cell => ({ day: START, id: 'a', tenth: 2, count: 10, said: 2, happened: 2, error: 1.6, ...more })

describe('a group', () => {
  it('puts the highest lift first and what has none last, and counts what waits apart', () => {
    const { markets, waiting } = groupOf(
      false,
      [
        market('v:NONE', { gains: none }),
        market('v:LOW', { gains: over(-0.2) }),
        market('v:HIGH', { gains: over(0.7) }),
        market('v:NEW', { outcomes: 0, gains: none }),
      ],
      [],
    )
    expect(markets.map(({ key }) => key)).toEqual(['v:HIGH', 'v:LOW', 'v:NONE'])
    expect(waiting).toBe(1)
  })

  it('takes the median and the worst of those that can be judged', () => {
    const early = market('v:EARLY', { moreDays: 3, gains: over(-2) })
    const rest = [market('v:A', { gains: over(0.1) }), market('v:B', { gains: over(0.5) }), market('v:C', { gains: over(0.2) })]
    expect(medianGain([early, ...rest])).toBeCloseTo(0.2, 12)
    expect(medianGain(rest.slice(0, 2))).toBeCloseTo(0.3, 12)
    expect(medianGain([early])).toBeNull()
    expect(worstMarket([early, ...rest])?.key).toBe('v:A')
    // Before there is one, the worst of what there is: a market in trouble is not left out for being new.
    expect(worstMarket([early])?.key).toBe('v:EARLY')
    expect(worstMarket([market('v:N', { gains: none })])).toBeNull()
  })

  it('finds the worst day of any market, and does not take a handful of liquidations for one', () => {
    const { worstDay } = groupOf(
      false,
      [market('v:A', { daily: [marketDay(0, 8), marketDay(1, -4), marketDay(2, -50, 5)] }), market('v:B', { daily: [marketDay(0, 2)] })],
      [],
    )
    expect(worstDay).toMatchObject({ key: 'v:A', day: START + DAY_MS, events: 40, overDistance: -0.1, overStale: -0.05 })
    expect(groupOf(false, [market('v:A', { daily: [marketDay(0, -9, 19)] })], []).worstDay).toBeNull()
  })

  it('adds markets up by liquidations through time, seven days at a time', () => {
    const days = Array.from({ length: 9 }, (_, i) => marketDay(i, i === 0 ? 400 : 4))
    const { throughTime } = groupOf(false, [market('v:A', { daily: days }), market('v:B', { daily: [marketDay(3, 32, 120)] })], [])
    expect(throughTime.map(({ events }) => events)).toEqual([40, 40, 40, 160, 40, 40, 40, 40, 40])
    expect(throughTime[0]).toMatchObject({ perEvent: 10, week: 10, low: null, high: null })
    expect(throughTime[3]?.perEvent).toBeCloseTo(36 / 160, 12)
    // the first day is in the seventh's week and not in the eighth's
    expect(throughTime[6]?.week).toBeCloseTo((400 + 6 * 4 + 32) / 400, 12)
    expect(throughTime[7]?.week).toBeCloseTo((7 * 4 + 32) / 400, 12)
    expect(throughTime[7]?.low).toBeLessThan(throughTime[7]?.week as number)
    expect(throughTime[7]?.high).toBeGreaterThan(throughTime[7]?.week as number)
  })
})

describe('probabilities', () => {
  it('are laid beside what came by tenths, with an interval over days', () => {
    const { reliability, forecasts } = groupOf(
      false,
      [],
      [
        [
          cell({ happened: 1 }),
          cell({ day: START + DAY_MS, happened: 5 }),
          cell({ tenth: 9, count: 4, said: 3.8, happened: 4, error: 0.01 }),
        ],
        [cell({ day: START + DAY_MS, id: 'b', count: 20, said: 5, happened: 4 })],
      ],
    )
    expect(forecasts).toBe(44)
    expect(reliability).toHaveLength(2)
    expect(reliability[0]).toMatchObject({ from: 0.2, to: 0.3, count: 40, said: 9 / 40, came: 10 / 40 })
    expect(reliability[0]?.low).toBeCloseTo(0.1, 12)
    expect(reliability[0]?.high).toBeCloseTo(0.3, 12)
    expect(reliability[1]).toMatchObject({ from: 0.9, count: 4, came: 1, low: null, high: null })
  })

  it('earn nothing by telling markets or thresholds apart', () => {
    // Each says its own frequency, 0.2 and 0.6: as good as the reference, whose error is 0.16 and 0.24 a forecast.
    const low = [0, 1].map((d) => cell({ day: START + d * DAY_MS, count: 10, happened: 2, error: 1.6 }))
    const high = low.map((c) => ({ ...c, tenth: 6, said: 6, happened: 6, error: 2.4 }))
    const { brierSkill } = groupOf(false, [], [low, high])
    expect(brierSkill?.value).toBeCloseTo(0, 12)
    expect(groupOf(false, [], [[...low, ...high.map((c) => ({ ...c, id: 'b' }))]]).brierSkill?.value).toBeCloseTo(0, 12)
    // Half the error: skill of one half.
    expect(groupOf(false, [], [low.map((c) => ({ ...c, error: 0.8 }))]).brierSkill).toMatchObject({ value: 0.5, low: 0.5, high: 0.5 })
    expect(groupOf(false, [], [[cell({ happened: 0, error: 0.4 })]]).brierSkill).toBeNull()
    expect(forecastsOf(low)).toEqual({ count: 20, brier: 0.16, brierSkill: expect.closeTo(0, 12) })
    expect(forecastsOf([])).toBeNull()
  })
})
