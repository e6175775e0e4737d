import { inTransaction } from '@faultline/db/database'
import { type ScoreOutcome, storeScores } from '@faultline/db/repositories/scores'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, START } from '@faultline/testkit/factories'
import { beforeAll, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { builtMarket } from '../../../server/testing/market.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
let api: Caller
beforeAll(async () => {
  api = await web.callerOf(await web.cookieOf(await web.addPerson()))
})

const QUARTER = 15 * MINUTE_MS
const outcome = (frozenAt: number, more: Partial<ScoreOutcome> = {}): ScoreOutcome => ({
  frozenAt,
  horizonMs: QUARTER,
  live: true,
  covered: true,
  events: 4,
  unplaced: 0,
  usd: 100,
  predictedUsd: 90,
  gains: { uniform: 2, distanceOnly: 1, stale: 0.5, mirrored: 2, ladder: -1 },
  forecasts: [],
  ...more,
})

/** A market with a map of 15 minutes on `days` days, and these outcomes. */
async function scored(days: number, outcomes: ScoreOutcome[], modelVersion = 'test-1'): Promise<string> {
  const { db } = web.services
  const { instrument, lease } = await builtMarket(db, { count: days * 96, bucketMs: QUARTER })
  const scoredTo = START + days * DAY_MS
  const batch = { modelVersion, scoredTo, waiting: [], state: new Uint8Array(1), outcomes }
  await inTransaction(db, (client) => storeScores(client, lease, batch))
  return instrument.key
}

it('says of a market without a map, and of one without outcomes, that there is nothing yet', async () => {
  const bare = await makeInstrument(web.services.db)
  const nothing = {
    horizonMs: QUARTER,
    from: null,
    to: null,
    outcomes: 0,
    events: 0,
    uncovered: 0,
    replayed: 0,
    days: 0,
    enough: false,
    moreDays: 7,
    lift: { uniform: null, distanceOnly: null, stale: null, mirrored: null, ladder: null },
    skill: false,
    reliability: [],
    brier: null,
    brierSkill: null,
    thresholds: [],
  }
  expect(await api.score.summary({ instrument: bare.key, horizon: '15m' })).toEqual({ ...nothing, model: null })
  const key = await scored(1, [])
  expect(await api.score.summary({ instrument: key, horizon: '1h' })).toEqual({ ...nothing, model: 'test-1', horizonMs: HOUR_MS })
  await expect(api.score.summary({ instrument: 'nobody:knows', horizon: '15m' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('says how many more days it takes', async () => {
  const key = await scored(3, [
    outcome(START),
    outcome(START + DAY_MS),
    outcome(START + 2 * DAY_MS, { events: 0, usd: 0, gains: {} }),
    outcome(START + QUARTER, { live: false }),
    outcome(START + 2 * QUARTER, { covered: false }),
  ])
  const summary = await api.score.summary({ instrument: key, horizon: '15m' })
  expect(summary).toMatchObject({ outcomes: 3, events: 8, uncovered: 1, replayed: 1, days: 2, enough: false, moreDays: 5, skill: false })
  expect(summary.lift.uniform).toEqual({ perEvent: 0.5, events: 8, low: 0.5, high: 0.5 })
})

it('gives the lift over each null per liquidation, with an interval over days', async () => {
  // Eight days: every other one a day on which the map knew twice as much.
  const outcomes = Array.from({ length: 8 }, (_, d) =>
    outcome(START + d * DAY_MS, {
      gains: { uniform: 4 + 4 * (d % 2), distanceOnly: 1 + 2 * (d % 2), stale: d % 2 ? 3 : -3, mirrored: 4, ...(d > 0 && { ladder: -2 }) },
    }),
  )
  const key = await scored(8, outcomes)
  const summary = await api.score.summary({ instrument: key, horizon: '15m' })
  expect(summary).toMatchObject({
    model: 'test-1',
    from: START,
    to: START + 7 * DAY_MS,
    outcomes: 8,
    events: 32,
    enough: true,
    moreDays: 0,
  })
  const { uniform, distanceOnly, stale, mirrored, ladder } = summary.lift
  expect([uniform?.perEvent, distanceOnly?.perEvent, stale?.perEvent, mirrored?.perEvent]).toEqual([1.5, 0.5, 0, 1])
  expect(ladder).toMatchObject({ perEvent: -0.5, events: 28 })
  expect(mirrored).toMatchObject({ low: 1, high: 1 })
  expect(uniform?.low).toBeGreaterThan(1)
  expect(uniform?.low).toBeLessThan(1.5)
  expect(uniform?.high).toBeGreaterThan(1.5)
  // Beating distance alone is not enough while the map of the day before is as good.
  expect(distanceOnly?.low).toBeGreaterThan(0)
  expect(stale?.low).toBeLessThan(0)
  expect(summary.skill).toBe(false)

  const better = await scored(
    8,
    outcomes.map((o) => ({ ...o, gains: { ...o.gains, stale: 1 } })),
  )
  expect((await api.score.summary({ instrument: better, horizon: '15m' })).skill).toBe(true)
})

it('never mixes models or horizons', async () => {
  const key = await scored(1, [outcome(START), outcome(START, { horizonMs: HOUR_MS, events: 9 })], 'earlier')
  expect(await api.score.summary({ instrument: key, horizon: '15m' })).toMatchObject({ model: 'test-1', outcomes: 0 })
  const own = await scored(1, [outcome(START), outcome(START, { horizonMs: HOUR_MS, events: 9 })])
  expect((await api.score.summary({ instrument: own, horizon: '1h' })).events).toBe(9)
})

it('says how often what was forecast came true, and what that is worth', async () => {
  // Of 20 % four in twenty come true, of 60 % twelve; 0.05 % of open interest is always passed and says nothing.
  const outcomes = Array.from({ length: 40 }, (_, i) => {
    const likely = i >= 20
    return outcome(START + i * QUARTER, {
      forecasts: [
        { id: '0.05 %', probability: 1, happened: true },
        { id: '0.5 %', probability: likely ? 0.6 : 0.2, happened: i % 20 < (likely ? 12 : 4) },
      ],
    })
  })
  const key = await scored(1, outcomes)
  const { reliability, brier, brierSkill, thresholds } = await api.score.summary({ instrument: key, horizon: '15m' })
  expect(reliability.map(({ from, count }) => [from, count])).toEqual([
    [0.2, 20],
    [0.6, 20],
    [0.9, 40],
  ])
  for (const row of reliability) expect(row.observed).toBeCloseTo(row.forecast, 12)
  // 0.2 · 0.8 and 0.6 · 0.4 against 0.4 · 0.6
  const error = (0.16 + 0.24) / 2
  expect(brier).toBeCloseTo(error / 2, 12)
  expect(brierSkill).toBeCloseTo(1 - error / 0.24, 12)
  expect(thresholds.find((row) => row.id === '0.5 %')).toMatchObject({ count: 40, frequency: 0.4 })
})
