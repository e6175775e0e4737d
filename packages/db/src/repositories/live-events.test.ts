import { DAY_MS, isoTime, MINUTE_MS } from '@faultline/market/units'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { makeInstrument, START } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { readTable } from './events.ts'
import { type LiveEvent, type LiveRow, packBook, storeLive } from './live-events.ts'

const t = freshDatabase()
const store = (rows: LiveRow[]) => inTransaction(t.db, (client) => storeLive(client, rows))
const rowsOf = (instrumentId: number, events: LiveEvent[], knownAfter: number | null = null): LiveRow[] =>
  events.map((event) => ({ instrumentId, event, knownAfter }))
const stored = async (table: string, instrumentId: number) =>
  (await t.db.pool.query(`select * from ${table} where instrument_id = $1 order by 1, 2`, [instrumentId])).rows

const candle = (i: number, more: Partial<Extract<LiveEvent, { type: 'candle' }>> = {}): LiveEvent => ({
  type: 'candle',
  openTime: START + i * MINUTE_MS,
  intervalMs: MINUTE_MS,
  open: 100,
  high: 102,
  low: 99,
  close: 101,
  volume: 5,
  ...more,
})

describe('storeLive', () => {
  it('stores every kind as it is given, with nothing in place of what is missing', async () => {
    const { id } = await makeInstrument(t.db)
    const full: LiveEvent[] = [
      candle(0, { quoteVolume: 505, takerBuyVolume: 2, tradeCount: 7 }),
      { type: 'openInterest', time: START, openInterest: 1000.5, openInterestUsd: 100_050 },
      { type: 'funding', time: START, rate: -0.0001, intervalHours: 8 },
      { type: 'longShortRatio', time: START, kind: 'topPositions', ratio: 1.5 },
      { type: 'liquidation', time: START, side: 'short', price: 101.5, priceKind: 'bankruptcy', quantity: 0.25, quantityUsd: 25.375 },
      {
        type: 'markPrice',
        time: START,
        markPrice: 100.1,
        indexPrice: 100.2,
        predictedFundingRate: 0.0002,
        nextFundingTime: START + DAY_MS,
      },
      {
        type: 'depth',
        time: START,
        bids: [[100, 1.5]],
        asks: [
          [100.5, 2],
          [101, 3],
        ],
      },
    ]
    const bare: LiveEvent[] = [
      candle(1),
      { type: 'openInterest', time: START + 1, openInterest: 0 },
      { type: 'funding', time: START + 1, rate: 0 },
      { type: 'markPrice', time: START + 1, markPrice: 100.1 },
      { type: 'depth', time: START + 1, bids: [], asks: [] },
    ]
    const result = await store(rowsOf(id, [...bare, ...full]))
    expect(result.inserted).toBe(12)
    expect(await stored('candle', id)).toMatchObject([
      {
        interval_ms: MINUTE_MS,
        open_time: new Date(START),
        open: 100,
        high: 102,
        low: 99,
        close: 101,
        volume: 5,
        quote_volume: 505,
        taker_buy_volume: 2,
        trade_count: 7,
      },
      { open_time: new Date(START + MINUTE_MS), quote_volume: null, taker_buy_volume: null, trade_count: null },
    ])
    expect(await stored('open_interest', id)).toMatchObject([
      { time: new Date(START), open_interest: 1000.5, open_interest_usd: 100_050, known_after: null },
      { time: new Date(START + 1), open_interest: 0, open_interest_usd: null },
    ])
    expect(await stored('funding', id)).toMatchObject([
      { rate: -0.0001, interval_hours: 8 },
      { rate: 0, interval_hours: null },
    ])
    expect(await stored('long_short_ratio', id)).toMatchObject([{ time: new Date(START), kind: 'topPositions', ratio: 1.5 }])
    expect(await stored('liquidation', id)).toMatchObject([
      {
        time: new Date(START),
        side: 'short',
        price: 101.5,
        price_kind: 'bankruptcy',
        quantity: 0.25,
        quantity_usd: 25.375,
        known_after: null,
      },
    ])
    expect(await stored('mark_price', id)).toMatchObject([
      { mark_price: 100.1, index_price: 100.2, predicted_funding_rate: 0.0002, next_funding_time: new Date(START + DAY_MS) },
      { index_price: null, predicted_funding_rate: null, next_funding_time: null },
    ])
    const books = await stored('depth', id)
    expect(books[0].asks).toEqual(
      Buffer.from(
        packBook([
          [100.5, 2],
          [101, 3],
        ]),
      ),
    )
    expect(books[0].bids.readDoubleLE(8)).toBe(1.5)
    expect(books[1].bids).toHaveLength(0)
  })

  it('counts what is new, once, and tells the earliest of it per instrument and kind', async () => {
    const [a, b] = [await makeInstrument(t.db), await makeInstrument(t.db)]
    expect(await store(rowsOf(a.id, [candle(3), candle(2), candle(3)]))).toEqual({
      inserted: 2,
      earliest: new Map([[a.id, { candle: START + 2 * MINUTE_MS }]]),
    })
    const again = await store([
      ...rowsOf(a.id, [candle(2, { close: 100 }), candle(4), { type: 'funding', time: START + 5, rate: 0.1 }]),
      ...rowsOf(b.id, [candle(9)]),
    ])
    expect(again).toEqual({
      inserted: 3,
      earliest: new Map([
        [a.id, { candle: START + 4 * MINUTE_MS, funding: START + 5 }],
        [b.id, { candle: START + 9 * MINUTE_MS }],
      ]),
    })
    // what is stored already stays as it is
    expect((await stored('candle', a.id)).map((r) => r.close)).toEqual([101, 101, 101])
    expect(await store([])).toEqual({ inserted: 0, earliest: new Map() })
  })

  it('keeps when a row became known, of those kinds that have it', async () => {
    const { id } = await makeInstrument(t.db)
    const known = START + MINUTE_MS
    const late: LiveEvent[] = [
      { type: 'openInterest', time: START, openInterest: 1 },
      { type: 'funding', time: START, rate: 0 },
      { type: 'longShortRatio', time: START, kind: 'accounts', ratio: 1 },
      { type: 'liquidation', time: START, side: 'long', price: 1, priceKind: 'fill', quantity: 1, quantityUsd: 1 },
    ]
    await store([...rowsOf(id, late, known), ...rowsOf(id, [candle(0), { type: 'markPrice', time: START, markPrice: 1 }], known)])
    for (const table of ['open_interest', 'funding', 'long_short_ratio', 'liquidation'])
      expect(await stored(table, id)).toMatchObject([{ known_after: new Date(known) }])
    // a second delivery in time changes nothing: the bucket was estimated without it
    await store(rowsOf(id, late))
    expect((await readTable(t.db.pool, 'openInterest', id)).length).toBe(1)
    expect(await stored('open_interest', id)).toMatchObject([{ known_after: new Date(known) }])
  })

  it('makes the months that occur and no others, however far apart', async () => {
    const { id } = await makeInstrument(t.db)
    const far = Date.UTC(2087, 5, 3)
    await store(
      rowsOf(id, [
        { type: 'markPrice', time: START, markPrice: 1 },
        { type: 'markPrice', time: far, markPrice: 1 },
        { type: 'markPrice', time: START - 1, markPrice: 1 },
      ]),
    )
    const owner = new pg.Client({ connectionString: t.ownerUrl })
    await owner.connect()
    const { rows } = await owner.query(
      "select relname from pg_class where relnamespace = 'faultline_parts'::regnamespace and relkind = 'r' and relname like 'mark_price%' order by 1",
    )
    await owner.end()
    expect(rows.map((r) => r.relname)).toEqual(['mark_price_2023_12', 'mark_price_2024_01', 'mark_price_2087_06'])
  })

  it.each<[string, LiveEvent, string | RegExp]>([
    ['a price that is no number', { type: 'markPrice', time: START, markPrice: Number.POSITIVE_INFINITY }, '23514'],
    ['a missing price', { type: 'markPrice', time: START, markPrice: Number.NaN }, '23502'],
    ['more trades than an integer holds', candle(0, { tradeCount: 3e9 }), '22003'],
    ['an unknown kind of ratio', { type: 'longShortRatio', time: START, kind: 'x' as 'accounts', ratio: 1 }, '22P02'],
    ['a time before everything', { type: 'markPrice', time: Date.UTC(1999, 1), markPrice: 1 }, '22023'],
    ['a time that is none', { type: 'markPrice', time: Number.NaN, markPrice: 1 }, 'RangeError'],
  ])('refuses %s, and leaves nothing of the batch', async (_, event, code) => {
    const { id } = await makeInstrument(t.db)
    const error = await store(rowsOf(id, [candle(1), event])).then(
      () => null,
      (e: Error & { code?: string }) => e,
    )
    expect(error?.code ?? error?.name).toBe(code)
    expect(await stored('candle', id)).toEqual([])
  })

  it('is kept by the partitions that its times name, to the millisecond', async () => {
    const { id } = await makeInstrument(t.db)
    const edge = Date.UTC(2024, 1, 1)
    await store(
      rowsOf(
        id,
        [edge - 1, edge, edge + 1].map((time) => ({ type: 'openInterest', time, openInterest: 1 })),
      ),
    )
    expect((await stored('open_interest', id)).map((r) => isoTime(r.time.getTime()))).toEqual([
      '2024-01-31T23:59:59.999Z',
      '2024-02-01T00:00:00.000Z',
      '2024-02-01T00:00:00.001Z',
    ])
  })
})
