import { inTransaction } from '@faultline/db/database'
import { extendStretches } from '@faultline/db/repositories/aggregate-coverage'
import { chooseReference, makeAllVenueSums } from '@faultline/db/repositories/aggregates'
import { appendColumns, completeBuild, startBuild } from '@faultline/db/repositories/builds'
import { storeTable } from '@faultline/db/repositories/events'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { acquireLease } from '@faultline/db/repositories/leases'
import { type LiveEvent, storeLive } from '@faultline/db/repositories/live-events'
import type { Column } from '@faultline/market/column'
import { EventTableBuilder } from '@faultline/market/event-table'
import { MINUTE_MS, SIDES } from '@faultline/market/units'
import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { type EstimatedMarket, estimatedMarket, marketInterest, marketPrice } from '../../../server/testing/estimated-market.ts'
import { builtMarket } from '../../../server/testing/market.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'
import { addPlanes } from '../prepare/state-reading.ts'
import { ReadingsStore } from './readings-store.ts'

const web = webUnderTest()
const FIVE = 5 * MINUTE_MS
/** the last close */
const PRICE = marketPrice(330)
let api: Caller
let market: EstimatedMarket

beforeAll(async () => {
  api = await web.callerOf(await web.cookieOf(await web.addPerson()))
  market = await estimatedMarket(web.database.db)
  const { id } = market.instrument
  const bids: [number, number][] = [
    [0.99 * PRICE, 5],
    [0.98 * PRICE, 7],
  ]
  const event = { type: 'depth', time: market.end - MINUTE_MS, bids, asks: [[1.01 * PRICE, 3]] } satisfies LiveEvent
  await inTransaction(web.database.db, (client) => storeLive(client, [{ instrumentId: id, event, knownAfter: null }]))
})

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

describe('of one venue now', () => {
  it('says what the state says: total, bands, leverage, draws, and what a move would liquidate', async () => {
    const readings = await api.readings.current({ instrument: market.instrument.key })
    const map = market.estimator.map()
    expect(readings).toMatchObject({ instrument: market.instrument.key, bucket: market.end - FIVE, bucketMs: FIVE, simulated: false })
    expect(readings.price).toBeCloseTo(map?.price ?? 0, 9)
    for (const side of SIDES) {
      const { total, leverage, p10, p90 } = readings.profile[side]
      expect(sum(total.usd)).toBeGreaterThan(10_000)
      expect(leverage).toHaveLength(LEVERAGE_CLASSES.length)
      total.usd.forEach((usd, i) => {
        expect(sum(leverage?.map((plane) => plane[i] as number) ?? [])).toBeCloseTo(usd, Math.max(-3, 2 - Math.floor(Math.log10(usd + 1))))
        expect(p10?.[i]).toBeLessThanOrEqual(usd)
        expect(p90?.[i]).toBeGreaterThanOrEqual(p10?.[i] as number)
      })
    }
    const down = readings.whatIf.filter((w) => w.distance < 0).map((w) => w.usd)
    expect(readings.whatIf.map((w) => w.distance)).toEqual([-0.05, -0.02, -0.01, 0.01, 0.02, 0.05])
    expect(down).toEqual([...down].sort((a, b) => b - a))
    const bands = market.estimator.cumulativeBands([-Math.log(0.95)])
    expect(readings.whatIf[0]?.band?.p90).toBeCloseTo(bands?.long[0]?.p90 ?? 0, -3)
    expect(readings.draws).toHaveLength(32)
    expect(readings.clusters.map((c) => Math.abs(c.distance))).toEqual(
      readings.clusters.map((c) => Math.abs(c.distance)).sort((a, b) => a - b),
    )
    for (const { band, leverage } of readings.clusters) {
      expect(band?.p10).toBeLessThan(band?.p90 ?? 0)
      expect(sum(leverage ?? [])).toBeCloseTo(1, 1)
    }
    expect(readings.clusters.length).toBeGreaterThan(0)
    expect(readings.risk?.value).toBeGreaterThan(0)
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 3))
    expect(readings.book?.time).toBe(market.end - MINUTE_MS)
    expect(readings.book?.bids).toEqual([close([0.99 * PRICE, 5]), close([0.98 * PRICE, 7])])
    expect(readings.book?.asks).toEqual([close([1.01 * PRICE, 3])])
  })

  it('leaves out what only simulations need', async () => {
    const brief = await api.readings.current({ instrument: market.instrument.key, brief: true })
    expect(brief).toMatchObject({ draws: [], book: null })
    expect(brief.clusters[0]?.band).not.toBeNull()
  })

  it('is computed once for all who ask, and stays within what a page may load', async () => {
    const ask = () => web.services.readings.current(market.instrument.key)
    const [a, b] = await Promise.all([ask(), ask()])
    expect(a).toBe(b)
    expect(JSON.stringify({ ...a, draws: [], book: null }).length).toBeLessThan(60_000)
  })

  it.each([
    ['is damaged', () => new Uint8Array([1])],
    ['is of another bucket', () => market.estimator.checkpoint()],
  ])('falls back to the column where the checkpoint %s', async (what, checkpoint) => {
    const other = await builtMarket(web.database.db, { count: 20 })
    if (what === 'is of another bucket')
      await web.sql("UPDATE checkpoint SET state = $2, bucket = bucket + interval '5 minutes' WHERE build_id = $1", [
        other.build.id,
        checkpoint(),
      ])
    const readings = await api.readings.current({ instrument: other.instrument.key })
    expect(readings.draws).toEqual([])
    expect(readings.profile.long).toMatchObject({ leverage: null, p10: null, p90: null })
    expect(sum(readings.profile.long.total.usd)).toBeGreaterThan(0)
    expect(readings.whatIf[0]).toMatchObject({ band: null })
    expect(readings.risk).toBeNull()
  })

  it('names what is not there', async () => {
    await expect(api.readings.current({ instrument: 'binance-usdm:NOTHING' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect((await web.callerOf(null)).readings.current({ instrument: market.instrument.key })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    })
  })
})

