import { inTransaction } from '@faultline/db/database'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { storeTable } from '@faultline/db/repositories/events'
import { writeFeedStates } from '@faultline/db/repositories/feed-states'
import { enterGaps, type Gap } from '@faultline/db/repositories/gaps'
import { storeLive } from '@faultline/db/repositories/live-events'
import { EventTableBuilder } from '@faultline/market/event-table'
import { tileIndexOf } from '@faultline/market/tile-build'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { makeCandles, makeInstrument, START } from '@faultline/testkit/factories'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../server/caller.ts'
import { builtMarket } from '../../../server/testing/market.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'

const web = webUnderTest()
let api: Caller
beforeAll(async () => {
  api = await web.callerOf(await web.cookieOf(await web.addPerson({ plan: 'pro' })))
})

describe('of eight days of minutes, with a hole of two hours', () => {
  const MINUTES = 8 * 24 * 60 + 7
  const HOLE = [5 * 24 * 60, 5 * 24 * 60 + 120] as const
  let key: string
  let buildId: number
  const to = START + MINUTES * MINUTE_MS
  beforeAll(async () => {
    const { db } = web.database
    const market = await builtMarket(db, { count: MINUTES, bucketMs: MINUTE_MS, skip: (i) => i >= HOLE[0] && i < HOLE[1] })
    const { id } = market.instrument
    key = market.instrument.key
    buildId = market.build.id
    const interest = new EventTableBuilder('openInterest')
    for (let t = START + 30_000; t <= to; t += MINUTE_MS) interest.push(t, t - START, Number.NaN)
    const funding = new EventTableBuilder('funding')
    for (let t = START; t <= to; t += 8 * HOUR_MS) funding.push(t, 0.0001, t === START ? Number.NaN : 8)
    await inTransaction(db, async (client) => {
      await storeTable(client, id, interest.finish())
      await storeTable(client, id, funding.finish())
    })
    await web.sql(
      `INSERT INTO gap (instrument_id, channel, from_time, to_time, status) VALUES
         ($1, 'candle', to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0), 'open'),
         ($1, 'liquidation', to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0), 'unrecoverable'),
         ($1, 'funding', to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0), 'filled')`,
      [id, START + HOLE[0] * MINUTE_MS, START + HOLE[1] * MINUTE_MS, START - DAY_MS, to + DAY_MS],
    )
  })

  it.each([
    ['12h', MINUTE_MS],
    ['1d', MINUTE_MS],
    ['3d', 5 * MINUTE_MS],
    ['7d', 5 * MINUTE_MS],
    ['30d', 30 * MINUTE_MS],
  ] as const)('shows %s at %i ms', async (range, resolutionMs) => {
    const view = await api.heatmap.view({ instrument: key, range })
    expect(view).toMatchObject({
      range,
      resolutionMs,
      to,
      candles: { intervalMs: resolutionMs },
      build: { id: buildId, bucketMs: MINUTE_MS, status: 'complete' },
    })
    expect(view.from % resolutionMs).toBe(0)
    expect(view.candles.rows.length).toBeLessThanOrEqual(2_201)
    expect(view.openInterest.length).toBeLessThanOrEqual(2_201)
    for (const [time] of [...view.candles.rows, ...view.openInterest, ...view.funding]) {
      expect(time).toBeGreaterThanOrEqual(view.from)
      expect(time).toBeLessThanOrEqual(view.to)
    }
  })

  it('puts candles together exactly', async () => {
    const view = await api.heatmap.view({ instrument: key, range: '3d' })
    const minutes = makeCandles({ count: MINUTES, intervalMs: MINUTE_MS }).columns
    const rows = view.candles.rows
    expect(rows[0]?.[0]).toBe(view.from)
    for (const [time, open, high, low, close, volume] of rows) {
      const first = (time - START) / MINUTE_MS
      const past = Math.min(first + 5, MINUTES) // the last one is not full yet
      expect(open).toBe(minutes.open[first])
      expect(close).toBe(minutes.close[past - 1])
      expect(high).toBe(Math.max(...minutes.high.subarray(first, past)))
      expect(low).toBe(Math.min(...minutes.low.subarray(first, past)))
      expect(volume).toBeCloseTo(
        minutes.volume.subarray(first, past).reduce((a, b) => a + b),
        9,
      )
    }
  })

  it('thins open interest to the last figure of each column', async () => {
    const view = await api.heatmap.view({ instrument: key, range: '3d' })
    const times = view.openInterest.map(([time]) => time)
    expect(times[0]).toBe(view.from + 4 * MINUTE_MS + 30_000)
    expect(times[1]).toBe(view.from + 9 * MINUTE_MS + 30_000)
    expect(view.openInterest.every(([time, base, usd]) => base === time - START && usd === null)).toBe(true)
  })

  it('gives every funding rate of the range', async () => {
    const view = await api.heatmap.view({ instrument: key, range: '1d' })
    expect(view.funding.map(([time]) => (time - START) / HOUR_MS)).toEqual([176, 184, 192])
    expect(view.funding[0]).toEqual([START + 176 * HOUR_MS, 0.0001, 8])
    const all = await api.heatmap.view({ instrument: key, range: '30d' })
    expect(all.funding[0]).toEqual([START, 0.0001, null])
  })

  it('clips gaps to the range and leaves out those that were filled', async () => {
    const day = await api.heatmap.view({ instrument: key, range: '1d' })
    expect(day.gaps).toEqual([{ channel: 'liquidation', from: day.from, to: day.to, status: 'unrecoverable' }])
    const week = await api.heatmap.view({ instrument: key, range: '7d' })
    expect(week.gaps).toContainEqual({
      channel: 'candle',
      from: START + HOLE[0] * MINUTE_MS,
      to: START + HOLE[1] * MINUTE_MS,
      status: 'open',
    })
    expect(week.gaps).toHaveLength(2)
  })

  it('counts what is there and what should be', async () => {
    const week = await api.heatmap.view({ instrument: key, range: '7d' })
    const expected = (week.to - week.from) / MINUTE_MS
    expect(week.coverage).toEqual({ columns: expected - 120, expected })
  })

  it('names the tiles that hold something, and which of them are closed', async () => {
    const view = await api.heatmap.view({ instrument: key, range: '30d' })
    const first = tileIndexOf(START, view.resolutionMs) // the range begins before the build does
    expect(view.tiles.map((t) => t.index)).toEqual([first, first + 1])
    expect(view.tiles.map((t) => t.closed)).toEqual([true, false])
    const cookie = await web.cookieOf(await web.addPerson({ plan: 'pro' }))
    for (const tile of view.tiles) {
      const answer = await web.get(`/tiles/${view.build.id}/30m/${tile.index}`, { cookie })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')?.includes('immutable')).toBe(tile.closed)
    }
    expect((await web.get(`/tiles/${view.build.id}/30m/${first - 1}`, { cookie })).status).toBe(404)
  })

  it('opens at three days', async () => {
    expect(await api.heatmap.defaultRange({ instrument: key })).toBe('3d')
  })

  it('says in the list what the build has', async () => {
    const row = (await api.instruments.list()).find((i) => i.key === key)
    expect(row).toMatchObject({
      bucketMs: MINUTE_MS,
      firstBucket: START,
      lastBucket: to - MINUTE_MS,
      columnCount: MINUTES - 120,
      status: 'complete',
    })
    expect(row).not.toHaveProperty('marginTiers')
  })
})

