import { inTransaction } from '@faultline/db/database'
import { appendColumns } from '@faultline/db/repositories/builds'
import { storeTable } from '@faultline/db/repositories/events'
import { type LiveEvent, storeLive } from '@faultline/db/repositories/live-events'
import type { Column } from '@faultline/market/column'
import { EventTableBuilder } from '@faultline/market/event-table'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { START } from '@faultline/testkit/factories'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { type EstimatedMarket, estimatedMarket } from '../../../server/testing/estimated-market.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'
import { HistoryStore } from './history-store.ts'

const web = webUnderTest()
const FIVE = 5 * MINUTE_MS
const QUARTER = 15 * MINUTE_MS
let api: Caller
let market: EstimatedMarket
let key: string

beforeAll(async () => {
  api = await web.callerOf(await web.cookieOf(await web.addPerson()))
  market = await estimatedMarket(web.database.db, { count: 120, bucketMs: QUARTER })
  key = market.instrument.key
  // two books an hour apart and one at the same hour of the next day, 1 % and 2 % from the middle
  const book = (time: number, near: number): LiveEvent => ({
    type: 'depth',
    time,
    bids: [
      [99.5, near],
      [98, 1_000],
    ],
    asks: [
      [100.5, near],
      [102, 1_000],
    ],
  })
  await inTransaction(web.database.db, (client) =>
    storeLive(
      client,
      [book(START + 1, 10), book(START + HOUR_MS + 1, 20), book(START + DAY_MS + 1, 30)].map((event) => ({
        instrumentId: market.instrument.id,
        event,
        knownAfter: null,
      })),
    ),
  )
})

