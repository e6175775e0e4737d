import { inTransaction } from '@faultline/db/database'
import { chooseVenues } from '@faultline/db/repositories/aggregates'
import { appendColumns, completeBuild, startBuild } from '@faultline/db/repositories/builds'
import { storeTable } from '@faultline/db/repositories/events'
import { acquireLease } from '@faultline/db/repositories/leases'
import { storeLive } from '@faultline/db/repositories/live-events'
import { screenedInstruments } from '@faultline/db/repositories/market-readings'
import { MINUTE_MS } from '@faultline/market/units'
import type { FeedVenueId } from '@faultline/market/venue'
import { makeCandles, makeInstrument, START, sampleColumn } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { ReadingsKeeper } from './keeper.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()
const FIVE = 5 * MINUTE_MS

let coins = 0
/** A market with a day of candles, open interest and columns up to `count`. */
async function market({ count = 1, venue = 'binance-usdm' as FeedVenueId, coin = `COIN${++coins}` } = {}) {
  const instrument = await makeInstrument(t.db, { venue, symbol: `${coin}USDT`, baseAsset: coin })
  const lease = await acquireLease(t.db, instrument.id, 'test', 3_600_000)
  const bars = makeCandles({ count: 300, from: START - 250 * FIVE })
  await inTransaction(t.db, async (client) => {
    await storeTable(client, instrument.id, bars, { intervalMs: FIVE })
    const interest = [0, 1, 2].map((i) => ({
      instrumentId: instrument.id,
      knownAfter: null,
      event: { type: 'openInterest' as const, time: START + i * FIVE, openInterest: 1_000 },
    }))
    await storeLive(client, interest)
  })
  let next = 0
  let build = await startBuild(t.db, lease, { modelVersion: 'test', bucketMs: FIVE })
  const append = async (n: number) => {
    const columns = Array.from({ length: n }, () => sampleColumn({ bucketStart: START + next++ * FIVE, seed: 3 }))
    await appendColumns(t.db, lease, {
      buildId: build.id,
      columns,
      checkpoint: new Uint8Array([1]),
      checkpointBucket: START + (next - 1) * FIVE,
    })
  }
  await append(count)
  await completeBuild(t.db, lease, build.id)
  const replace = async () => {
    build = await startBuild(t.db, lease, { modelVersion: 'another', bucketMs: FIVE })
    next = 0
    await append(count)
    await completeBuild(t.db, lease, build.id)
  }
  return { id: instrument.id, coin, append, replace, buildId: () => build.id }
}
const reading = async (id: number) => (await screenedInstruments(t.db)).find((row) => row.id === id)?.reading ?? undefined
const keeper = (log: string[] = []) => new ReadingsKeeper({ db: t.db, log: (line) => void log.push(line), settleMs: 1, lookEveryMs: 50 })

it('reads each new column once, and follows the served build', async () => {
  const one = await market({ count: 2 })
  const log: string[] = []
  const k = keeper(log)
  await k.pass()
  expect(log).toEqual([])
  expect(await reading(one.id)).toMatchObject({ buildId: one.buildId(), bucket: START + FIVE, openInterestUsd: expect.any(Number) })
  const first = await reading(one.id)
  expect(first?.risk).toBeGreaterThan(0)
  expect(first?.below?.distance).toBeLessThan(0)
  expect(first?.above?.distance).toBeGreaterThan(0)
  expect(await k.pass()).toBe(0)
  await one.append(1)
  expect(await k.pass()).toBe(1)
  expect((await reading(one.id))?.bucket).toBe(START + 2 * FIVE)
  await one.replace()
  expect(await k.pass()).toBe(1)
  expect(await reading(one.id)).toMatchObject({ buildId: one.buildId(), bucket: START + FIVE })
})

it('reads sums from the rows of their members', async () => {
  const a = await market()
  const b = await market({ venue: 'bybit-linear', coin: a.coin })
  const sum = await chooseVenues(t.db, { baseAsset: a.coin, simulated: false, venues: ['binance-usdm', 'bybit-linear'] }, 10)
  const lease = await acquireLease(t.db, sum.id, 'test', 60_000)
  const build = await startBuild(t.db, lease, { modelVersion: 'sum', bucketMs: FIVE })
  const columns = [sampleColumn({ bucketStart: START })]
  await appendColumns(t.db, lease, { buildId: build.id, columns, checkpoint: new Uint8Array([1]), checkpointBucket: START })
  await keeper().pass()
  const [whole, part] = [await reading(sum.id), await reading(a.id)]
  expect(part?.openInterestUsd).toBeGreaterThan(0)
  expect(whole?.openInterestUsd).toBeCloseTo(2 * (part?.openInterestUsd ?? 0), 6)
  expect(whole?.price).toBe(part?.price)
  expect(await reading(b.id)).toBeDefined()
})

it('keeps one keeper at a time, and takes over from one that is gone', async () => {
  const one = await market()
  const other = await t.db.pool.connect()
  await other.query("select pg_advisory_lock(1178687596, hashtext('readings'))")
  const k = keeper()
  expect(await k.pass()).toBeNull()
  expect(await reading(one.id)).toBeUndefined()
  other.release(new Error('gone'))
  await expect.poll(() => k.pass(), { timeout: 10_000 }).toBe(1)
  expect(await reading(one.id)).toBeDefined()
})

it('does not let one that cannot be read keep the others from being shown', async () => {
  const [broken, well] = [await market(), await market()]
  const { rowCount } = await t.db.pool.query('select from "column" where instrument_id = $1', [broken.id])
  expect(rowCount).toBe(1)
  await t.db.pool.query('delete from "column" where instrument_id = $1', [broken.id])
  await t.db.pool.query('insert into "column" (instrument_id, build_id, bucket, data) values ($1, $2, to_timestamp($3 / 1000.0), $4)', [
    broken.id,
    broken.buildId(),
    START,
    Buffer.from('no column'),
  ])
  const log: string[] = []
  const k = keeper(log)
  await k.pass()
  expect(await reading(well.id)).toBeDefined()
  expect(await reading(broken.id)).toBeUndefined()
  expect(log.join('\n')).toContain(`${broken.coin}USDT cannot be read`)
  // not again at once
  expect(await k.pass()).toBe(0)
})

it('goes on when the database is back, reads what it hears of, and stops when it is told to', async () => {
  const one = await market()
  const log: string[] = []
  const k = new ReadingsKeeper({ db: t.db, log: (line) => void log.push(line), settleMs: 1, lookEveryMs: 600_000 })
  const connect = vi.spyOn(t.db.pool, 'connect').mockRejectedValueOnce(new Error('the database is away') as never)
  k.start()
  await expect.poll(() => log).toEqual(['readings: the database is away'])
  connect.mockRestore()
  k.heard()
  await expect.poll(() => reading(one.id), { timeout: 20_000 }).toBeDefined()
  await one.append(1)
  k.heard()
  await expect.poll(async () => (await reading(one.id))?.bucket, { timeout: 20_000 }).toBe(START + FIVE)
  await k.stop()
  await one.append(1)
  k.heard()
  expect((await reading(one.id))?.bucket).toBe(START + FIVE)
  // it is left to another
  await keeper().pass()
  expect((await reading(one.id))?.bucket).toBe(START + 2 * FIVE)
})