describe('at a past moment', () => {
  it('is the newest column closed by then, with nothing that became known later', async () => {
    const { instrument, columns } = market
    const closed = market.end - 100 * FIVE
    const at = closed + 1_000
    // the figure of the column's end, which comes late
    await web.sql('DELETE FROM open_interest WHERE instrument_id = $1 AND time = to_timestamp($2 / 1000.0)', [instrument.id, closed])
    const before = await api.readings.current({ instrument: instrument.key, at })
    expect(before).toMatchObject({ bucket: market.end - 101 * FIVE, draws: [], book: null })
    expect(before.profile.long).toMatchObject({ leverage: null, p10: null, p90: null })
    expect(before.clusters.every((c) => c.band === null && c.leverage === null)).toBe(true)
    const { firstBin, usd } = (columns.at(-101) as Column).planes.short
    const shown = before.profile.short.total
    expect(sum(shown.usd) / sum([...usd.slice(shown.firstBin - firstBin, shown.firstBin - firstBin + shown.usd.length)])).toBeCloseTo(1, 4)
    expect(shown.usd.length).toBeGreaterThan(100)
    expect(before.openInterestUsd).toBeCloseTo(marketInterest(columns.length - 102) * marketPrice(columns.length - 101), -3)
    expect(before.risk).not.toBeNull()

    // what is told later, of later or of then
    const later = new EventTableBuilder('openInterest')
    later.push(closed, 1, 1)
    await inTransaction(web.database.db, (client) => storeTable(client, instrument.id, later.finish()))
    await web.sql('UPDATE open_interest SET known_after = to_timestamp($2 / 1000.0) WHERE instrument_id = $1 AND open_interest = 1', [
      instrument.id,
      at + MINUTE_MS,
    ])
    await inTransaction(web.database.db, (client) =>
      storeLive(client, [
        { instrumentId: instrument.id, event: { type: 'depth', time: at, bids: [[99, 1e9]], asks: [[101, 1e9]] }, knownAfter: null },
        { instrumentId: instrument.id, event: { type: 'funding', time: at, rate: 0.01, intervalHours: 8 }, knownAfter: null },
        { instrumentId: instrument.id, event: { type: 'openInterest', time: at, openInterest: 9e9 }, knownAfter: null },
      ]),
    )
    const fresh = await new ReadingsStore(web.database.db).current(instrument.key, at)
    expect(fresh).toEqual(before)
  })

  it('says from when on there is a map', async () => {
    const ask = api.readings.current({ instrument: market.instrument.key, at: market.end - 400 * FIVE })
    await expect(ask).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('begins at') })
  })
})