describe('of a market', () => {
  it('has the risk index of each column as it was read at its moment', async () => {
    const history = await api.readings.history({ instrument: key, from: START, to: market.end })
    expect(history).toMatchObject({ stepMs: QUARTER, to: market.end })
    expect(history.risk.length).toBeGreaterThan(100)
    for (const i of [0, 17, 60, history.risk.length - 1]) {
      const [at, risk] = history.risk[i] as [number, number]
      expect((await api.readings.current({ instrument: key, at })).risk?.value, `${i}`).toBeCloseTo(risk, 3)
    }
  })

  it('says of the largest moves how much was forced: prints of the side that lost against takers in its direction', async () => {
    const { moves } = await api.readings.history({ instrument: key, from: START, to: market.end })
    expect(moves).toHaveLength(5)
    const sizes = moves.map(({ change }) => Math.round(10_000 * Math.abs(Math.log(1 + change))))
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
    const [move] = moves as [(typeof moves)[number]]
    const side = move.change < 0 ? 'long' : 'short'
    const { rows } = await web.sql(
      `SELECT (SELECT sum(quantity_usd) FROM liquidation WHERE instrument_id = $1 AND side = $4 AND time >= to_timestamp($2) AND time < to_timestamp($3)) AS printed,
              (SELECT sum((open + close) / 2 * volume / 2) FROM candle WHERE instrument_id = $1 AND open_time >= to_timestamp($2) AND open_time < to_timestamp($3)) AS taken`,
      [market.instrument.id, move.from / 1_000, move.to / 1_000, side],
    )
    const { printed, taken } = rows[0] as { printed: number; taken: number }
    expect(printed).toBeGreaterThan(0)
    // a sample of the venue's liquidations: half of all, a fifth of them, all of them
    expect(move.forced?.share).toBeCloseTo(printed / 0.5 / taken, 2)
    expect(move.forced?.low).toBeCloseTo(printed / taken, 2)
    expect(move.forced?.high).toBeCloseTo(printed / 0.2 / taken, 2)
  })

  it('says what became of each cluster once, and counts those like the ones of now', async () => {
    const { earlier, fates } = await api.readings.history({ instrument: key, from: START, to: market.end })
    expect(earlier.length).toBeGreaterThan(0)
    expect(earlier.every((c) => c.lowPrice < c.highPrice && c.usd > 0 && c.time <= market.end)).toBe(true)
    expect(fates.turned + fates.ranThrough + fates.missed + fates.within).toBeLessThanOrEqual(earlier.length)
  })

  it('has the mean of what stood within a per cent by hour and venue', async () => {
    const { liquidity } = await api.readings.history({ instrument: key, from: START, to: market.end })
    expect(liquidity).toHaveLength(1)
    const [{ venue, byHour }] = liquidity as [(typeof liquidity)[number]]
    expect(venue).toBe('binance-usdm')
    expect(byHour[0]).toBeCloseTo((10 + 30) * 100, 6)
    expect(byHour[1]).toBeCloseTo(20 * 200, 6)
    expect(byHour.slice(6).every((usd) => usd === null)).toBe(true)
  })

  it('takes breakouts that were noted as they came, and finds earlier ones itself', async () => {
    const own = (await new HistoryStore(web.database.db).read(key, START, market.end)).breakouts
    const since = own[Math.floor(own.length / 2)]?.time ?? market.end - HOUR_MS
    await web.sql(
      "INSERT INTO breakout (instrument_id, time, side, low, high, usd, n) VALUES ($1, to_timestamp($2 / 1000.0), 'short', 101, 102, 5000, 1)",
      [market.instrument.id, since],
    )
    const { breakouts } = await new HistoryStore(web.database.db).read(key, START, market.end)
    expect(breakouts).toEqual([
      ...own.filter((b) => b.time < since),
      { time: since, side: 'short', lowPrice: 101, highPrice: 102, usd: 5_000 },
    ])
    await web.sql('DELETE FROM breakout WHERE instrument_id = $1', [market.instrument.id])
  })

  it('knows nothing that became known after the stretch', async () => {
    const { db } = web.database
    const to = market.end - 30 * QUARTER
    // the figure of that very moment, which comes late
    await web.sql('DELETE FROM open_interest WHERE instrument_id = $1 AND time = to_timestamp($2 / 1000.0)', [market.instrument.id, to])
    const before = await new HistoryStore(db).read(key, START, to)
    const late = new EventTableBuilder('openInterest')
    late.push(to, 1, 1)
    await inTransaction(db, async (client) => {
      await storeTable(client, market.instrument.id, late.finish())
      const later: LiveEvent[] = [
        { type: 'depth', time: to + 1, bids: [[99, 1e9]], asks: [[101, 1e9]] },
        { type: 'depth', time: to + 10 * QUARTER - 1, bids: [[95, 1e-9]], asks: [[105, 1e-9]] },
        { type: 'funding', time: to + 1, rate: 0.5, intervalHours: 8 },
        { type: 'openInterest', time: to + 1, openInterest: 9e9 },
        { type: 'liquidation', time: to + 1, side: 'long', price: 90, priceKind: 'fill', quantity: 1e6, quantityUsd: 9e7 },
      ]
      await storeLive(
        client,
        later.map((event) => ({ instrumentId: market.instrument.id, event, knownAfter: null })),
      )
    })
    await web.sql('UPDATE open_interest SET known_after = to_timestamp($2 / 1000.0) WHERE instrument_id = $1 AND open_interest = 1', [
      market.instrument.id,
      to + QUARTER,
    ])
    expect(await new HistoryStore(db).read(key, START, to)).toEqual(before)
    // Not that they say nothing to whoever looks later.
    expect((await new HistoryStore(db).read(key, START, to + 10 * QUARTER)).risk).not.toEqual(
      (await web.services.readings.history(key, START, market.end)).risk.filter(([time]) => time <= to + 10 * QUARTER),
    )
  })
})

it('computes only what is new while a page is live', async () => {
  const { db } = web.database
  const live = await estimatedMarket(db, { count: 120 })
  const store = new HistoryStore(db)
  const before = await store.read(live.instrument.key, START, live.end)
  // What was read once is not read again.
  await web.sql('DELETE FROM "column" WHERE build_id = $1', [live.build.id])
  await appendColumns(db, live.lease, {
    buildId: live.build.id,
    columns: [{ ...(live.columns.at(-1) as Column), bucketStart: live.end }],
    checkpoint: live.estimator.checkpoint(),
    checkpointBucket: live.end,
  })
  const after = await store.read(live.instrument.key, START, live.end + FIVE)
  expect(after.risk).toEqual([...before.risk, [live.end + FIVE, expect.any(Number)]])
  expect((await new HistoryStore(db).read(live.instrument.key, START, live.end + FIVE)).risk).toHaveLength(1)
})

it('refuses what is no stretch or too long a one, and is empty where there is no column', async () => {
  const ask = (from: number, to: number) => api.readings.history({ instrument: key, from, to })
  await expect(ask(START, START)).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('after its beginning') })
  await expect(ask(START, START + 401 * DAY_MS)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('400 days'),
  })
  expect(await ask(START - DAY_MS, START)).toMatchObject({ risk: [], moves: [], liquidity: [] })
  await expect(api.readings.history({ instrument: 'binance-usdm:NOTHING', from: 0, to: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
