import { inTransaction } from '@faultline/db/database'
import { extendStretches } from '@faultline/db/repositories/aggregate-coverage'
import { chooseReference, makeAllVenueSums } from '@faultline/db/repositories/aggregates'
import { appendColumns, completeBuild, startBuild } from '@faultline/db/repositories/builds'
import { storeTable } from '@faultline/db/repositories/events'
import { findInstrument, type InstrumentRow } from '@faultline/db/repositories/instruments'
import { acquireLease } from '@faultline/db/repositories/leases'
import { EventTableBuilder } from '@faultline/market/event-table'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { FeedVenueId } from '@faultline/market/venue'
import { makeCandles, makeInstrument, START, sampleColumn } from '@faultline/testkit/factories'
import { beforeAll, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
const MINUTES = 12 * 60
const END = START + MINUTES * MINUTE_MS
let api: Caller
let members: InstrumentRow[]

async function market(venue: FeedVenueId, options: { minutes?: number; base: number; usd?: number; rate: number; hours: number }) {
  const { db } = web.database
  const instrument = await makeInstrument(db, { venue, symbol: `SUMUSDT`, baseAsset: 'SUM' })
  const { minutes = MINUTES, base, usd, rate, hours } = options
  const interest = new EventTableBuilder('openInterest')
  for (let i = 0; i <= minutes; i += 5) interest.push(START + i * MINUTE_MS, base, usd ?? Number.NaN)
  const funding = new EventTableBuilder('funding')
  for (let time = START; time <= START + minutes * MINUTE_MS; time += hours * HOUR_MS) funding.push(time, rate, hours)
  await inTransaction(db, async (client) => {
    await storeTable(client, instrument.id, makeCandles({ count: minutes, intervalMs: MINUTE_MS }), { intervalMs: MINUTE_MS })
    await storeTable(client, instrument.id, interest.finish())
    await storeTable(client, instrument.id, funding.finish())
  })
  const lease = await acquireLease(db, instrument.id, 'test', 600_000)
  const columns = Array.from({ length: minutes }, (_, i) => sampleColumn({ bucketStart: START + i * MINUTE_MS, bucketMs: MINUTE_MS }))
  const { id } = await startBuild(db, lease, { modelVersion: 'test-1', bucketMs: MINUTE_MS })
  await appendColumns(db, lease, {
    buildId: id,
    columns,
    checkpoint: new Uint8Array([1]),
    checkpointBucket: columns.at(-1)?.bucketStart ?? 0,
  })
  await completeBuild(db, lease, id)
  return instrument
}

beforeAll(async () => {
  const { db } = web.database
  api = await web.callerOf(await web.cookieOf(await web.addPerson()))
  // one that has been gone for half an hour, and one that publishes no liquidations
  members = [
    await market('binance-usdm', { base: 60, usd: 6_000, rate: 0.0002, hours: 8 }),
    await market('okx-swap', { minutes: MINUTES - 30, base: 1_000, usd: 1, rate: 0.9, hours: 8 }),
    await market('hyperliquid', { base: 20, rate: 0.0001, hours: 1 }),
  ]
  const [binance, okx] = members as [InstrumentRow, InstrumentRow]
  const prints = new EventTableBuilder('liquidation')
  prints.push(START + MINUTE_MS, 0, 100, 2, 2, 200)
  prints.push(START + 2 * MINUTE_MS, 1, 100, 3, 2, 300)
  await inTransaction(db, (client) => storeTable(client, okx.id, prints.finish()))
  await makeAllVenueSums(db)
  const sum = await findInstrument(db, 'market:SUM')
  const lease = await acquireLease(db, sum.id, 'test', 600_000)
  const build = await startBuild(db, lease, { modelVersion: 'sum-1', bucketMs: MINUTE_MS })
  const columns = Array.from({ length: MINUTES }, (_, i) => sampleColumn({ bucketStart: START + i * MINUTE_MS, bucketMs: MINUTE_MS }))
  const gone = END - 30 * MINUTE_MS
  await appendColumns(db, lease, {
    buildId: build.id,
    columns,
    checkpoint: new Uint8Array([1]),
    checkpointBucket: END - MINUTE_MS,
    also: (client) =>
      extendStretches(client, build.id, [
        ...members.map(({ id }) => ({ memberId: id, from: START, to: id === okx.id ? gone : END, included: true })),
        { memberId: okx.id, from: gone, to: END, included: false },
      ]),
  })
  await chooseReference(db, sum.id, [binance.id])
  await completeBuild(db, lease, build.id)
})

it('shows a sum with the series of its members, and says of each venue what is known', async () => {
  const view = await api.heatmap.view({ instrument: 'market:SUM', range: '12h' })
  expect(view.candles.rows).toHaveLength(MINUTES)
  // the price of the reference, the volumes of all
  const [own] = (await api.heatmap.view({ instrument: 'binance-usdm:SUMUSDT', range: '12h' })).candles.rows
  expect(view.candles.rows[0]?.slice(0, 5)).toEqual(own?.slice(0, 5))
  expect(view.candles.rows[0]?.[5]).toBeCloseTo(3 * (own?.[5] ?? 0))
  expect(view.candles.rows.at(-1)?.[5]).toBeCloseTo(
    2 * ((await api.heatmap.view({ instrument: 'hyperliquid:SUMUSDT', range: '12h' })).candles.rows.at(-1)?.[5] ?? 0),
  )
  const close = view.candles.rows.at(-1)?.[4] ?? 0
  const [time, base, usd] = view.openInterest.at(-1) ?? []
  expect([time, base]).toEqual([END, 80])
  expect(usd).toBeCloseTo(6_000 + 20 * close)
  const [settled, rate, hours] = view.funding.at(-1) ?? []
  expect([settled, hours]).toEqual([END, 8])
  expect(rate).toBeCloseTo((60 * 0.0002 + 20 * 0.0008) / 80)
  expect(view.sum).toMatchObject({
    baseAsset: 'SUM',
    reference: 'binance-usdm',
    venues: [
      { venue: 'binance-usdm', included: true, missingSince: null, openInterestUsd: 6_000, liquidations: { count: 0 } },
      {
        venue: 'okx-swap',
        included: false,
        missingSince: END - 30 * MINUTE_MS,
        coveredMs: (MINUTES - 30) * MINUTE_MS,
        openInterestUsd: null,
        liquidations: { count: 2, longUsd: 200, shortUsd: 300, priceKinds: ['bankruptcy'], sampled: true },
      },
      { venue: 'hyperliquid', included: true, liquidations: null },
    ],
  })
  expect((await api.heatmap.view({ instrument: 'binance-usdm:SUMUSDT', range: '12h' })).sum).toBeNull()
})

it('lists a sum with the figures of those that are in it', async () => {
  const rows = await api.instruments.list()
  const sum = rows.find((r) => r.key === 'market:SUM')
  expect(sum).toMatchObject({ summedAs: 'SUM', sumOf: [], fundingHours: 8 })
  expect(sum?.openInterestUsd).toBeCloseTo(6_000 + 20 * (sum?.lastClose ?? 0))
  expect(rows.find((r) => r.key === 'okx-swap:SUMUSDT')).toMatchObject({ summedAs: 'SUM', sumOf: null })
})

it('makes the sum of chosen venues for whoever is signed in, once, and refuses what is none', async () => {
  const sum = { baseAsset: 'SUM', simulated: false }
  const both: FeedVenueId[] = ['okx-swap', 'binance-usdm']
  const { instrument } = await api.venues.choose({ ...sum, venues: both })
  expect(instrument).toBe('market:SUM-binance-okx')
  expect(await api.venues.choose({ ...sum, venues: [...both].reverse() })).toEqual({ instrument })
  expect((await api.instruments.list()).find((r) => r.key === instrument)).toMatchObject({
    sumOf: ['binance-usdm', 'okx-swap'],
    lastBucket: null,
  })
  // who chooses all of them means whatever trades it, and no second sum of the same
  expect(await api.venues.choose({ ...sum, venues: ['hyperliquid', ...both] })).toEqual({ instrument: 'market:SUM' })
  await expect(api.venues.choose({ ...sum, venues: ['gate-usdt', 'binance-usdm'] })).rejects.toThrow('Gate USDT does not trade SUM')
  await expect(api.venues.choose({ ...sum, venues: ['binance-usdm', 'binance-usdm'] })).rejects.toThrow('two venues')
  await expect(api.venues.choose({ ...sum, venues: ['market' as never, 'okx-swap'] })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  const eager = await web.callerOf(await web.cookieOf(await web.addPerson()))
  for (let i = 0; i < 60; i++) await eager.venues.choose({ ...sum, venues: both })
  await expect(eager.venues.choose({ ...sum, venues: both })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  await expect(api.venues.choose({ ...sum, venues: both })).resolves.toEqual({ instrument })
  const nobody = await web.callerOf(null)
  await expect(nobody.venues.choose({ ...sum, venues: both })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
})
