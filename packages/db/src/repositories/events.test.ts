import { type EventTable, EventTableBuilder, type TableKind } from '@faultline/market/event-table'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeCandles, makeInstrument, START } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { ContradictionError, candleIntervals, eventRange, readTable, storeTable } from './events.ts'

const t = freshDatabase()
const FIVE = 5 * MINUTE_MS

const store = <K extends TableKind>(instrumentId: number, table: EventTable<K>, intervalMs?: number) =>
  inTransaction(t.db, (client) => storeTable(client, instrumentId, table, intervalMs ? { intervalMs } : {}))
const tableOf = <K extends TableKind>(kind: K, rows: number[][]): EventTable<K> => {
  const builder = new EventTableBuilder(kind)
  for (const row of rows) builder.push(...row)
  return builder.finish()
}
const rowsOf = <K extends TableKind>(table: EventTable<K>): number[][] => {
  const columns = Object.values<Float64Array>(table.columns)
  return Array.from({ length: table.length }, (_, i) => columns.map((c) => c[i] as number))
}

describe('storeTable', () => {
  it('counts everything once, however often and in however many pieces it comes', async () => {
    const { id } = await makeInstrument(t.db)
    const all = makeCandles({ count: 300 })
    const half = makeCandles({ count: 150 })
    expect(await store(id, half, FIVE)).toEqual({ inserted: 150, filled: 0, duplicate: 0, earliestNew: START })
    expect(await store(id, all, FIVE)).toEqual({ inserted: 150, filled: 0, duplicate: 150, earliestNew: START + 150 * FIVE })
    expect(await store(id, all, FIVE)).toEqual({ inserted: 0, filled: 0, duplicate: 300, earliestNew: null })
    expect(await readTable(t.db.pool, 'candle', id, { intervalMs: FIVE })).toEqual(all)
  })

  it('keeps candle intervals apart', async () => {
    const { id } = await makeInstrument(t.db)
    await store(id, makeCandles({ count: 5, intervalMs: MINUTE_MS }), MINUTE_MS)
    await store(id, makeCandles({ count: 3, price: 200 }), FIVE)
    expect(await candleIntervals(t.db, id)).toEqual([MINUTE_MS, FIVE])
    expect((await readTable(t.db.pool, 'candle', id, { intervalMs: MINUTE_MS })).length).toBe(5)
    expect(await eventRange(t.db, id, 'candle', { intervalMs: FIVE })).toEqual({ from: START, to: START + 2 * FIVE, count: 3 })
    expect(await eventRange(t.db, id, 'candle')).toEqual({ from: START, to: START + 2 * FIVE, count: 8 })
    expect(await eventRange(t.db, id, 'funding')).toBeNull()
  })

  it('fills in what was missing and keeps what is there', async () => {
    const { id } = await makeInstrument(t.db)
    const missing = Number.NaN
    await store(
      id,
      tableOf('openInterest', [
        [START, 10, missing],
        [START + FIVE, 11, 1_100],
        [START + 2 * FIVE, 12, missing],
      ]),
    )
    const result = await store(
      id,
      tableOf('openInterest', [
        [START, 10, missing],
        [START + FIVE, 11, missing],
        [START + 2 * FIVE, 12, 1_200],
      ]),
    )
    expect(result).toEqual({ inserted: 0, filled: 1, duplicate: 2, earliestNew: START + 2 * FIVE })
    expect(rowsOf(await readTable(t.db.pool, 'openInterest', id))).toEqual([
      [START, 10, missing],
      [START + FIVE, 11, 1_100],
      [START + 2 * FIVE, 12, 1_200],
    ])
  })

  it('fills in one value of a row and keeps another that is missing this time', async () => {
    const { id } = await makeInstrument(t.db)
    const candle = (quoteVolume: number, takerBuyVolume: number) =>
      tableOf('candle', [[START, 2, 3, 1, 2, 10, quoteVolume, takerBuyVolume, Number.NaN]])
    await store(id, candle(Number.NaN, 4), FIVE)
    expect(await store(id, candle(20, Number.NaN), FIVE)).toMatchObject({ filled: 1 })
    expect(await readTable(t.db.pool, 'candle', id, { intervalMs: FIVE })).toEqual(candle(20, 4))
  })

  it('refuses the first contradiction by key and field, and writes nothing', async () => {
    const { id } = await makeInstrument(t.db)
    const candles = makeCandles({ count: 20_003 })
    await store(id, candles, FIVE)
    const other = makeCandles({ count: 20_010 })
    for (const row of [20_001, 20_002]) other.columns.close[row] = (other.columns.close[row] as number) * 1.0001
    const error = await store(id, other, FIVE).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ContradictionError)
    expect(error).toMatchObject({
      code: 'conflict',
      kind: 'candle',
      key: [START + 20_001 * FIVE],
      field: 'close',
      stored: candles.columns.close[20_001],
      given: other.columns.close[20_001],
    })
    expect((error as Error).message).toContain(new Date(START + 20_001 * FIVE).toISOString())
    expect(await readTable(t.db.pool, 'candle', id, { intervalMs: FIVE })).toEqual(candles)
  })

  it('names enumerated values of a contradiction in words', async () => {
    const { id } = await makeInstrument(t.db)
    await store(id, tableOf('liquidation', [[START, 1, 100, 2, 0, 200]]))
    await expect(store(id, tableOf('liquidation', [[START, 1, 100, 2, 1, 200]]))).rejects.toThrow(
      /short, 100, 2 is stored with priceKind fill, .* says order/,
    )
  })

  it.each<[TableKind, number[][], RegExp]>([
    ['openInterest', [[START, Number.NaN, 1]], /openInterest.*missing/],
    ['openInterest', [[START, Number.POSITIVE_INFINITY, 1]], /not finite/],
    ['openInterest', [[START, -1, 1]], /open_interest_size_check/],
    [
      'openInterest',
      [
        [START + 1, 1, 1],
        [START, 1, 1],
      ],
      /Row 2.*order/,
    ],
    [
      'openInterest',
      [
        [START, 1, 1],
        [START, 1, 1],
      ],
      /Row 2.*occurred before/,
    ],
    ['openInterest', [[START + 0.5, 1, 1]], /whole number/],
    ['longShortRatio', [[START, 4, 1]], /kind.*none of accounts/],
    ['funding', [[START, 1.5, 8]], /funding_rate_check/],
    ['liquidation', [[START, 0, 0, 1, 0, 1]], /liquidation_size_check/],
  ])('refuses a bad %s table %#', async (kind, rows, message) => {
    const { id } = await makeInstrument(t.db)
    const error = await store(id, tableOf(kind, rows)).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'bad_input', message: expect.stringMatching(message) })
    expect(await eventRange(t.db, id, kind)).toBeNull()
  })

  it('lets two writers of the same rows both finish, each row once', async () => {
    const { id } = await makeInstrument(t.db)
    const from = Date.UTC(2031, 4, 20) // months without partitions: both make them
    const table = makeCandles({ from, count: 8_000 })
    const results = await Promise.all([store(id, table, FIVE), store(id, table, FIVE), store(id, table, FIVE)])
    expect(results.map((r) => r.inserted).sort()).toEqual([0, 0, 8_000])
    expect((await readTable(t.db.pool, 'candle', id, { intervalMs: FIVE })).length).toBe(8_000)
  })

  it('is undone with the transaction around it', async () => {
    const { id } = await makeInstrument(t.db)
    const work = inTransaction(t.db, async (client) => {
      await storeTable(client, id, makeCandles({ count: 3 }), { intervalMs: FIVE })
      throw new Error('later')
    })
    await expect(work).rejects.toThrow('later')
    expect(await eventRange(t.db, id, 'candle')).toBeNull()
  })
})