describe('of a market with a feed', () => {
  const COUNT = 300
  const end = START + COUNT * MINUTE_MS
  /** three hundred minutes of candles, marks from minute 100 on: there the feed of liquidations began */
  const fed = async (gaps: Pick<Gap, 'channel' | 'from' | 'to' | 'status'>[]) => {
    const { db } = web.database
    const market = await builtMarket(db, { count: COUNT, bucketMs: MINUTE_MS })
    const { id, key, symbol } = market.instrument
    const source = await ensureDataSource(db, { name: `Source of ${symbol}`, venue: 'binance-usdm' })
    await inTransaction(db, (client) =>
      storeLive(client, [
        { instrumentId: id, event: { type: 'markPrice', time: START + 100 * MINUTE_MS, markPrice: 100 }, knownAfter: null },
      ]),
    )
    await enterGaps(
      db.pool,
      gaps.map((gap) => ({ ...gap, instrumentId: id, reason: null })),
    )
    const covered = { state: 'fresh', lastTime: end, receivedAt: end, coveredTo: end, limitMs: null } as const
    await writeFeedStates(db.pool, [
      {
        instrumentId: id,
        dataSourceId: source.id,
        state: 'live',
        message: null,
        channels: { candle: covered, liquidation: covered },
        backfill: null,
        worker: 'test',
      },
    ])
    await expect.poll(async () => web.services.hub.feedOf(key)).not.toBeNull()
    return { ...market, key }
  }

  it('ends with the last bucket where nothing is missing since, and says what was covered', async () => {
    const { key } = await fed([
      { channel: 'liquidation', from: START + 150 * MINUTE_MS, to: START + 170 * MINUTE_MS, status: 'unrecoverable' },
      { channel: 'candle', from: START + 10 * MINUTE_MS, to: START + 40 * MINUTE_MS, status: 'filled' },
    ])
    const view = await api.heatmap.view({ instrument: key, range: '12h' })
    expect(view.to).toBe(end)
    expect(view.channels).toEqual([
      { channel: 'candle', coveredMs: 300 * MINUTE_MS, expectedMs: 300 * MINUTE_MS },
      { channel: 'liquidation', coveredMs: 180 * MINUTE_MS, expectedMs: 200 * MINUTE_MS },
    ])
    expect(view.liquidationsSampled).toBe(true)
    expect(view.gapsKnown).not.toBe('')
  })

  it('shows a gap in the candles that goes on, as long as it may be filled', async () => {
    const ahead = end + 25 * MINUTE_MS
    const { key } = await fed([{ channel: 'candle', from: end, to: ahead, status: 'open' }])
    const view = await api.heatmap.view({ instrument: key, range: '12h' })
    expect(view.to).toBe(ahead)
    expect(view.gaps).toEqual([{ channel: 'candle', from: end, to: ahead, status: 'open' }])
    // no data are lost from sight for it, and no tile is asked for that does not exist
    expect(view.from).toBe(end - 12 * HOUR_MS)
    expect(view.candles.rows.at(-1)?.[0]).toBe(end - MINUTE_MS)
    expect(view.tiles.at(-1)).toEqual({ index: tileIndexOf(end - 1, MINUTE_MS), closed: false })
    expect(view.coverage).toEqual({ columns: COUNT, expected: 12 * 60 + 25 })
  })

  it('keeps at least half of the picture for data, however long the gap', async () => {
    const { key } = await fed([{ channel: 'candle', from: end, to: end + 40 * DAY_MS, status: 'open' }])
    const view = await api.heatmap.view({ instrument: key, range: '12h' })
    expect(view.to).toBe(end + 12 * HOUR_MS)
    expect(view.gaps).toMatchObject([{ from: end, to: end + 12 * HOUR_MS }])
    // nor are tiles asked for where there is nothing
    expect(view.tiles.at(-1)).toEqual({ index: tileIndexOf(end - 1, MINUTE_MS), closed: false })
  })

  it.each([
    ['other channels', { channel: 'liquidation', status: 'unrecoverable' }],
    ['candles that never come', { channel: 'candle', status: 'unrecoverable' }],
    ['candles that came', { channel: 'candle', status: 'filled' }],
  ] as const)('does not wait for %s', async (_, gap) => {
    const { key } = await fed([{ ...gap, from: end, to: end + HOUR_MS }])
    expect((await api.heatmap.view({ instrument: key, range: '12h' })).to).toBe(end)
  })
})

