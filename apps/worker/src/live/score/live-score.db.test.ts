import { inTransaction, openDatabase } from '@faultline/db/database'
import { completeBuild, findBuild, startBuild } from '@faultline/db/repositories/builds'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { writeFeedStates } from '@faultline/db/repositories/feed-states'
import { enterGaps } from '@faultline/db/repositories/gaps'
import type { InstrumentRow } from '@faultline/db/repositories/instruments'
import { acquireLease } from '@faultline/db/repositories/leases'
import { type LiveEvent, storeLive } from '@faultline/db/repositories/live-events'
import { readScoreState } from '@faultline/db/repositories/scores'
import { Estimator, MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { tiersOf } from '@faultline/engine/margin/tiers'
import { frozenReadings } from '@faultline/engine/score/frozen-readings'
import { MarketContext } from '@faultline/engine/score/market-context'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { FakeRest, LIMITS } from '../../../test/fake-rest.ts'
import { atEnd, openIngest } from '../../../test/ingest-setup.ts'
import { WindowLimiter } from '../../history/window-limiter.ts'
import { knownAfter } from '../../ingest/known-after.ts'
import { UNMEASURED } from '../../metrics/source-metrics.ts'
import { runBuild } from '../../pipeline/build.ts'
import { type HeldLease, keepLease } from '../../pipeline/held-lease.ts'
import { storedInputs } from '../../pipeline/stored-inputs.ts'
import { InstrumentLine } from '../instrument-line.ts'
import { LiveBuild } from '../live-build.ts'
import { nearMap } from './near-map.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })
const t = freshDatabase()
const QUARTER = 15 * MINUTE_MS
/** Where the live line begins: two hours of history lie before it. */
const T0 = START + 2 * HOUR_MS
const minute = (i: number) => T0 + i * MINUTE_MS

const rest = new FakeRest({ now: () => Number.MAX_SAFE_INTEGER })
/** What a venue without prints says of [from, to). */
const quiet = (from: number, to: number): LiveEvent[] => rest.truth('ETHUSDT', { from, to })
/** The same with a print at either end of each candle. */
function market(from: number, to: number): LiveEvent[] {
  const events = quiet(from, to)
  const prints = events.flatMap((event): LiveEvent[] => {
    if (event.type !== 'candle') return []
    const print = { type: 'liquidation', time: event.openTime + 30_000, priceKind: 'fill', quantity: 2 } as const
    return [
      { ...print, side: 'long', price: event.low, quantityUsd: 2 * event.low },
      { ...print, side: 'short', price: event.high, quantityUsd: 2 * event.high },
    ]
  })
  return [...events, ...prints]
}

interface Market {
  instrument: InstrumentRow
  /** feeds [from, to), and steps it; the venue's clock shows `now`, `to` where it is left out */
  play(from: number, to: number, options?: { now?: number; step?: number }): Promise<void>
  feed(from: number, to: number): Promise<void>
  /** as after a kill: nothing is left of the worker but what is stored */
  takeOver(): Promise<void>
  rows(): Promise<Record<string, unknown>[]>
  said: string[]
}

async function openMarket(): Promise<Market> {
  const instrument = await makeInstrument(t.db)
  const { id } = instrument
  const source = await ensureDataSource(t.db, { name: 'score', venue: 'binance-usdm' })
  const said: string[] = []
  let now: number | null = null
  let held: HeldLease
  let build: LiveBuild
  const store = (events: LiveEvent[], steppedTo: number | null = null) =>
    inTransaction(t.db, (client) =>
      storeLive(
        client,
        events.map((event) => ({ instrumentId: id, event, knownAfter: knownAfter(event, steppedTo) })),
      ),
    )
  const lease = async () => keepLease(t.db, await acquireLease(t.db, id, 'test', 60_000), 60_000)
  held = await lease()
  atEnd(() => held.release())
  await store(quiet(START, T0))
  const { id: buildId } = await startBuild(t.db, held.lease, { modelVersion: MODEL_VERSION, bucketMs: MINUTE_MS })
  const open = () =>
    LiveBuild.open({ db: t.db, instrument, lease: held, buildId, venueNow: () => now, log: (line) => void said.push(line) })
  const row = await findBuild(t.db, buildId)
  if (!row) throw new Error('no build')
  await runBuild(t.db, { instrument, build: row, lease: held, tiles: false })
  await completeBuild(t.db, held.lease, buildId)
  build = await open()
  const market_: Market = {
    instrument,
    said,
    async feed(from, to) {
      await store(market(from, to), from)
      const liquidation = { state: 'fresh', lastTime: to, receivedAt: to, coveredTo: to, limitMs: null } as const
      const state = { state: 'live', message: null, channels: { liquidation }, backfill: null, worker: 'test' } as const
      await writeFeedStates(t.db.pool, [{ instrumentId: id, dataSourceId: source.id, ...state }])
    },
    async play(from, to, options = {}) {
      const { step = MINUTE_MS } = options
      for (let at = from; at < to; at += step) {
        const end = Math.min(at + step, to)
        await market_.feed(at, end)
        now = options.now ?? end
        await build.step(at, end)
      }
    },
    async takeOver() {
      const dead = held
      held = await lease()
      await dead.release()
      build = await open()
    },
    async rows() {
      const { rows } = await t.db.pool.query(
        `select (extract(epoch from frozen_at - $2) / 60)::int as minute, (horizon_ms / 60000) as horizon, model_version, live, covered,
                events, unplaced, usd, predicted_usd, gains, forecasts
           from score_outcome where instrument_id = $1 order by horizon_ms, frozen_at`,
        [id, new Date(T0)],
      )
      return rows
    },
  }
  return market_
}

const brief = (rows: readonly Record<string, unknown>[]) =>
  rows.map((r) => `${r.horizon} ${r.minute} ${r.live ? 'live' : 'replayed'}${r.covered ? '' : ' uncovered'}`)

it('gives each outcome of a live map once, and the same ones when the worker is killed on the way', async () => {
  const whole = await openMarket()
  await whole.play(minute(0), minute(91))
  const rows = await whole.rows()
  // The map of the moment at which the line began was made from history: it counts as replayed.
  expect(brief(rows)).toEqual([
    ...['15 0 replayed', '15 15 live', '15 30 live', '15 45 live', '15 60 live', '15 75 live'],
    ...['60 0 replayed', '60 15 live', '60 30 live'],
  ])
  expect(rows.every((r) => r.model_version === MODEL_VERSION)).toBe(true)
  // Two prints a minute, each scored or out of the sweep, and over some null where there are some.
  for (const r of rows) {
    expect((r.events as number) + (r.unplaced as number)).toBe(2 * (r.horizon as number))
    expect(r.events).toBeGreaterThan(0)
    expect(Object.keys(r.gains as object)).toEqual(expect.arrayContaining(['uniform', 'distanceOnly', 'mirrored']))
  }
  expect(rows.some((r) => (r.predicted_usd as number) > 0)).toBe(true)
  // What was told beforehand is told of live maps only.
  for (const r of rows.filter(({ horizon }) => horizon === 60)) expect((r.forecasts as unknown[]).length > 0).toBe(r.live)

  const broken = await openMarket()
  await broken.play(minute(0), minute(22))
  await broken.takeOver()
  await broken.play(minute(22), minute(30))
  await broken.takeOver()
  await broken.takeOver()
  await broken.play(minute(30), minute(44))
  // Killed with a quarter's last candle stored and not estimated.
  await broken.feed(minute(44), minute(45))
  await broken.takeOver()
  await broken.play(minute(44), minute(91))
  expect(await broken.rows()).toEqual(rows)
  expect([...whole.said, ...broken.said]).toEqual([])
})

it('forecasts cascades from draws of the ensemble, as anybody can repeat from what is stored', async () => {
  const a = await openMarket()
  await a.play(minute(0), minute(76))
  const estimator = new Estimator({ bucketMs: MINUTE_MS, tiers: tiersOf(a.instrument) })
  const context = new MarketContext(MINUTE_MS)
  const stretch = { instrumentId: a.instrument.id, bucketMs: MINUTE_MS, from: START, to: minute(15) }
  for await (const inputs of storedInputs(t.db.pool, stretch))
    for (const input of inputs) {
      estimator.step(input)
      context.step(input)
    }
  const map = estimator.map()
  if (!map) throw new Error('nothing is known')
  const draws = estimator.draws(8).map((draw) => ({ ...draw, map: nearMap(draw.map) }))
  const told = (maps: typeof draws) =>
    frozenReadings({ map: nearMap(map), draws: maps, context }).cascadeProbabilities?.map(({ id, probability }) => ({ id, probability }))
  const row = (await a.rows()).find(({ horizon, minute: at }) => horizon === 60 && at === 15)
  const forecasts = (row?.forecasts ?? []) as { id: string; probability: number }[]
  expect(forecasts.map(({ id, probability }) => ({ id, probability }))).toEqual(told(draws))
  expect(told(draws)).not.toEqual(told([]))
})

it('writes nothing for a worker that has lost the instrument, and what it could not write once', async () => {
  const a = await openMarket()
  await a.play(minute(0), minute(29))
  const before = await a.rows()
  const thief = await acquireLease(t.db, a.instrument.id, 'test', 60_000)
  await expect(a.play(minute(29), minute(31))).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await a.rows()).toEqual(before)
  expect((await readScoreState(t.db, a.instrument.id))?.scoredTo).toBe(minute(15))
  expect(thief.epoch).toBeGreaterThan(1)
  await a.takeOver()
  await a.play(minute(29), minute(46))
  expect(brief(await a.rows())).toEqual(['15 0 replayed', '15 15 live', '15 30 live'])
})

