/** Looks are written between steps, so that what the live map was told is what a rebuild is told. */
import { inTransaction } from '@faultline/db/database'
import { completeBuild, findBuild, startBuild } from '@faultline/db/repositories/builds'
import { ensureDataSource, findDataSource, updateDataSource } from '@faultline/db/repositories/data-sources'
import { acquireLease } from '@faultline/db/repositories/leases'
import { storeLive } from '@faultline/db/repositories/live-events'
import { latestLooks, readEvidence, storeLook } from '@faultline/db/repositories/observed'
import {
  addObservedAddresses,
  clearObservedAddresses,
  type HeldPosition,
  observedSummaries,
  storeAnswers,
} from '@faultline/db/repositories/observed-accounts'
import { Estimator, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { nothingObserved, observedStock } from '@faultline/engine/estimator/observed-stock'
import { tiersOf } from '@faultline/engine/margin/tiers'
import { MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { atEnd } from '../../test/ingest-setup.ts'
import { LiveBuild } from '../live/live-build.ts'
import { Serial } from '../live/serial.ts'
import { runBuild } from '../pipeline/build.ts'
import { keepLease } from '../pipeline/held-lease.ts'
import { storedInputs } from '../pipeline/stored-inputs.ts'
import { lookOf } from './look.ts'
import { ObservedLooks } from './looks.ts'

vi.setConfig({ testTimeout: 40_000 })
const t = freshDatabase()
const A = `0x${'a'.repeat(40)}`
const minute = (i: number) => START + i * MINUTE_MS

let made = 0
async function openMarket() {
  const source = await ensureDataSource(t.db, {
    name: `looks ${++made}`,
    venue: 'hyperliquid',
    options: { observed: { enabled: true, lookMs: 1_000 } },
  })
  const instrument = await makeInstrument(t.db, { venue: 'hyperliquid', symbol: `LOOK${made}`, baseAsset: 'LOOK', quoteAsset: 'USDC' })
  const held = keepLease(t.db, await acquireLease(t.db, instrument.id, 'test', 60_000), 60_000)
  atEnd(() => held.release())
  const feed = async (from: number, to: number) =>
    inTransaction(t.db, (client) =>
      storeLive(
        client,
        Array.from({ length: to - from }, (_, k) => from + k).flatMap((i) => [
          {
            instrumentId: instrument.id,
            event: {
              type: 'candle' as const,
              openTime: minute(i),
              intervalMs: MINUTE_MS,
              open: 100,
              high: 100.4,
              low: 99.6,
              close: 100 + Math.sin(i / 5) * 0.3,
              volume: 10 + (i % 5),
            },
            knownAfter: null,
          },
          {
            instrumentId: instrument.id,
            event: { type: 'openInterest' as const, time: minute(i + 1), openInterest: 1000 + (i % 9) },
            knownAfter: null,
          },
        ]),
      ),
    )
  return { source, instrument, held, feed }
}
const heldBy = (instrumentId: number): HeldPosition => ({
  instrumentId,
  side: 'long',
  size: 200,
  usd: 20_000,
  entryPrice: 100,
  leverage: 4,
  isolated: true,
  liquidationPrice: 80,
})
const seen = [
  {
    instrumentId: 0,
    side: 'long',
    size: 300,
    usd: 30_000,
    entryPrice: 100,
    leverage: 3,
    isolated: true,
    liquidationPrice: 75,
    seenAt: START,
  },
  {
    instrumentId: 0,
    side: 'short',
    size: 200,
    usd: 20_000,
    entryPrice: 100,
    leverage: 3,
    isolated: true,
    liquidationPrice: 140,
    seenAt: START,
  },
] as const

it('what the live map was told is what a rebuild is told, byte for byte, late looks too', async () => {
  const { instrument, held, feed } = await openMarket()
  await feed(0, 60)
  const { id: buildId } = await startBuild(t.db, held.lease, { modelVersion: MODEL_VERSION, bucketMs: MINUTE_MS })
  const build = await findBuild(t.db, buildId)
  if (!build) throw new Error('no build')
  await runBuild(t.db, { instrument, build, lease: held, tiles: false })
  await completeBuild(t.db, held.lease, buildId)
  const live = await LiveBuild.open({ db: t.db, instrument, lease: held, buildId, venueNow: () => null, log: () => undefined })
  const look = async (time: number, steppedTo: number | null, stock: 'seen' | 'nothing') => {
    const { look, stock: told } = lookOf({
      instrumentId: instrument.id,
      time,
      bucketMs: MINUTE_MS,
      positions: stock === 'seen' ? seen : [],
      openInterest: 1000,
      accounts: 2,
    })
    await inTransaction(t.db, (client) =>
      storeLook(client, held.lease, look, told, steppedTo !== null && time <= steppedTo ? steppedTo : null),
    )
  }
  for (let i = 60; i < 200; i++) {
    await feed(i, i + 1)
    // in time, at the very end of a bucket, after the bucket of its own time was estimated, and taken back
    if (i === 70) await look(minute(70) + 30_000, minute(70), 'seen')
    if (i === 100) await look(minute(101), minute(100), 'seen')
    if (i === 120) await look(minute(118) + 5, minute(120), 'seen')
    if (i === 170) await look(minute(170), minute(170), 'nothing')
    await live.step(minute(i), minute(i + 1))
  }
  const bytesOf = async (id: number) => {
    const { rows } = await t.db.pool.query<{ data: Buffer }>(
      'select data from "column" where instrument_id = $1 and build_id = $2 order by bucket',
      [instrument.id, id],
    )
    return Buffer.concat(rows.map((r) => r.data))
  }
  const again = await startBuild(t.db, held.lease, { modelVersion: MODEL_VERSION, bucketMs: MINUTE_MS })
  await runBuild(t.db, { instrument, build: again, lease: held, tiles: false, chunkMs: 37 * MINUTE_MS })
  expect(Buffer.compare(await bytesOf(again.id), await bytesOf(buildId))).toBe(0)

  // And it makes a difference: without what was told the bytes are others, from the first look on.
  const plain = new Estimator({ bucketMs: MINUTE_MS, tiers: tiersOf(instrument) })
  const told = new Estimator({ bucketMs: MINUTE_MS, tiers: tiersOf(instrument) })
  const given: number[] = []
  for await (const inputs of storedInputs(t.db.pool, { instrumentId: instrument.id, bucketMs: MINUTE_MS, from: START, to: minute(150) }))
    for (const input of inputs) {
      told.step(input)
      const { observed, ...rest } = input
      plain.step(rest)
      if (observed) given.push((input.bucketStart - START) / MINUTE_MS)
    }
  expect(given).toEqual([70, 100, 120])
  expect(Buffer.compare(Buffer.from(told.checkpoint()), Buffer.from(plain.checkpoint()))).not.toBe(0)
})

it('writes down what is seen as a share of open interest, and takes it back when the layer is switched off or the list is cleared', async () => {
  const { source, instrument, held, feed } = await openMarket()
  await feed(0, 3)
  await addObservedAddresses(t.db, source.id, [A])
  const serial = new Serial()
  let clock = minute(3)
  const steppedTo: (number | null)[] = []
  const open = async () => {
    const looks = new ObservedLooks({
      db: t.db,
      source: await findDataSource(t.db, source.id),
      lines: () => [
        { instrument, lease: held, between: (write) => serial.run(() => write(minute(3)).finally(() => steppedTo.push(minute(3)))) },
      ],
      venueNow: () => clock++,
      log: (line) => expect(line).toBe(''),
    })
    looks.start()
    atEnd(() => looks.stop())
    return looks
  }
  const latest = async () => (await latestLooks(t.db, [instrument.id]))[0]
  const told = async () => (await readEvidence(t.db.pool, instrument.id, { from: 0, to: minute(100) })).map((row) => row.evidence)

  const first = await open()
  await storeAnswers(t.db, source.id, [{ address: A, time: START, seenAt: START, dueAt: START, positions: [heldBy(instrument.id)] }])
  await vi.waitFor(async () => expect(await latest()).toMatchObject({ longUsd: 20_000, shortUsd: 0, accounts: 1, oldestAt: START }), {
    timeout: 20_000,
  })
  expect((await latest())?.longShare).toBeCloseTo(200 / 1002, 9)
  expect(await told()).toEqual([observedStock(minute(3), [{ side: 'long', entry: 100, liquidation: 80, size: 200 }], 1002)])
  // The bucket that ends then was estimated already.
  expect((await readEvidence(t.db.pool, instrument.id, { from: 0, to: minute(100) }))[0]?.knownAfter).toBe(minute(3))
  await first.stop()

  await updateDataSource(t.db, source.id, source.version, { options: { observed: { enabled: false } } })
  const off = await open()
  await vi.waitFor(async () => expect(await latest()).toMatchObject({ longUsd: 0, accounts: 0 }), { timeout: 20_000 })
  expect((await told()).at(-1)).toEqual(nothingObserved((await latest())?.time as number))
  expect(await observedSummaries(t.db, [source.id])).toMatchObject([{ positions: 0, seen: 0 }])
  await off.stop()
  const count = (await told()).length

  await updateDataSource(t.db, source.id, source.version + 1, { options: { observed: { enabled: true, lookMs: 1_000 } } })
  const on = await open()
  await storeAnswers(t.db, source.id, [{ address: A, time: START, seenAt: START + 1, dueAt: START, positions: [heldBy(instrument.id)] }])
  await vi.waitFor(async () => expect(await latest()).toMatchObject({ longUsd: 20_000 }), { timeout: 20_000 })
  await clearObservedAddresses(t.db, source.id)
  await vi.waitFor(async () => expect(await latest()).toMatchObject({ longUsd: 0 }), { timeout: 20_000 })
  expect(await told()).toHaveLength(count + 2)
  await on.stop()
})
