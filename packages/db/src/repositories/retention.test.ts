import type { Column } from '@faultline/market/column'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import type { VenueId } from '@faultline/market/venue'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeCandles, makeInstrument, makeUser, START, sampleColumn } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { appendColumns, completeBuild, findBuild, startBuild } from './builds.ts'
import { columnsHash, readColumns } from './columns.ts'
import { ensureDataSource } from './data-sources.ts'
import { storeTable } from './events.ts'
import { writeFeedStates } from './feed-states.ts'
import { findInstrument } from './instruments.ts'
import { acquireLease } from './leases.ts'
import { storeLive } from './live-events.ts'
import { applyRetention, readRetention, setRetention, storageByTable } from './retention.ts'
import { closeTiles, readTile } from './tiles.ts'

const t = freshDatabase()
const OPERATOR = { kind: 'operator' } as const
const NOW = Date.now()

const count = async (table: string, instrumentId: number): Promise<number> =>
  (await t.db.pool.query<{ n: number }>(`select count(*)::int as n from ${table} where instrument_id = $1`, [instrumentId])).rows[0]?.n ?? 0

interface Mapped {
  days: number
  fed: boolean
  from?: number
  venue?: VenueId
  simulated?: boolean
}

/** A map with a column per minute for `days`, from START on unless told, and the tiles of it. */
async function mapped({ days, fed, from = START, ...definition }: Mapped) {
  const { id } = await makeInstrument(t.db, definition)
  if (fed) {
    const source = await ensureDataSource(t.db, { name: 'source', venue: 'binance-usdm' })
    const state = {
      instrumentId: id,
      dataSourceId: source.id,
      state: 'live' as const,
      message: null,
      channels: {},
      backfill: null,
      worker: 'test',
    }
    await writeFeedStates(t.db.pool, [state])
  }
  const lease = await acquireLease(t.db, id, 'test', 60_000)
  const minutes = days * 1_440
  const build = await startBuild(t.db, lease, { modelVersion: 'test', bucketMs: MINUTE_MS })
  const columns = Array.from({ length: minutes }, (_, i) => sampleColumn({ bucketStart: from + i * MINUTE_MS, bucketMs: MINUTE_MS }))
  await write(lease, build.id, columns)
  await completeBuild(t.db, lease, build.id)
  await closeTiles(t.db, build.id)
  return { id, lease, buildId: build.id }
}

async function write(lease: Awaited<ReturnType<typeof acquireLease>>, buildId: number, columns: Column[]): Promise<void> {
  const last = columns.at(-1) as Column
  const state = { checkpoint: Buffer.from('state'), checkpointBucket: last.bucketStart }
  await appendColumns(t.db, lease, { buildId, columns, ...state, firstStep: columns[0]?.bucketStart })
}

const starts = async (buildId: number): Promise<number[]> => {
  const build = await findBuild(t.db, buildId)
  const out: number[] = []
  if (build) for await (const column of readColumns(t.db, build)) out.push((column.bucketStart - START) / MINUTE_MS)
  return out
}

beforeEach(async () => {
  for (const kind of ['markPrice', 'depth', 'candle', 'liquidation'] as const) await setRetention(t.db, OPERATOR, kind, null)
  await setRetention(t.db, OPERATOR, 'column1m', null)
  await setRetention(t.db, OPERATOR, 'column5m', null)
})

describe('the policy', () => {
  it('is changed by the operator and by administrators, by nobody else', async () => {
    const admin = await makeUser(t.ownerUrl, { email: 'admin@example.org', role: 'admin' })
    const member = await makeUser(t.ownerUrl, { email: 'member@example.org' })
    await setRetention(t.db, { kind: 'user', userId: admin, role: 'admin' }, 'depth', 30)
    expect((await readRetention(t.db)).depth).toBe(30)
    for (const role of ['member', 'admin'] as const)
      await expect(setRetention(t.db, { kind: 'user', userId: member, role }, 'depth', 2)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(t.db.pool.query("update retention set keep_days = 2 where kind = 'depth' returning kind")).resolves.toMatchObject({
      rowCount: 0,
    })
    expect((await readRetention(t.db)).depth).toBe(30)
    await expect(setRetention(t.db, OPERATOR, 'depth', 1)).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining('at least 2 days'),
    })
    await expect(setRetention(t.db, OPERATOR, 'depth', 2.5)).rejects.toMatchObject({ code: 'bad_input' })
  })

  it('cannot be gone around by the application', async () => {
    const { id } = await makeInstrument(t.db)
    await inTransaction(t.db, (client) =>
      storeLive(client, [{ instrumentId: id, event: { type: 'markPrice', time: START, markPrice: 1 }, knownAfter: null }]),
    )
    await expect(t.db.pool.query('delete from mark_price')).rejects.toThrow(/permission denied/)
    await expect(t.db.pool.query("select drop_partitions('mark_price', now())")).rejects.toThrow(/permission denied/)
    // for ever: nothing goes, however old
    expect((await t.db.pool.query("select expire_partitions('markPrice') as n")).rows[0].n).toBe(0)
    await expect(t.db.pool.query("select expire_partitions('app_user')")).rejects.toThrow(/no kind of event/)
    await expect(t.db.pool.query('select compact_columns(now())')).rejects.toThrow(/not a month that is over/)
  })
})

