import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { makeInstrument, START, sampleColumn } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { appendColumns, readCheckpoint, startBuild } from './builds.ts'
import { enterGaps, settleGap } from './gaps.ts'
import { acquireLease, type Lease } from './leases.ts'
import {
  listScoredInstruments,
  readForecastCells,
  readScoredDays,
  readScoredForecasts,
  readScoreRecord,
  readScoreState,
  type ScoreBatch,
  type ScoreOutcome,
  storeScores,
} from './scores.ts'

const t = freshDatabase()
const QUARTER = 15 * MINUTE_MS
const at = (i: number) => START + i * QUARTER
const outcome = (i: number, more: Partial<ScoreOutcome> = {}): ScoreOutcome => ({
  frozenAt: at(i),
  horizonMs: QUARTER,
  live: true,
  covered: true,
  events: 2,
  unplaced: 1,
  usd: 300,
  predictedUsd: 250,
  gains: { uniform: 1, stale: 0.25 },
  forecasts: [
    { id: 'a', probability: 0.25, happened: true },
    { id: 'b', probability: 0.125, happened: false },
  ],
  ...more,
})
const batch = (scoredTo: number, outcomes: ScoreOutcome[], more: Partial<ScoreBatch> = {}): ScoreBatch => ({
  modelVersion: 'test-1',
  scoredTo,
  waiting: [{ frozenAt: scoredTo, horizonMs: QUARTER, live: true }],
  state: new TextEncoder().encode(`to ${scoredTo}`),
  outcomes,
  ...more,
})
const store = (lease: Lease, given: ScoreBatch) => inTransaction(t.db, (client) => storeScores(client, lease, given))

async function market() {
  const { id } = await makeInstrument(t.db)
  const lease = await acquireLease(t.db, id, 'worker-a', 60_000)
  return { id, lease, key: { instrumentId: id, modelVersion: 'test-1', horizonMs: QUARTER } }
}
const ALL = { from: START - DAY_MS, to: START + 100 * DAY_MS }

describe('outcomes', () => {
  it('are there once, as they were written first, whatever is written again', async () => {
    const { id, lease, key } = await market()
    expect(await store(lease, batch(at(2), [outcome(0), outcome(0, { horizonMs: HOUR_MS })]))).toEqual({ inserted: 2 })
    expect(await store(lease, batch(at(2), [outcome(0, { events: 99 })]))).toEqual({ inserted: 0 })
    expect(await store(lease, batch(at(3), [outcome(0, { events: 99 }), outcome(1)]))).toEqual({ inserted: 1 })
    expect(await readScoreRecord(t.db, key, ALL)).toMatchObject({ outcomes: 2, events: 4, from: at(0), to: at(1) })
    const state = await readScoreState(t.db, id)
    expect({ ...state, state: Buffer.from(state?.state ?? []).toString() }).toEqual({
      modelVersion: 'test-1',
      scoredTo: at(3),
      waiting: [{ frozenAt: at(3), horizonMs: QUARTER, live: true }],
      state: `to ${at(3)}`,
    })
  })

  it('cannot be changed or taken back by the application', async () => {
    const { id, lease } = await market()
    await store(lease, batch(at(1), [outcome(0)]))
    const denied = { code: '42501' }
    await expect(t.db.pool.query('update score_outcome set events = 0 where instrument_id = $1', [id])).rejects.toMatchObject(denied)
    await expect(t.db.pool.query('delete from score_outcome where instrument_id = $1', [id])).rejects.toMatchObject(denied)
  })

  it('are of one model: another one begins anew, beside those of the first', async () => {
    const { id, lease, key } = await market()
    await store(lease, batch(at(9), [outcome(0)]))
    await expect(store(lease, batch(at(8), []))).rejects.toMatchObject({ code: 'bad_input' })
    await store(lease, batch(at(4), [outcome(0, { events: 7 })], { modelVersion: 'test-2' }))
    expect(await readScoreState(t.db, id)).toMatchObject({ modelVersion: 'test-2', scoredTo: at(4) })
    expect((await readScoreRecord(t.db, key, ALL)).events).toBe(2)
    expect((await readScoreRecord(t.db, { ...key, modelVersion: 'test-2' }, ALL)).events).toBe(7)
  })

  it('come with the columns of their transaction or not at all, and from the holder of the lease only', async () => {
    const { id, lease, key } = await market()
    const build = await startBuild(t.db, lease, { modelVersion: 'test-1', bucketMs: MINUTE_MS })
    const append = (who: Lease, bucket: number, also: ScoreBatch) =>
      appendColumns(t.db, who, {
        buildId: build.id,
        columns: [],
        checkpoint: new Uint8Array([1]),
        checkpointBucket: bucket,
        also: (client) => storeScores(client, who, also),
      })
    await append(lease, at(1), batch(at(1), [outcome(0)]))
    // The score is refused: the checkpoint stays with it.
    await expect(append(lease, at(2), batch(at(0), [outcome(1)]))).rejects.toMatchObject({ code: 'bad_input' })
    // The checkpoint is refused: so is the score.
    await expect(append(lease, at(0), batch(at(2), [outcome(1)]))).rejects.toMatchObject({ code: 'bad_input' })
    const other = await acquireLease(t.db, id, 'worker-a', 60_000)
    await expect(append(lease, at(2), batch(at(2), [outcome(1)]))).rejects.toMatchObject({ code: 'lease_lost' })
    await expect(store(lease, batch(at(2), [outcome(1)]))).rejects.toMatchObject({ code: 'lease_lost' })
    expect((await readCheckpoint(t.db, build.id))?.bucket).toBe(at(1))
    expect((await readScoreState(t.db, id))?.scoredTo).toBe(at(1))
    expect((await readScoreRecord(t.db, key, ALL)).outcomes).toBe(1)
    await append(other, at(2), batch(at(2), [outcome(1)]))
    expect((await readScoreRecord(t.db, key, ALL)).outcomes).toBe(2)
  })
})