it('keeps the line of open interest fine where candles are coarse', async () => {
  const { db } = web.database
  const market = await builtMarket(db, { count: 3, bucketMs: DAY_MS })
  const interest = new EventTableBuilder('openInterest')
  for (let t = START; t < START + 3 * DAY_MS; t += 5 * MINUTE_MS) interest.push(t, 1_000, Number.NaN)
  await inTransaction(db, (client) => storeTable(client, market.instrument.id, interest.finish()))
  const view = await api.heatmap.view({ instrument: market.instrument.key, range: '12h' })
  expect(view.resolutionMs).toBe(DAY_MS)
  expect(view.openInterest.length).toBe(288)
})

describe('the default range', () => {
  it.each([
    ['hours of a month', HOUR_MS, 30 * 24, '7d'],
    ['four-hour bars of two months', 4 * HOUR_MS, 60 * 6, '30d'],
    ['days of a year: none is enough, the longest shows most', DAY_MS, 365, '30d'],
    ['three hours of minutes', MINUTE_MS, 180, '1d'],
    ['a day of five minutes', 5 * MINUTE_MS, 288, '3d'],
    ['two hours of five minutes', 5 * MINUTE_MS, 24, '3d'],
  ])('for %s', async (_, bucketMs, count, range) => {
    const market = await builtMarket(web.database.db, { count, bucketMs })
    expect(await api.heatmap.defaultRange({ instrument: market.instrument.key })).toBe(range)
  })

  it('counts columns that are there, not time that has passed', async () => {
    // three days of five minutes, but only each eighth column: 108
    const market = await builtMarket(web.database.db, { count: 30 * 288, skip: (i) => i % 8 !== 0 })
    expect(await api.heatmap.defaultRange({ instrument: market.instrument.key })).toBe('7d')
  })
})

it('says not found for what is not there, or has no column yet', async () => {
  const empty = await makeInstrument(web.database.db)
  for (const instrument of ['binance-usdm:NOTHING', empty.key, 'x; DROP TABLE'])
    for (const ask of [() => api.heatmap.view({ instrument, range: '3d' }), () => api.heatmap.defaultRange({ instrument })])
      await expect(ask()).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('calls nothing missing that retention has thinned', async () => {
  const market = await builtMarket(web.database.db, { count: 3 * 1_440, bucketMs: MINUTE_MS })
  const { id } = market.build
  const thinnedTo = [(START + DAY_MS) / 1_000, id]
  await web.sql(
    'DELETE FROM "column" WHERE build_id = $2 AND bucket < to_timestamp($1) AND extract(epoch FROM bucket)::bigint % 300 <> 240',
    thinnedTo,
  )
  await web.sql('UPDATE build SET thinned_5m_to = to_timestamp($1) WHERE id = $2', thinnedTo)
  const { coverage } = await api.heatmap.view({ instrument: market.instrument.key, range: '3d' })
  expect(coverage).toEqual({ columns: 288 + 2 * 1_440, expected: 288 + 2 * 1_440 })
})