describe('of a sum', () => {
  let members: EstimatedMarket[]
  let key: string
  let sumColumn: Column

  beforeAll(async () => {
    const { db } = web.database
    const named = (venue: 'binance-usdm' | 'okx-swap') => ({ venue, symbol: 'ADDUSDT', baseAsset: 'ADD' })
    members = [
      await estimatedMarket(db, { definition: named('binance-usdm') }),
      await estimatedMarket(db, { definition: named('okx-swap'), base: 20_000 }),
    ]
    await makeAllVenueSums(db)
    const instrument = await findInstrument(db, 'market:ADD')
    key = instrument.key
    const lease = await acquireLease(db, instrument.id, 'test', 600_000)
    const build = await startBuild(db, lease, { modelVersion: 'sum-1', bucketMs: FIVE })
    const [a, b] = members.map(({ columns }) => columns.at(-1) as Column) as [Column, Column]
    sumColumn = {
      ...a,
      planes: { long: addPlanes([a.planes.long, b.planes.long]), short: addPlanes([a.planes.short, b.planes.short]) },
    }
    const ids = members.map((m) => m.instrument.id)
    await appendColumns(db, lease, {
      buildId: build.id,
      columns: [sumColumn],
      checkpoint: new Uint8Array([1]),
      checkpointBucket: a.bucketStart,
      also: (client) =>
        extendStretches(
          client,
          build.id,
          ids.map((memberId) => ({ memberId, from: a.bucketStart, to: a.bucketStart + FIVE, included: true })),
        ),
    })
    await chooseReference(db, instrument.id, [ids[0] as number])
    await completeBuild(db, lease, build.id)
  })

  it('adds what its members say', async () => {
    const readings = await api.readings.current({ instrument: key })
    const [a, b] = await Promise.all(members.map((m) => api.readings.current({ instrument: m.instrument.key })))
    expect((readings.openInterestUsd ?? 0) / ((a?.openInterestUsd ?? 0) + (b?.openInterestUsd ?? 0))).toBeCloseTo(1, 3)
    readings.whatIf.forEach(({ usd, band }, i) => {
      const together = (pick: (w: NonNullable<typeof a>['whatIf'][number]) => number) =>
        a && b ? pick(a.whatIf[i] as never) + pick(b.whatIf[i] as never) : 0
      expect(usd / together((w) => w.usd)).toBeCloseTo(1, 3)
      expect((band?.p90 ?? 0) / together((w) => w.band?.p90 ?? 0)).toBeCloseTo(1, 2)
    })
    const { total, p90, leverage } = readings.profile.long
    const own = (r: typeof a, plane: 'p90' | 'total', bin: number) => {
      const profile = r?.profile.long
      return (plane === 'p90' ? profile?.p90 : profile?.total.usd)?.[bin - (profile?.total.firstBin ?? 0)] ?? 0
    }
    let compared = 0
    total.usd.forEach((usd, i) => {
      const bin = total.firstBin + i
      if (usd < 1_000) return
      compared++
      expect((p90?.[i] ?? 0) / (own(a, 'p90', bin) + own(b, 'p90', bin))).toBeCloseTo(1, 2)
      expect(sum(leverage?.map((plane) => plane[i] ?? 0) ?? []) / usd).toBeCloseTo(1, 2)
    })
    expect(compared).toBeGreaterThan(20)
    expect(readings.draws).toHaveLength(32)
    expect(readings.clusters[0]?.band).not.toBeNull()
  })

  it('takes the state of a member that is a bucket ahead, and gives no band where one has none', async () => {
    const [, okx] = members as [EstimatedMarket, EstimatedMarket]
    const { db } = web.database
    await web.sql("UPDATE checkpoint SET bucket = bucket + interval '5 minutes' WHERE build_id = $1", [okx.build.id])
    const ahead = await new ReadingsStore(db).current(key)
    expect(ahead.whatIf[0]?.band).not.toBeNull()
    expect(ahead.profile.long.total.usd).toEqual((await api.readings.current({ instrument: key })).profile.long.total.usd)
    await web.sql('UPDATE checkpoint SET state = $2 WHERE build_id = $1', [okx.build.id, new Uint8Array([1])])
    const without = await new ReadingsStore(db).current(key)
    expect(without.whatIf[0]).toMatchObject({ band: null, usd: ahead.whatIf[0]?.usd })
    expect(without.profile.long.leverage).toBeNull()
    expect(without.draws).toEqual([])
  })
})
