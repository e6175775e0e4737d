import { MINUTE_MS } from '@faultline/market/units'
import type { FeedVenueId } from '@faultline/market/venue'
import { expect, it } from 'vitest'
import { makeInstrument, START, sampleColumn } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { extendStretches, firstMissed, readStretches } from './aggregate-coverage.ts'
import {
  chooseReference,
  chooseVenues,
  dropUnusedAggregate,
  listAggregates,
  listSummands,
  makeAllVenueSums,
  readMembers,
  summandsOf,
  touchAggregate,
  unusedAggregates,
} from './aggregates.ts'
import { appendColumns, completeBuild, copyColumns, discardBuild, findBuild, startBuild } from './builds.ts'
import { columnsHash } from './columns.ts'
import { findInstrument } from './instruments.ts'
import { acquireLease } from './leases.ts'

const t = freshDatabase()
const trade = (venue: FeedVenueId, baseAsset: string, quoteAsset = 'USDT') =>
  makeInstrument(t.db, { venue, symbol: `${baseAsset}-${quoteAsset}`, baseAsset, quoteAsset })
const FOREVER = { baseAsset: 'ASH', simulated: false }

it('names what is added up, in one order, whatever order it came in', async () => {
  const [hyperliquid, okx, binance] = [
    await trade('hyperliquid', 'kASH', 'USDC'),
    await trade('okx-swap', '1000ASH'),
    await trade('binance-usdm', '1000ASH'),
  ]
  await trade('gate-usdt', 'ASH') // another unit
  await trade('gate-usdt', '1000ASH', 'EUR') // another currency
  expect(await makeAllVenueSums(t.db)).toBe(1)
  expect(await makeAllVenueSums(t.db)).toBe(0)
  const [sum] = (await listAggregates(t.db)).filter((a) => a.baseAsset === '1000ASH')
  expect(sum).toMatchObject({ key: 'market:1000ASH', simulated: false, venues: [], referenceId: null })
  if (!sum) throw new Error('no sum')
  const ids = summandsOf(sum, await listSummands(t.db)).map((s) => s.id)
  expect(ids).toEqual([binance.id, okx.id, hyperliquid.id])
  expect((await readMembers(t.db, ids)).map((m) => [m.venue, m.buildId])).toEqual([
    ['binance-usdm', null],
    ['okx-swap', null],
    ['hyperliquid', null],
  ])
  await chooseReference(t.db, sum.instrumentId, ids)
  expect((await listAggregates(t.db)).find((a) => a.key === sum.key)?.referenceId).toBe(binance.id)
})

it('keeps a choice of venues while it is looked at, and makes room only of what is not', async () => {
  await trade('binance-usdm', 'ASH')
  await trade('okx-swap', 'ASH')
  await trade('bybit-linear', 'ASH')
  const { id, key } = await chooseVenues(t.db, { ...FOREVER, venues: ['okx-swap', 'binance-usdm'] }, 1)
  expect(key).toBe('market:ASH-binance-okx')
  expect((await chooseVenues(t.db, { ...FOREVER, venues: ['binance-usdm', 'okx-swap'] }, 1)).id).toBe(id)
  await expect(chooseVenues(t.db, { ...FOREVER, venues: ['binance-usdm', 'bybit-linear'] }, 1)).rejects.toThrow('are kept already')
  expect(await dropUnusedAggregate(t.db, id, 3_600_000)).toBe(false)

  await t.db.pool.query(`update aggregate set last_used_at = now() - interval '3 days' where instrument_id = $1`, [id])
  expect(await unusedAggregates(t.db, 3_600_000)).toEqual([id])
  await touchAggregate(t.db, id)
  expect(await unusedAggregates(t.db, 3_600_000)).toEqual([])
  // whoever looks all the time does not come near the hour after which a choice makes room
  await t.db.pool.query(`update aggregate set last_used_at = now() - interval '50 minutes' where instrument_id = $1`, [id])
  await touchAggregate(t.db, id)
  expect(await unusedAggregates(t.db, 1_800_000)).toEqual([])
  await t.db.pool.query(`update aggregate set last_used_at = now() - interval '3 days' where instrument_id = $1`, [id])
  const lease = await acquireLease(t.db, id, 'a worker', 60_000)
  const build = await startBuild(t.db, lease, { modelVersion: 'sum-1', bucketMs: MINUTE_MS })
  const column = sampleColumn({ bucketStart: START, bucketMs: MINUTE_MS })
  await appendColumns(t.db, lease, { buildId: build.id, columns: [column], checkpoint: new Uint8Array(1), checkpointBucket: START })
  expect((await chooseVenues(t.db, { ...FOREVER, venues: ['binance-usdm', 'bybit-linear'] }, 1)).key).toBe('market:ASH-binance-bybit')
  await expect(findInstrument(t.db, key)).rejects.toThrow('There is no instrument')
  const { rows } = await t.db.pool.query('select from "column" where instrument_id = $1', [id])
  expect(rows).toHaveLength(0)
})

