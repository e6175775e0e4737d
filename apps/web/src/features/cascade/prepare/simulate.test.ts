import { Cascade, prepareCascade } from '@faultline/engine/readings/cascade'
import { cascadeMonteCarlo } from '@faultline/engine/readings/cascade-monte-carlo'
import { impactDepth } from '@faultline/engine/readings/depth'
import { levelsOf, priceAt } from '@faultline/engine/readings/levels'
import { quantile, shareAtLeast } from '@faultline/engine/readings/quantile'
import { describe, expect, it } from 'vitest'
import { chainSteps, shownSteps } from './chain.ts'
import { depthOf, depthSource, isBare } from './market.ts'
import { barReadings } from './readout.ts'
import { planeOf, sampleMarket, sampleScenario } from './samples.ts'
import { RUNS, SEED } from './scenario.ts'
import { type CascadeResult, histogramOf, simulate, uncertaintyOf } from './simulate.ts'

const run = (...[market, scenario]: [Parameters<typeof sampleMarket>[0]?, Parameters<typeof sampleScenario>[0]?]): CascadeResult => {
  const result = simulate(sampleMarket(market), sampleScenario(scenario), () => 0)
  if (!result) throw new Error('no depth')
  return result
}
const LAW = { sigmaDay: 0.03, volumeDayUsd: 1e9 }
/** Longs and shorts of some size all around 100, as a map has them. */
const crowd = (scale: number) => {
  const at = (sign: number) =>
    planeOf(Object.fromEntries(Array.from({ length: 90 }, (_, i) => [100 + sign * (0.35 + i * 0.15), scale * (1 + (i % 7))])))
  return { long: at(-1), short: at(1) }
}
const ofPlanes = ({ long, short }: ReturnType<typeof crowd>) => {
  const none = { leverage: null, p10: null, p90: null }
  return { long: { total: long, ...none }, short: { total: short, ...none } }
}

describe('the closed form', () => {
  it('is the worked example', () => {
    const { closed, price } = run()
    expect(closed.endPrice).toBeCloseTo(96, 9)
    expect(closed.liquidatedUsd).toBe(1200)
    expect(closed.bookExhausted).toBe(false)
    expect(closed.steps.map((step) => step.liquidatedUsd)).toEqual([700, 400, 100])
    expect(closed.steps.map((step) => price * Math.exp(-step.to))).toEqual([97, 96, 96].map((p) => expect.closeTo(p, 9)))
    expect(closed.steps.map((step) => price * Math.exp(-step.from))).toEqual([98, 97, 96].map((p) => expect.closeTo(p, 9)))
  })

  it('says that a book is exhausted, and stands at its last level', () => {
    const { closed, pastBook } = run({}, { depthFactor: 0.25 })
    expect(closed).toMatchObject({ bookExhausted: true, liquidatedUsd: 1200 })
    expect(closed.endPrice).toBeCloseTo(95, 9)
    expect(pastBook).toBeGreaterThan(0.4)
  })

  it('sells η of what is liquidated, and nothing without it', () => {
    expect(run({}, { passThrough: 0 }).closed).toMatchObject({ endPrice: expect.closeTo(98, 9), liquidatedUsd: 700 })
    expect(run({}, { passThrough: 0.5 }).closed.steps.map((s) => [s.liquidatedUsd, s.soldUsd])).toEqual([
      [700, 350],
      [400, 200],
    ])
  })

  it('has no step where nothing is triggered', () => {
    const { closed, shock } = run({}, { shock: 1 })
    expect(closed).toMatchObject({ steps: [], liquidatedUsd: 0, end: shock })
  })

  it('goes up into shorts', () => {
    const { closed, side } = run(
      {
        book: {
          time: 0,
          bids: [],
          asks: [
            [101, 10],
            [104, 10],
          ],
        },
      },
      { direction: 'up', shock: 4 },
    )
    expect(side).toBe('short')
    expect(closed.liquidatedUsd).toBe(500)
    // 101 and 104 are eaten by the shock, and the 500 find no book beyond
    expect(closed).toMatchObject({ bookExhausted: true, endPrice: expect.closeTo(104, 9) })
  })

  it('takes as many rounds as it takes, and ends where the engine ends', () => {
    const profile = ofPlanes(crowd(4e6))
    for (const shock of [0, 0.5, 2, 5, 10])
      for (const passThrough of [0, 0.3, 0.7, 1]) {
        const market = sampleMarket({ profile, ...LAW, book: null })
        const known = depthOf(market, 'long', 1)
        if (!known) throw new Error('no depth')
        const prepared = prepareCascade('long', levelsOf(market.map, 'long'), known.depth)
        const distance = Math.abs(Math.log((100 - shock) / 100))
        const end = new Cascade(prepared, passThrough).priceShock(distance)
        const steps = chainSteps(prepared, distance, passThrough)
        expect(steps.reduce((sum, step) => sum + step.liquidatedUsd, 0)).toBeCloseTo(end.liquidatedUsd, 3)
        expect(steps.at(-1)?.to ?? distance).toBeCloseTo(end.distance, 12)
        for (const [i, step] of steps.entries()) expect(step.from).toBe(i === 0 ? distance : steps[i - 1]?.to)
      }
  })
})