describe('readTable', () => {
  it('gives every kind back exactly, in order, across pages and months', async () => {
    const { id } = await makeInstrument(t.db)
    const at = (i: number) => START + Math.floor(i / 4) * 10 * MINUTE_MS
    const ratios = tableOf(
      'longShortRatio',
      Array.from({ length: 42_000 }, (_, i) => [at(i), i % 4, 0.5 + (i % 13) / 7]),
    )
    const liquidations = tableOf(
      'liquidation',
      Array.from({ length: 41_000 }, (_, i) => [at(i), (i % 4) >> 1, 100 + (i % 2) / 3, 0.1, i % 3, 10.01]),
    )
    const funding = tableOf(
      'funding',
      Array.from({ length: 500 }, (_, i) => [START + i * 8 * 60 * MINUTE_MS, (i % 9) * 1e-5, i % 2 ? 8 : Number.NaN]),
    )
    for (const table of [ratios, liquidations, funding]) {
      await store(id, table as EventTable<TableKind>)
      expect(await readTable(t.db.pool, table.kind as TableKind, id)).toEqual(table)
    }
  })

  it('takes a half-open range', async () => {
    const { id } = await makeInstrument(t.db)
    await store(
      id,
      tableOf(
        'funding',
        [0, 1, 2, 3].map((d) => [START + d * DAY_MS, 0.0001, 8]),
      ),
    )
    const { columns } = await readTable(t.db.pool, 'funding', id, { from: START + DAY_MS, to: START + 3 * DAY_MS })
    expect([...columns.time]).toEqual([START + DAY_MS, START + 2 * DAY_MS])
  })

  it('keeps every bit of a number', async () => {
    const { id } = await makeInstrument(t.db)
    const positive = fc.double({ min: 0, minExcluded: true, max: 1e300, noNaN: true })
    let day = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(positive, fc.option(positive, { nil: Number.NaN })), { minLength: 1, maxLength: 50 }),
        async (values) => {
          const from = START + day++ * DAY_MS
          const table = tableOf(
            'openInterest',
            values.map(([oi, usd], i) => [from + i, oi, usd]),
          )
          await store(id, table)
          expect(await readTable(t.db.pool, 'openInterest', id, { from, to: from + DAY_MS })).toEqual(table)
        },
      ),
      { numRuns: 30 },
    )
  })
})