describe('events', () => {
  it('go by whole months, and what is young enough stays', async () => {
    const { id } = await makeInstrument(t.db)
    const times = [NOW - 100 * DAY_MS, NOW - 3 * DAY_MS, NOW]
    await inTransaction(t.db, (client) =>
      storeLive(
        client,
        times.map((time) => ({ instrumentId: id, event: { type: 'markPrice', time, markPrice: 1 }, knownAfter: null })),
      ),
    )
    await setRetention(t.db, OPERATOR, 'markPrice', 30)
    expect((await applyRetention(t.db, NOW))?.dropped.markPrice).toBeGreaterThanOrEqual(1)
    expect(await count('mark_price', id)).toBe(2)
    expect((await applyRetention(t.db, NOW))?.dropped).toEqual({})
  })

  it('leave half-hours and days of candles behind, with the sums of what went', async () => {
    const { id } = await makeInstrument(t.db)
    const candles = makeCandles({ count: 2 * 1_440, intervalMs: MINUTE_MS })
    await inTransaction(t.db, (client) => storeTable(client, id, candles, { intervalMs: MINUTE_MS }))
    await setRetention(t.db, OPERATOR, 'candle', 30)
    expect((await applyRetention(t.db, NOW))?.dropped.candle).toBe(1)
    expect(await count('candle', id)).toBe(0)
    const { rows } = await t.db.pool.query(
      'select interval_ms, count(*)::int as n, sum(volume) as volume, max(high) as high, min(low) as low, sum(trade_count)::int as trades from candle_rollup where instrument_id = $1 group by 1 order by 1',
      [id],
    )
    const { volume, high, low, tradeCount, close } = candles.columns
    const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0)
    const whole = { high: Math.max(...high), low: Math.min(...low), trades: sum(tradeCount) }
    expect(rows).toEqual([
      { interval_ms: 1_800_000, n: 96, volume: expect.closeTo(sum(volume), 6), ...whole },
      { interval_ms: 86_400_000, n: 2, volume: expect.closeTo(sum(volume), 6), ...whole },
    ])
    const { rows: days } = await t.db.pool.query(
      'select close from candle_rollup where instrument_id = $1 and interval_ms = 86400000 order by open_time',
      [id],
    )
    expect(days.map((d) => d.close)).toEqual([close[1_439], close[2_879]])
  })
})