describe('the runs', () => {
  const profile = ofPlanes(crowd(4e6))
  it('are the engine’s, from the same seed', () => {
    const scenario = sampleScenario({ passThrough: 0.6, halfLifeMs: 45_000 })
    const market = sampleMarket({ profile, ...LAW, book: null })
    const result = run({ profile, ...LAW, book: null }, scenario)
    const drawn = cascadeMonteCarlo({
      side: 'long',
      maps: [{ weight: 1, map: market.map }],
      depth: impactDepth(LAW),
      shock: { distance: -Math.log(0.98) },
      draws: RUNS,
      seed: SEED,
      uncertainty: { passThroughMedian: 0.6, durationMs: 60_000, calmHalfLifeMs: 45_000, stressedHalfLifeMs: 270_000 },
    })
    expect(priceAt('long', result.end.p50, 100)).toBeCloseTo(quantile(drawn.endPrice, 0.5), 9)
    expect(priceAt('long', result.end.p90, 100)).toBeCloseTo(quantile(drawn.endPrice, 0.1), 9)
    expect(result.liquidatedUsd.p50).toBeCloseTo(quantile(drawn.liquidatedUsd, 0.5), 6)
    for (const { price, probability, move } of result.chances) {
      expect(probability).toBeCloseTo(1 - shareAtLeast(drawn.endPrice, price * (1 + 1e-12)), 9)
      expect(100 * (1 + move)).toBeCloseTo(price, 9)
    }
    expect(result.chances[0]?.price).toBeCloseTo(97.5, 9)
    expect(result.pastBook).toBeNull()
  })

  it('go farther with more pass-through, less depth, slower refill and a shorter while', () => {
    const middle = (scenario: Parameters<typeof sampleScenario>[0]) =>
      run({ profile, ...LAW, book: null }, { passThrough: 0.5, ...scenario }).end.p50
    const usual = middle({})
    expect(middle({ passThrough: 0.8 })).toBeGreaterThan(usual)
    expect(middle({ depthFactor: 0.5 })).toBeGreaterThan(usual)
    expect(middle({ halfLifeMs: 300_000 })).toBeGreaterThan(usual)
    expect(middle({ durationMs: 10_000 })).toBeGreaterThan(usual)
  })

  it('have an interval over the maps that were drawn, and else of the counting alone', () => {
    const alone = run({ profile, ...LAW, book: null }, { passThrough: 0.5 })
    expect(alone.drawnMaps).toBe(0)
    const wide = run({ profile, ...LAW, book: null, draws: [1, 2, 3, 4, 5, 6, 7, 8].map((k) => crowd(k * 1e6)) }, { passThrough: 0.5 })
    expect(wide.drawnMaps).toBe(8)
    for (const { low, probability, high } of [...alone.chances, ...wide.chances]) {
      expect(low).toBeLessThanOrEqual(probability)
      expect(high).toBeGreaterThanOrEqual(probability)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
    }
    const width = ({ chances }: CascadeResult) => Math.max(...chances.map(({ low, high }) => high - low))
    expect(width(alone)).toBeLessThan(0.04)
    expect(width(wide)).toBeGreaterThan(2 * width(alone))
  })

  it('all stand in the histogram', () => {
    for (const shock of [0, 2, 10]) {
      const { histogram, runs, shock: from } = run({ profile, ...LAW, book: null }, { shock })
      expect(histogram.counts.reduce((sum, count) => sum + count, 0) + histogram.beyond).toBe(runs)
      expect(histogram.edges[0]).toBe(from)
      expect(histogram.beyond).toBeLessThanOrEqual(runs / 40)
    }
    expect([...histogramOf(Float64Array.of(0, 0, 0.0001, 0.00355, 0.0036), 0).counts].filter((count) => count > 0)).toEqual([2, 1, 1])
  })

  it('say the extremes of η without failing', () => {
    expect(uncertaintyOf(sampleScenario({ passThrough: 1 })).passThroughMedian).toBeLessThan(1)
    expect(run({}, { passThrough: 1 }).end.p50).toBeGreaterThan(run({}, { passThrough: 0.9 }).end.p50 - 1e-12)
    expect(run({}, { passThrough: 0 }).end.p50).toBeCloseTo(-Math.log(0.98), 9)
  })
})

