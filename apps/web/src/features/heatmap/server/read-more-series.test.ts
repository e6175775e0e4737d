import { inTransaction } from '@faultline/db/database'
import { storeTable } from '@faultline/db/repositories/events'
import { storeLive } from '@faultline/db/repositories/live-events'
import { EventTableBuilder } from '@faultline/market/event-table'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it } from 'vitest'
import { readCandles, readLiquidations, readPredictedFunding, readRatios } from './read-series.ts'

const t = freshDatabase()
const FIVE = 5 * MINUTE_MS

it('says what takers bought in a bar only where every minute of it does', async () => {
  const { id } = await makeInstrument(t.db)
  const candles = new EventTableBuilder('candle')
  for (let i = 0; i < 10; i++) candles.push(START + i * MINUTE_MS, 1, 1, 1, 1, 2, Number.NaN, i === 7 ? Number.NaN : 1.5, Number.NaN)
  await inTransaction(t.db, (client) => storeTable(client, id, candles.finish(), { intervalMs: MINUTE_MS }))
  const series = await readCandles(t.db, { instrumentId: id, from: START, to: START + 2 * FIVE, sourceMs: MINUTE_MS, intervalMs: FIVE })
  expect(series.takerBuy).toEqual([7.5, null])
  expect(series.rows.map((row) => row[5])).toEqual([10, 10])
})

it('adds up prints by side and bin, over several instruments, and leaves bins without any out', async () => {
  const [a, b] = [await makeInstrument(t.db), await makeInstrument(t.db)]
  const print = (...rows: [minute: number, side: 0 | 1, usd: number][]) => {
    const prints = new EventTableBuilder('liquidation')
    for (const [minute, side, usd] of rows) prints.push(START + minute * MINUTE_MS, side, 1, usd, 0, usd)
    return prints.finish()
  }
  await inTransaction(t.db, async (client) => {
    await storeTable(client, a.id, print([0, 0, 100], [4, 0, 20], [4, 1, 7], [11, 1, 3]))
    await storeTable(client, b.id, print([1, 0, 1]))
  })
  const span = { from: START, to: START + 3 * FIVE, binMs: FIVE }
  expect(await readLiquidations(t.db, { ...span, instrumentIds: [a.id] })).toEqual([
    [START, 120, 7],
    [START + 2 * FIVE, 0, 3],
  ])
  expect((await readLiquidations(t.db, { ...span, instrumentIds: [a.id, b.id] }))[0]).toEqual([START, 121, 7])
  expect(await readLiquidations(t.db, { ...span, instrumentIds: [] })).toEqual([])
})

it('gives the last ratio of each bin, by kind', async () => {
  const { id } = await makeInstrument(t.db)
  const ratios = new EventTableBuilder('longShortRatio')
  for (const [minute, kind, ratio] of [
    [0, 0, 1.5],
    [1, 0, 1.6],
    [2, 1, 0.9],
    [6, 0, 1.7],
  ] as const)
    ratios.push(START + minute * MINUTE_MS, kind, ratio)
  await inTransaction(t.db, (client) => storeTable(client, id, ratios.finish()))
  expect(await readRatios(t.db, { instrumentId: id, from: START, to: START + HOUR_MS, binMs: FIVE })).toEqual([
    {
      kind: 'accounts',
      rows: [
        [START + MINUTE_MS, 1.6],
        [START + 6 * MINUTE_MS, 1.7],
      ],
    },
    { kind: 'topAccounts', rows: [[START + 2 * MINUTE_MS, 0.9]] },
  ])
})

it('tells the next settlement as it was expected by then, and nothing that is old', async () => {
  const { id } = await makeInstrument(t.db)
  const next = START + 8 * HOUR_MS
  const marks = [0.0001, 0.0002, 0.0003].map((predictedFundingRate, i) => ({
    type: 'markPrice' as const,
    time: START + ([0, 5, 9][i] as number) * MINUTE_MS,
    markPrice: 1,
    predictedFundingRate,
    nextFundingTime: next,
  }))
  await inTransaction(t.db, (client) =>
    storeLive(
      client,
      marks.map((event) => ({ instrumentId: id, knownAfter: null, event })),
    ),
  )
  const at = (minute: number) => readPredictedFunding(t.db, { instrumentId: id, end: START + minute * MINUTE_MS })
  expect(await at(5)).toEqual({ time: next, rate: 0.0002 })
  expect(await at(60)).toEqual({ time: next, rate: 0.0003 })
  expect(await at(90)).toBeNull()
  expect(await at(-5)).toBeNull()
})
