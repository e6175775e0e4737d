import { inTransaction } from '@faultline/db/database'
import { type ScoreOutcome, storeScores } from '@faultline/db/repositories/scores'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, START } from '@faultline/testkit/factories'
import { expect, it } from 'vitest'
import { builtMarket } from '../../../server/testing/market.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'
import { readAccuracy } from './read-accuracy.ts'

const web = webUnderTest()
const QUARTER = 15 * MINUTE_MS
const outcome = (frozenAt: number, more: Partial<ScoreOutcome> = {}): ScoreOutcome => ({
  frozenAt,
  horizonMs: HOUR_MS,
  live: true,
  covered: true,
  events: 25,
  unplaced: 0,
  usd: 100,
  predictedUsd: 90,
  gains: { uniform: 20, distanceOnly: 10, stale: 5, mirrored: 20, ladder: -1 },
  forecasts: [
    { id: '0.1 %', probability: 0.25, happened: frozenAt % DAY_MS === 0 },
    { id: '1 %', probability: 0.05, happened: false },
  ],
  ...more,
})

async function scored(days: number, outcomes: ScoreOutcome[], modelVersion = 'test-1'): Promise<string> {
  const { db } = web.services
  const { instrument, lease } = await builtMarket(db, { count: days * 96, bucketMs: QUARTER })
  await inTransaction(db, (client) =>
    storeScores(client, lease, { modelVersion, scoredTo: START + days * DAY_MS, waiting: [], state: new Uint8Array(1), outcomes }),
  )
  return instrument.key
}

it('says of an installation without scores that there are none, then what each market’s map was worth, the same as its own summary', async () => {
  const { db } = web.services
  await makeInstrument(db)
  expect(await readAccuracy(db, HOUR_MS, START)).toMatchObject({ total: 0, read: 0, real: { markets: [], waiting: 0, brierSkill: null } })

  const good = await scored(
    8,
    Array.from({ length: 16 }, (_, i) => outcome(START + Math.floor(i / 2) * DAY_MS + (i % 2) * QUARTER)),
  )
  const bad = await scored(
    2,
    [0, 1].map((d) => outcome(START + d * DAY_MS, { gains: { distanceOnly: -5 - 5 * d, stale: 1 } })),
  )
  await scored(1, [outcome(START, { live: false }), outcome(START + QUARTER, { covered: false })])
  await scored(1, [outcome(START)], 'earlier')
  const answer = await readAccuracy(db, HOUR_MS, START)
  expect(answer).toMatchObject({ total: 4, read: 4, horizonMs: HOUR_MS, enoughDays: 7, simulated: { markets: [] } })
  const { real } = answer
  expect(real.markets.map(({ key, days, moreDays, skill }) => [key, days, moreDays, skill])).toEqual([
    [good, 8, 0, true],
    [bad, 2, 5, false],
  ])
  expect(real.waiting).toBe(2)
  expect(real.worstDay).toMatchObject({ key: bad, day: START + DAY_MS, overDistance: -0.4, events: 25 })
  expect(real.throughTime).toHaveLength(8)
  expect(real.forecasts).toBe(36)
  expect(real.reliability.map(({ from, count, said, came }) => [from, count, said, came])).toEqual([
    [0, 18, expect.closeTo(0.05, 12), 0],
    [0.2, 18, 0.25, 10 / 18],
  ])

  const api = await web.callerOf(await web.cookieOf(await web.addPerson()))
  for (const market of real.markets) {
    const summary = await api.score.summary({ instrument: market.key, horizon: '1h' })
    expect(market.gains).toEqual(summary.lift)
    expect(market.forecasts).toEqual({
      count: summary.thresholds.reduce((sum, { count }) => sum + count, 0),
      brier: expect.closeTo(summary.brier as number, 12),
      // of the market on which a threshold was always passed and the other never, nothing can be told
      brierSkill: summary.brierSkill === null ? null : expect.closeTo(summary.brierSkill, 12),
    })
    expect([market.outcomes, market.events, market.days, market.skill]).toEqual([
      ...[summary.outcomes, summary.events, summary.days, summary.skill],
    ])
  }
  // Another horizon has outcomes of its own, of which there are none.
  expect((await readAccuracy(db, QUARTER, START)).real).toMatchObject({ markets: [], waiting: 4 })
  expect(await web.runtime.accuracy('1h')).toMatchObject({ total: 4, real: { markets: [{ key: good }, { key: bad }] } })
})

it.each(['/accuracy', '/accuracy?h=15m', '/accuracy/scores.csv?table=days'])('%s is served to everybody', async (path) => {
  expect([(await web.get(path)).status, await (await web.get(path)).text()]).toEqual([200, `page ${path}`])
})

it.each(['/accuracy/', '/accuracy/other', '/accuracy/scores.csv/x', '/accuracyx'])('%s is no part of that', async (path) => {
  expect((await web.get(path)).status).toBe(307)
})
