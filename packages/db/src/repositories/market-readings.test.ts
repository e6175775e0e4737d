import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { makeCandles, makeInstrument, START, sampleColumn } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { listen } from '../notify.ts'
import { appendColumns, completeBuild, startBuild } from './builds.ts'
import { storeTable } from './events.ts'
import { acquireLease } from './leases.ts'
import { type LiveEvent, storeLive } from './live-events.ts'
import { readMarketInputs } from './market-inputs.ts'
import {
  BREAKOUTS_KEPT_MS,
  columnsAfter,
  dropOldBreakouts,
  type MarketReading,
  newestBreakouts,
  screenedInstruments,
  staleReadings,
  storeReadings,
} from './market-readings.ts'

const t = freshDatabase()
const FIVE = 5 * MINUTE_MS

async function mapped(columns: number) {
  const instrument = await makeInstrument(t.db)
  const lease = await acquireLease(t.db, instrument.id, 'test', 60_000)
  const make = async (modelVersion: string) => {
    const build = await startBuild(t.db, lease, { modelVersion, bucketMs: FIVE })
    let next = 0
    const append = async (count: number) => {
      const made = Array.from({ length: count }, () => sampleColumn({ bucketStart: START + next++ * FIVE }))
      const checkpointBucket = START + (next - 1) * FIVE
      await appendColumns(t.db, lease, { buildId: build.id, columns: made, checkpoint: new Uint8Array([1]), checkpointBucket })
    }
    await append(columns)
    return { id: build.id, append, complete: () => completeBuild(t.db, lease, build.id) }
  }
  const build = await make('one')
  await build.complete()
  return { id: instrument.id, key: instrument.key, build, make }
}

const reading = (instrumentId: number, buildId: number, bucket: number): MarketReading => ({
  instrumentId,
  buildId,
  bucket,
  bucketMs: FIVE,
  price: 100,
  change24h: -0.01,
  risk: 42,
  longUsd: 5,
  shortUsd: 6,
  below: { price: 98, usd: 3, distance: -0.02 },
  above: null,
  openInterestUsd: 1e6,
  openInterestChange24h: 0.1,
  fundingRate: 0.0001,
  fundingHours: 8,
  liquidatedLongUsd: 1,
  liquidatedShortUsd: null,
  sparkline: [99, 100],
})
const stale = async (id: number) => (await staleReadings(t.db, 100)).find((s) => s.instrumentId === id)
const stored = async (id: number) => (await screenedInstruments(t.db)).find((row) => row.id === id)?.reading ?? null

it('finds what has a newer column, keeps the reading and says so', async () => {
  const market = await mapped(3)
  expect(await stale(market.id)).toMatchObject({
    key: market.key,
    buildId: market.build.id,
    lastBucket: START + 2 * FIVE,
    readTo: null,
    breakoutState: null,
  })
  const told: number[][] = []
  const listener = listen({ url: t.appUrl, onMessage: (m) => void (m.channel === 'readings' && told.push(m.payload.instrumentIds)) })
  await listener.ready
  const now = reading(market.id, market.build.id, START + 2 * FIVE)
  expect(await storeReadings(t.db, [{ reading: now, breakoutState: { armed: [], entered: [] }, breakouts: [] }])).toEqual([market.id])
  expect(await stored(market.id)).toEqual(now)
  expect(await stale(market.id)).toBeUndefined()
  await expect.poll(() => told).toEqual([[market.id]])
  await listener.close()

  await market.build.append(2)
  expect(await stale(market.id)).toMatchObject({ readTo: START + 2 * FIVE, breakoutState: { armed: [], entered: [] } })
  const columns = await columnsAfter(t.db, [
    { instrumentId: market.id, buildId: market.build.id, after: START + 2 * FIVE, upTo: START + 4 * FIVE },
  ])
  expect(columns.map((c) => c.bucket)).toEqual([START + 3 * FIVE, START + 4 * FIVE])
})

it('shows an instrument without a map too, and no sum over chosen venues', async () => {
  const bare = await makeInstrument(t.db)
  const sum = await makeInstrument(t.db, { venue: 'market', symbol: 'TOAD-binance-okx' })
  await t.db.pool.query(`insert into aggregate (instrument_id, base_asset, venues) values ($1, 'TOAD', '{binance-usdm,okx-swap}')`, [
    sum.id,
  ])
  const rows = await screenedInstruments(t.db)
  expect(rows.find((row) => row.id === bare.id)).toMatchObject({
    key: bare.key,
    status: null,
    columnCount: 0,
    updatedAt: null,
    reading: null,
  })
  expect(rows.find((row) => row.id === sum.id)).toBeUndefined()
})

it('keeps the longest waiting first, and passes over those that are left out', async () => {
  const [a, b] = [await mapped(2), await mapped(1)]
  const order = async () => (await staleReadings(t.db, 100)).map((s) => s.instrumentId).filter((id) => id === a.id || id === b.id)
  // without any reading: the newest column first
  expect(await order()).toEqual([a.id, b.id])
  for (const m of [b, a]) {
    await storeReadings(t.db, [{ reading: reading(m.id, m.build.id, START), breakoutState: {}, breakouts: [] }])
    await m.build.append(2)
  }
  expect(await order()).toEqual([b.id, a.id])
  expect((await staleReadings(t.db, 100, [b.id])).map((s) => s.instrumentId)).not.toContain(b.id)
  expect(await staleReadings(t.db, 1)).toHaveLength(1)
})