describe('what counts', () => {
  it('is live and covered, and is summed by day and null', async () => {
    const { lease, key } = await market()
    await store(
      lease,
      batch(at(400), [
        outcome(0),
        outcome(95, { gains: { uniform: 3 }, events: 1, forecasts: [] }),
        outcome(96, { gains: {}, events: 0, usd: 0 }),
        outcome(97, { gains: { uniform: -0.5, stale: -1 }, events: 4 }),
        outcome(98, { live: false, events: 1_000 }),
        outcome(99, { covered: false, events: 1_000 }),
        outcome(100, { horizonMs: HOUR_MS, events: 1_000 }),
      ]),
    )
    expect(await readScoreRecord(t.db, key, ALL)).toEqual({ from: at(0), to: at(97), outcomes: 4, events: 7, uncovered: 1, replayed: 1 })
    expect(await readScoredDays(t.db, key, ALL)).toEqual([
      { day: START, outcomes: 2, events: 3, usd: 600, gains: { uniform: { nats: 4, events: 3 }, stale: { nats: 0.25, events: 2 } } },
      {
        day: START + DAY_MS,
        outcomes: 2,
        events: 4,
        usd: 300,
        gains: { uniform: { nats: -0.5, events: 4 }, stale: { nats: -1, events: 4 } },
      },
    ])
    expect((await readScoredForecasts(t.db, key, ALL)).map((f) => [f.frozenAt, f.id, f.probability, f.happened])).toEqual(
      [0, 96, 97].flatMap((i) => [
        [at(i), 'a', 0.25, true],
        [at(i), 'b', 0.125, false],
      ]),
    )
    // frozen within [from, to)
    const part = { from: at(95), to: at(97) }
    expect(await readScoreRecord(t.db, key, part)).toMatchObject({ from: at(95), to: at(96), outcomes: 2, replayed: 0 })
    expect((await readScoredDays(t.db, key, part)).map((d) => d.outcomes)).toEqual([1, 1])
  })

  it('is empty where nothing was scored', async () => {
    const { key } = await market()
    expect(await readScoreRecord(t.db, key, ALL)).toEqual({ from: null, to: null, outcomes: 0, events: 0, uncovered: 0, replayed: 0 })
    expect(await readScoredDays(t.db, key, ALL)).toEqual([])
    expect(await readScoredForecasts(t.db, key, ALL)).toEqual([])
  })

  it('is no window of which more than a tenth stands in the gap ledger, though that was entered afterwards', async () => {
    const { id, lease, key } = await market()
    await store(lease, batch(at(10), [outcome(0), outcome(1), outcome(2), outcome(3), outcome(4)]))
    const gap = (channel: 'liquidation' | 'depth', from: number, to: number) => ({
      instrumentId: id,
      channel,
      from,
      to,
      status: 'unrecoverable' as const,
      reason: null,
    })
    await enterGaps(t.db.pool, [
      gap('liquidation', at(0) + 30_000, at(0) + 60_000),
      gap('liquidation', at(1) + 30_000, at(1) + 180_000),
      gap('liquidation', at(3) - MINUTE_MS, at(3) + MINUTE_MS),
      gap('liquidation', at(3) + 5 * MINUTE_MS, at(3) + 6 * MINUTE_MS),
      gap('depth', at(2), at(3)),
      gap('liquidation', at(4), at(5)),
    ])
    await settleGap(t.db.pool, { instrumentId: id, channel: 'liquidation', from: at(4) }, 'filled')
    expect((await readScoredForecasts(t.db, key, ALL)).filter((f) => f.id === 'a').map((f) => f.frozenAt)).toEqual([at(0), at(2), at(4)])
    expect(await readScoreRecord(t.db, key, ALL)).toMatchObject({ outcomes: 3, uncovered: 2 })
  })
})