it('drops no instrument that is not a choice of venues', async () => {
  const own = await trade('binance-usdm', 'OAKUM')
  expect(await dropUnusedAggregate(t.db, own.id, 0)).toBe(false)
  expect((await findInstrument(t.db, own.key)).id).toBe(own.id)
  await expect(t.db.pool.query('delete from instrument where id = $1', [own.id])).rejects.toThrow('permission denied')
})

it('copies what is the same into the next generation, with who was in it', async () => {
  const { id } = await trade('binance-usdm', 'TWIN')
  const lease = await acquireLease(t.db, id, 'a worker', 60_000)
  const at = (i: number) => START + i * MINUTE_MS
  const columns = Array.from({ length: 10 }, (_, i) => sampleColumn({ bucketStart: at(i), bucketMs: MINUTE_MS }))
  const model = { modelVersion: 'sum-1', bucketMs: MINUTE_MS }
  const old = await startBuild(t.db, lease, model)
  await appendColumns(t.db, lease, { buildId: old.id, columns, checkpoint: new Uint8Array(1), checkpointBucket: at(9) })
  await extendStretches(t.db.pool, old.id, [{ memberId: 1, from: at(0), to: at(10), included: true }])
  await completeBuild(t.db, lease, old.id)
  const next = await startBuild(t.db, lease, model)
  const copy = { from: old.id, to: next.id, before: at(7), limit: 4 }
  expect([await copyColumns(t.db, lease, copy), await copyColumns(t.db, lease, copy), await copyColumns(t.db, lease, copy)]).toEqual([
    4, 3, 0,
  ])
  expect(await findBuild(t.db, next.id)).toMatchObject({ firstBucket: at(0), lastBucket: at(6), columnCount: 7 })
  expect(await columnsHash(t.db, { id: next.id, instrumentId: id })).toBe(
    await columnsHash(t.db, { id: old.id, instrumentId: id }, { upTo: at(6) }),
  )
  await completeBuild(t.db, lease, next.id)
  expect(await readStretches(t.db, old.id)).toEqual([])
  await expect(discardBuild(t.db, lease, next.id)).rejects.toThrow('being served')
})

it('finds the first column that a sum was made without, at its end', async () => {
  const five = 5 * MINUTE_MS
  const { id } = await trade('binance-usdm', 'LATE')
  const lease = await acquireLease(t.db, id, 'a worker', 60_000)
  const own = await startBuild(t.db, lease, { modelVersion: 'm', bucketMs: MINUTE_MS })
  const add = (...minutes: number[]) =>
    appendColumns(t.db, lease, {
      buildId: own.id,
      columns: minutes.map((i) => sampleColumn({ bucketStart: START + i * MINUTE_MS, bucketMs: MINUTE_MS })),
      checkpoint: new Uint8Array(1),
      checkpointBucket: START + (minutes.at(-1) as number) * MINUTE_MS,
    })
  const sum = { buildId: own.id, bucketMs: five }
  const member = { id, buildId: own.id, bucketMs: MINUTE_MS }
  await extendStretches(t.db.pool, own.id, [
    { memberId: id, from: START, to: START + five, included: true },
    { memberId: id, from: START + five, to: START + 4 * five, included: false },
  ])
  await add(4, 5, 6, 8)
  expect(await firstMissed(t.db, sum, member)).toBeNull()
  await add(14)
  expect(await firstMissed(t.db, sum, member)).toBe(START + 2 * five)
})