describe('columns', () => {
  it('are thinned to one in five minutes, then in thirty, and fine tiles go where coarser ones hold them', async () => {
    const { buildId, id } = await mapped({ days: 4, fed: true })
    const tile = await readTile(t.db, buildId, 5 * MINUTE_MS, Math.floor(START / (5 * MINUTE_MS * 256)) + 1)
    await setRetention(t.db, OPERATOR, 'column1m', 30)
    const now = START + 32 * DAY_MS // two of the four days are older than thirty
    const done = await applyRetention(t.db, now)
    expect(done).toMatchObject({ columns: 2 * 1_440 * 0.8, compacted: 0 })
    const left = await starts(buildId)
    expect(left.slice(0, 3)).toEqual([4, 9, 14])
    expect(left).toHaveLength(2 * 288 + 2 * 1_440)
    expect(left.slice(2 * 288)).toEqual(Array.from({ length: 2 * 1_440 }, (_, i) => 2 * 1_440 + i))
    expect(await findBuild(t.db, buildId)).toMatchObject({ columnCount: left.length, thinnedTo: START + 2 * DAY_MS, firstBucket: START })
    const fine = await t.db.pool.query('select tile_index from tile where instrument_id = $1 and resolution_ms = 60000 order by 1', [id])
    for (const { tile_index: index } of fine.rows) expect((index + 1) * 256 * MINUTE_MS).toBeGreaterThan(START + 256 * 5 * MINUTE_MS)
    expect(done?.tiles).toBeGreaterThan(0)
    // What is shown at five minutes is what it was.
    expect(await readTile(t.db, buildId, 5 * MINUTE_MS, Math.floor(START / (5 * MINUTE_MS * 256)) + 1)).toEqual(tile)
    expect(await applyRetention(t.db, now)).toMatchObject({ columns: 0, tiles: 0 })

    await setRetention(t.db, OPERATOR, 'column5m', 31)
    expect(await applyRetention(t.db, now)).toMatchObject({ columns: 288 - 48 })
    expect((await starts(buildId)).slice(0, 49)).toEqual([...Array.from({ length: 48 }, (_, i) => 29 + 30 * i), 1_444])
  })

  it('have their months compacted once, when the last day of a month is thinned', async () => {
    const from = START + 29 * DAY_MS // the last two days of January and the first two of February
    const { buildId } = await mapped({ days: 4, fed: true, from })
    await setRetention(t.db, OPERATOR, 'column1m', 30)
    const runs = []
    for (const day of [1, 2, 3, 4, 5]) runs.push(await applyRetention(t.db, from + (30 + day) * DAY_MS))
    expect(runs.map((done) => done?.compacted)).toEqual([0, 1, 0, 0, 0])
    expect(await starts(buildId)).toHaveLength(4 * 288)
  })

  it('of a simulated market are as old as its own clock says, not ours', async () => {
    const { buildId } = await mapped({ days: 4, fed: true, simulated: true })
    await setRetention(t.db, OPERATOR, 'column1m', 2)
    expect(await applyRetention(t.db, NOW)).toMatchObject({ columns: 1_440 * 0.8 })
    expect((await starts(buildId)).slice(286, 290)).toEqual([1_434, 1_439, 1_440, 1_441])
    expect(await applyRetention(t.db, NOW + 10 * DAY_MS)).toMatchObject({ columns: 0 })
  })

  it('keep the last one of a market that was heard for three minutes and left', async () => {
    const { buildId } = await mapped({ days: 3 / 1_440, fed: true })
    await setRetention(t.db, OPERATOR, 'column1m', 30)
    await applyRetention(t.db, NOW)
    expect(await starts(buildId)).toEqual([2])
    expect(await findBuild(t.db, buildId)).toMatchObject({ columnCount: 1, lastBucket: START + 2 * MINUTE_MS })
  })

  it('of a market that was imported and that nothing continues are left alone', async () => {
    const { buildId } = await mapped({ days: 1, fed: false })
    const sum = await mapped({ days: 1, fed: false, venue: 'market' })
    await setRetention(t.db, OPERATOR, 'column1m', 2)
    await applyRetention(t.db, START + 40 * DAY_MS)
    expect(await starts(buildId)).toHaveLength(1_440)
    expect(await starts(sum.buildId)).toHaveLength(288)
  })

  it('whose events are gone move over to the next generation', async () => {
    const { id, lease, buildId } = await mapped({ days: 3, fed: true })
    const before = await columnsHash(t.db, { id: buildId, instrumentId: id }, { upTo: START + DAY_MS - MINUTE_MS })
    // The candles of the first day are gone: those that are stored begin a day later.
    const candles = makeCandles({ from: START + DAY_MS, count: 100, intervalMs: MINUTE_MS })
    await inTransaction(t.db, (client) => storeTable(client, id, candles, { intervalMs: MINUTE_MS }))
    const next = await startBuild(t.db, lease, { modelVersion: 'test', bucketMs: MINUTE_MS })
    const columns = Array.from({ length: 100 }, (_, i) =>
      sampleColumn({ bucketStart: START + DAY_MS + i * MINUTE_MS, bucketMs: MINUTE_MS, seed: 5 }),
    )
    await write(lease, next.id, columns)
    const served = await completeBuild(t.db, lease, next.id)
    expect(served).toMatchObject({ firstBucket: START, columnCount: 1_540 })
    expect((await findInstrument(t.db, String(id))).currentBuildId).toBe(next.id)
    expect(await columnsHash(t.db, served, { upTo: START + DAY_MS - MINUTE_MS })).toBe(before)
    expect(await starts(next.id)).toEqual(Array.from({ length: 1_540 }, (_, i) => i))
    expect(await count('"column"', id)).toBe(1_540)
  })
})

it('is done by one process at a time', async () => {
  const client = await t.db.pool.connect()
  try {
    await client.query("select pg_advisory_lock(1178687596, hashtext('retention'))")
    expect(await applyRetention(t.db, NOW)).toBeNull()
  } finally {
    await client.query("select pg_advisory_unlock(1178687596, hashtext('retention'))")
    client.release()
  }
  expect(await applyRetention(t.db, NOW)).not.toBeNull()
})

it('says what the tables weigh', async () => {
  const tables = await storageByTable(t.db)
  expect(tables.map((r) => r.table)).toEqual(expect.arrayContaining(['column', 'mark_price', 'app_user']))
  expect(tables.every((r) => r.bytes >= 0)).toBe(true)
})