it('does not call live what is estimated afterwards, and knows nothing of what nobody received', async () => {
  const a = await openMarket()
  await a.play(minute(0), minute(16))
  // The worker was away for an hour: candles were fetched again, and the prints of half a quarter are lost.
  const lost = { instrumentId: a.instrument.id, channel: 'liquidation' as const, status: 'unrecoverable' as const, reason: null }
  await enterGaps(t.db.pool, [{ ...lost, from: minute(17), to: minute(25) }])
  await a.play(minute(16), minute(76), { step: HOUR_MS })
  await a.play(minute(76), minute(91))
  expect(brief(await a.rows())).toEqual([
    // frozen live at 15, not judged; those of 30 and 45 and 60 were made when they were judged
    ...['15 0 replayed', '15 15 live uncovered', '15 30 replayed', '15 45 replayed', '15 60 replayed', '15 75 live'],
    ...['60 15 live uncovered', '60 30 replayed'],
  ])
})

it('scores what a generation holds that nobody has scored, as replayed, and goes on from there', async () => {
  const a = await openMarket()
  await a.play(minute(0), minute(31))
  await a.feed(minute(31), minute(76))
  // Estimated by somebody else, as by a rebuild: the columns are there, and nobody has scored them.
  const lease = keepLease(t.db, await acquireLease(t.db, a.instrument.id, 'test', 60_000), 60_000)
  const { id } = await startBuild(t.db, lease.lease, { modelVersion: MODEL_VERSION, bucketMs: MINUTE_MS })
  const fresh = await findBuild(t.db, id)
  if (!fresh) throw new Error('no build')
  await runBuild(t.db, { instrument: a.instrument, build: fresh, lease, tiles: false })
  await completeBuild(t.db, lease.lease, id)
  const open = () =>
    LiveBuild.open({ db: t.db, instrument: a.instrument, lease, buildId: id, venueNow: () => minute(76), log: (line) => a.said.push(line) })
  await open()
  const rows = await a.rows()
  expect(brief(rows)).toEqual([
    '15 0 replayed',
    '15 15 live',
    '15 30 live',
    '15 45 replayed',
    '15 60 replayed',
    '60 0 replayed',
    '60 15 live',
  ])
  await open()
  expect(await a.rows()).toEqual(rows)
  expect(a.said).toEqual([])
  await lease.release()
})