it('writes nothing of a build that is no longer served, nothing older, and no breakout with it', async () => {
  const market = await mapped(3)
  const next = await market.make('two')
  await next.complete()
  const breakouts = [{ instrumentId: market.id, time: START, side: 'long' as const, low: 97, high: 98, usd: 5, n: 1 }]
  const old = { reading: reading(market.id, market.build.id, START + 2 * FIVE), breakoutState: {}, breakouts }
  expect(await storeReadings(t.db, [old])).toEqual([])
  expect(await stored(market.id)).toBeNull()
  const of = (bucket: number, price: number) => ({
    reading: { ...reading(market.id, next.id, bucket), price },
    breakoutState: {},
    breakouts,
  })
  expect(await storeReadings(t.db, [of(START + 2 * FIVE, 101)])).toEqual([market.id])
  expect(await storeReadings(t.db, [of(START + FIVE, 99)])).toEqual([])
  expect((await stored(market.id))?.price).toBe(101)
  expect((await newestBreakouts(t.db, 50)).filter((b) => b.instrumentId === market.id)).toHaveLength(1)
})

it('waits for nobody who is changing an instrument', async () => {
  const market = await mapped(1)
  const update = { reading: reading(market.id, market.build.id, START), breakoutState: {}, breakouts: [] }
  await inTransaction(t.db, async (client) => {
    await client.query('select from instrument where id = $1 for update', [market.id])
    expect(await storeReadings(t.db, [update])).toEqual([])
  })
  expect(await storeReadings(t.db, [update])).toEqual([market.id])
})

it('keeps breakouts for ninety days of their market, and each once', async () => {
  const market = await mapped(2)
  const end = START + 2 * FIVE
  const at = (time: number, low = 97) => ({ instrumentId: market.id, time, side: 'short' as const, low, high: low + 1, usd: 5, n: 2.5 })
  const store = (bucket: number, breakouts: ReturnType<typeof at>[]) =>
    storeReadings(t.db, [{ reading: reading(market.id, market.build.id, bucket), breakoutState: {}, breakouts }])
  await store(START, [at(end - BREAKOUTS_KEPT_MS - DAY_MS), at(end - HOUR_MS), at(end - HOUR_MS)])
  await store(START + FIVE, [at(end), at(end - HOUR_MS)])
  const mine = async () => (await newestBreakouts(t.db, 50)).filter((b) => b.instrumentId === market.id)
  expect((await mine()).map((b) => b.time)).toEqual([end, end - HOUR_MS, end - BREAKOUTS_KEPT_MS - DAY_MS])
  expect((await mine())[0]).toMatchObject({ key: market.key, side: 'short', low: 97, high: 98, usd: 5, n: 2.5, marketTime: end })
  expect(await dropOldBreakouts(t.db, 100)).toBe(1)
  expect((await mine()).map((b) => b.time)).toEqual([end, end - HOUR_MS])
  expect(await newestBreakouts(t.db, 1)).toHaveLength(1)
})

it('reads what was known at a moment, and nothing later', async () => {
  const instrument = await makeInstrument(t.db)
  const at = START + DAY_MS
  await inTransaction(t.db, (client) => storeTable(client, instrument.id, makeCandles({ count: 300 }), { intervalMs: FIVE }))
  const event = (e: LiveEvent, knownAfter: number | null = null) => ({ instrumentId: instrument.id, event: e, knownAfter })
  const interest = (time: number, openInterest: number) => ({
    type: 'openInterest' as const,
    time,
    openInterest,
    openInterestUsd: openInterest * 100,
  })
  const print = (time: number, side: 'long' | 'short') => ({
    type: 'liquidation' as const,
    time,
    side,
    price: 100,
    priceKind: 'fill' as const,
    quantity: 1,
    quantityUsd: 100,
  })
  await inTransaction(t.db, (client) =>
    storeLive(client, [
      event(interest(START, 5)),
      event(interest(at - HOUR_MS, 7)),
      event(interest(at - MINUTE_MS, 8)),
      event(interest(at - 1, 99), at),
      event(interest(at + 1, 100)),
      event({ type: 'funding', time: at - 8 * HOUR_MS, rate: 0.0002, intervalHours: 8 }),
      event({ type: 'funding', time: at + 1, rate: 0.9, intervalHours: 8 }),
      event(print(at - DAY_MS, 'long')),
      event(print(at - HOUR_MS, 'long')),
      event(print(at, 'short')),
      event({
        type: 'depth',
        time: at - MINUTE_MS,
        bids: [
          [99, 1],
          [98, 2],
        ],
        asks: [[101, 3]],
      }),
      event({ type: 'depth', time: at + 1, bids: [], asks: [] }),
    ]),
  )
  const rows = await readMarketInputs(t.db, instrument.id, FIVE, at)
  const [member] = rows?.members ?? []
  expect(rows?.members).toHaveLength(1)
  expect(member?.candles.openTime.at(-1)).toBe(at - FIVE)
  expect(member?.candles.openTime[0]).toBe(START)
  expect(member?.candles.close).toHaveLength(288)
  expect(member?.openInterest).toHaveLength(169)
  expect(member?.openInterest.slice(-3)).toEqual([
    { time: at - HOUR_MS, base: 7, usd: 700 },
    { time: at - MINUTE_MS, base: 8, usd: 800 },
    { time: at - MINUTE_MS, base: 8, usd: 800 },
  ])
  expect(member?.openInterestDayAgo).toEqual({ time: START, base: 5, usd: 500 })
  expect(member?.funding).toEqual([{ time: at - 8 * HOUR_MS, rate: 0.0002, hours: 8 }])
  expect(member?.liquidations).toEqual({ longUsd: 100, shortUsd: 100 })
  expect(member?.book).toEqual({
    time: at - MINUTE_MS,
    bids: [
      [99, 1],
      [98, 2],
    ],
    asks: [[101, 3]],
  })
  expect(await readMarketInputs(t.db, 999_999, FIVE, at)).toBeNull()
})