describe('for everybody', () => {
  it('forecasts come summed by day, threshold and tenth, of outcomes that count', async () => {
    const { lease, key } = await market()
    const said = (probability: number, happened: boolean) => ({ forecasts: [{ id: 'a', probability, happened }] })
    await store(
      lease,
      batch(at(400), [
        outcome(0),
        outcome(1, said(0.5, false)),
        outcome(2, said(0.5625, true)),
        outcome(96, said(1, true)),
        outcome(97, { ...said(1, true), live: false }),
      ]),
    )
    const cell = (day: number, id: string, tenth: number, count: number, said: number, happened: number, error: number) => {
      return { day, id, tenth, count, said, happened, error }
    }
    expect(await readForecastCells(t.db, key, ALL)).toEqual([
      cell(START, 'a', 2, 1, 0.25, 1, 0.75 ** 2),
      cell(START, 'a', 5, 2, 1.0625, 1, 0.5 ** 2 + 0.4375 ** 2),
      cell(START, 'b', 1, 1, 0.125, 0, 0.125 ** 2),
      cell(START + DAY_MS, 'a', 9, 1, 1, 1, 0),
    ])
  })

  it('scored markets with a map are listed, real ones first, no more than asked for', async () => {
    const before = (await listScoredInstruments(t.db, 1000)).total
    const made: number[] = []
    for (const simulated of [true, false, false]) {
      const { id } = await makeInstrument(t.db, { simulated, ...(simulated && { venue: 'simulated' }) })
      const lease = await acquireLease(t.db, id, 'worker-a', 60_000)
      const build = await startBuild(t.db, lease, { modelVersion: 'test-9', bucketMs: MINUTE_MS })
      const columns = [sampleColumn({ bucketStart: at(1), bucketMs: MINUTE_MS })]
      await appendColumns(t.db, lease, { buildId: build.id, columns, checkpoint: new Uint8Array([1]), checkpointBucket: at(1) })
      await store(lease, batch(at(1), []))
      made.push(id)
    }
    await store((await market()).lease, batch(at(1), [])) // scored, and no map is served
    const { instruments, total } = await listScoredInstruments(t.db, before + 3)
    expect(total).toBe(before + 3)
    const mine = instruments.filter(({ id }) => made.includes(id))
    expect(mine).toMatchObject([
      { id: made[1], simulated: false, modelVersion: 'test-9', lastBucket: at(1) },
      { id: made[2], simulated: false },
      { id: made[0], simulated: true },
    ])
    const few = await listScoredInstruments(t.db, 1)
    expect([few.instruments.length, few.total]).toEqual([1, before + 3])
  })
})