it('begins anew where the model is another one, and mixes nothing', async () => {
  const a = await openMarket()
  await a.play(minute(0), minute(31))
  await t.db.pool.query(`update score_state set model_version = 'earlier' where instrument_id = $1`, [a.instrument.id])
  await a.takeOver()
  await a.play(minute(31), minute(61))
  const state = await readScoreState(t.db, a.instrument.id)
  expect(state).toMatchObject({ modelVersion: MODEL_VERSION, scoredTo: minute(60) })
  expect(a.said).toEqual([])
})

it('keeps the columns coming when the stored state of the score cannot be read, says so, and goes on', async () => {
  const a = await openMarket()
  await a.play(minute(0), minute(20))
  await t.db.pool.query(`update score_state set state = '\\x00' where instrument_id = $1`, [a.instrument.id])
  await a.takeOver()
  expect(a.said).toHaveLength(1)
  expect(a.said[0]).toContain('goes on without its past')
  await a.play(minute(20), minute(46))
  // What waited cannot be judged any more.
  expect(brief(await a.rows())).toEqual(['15 0 replayed', '15 15 live uncovered', '15 30 live'])
})

it('keeps the columns coming when the database refuses an outcome, says so, and stores it once it does not', async () => {
  const a = await openMarket()
  await a.play(minute(0), minute(16))
  const owner = openDatabase({ url: t.ownerUrl, applicationName: 'faultline test' })
  atEnd(() => owner.close())
  await owner.pool.query(`alter table score_outcome add constraint refused check (instrument_id <> ${a.instrument.id}) not valid`)
  await a.play(minute(16), minute(32))
  expect(a.said).toHaveLength(1)
  expect(a.said[0]).toContain('could not be scored')
  expect(brief(await a.rows())).toEqual(['15 0 replayed'])
  expect((await readScoreState(t.db, a.instrument.id))?.scoredTo).toBe(minute(15))
  const { rows } = await t.db.pool.query('select max(bucket) as at from "column" where instrument_id = $1', [a.instrument.id])
  expect(rows[0].at).toEqual(new Date(minute(31)))
  await owner.pool.query('alter table score_outcome drop constraint refused')
  await a.play(minute(32), minute(46))
  expect(brief(await a.rows())).toEqual(['15 0 replayed', '15 15 live', '15 30 replayed'])
})

