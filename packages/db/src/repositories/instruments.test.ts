import { EventTableBuilder } from '@faultline/market/event-table'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { makeCandles, makeInstrument, START, sampleColumn } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { appendColumns, startBuild } from './builds.ts'
import { storeTable } from './events.ts'
import { findInstrument, listInstruments, upsertInstrument } from './instruments.ts'
import { acquireLease } from './leases.ts'

const t = freshDatabase()
const ETH = { venue: 'binance-usdm', symbol: 'ETHUSDT', baseAsset: 'ETH', quoteAsset: 'USDT', contractSize: 1, simulated: false } as const
const TIERS = [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.01, maxLeverage: 50 }]

describe('instruments', () => {
  it('are made once and kept up to date', async () => {
    const made = await upsertInstrument(t.db.pool, ETH)
    expect(made).toEqual({ id: made.id, key: 'binance-usdm:ETHUSDT', ...ETH, marginTiers: null, currentBuildId: null })
    expect(await upsertInstrument(t.db.pool, { ...ETH, contractSize: 0.1, marginTiers: TIERS })).toEqual({
      ...made,
      contractSize: 0.1,
      marginTiers: TIERS,
    })
    expect(await upsertInstrument(t.db.pool, ETH)).toEqual({ ...made, marginTiers: TIERS })
  })

  it.each([
    [{ ...ETH, symbol: 'eth usdt' }, 'bad_input', /symbol/],
    [{ ...ETH, symbol: 'BADUSDT', contractSize: 0 }, 'bad_input', /contractSize/],
    [{ ...ETH, symbol: 'BADUSDT', marginTiers: [{ ...TIERS[0], maxLeverage: 0 }] as typeof TIERS }, 'bad_input', /maxLeverage/],
    [{ ...ETH, symbol: 'ETHUSDT', simulated: true }, 'conflict', /stored as a real market/],
  ])('are refused when they are none %#', async (definition, code, message) => {
    await upsertInstrument(t.db.pool, ETH)
    await expect(upsertInstrument(t.db.pool, definition)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('are found by number, key, or a symbol that is unique', async () => {
    const eth = await upsertInstrument(t.db.pool, ETH)
    const { id } = eth
    for (const text of [String(id), 'binance-usdm:ETHUSDT', 'ETHUSDT', ' ethusdt ']) expect((await findInstrument(t.db, text)).id).toBe(id)
    await expect(findInstrument(t.db, 'DOGEUSDT')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('binance-usdm:ETHUSDT'),
    })
    const simulated = await upsertInstrument(t.db.pool, { ...ETH, venue: 'simulated', simulated: true })
    await expect(findInstrument(t.db, 'ETHUSDT')).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(/binance-usdm:ETHUSDT or simulated:ETHUSDT/),
    })
    expect((await findInstrument(t.db, 'simulated:ETHUSDT')).id).toBe(simulated.id)
  })

  it('are listed freshest first, with what is known about each', async () => {
    const [rich, early, bare] = [await makeInstrument(t.db), await makeInstrument(t.db), await makeInstrument(t.db)]
    const candles = makeCandles({ count: 600, intervalMs: 5 * MINUTE_MS })
    const oi = new EventTableBuilder('openInterest')
    oi.push(START, 10, 999)
    oi.push(START + HOUR_MS, 20, Number.NaN)
    const funding = new EventTableBuilder('funding')
    funding.push(START, 0.0001, 8)
    funding.push(START + 8 * HOUR_MS, -0.0002, 8)
    // after the last candle: not known then
    oi.push(START + 600 * 5 * MINUTE_MS + 1, 999, Number.NaN)
    funding.push(START + 601 * 5 * MINUTE_MS, 0.5, 8)
    await inTransaction(t.db, async (client) => {
      await storeTable(client, rich.id, candles, { intervalMs: 5 * MINUTE_MS })
      await storeTable(client, rich.id, makeCandles({ count: 5, intervalMs: DAY_MS, price: 7 }), { intervalMs: DAY_MS })
      await storeTable(client, rich.id, oi.finish())
      await storeTable(client, rich.id, funding.finish())
      await storeTable(client, early.id, makeCandles({ count: 3, intervalMs: HOUR_MS }), { intervalMs: HOUR_MS })
    })
    const lastBuckets = { [rich.id]: START + 599 * 5 * MINUTE_MS, [early.id]: START }
    for (const { id } of [early, rich]) {
      const lease = await acquireLease(t.db, id, 'worker', 1000)
      const build = await startBuild(t.db, lease, { modelVersion: 'm', bucketMs: 5 * MINUTE_MS })
      const bucketStart = lastBuckets[id] as number
      await appendColumns(t.db, lease, {
        buildId: build.id,
        columns: [sampleColumn({ bucketStart })],
        checkpoint: new Uint8Array(1),
        checkpointBucket: bucketStart,
      })
    }
    const rows = (await listInstruments(t.db)).filter((r) => [rich.id, early.id, bare.id].includes(r.id))
    expect(rows.map((r) => r.id)).toEqual([rich.id, early.id, bare.id])
    const close = candles.columns.close
    expect(rows[0]).toMatchObject({
      status: 'building',
      bucketMs: 5 * MINUTE_MS,
      firstBucket: lastBuckets[rich.id],
      lastBucket: lastBuckets[rich.id],
      columnCount: 1,
      lastClose: close[599],
      change24h: (close[599] as number) / (close[599 - 288] as number) - 1,
      openInterestUsd: 20 * (close[599] as number),
      fundingRate: -0.0002,
    })
    expect(rows[1]).toMatchObject({ lastClose: null, change24h: null, openInterestUsd: null, fundingRate: null })
    expect(rows[2]).toMatchObject({ status: null, bucketMs: null, lastBucket: null, columnCount: 0, lastClose: null })
  })
})