describe('what is known of the depth', () => {
  it('is a book, a law, both or nothing, by side', () => {
    expect(depthSource(sampleMarket(), 'long')).toBe('book')
    expect(depthSource(sampleMarket(), 'short')).toBe('none')
    expect(depthSource(sampleMarket(LAW), 'long')).toBe('book-then-law')
    expect(depthSource(sampleMarket(LAW), 'short')).toBe('law')
    expect(depthSource(sampleMarket({ ...LAW, book: null }), 'long')).toBe('law')
    expect(simulate(sampleMarket(), sampleScenario({ direction: 'up' }), () => 0)).toBeNull()
  })
  it('leaves out bids that the price has fallen below', () => {
    const market = sampleMarket({
      book: {
        time: 0,
        bids: [
          [101, 50],
          [99, 1],
        ],
        asks: [
          [99.5, 9],
          [102, 2],
        ],
      },
    })
    expect(market.book?.levels).toEqual([
      [99, 1],
      [102, 2],
    ])
    expect(depthOf(market, 'short', 2)?.depth.within('short', 1)).toBe(408)
  })
  it('goes on by the law where the book ends', () => {
    const result = run({ ...LAW })
    expect(result.closed.endPrice).toBeCloseTo(96, 9)
    expect(result.pastBook).toBeGreaterThan(0)
    expect(result.pastBook).toBeLessThan(1)
    expect(result.closed.bookExhausted).toBe(false)
  })
  it('tells a map without positions', () => {
    expect(isBare(sampleMarket())).toBe(false)
    expect(isBare(sampleMarket({ profile: ofPlanes({ long: planeOf({}), short: planeOf({ 105: 0 }) }) }))).toBe(true)
  })
})

describe('the chart', () => {
  it('holds every level once, sums that only rise, and n as the engine says it', () => {
    const { chart } = run({}, {})
    expect(chart.bars.reduce((sum, usd) => sum + usd, 0)).toBe(1200)
    expect(chart.cumulative.at(-1)).toBe(1200)
    expect(chart.depth.at(-1)).toBeCloseTo(4850, 9)
    expect(chart.cumulative.every((usd, i) => usd >= (chart.cumulative[i - 1] ?? 0))).toBe(true)
    // around 97.2 stand 400 USD and the 970 of the level at 97
    const at = Math.round((Math.log(100 / 97.1) / chart.span) * 150)
    expect(chart.branching[at]).toBeCloseTo(400 / 970, 9)
    const bars = barReadings({ chart })
    expect(bars.find(({ usd }) => usd === 300)?.cumulative).toBe(300)
    expect(bars.at(-1)?.cumulative).toBe(1200)
  })
  it('reaches beyond the median end', () => {
    const far = run({ profile: ofPlanes(crowd(4e8)), ...LAW, book: null }, { shock: 10 })
    expect(far.chart.span).toBeGreaterThan(0.15)
    expect(far.chart.span).toBeGreaterThan(Math.min(0.5, far.end.p50))
    expect(far.chart.bars.length * far.chart.barWidth).toBeCloseTo(far.chart.span, 9)
  })
})

it('takes the last of many steps together', () => {
  const steps = Array.from({ length: 12 }, (_, i) => ({ from: i, to: i + 1, liquidatedUsd: 10, soldUsd: 5 }))
  expect(shownSteps(steps, 12)).toHaveLength(12)
  const rows = shownSteps(steps, 9)
  expect(rows).toHaveLength(9)
  expect(rows.at(-1)).toEqual({ first: 9, last: 12, from: 8, to: 12, liquidatedUsd: 40, soldUsd: 20 })
})