it('scores a map from the line of its instrument', async () => {
  const { ingest, said } = await openIngest({ db: t.db, flushMs: 20 })
  const instrument = await makeInstrument(t.db)
  let venueNow = T0
  const venue = new FakeRest({ now: () => venueNow, genesis: START })
  const source = await ensureDataSource(t.db, { name: 'line', venue: 'binance-usdm', options: { backfillDays: 0.05, graceMs: 0 } })
  const liquidation = () => ({ state: 'fresh' as const, lastTime: venueNow, receivedAt: venueNow, coveredTo: venueNow, limitMs: null })
  const line = new InstrumentLine(
    {
      db: t.db,
      ingest,
      feed: {
        sockets: [],
        maxSilenceMs: {},
        pollMs: { openInterest: 3_600_000, funding: 3_600_000, longShortRatio: 3_600_000 },
        history: LIMITS,
        socketLifeMs: null,
        rest: venue,
        openSocket: () => Promise.reject(new Error('there is none')),
        close: () => Promise.resolve(),
      },
      source,
      limiter: new WindowLimiter(1),
      metrics: UNMEASURED,
      worker: 'test',
      venueNow: () => venueNow,
      statuses: () => ({ liquidation: liquidation() }),
      sourceStatus: () => ({ state: 'live', message: null }),
      log: (text) => void said.push(text),
    },
    instrument,
    keepLease(t.db, await acquireLease(t.db, instrument.id, 'test', 60_000), 60_000),
    () => undefined,
  )
  await line.open()
  atEnd(() => line.stop())
  const scored = async () =>
    (
      await t.db.pool.query<{ at: number }>('select frozen_at as at from score_outcome where instrument_id = $1 and live and covered', [
        instrument.id,
      ])
    ).rows.length
  const estimatedTo = async () => {
    const { rows } = await t.db.pool.query<{ at: Date | null }>('select max(bucket) as at from "column" where instrument_id = $1', [
      instrument.id,
    ])
    return (rows[0]?.at?.getTime() ?? 0) + MINUTE_MS
  }
  await vi.waitFor(async () => expect(await estimatedTo()).toBe(T0), { timeout: 30_000 })
  for (let end = T0 + QUARTER; end <= T0 + 3 * QUARTER; end += QUARTER) {
    venueNow = end
    line.tick(performance.now())
    ingest.cover(instrument.id, 'liquidation', end)
    ingest.accept(
      instrument.id,
      market(end - QUARTER, end).filter((e) => e.type !== 'candle'),
    )
    await ingest.flush()
    ingest.accept(
      instrument.id,
      market(end - QUARTER, end).filter((e) => e.type === 'candle'),
    )
    await vi.waitFor(async () => expect(await estimatedTo()).toBe(end), { timeout: 30_000 })
  }
  expect(await scored()).toBe(2)
  expect(said.filter((line) => line.includes('scored'))).toEqual([])
})
