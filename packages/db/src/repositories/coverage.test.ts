import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeCandles, makeInstrument } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { coverageOf, readCoverage, summariseGaps } from './coverage.ts'
import { storeTable } from './events.ts'
import { enterGaps, type Gap, settleGap } from './gaps.ts'
import { storeLive } from './live-events.ts'

describe('coverageOf', () => {
  // ten cells of one hour; times in hours
  const hours = (given: { began?: number | null; coveredTo?: number | null; limit?: number; to?: number; gaps?: [number, number][] }) => {
    const at = (h: number | null | undefined) => (h == null ? null : h * HOUR_MS)
    const { expectedMs, coveredMs, cells } = coverageOf({
      from: 0,
      to: (given.to ?? 10) * HOUR_MS,
      began: given.began === undefined ? -5 * HOUR_MS : at(given.began),
      coveredTo: given.coveredTo === undefined ? (given.to ?? 10) * HOUR_MS : at(given.coveredTo),
      limitMs: at(given.limit),
      gaps: (given.gaps ?? []).map(([a, b]) => [a * HOUR_MS, b * HOUR_MS]),
      cellMs: HOUR_MS,
    })
    return { expected: expectedMs / HOUR_MS, covered: coveredMs / HOUR_MS, cells }
  }

  it('is whole without gaps', () => {
    expect(hours({})).toEqual({ expected: 10, covered: 10, cells: Array(10).fill(1) })
  })
  it('takes the union of gaps, whatever their order, and clips them to the window', () => {
    const { expected, covered, cells } = hours({
      gaps: [
        [4, 5],
        [-3, 0.5],
        [4.25, 4.5],
        [4.5, 6],
        [9.75, 12],
      ],
    })
    expect({ expected, covered }).toEqual({ expected: 10, covered: 7.25 })
    expect(cells).toEqual([0.5, 1, 1, 1, 0, 0, 1, 1, 1, 0.75])
  })
  it('counts from the moment the feed began', () => {
    expect(hours({ began: 7.5, gaps: [[8, 8.5]] })).toEqual({
      expected: 2.5,
      covered: 2,
      cells: [...Array(7).fill(null), 1, 0.5, 1],
    })
  })
  it('says nothing of a feed that has not begun or covered anything', () => {
    const nothing = { expected: 0, covered: 0, cells: Array(10).fill(null) }
    expect(hours({ began: null })).toEqual(nothing)
    expect(hours({ coveredTo: null })).toEqual(nothing)
    expect(hours({ began: 11 })).toEqual(nothing)
  })
  it('leaves out what may still be on its way', () => {
    expect(hours({ to: 9.5, coveredTo: 9.4 })).toEqual({ expected: 9.4, covered: 9.4, cells: Array(10).fill(1) })
    expect(hours({ coveredTo: 4, limit: 8 })).toEqual({ expected: 4, covered: 4, cells: [1, 1, 1, 1, ...Array(6).fill(null)] })
  })
  it('counts silence that is overdue as missing', () => {
    expect(hours({ coveredTo: 6.5 })).toEqual({ expected: 10, covered: 6.5, cells: [1, 1, 1, 1, 1, 1, 0.5, null, null, null] })
    expect(hours({ coveredTo: -20 })).toEqual({ expected: 10, covered: 0, cells: Array(10).fill(null) })
  })
  it('agrees with counting minute by minute', () => {
    const minutes = fc.integer({ min: -60, max: 360 })
    fc.assert(
      fc.property(fc.array(fc.tuple(minutes, minutes), { maxLength: 8 }), minutes, (pairs, began) => {
        const gaps = pairs.filter(([a, b]) => a < b).map(([a, b]) => [a * MINUTE_MS, b * MINUTE_MS] as const)
        const result = coverageOf({
          from: 0,
          to: 300 * MINUTE_MS,
          began: began * MINUTE_MS,
          coveredTo: 300 * MINUTE_MS,
          gaps,
          cellMs: 30 * MINUTE_MS,
        })
        const all = Array.from({ length: 300 }, (_, m) => m * MINUTE_MS).filter((m) => m >= began * MINUTE_MS)
        const whole = all.filter((m) => !gaps.some(([a, b]) => a <= m && m < b))
        expect(result.expectedMs).toBe(all.length * MINUTE_MS)
        expect(result.coveredMs).toBe(whole.length * MINUTE_MS)
        result.cells.forEach((cell, i) => {
          const inside = (m: number) => Math.floor(m / (30 * MINUTE_MS)) === i
          const expected = all.filter(inside).length
          if (expected === 0) expect(cell).toBeNull()
          else expect(cell).toBeCloseTo(whole.filter(inside).length / expected, 9)
        })
      }),
    )
  })
})

describe('in the database', () => {
  const t = freshDatabase()
  const FROM = Date.UTC(2026, 2, 4)
  const TO = FROM + DAY_MS
  const gap = (instrumentId: number, channel: Gap['channel'], from: number, to: number, status: Gap['status'] = 'open'): Gap => ({
    instrumentId,
    channel,
    from,
    to,
    status,
    reason: 'socket cut',
  })
  const window = (instrumentId: number, channel: Gap['channel'], coveredTo: number | null = TO) => ({
    instrumentId,
    channel,
    from: FROM,
    to: TO,
    coveredTo,
  })
  const mark = (instrumentId: number, time: number) =>
    inTransaction(t.db, (client) =>
      storeLive(client, [{ instrumentId, event: { type: 'markPrice', time, markPrice: 100 }, knownAfter: null }]),
    )
  const candle = (instrumentId: number, from: number, intervalMs = MINUTE_MS) =>
    inTransaction(t.db, (client) => storeTable(client, instrumentId, makeCandles({ from, count: 2, intervalMs }), { intervalMs }))

  it('asks for many at once and answers in their order', async () => {
    const [a, b] = [await makeInstrument(t.db), await makeInstrument(t.db)]
    await candle(a.id, FROM - 40 * DAY_MS)
    await candle(b.id, FROM + 12 * HOUR_MS)
    await candle(b.id, FROM + 18 * HOUR_MS, 5 * MINUTE_MS)
    await enterGaps(t.db.pool, [
      gap(a.id, 'candle', FROM + HOUR_MS, FROM + 2 * HOUR_MS),
      gap(a.id, 'candle', FROM + 3 * HOUR_MS, FROM + 4 * HOUR_MS, 'filled'),
      gap(a.id, 'candle', FROM + 90 * MINUTE_MS, FROM + 3 * HOUR_MS, 'unrecoverable'),
      gap(a.id, 'openInterest', FROM, TO),
      gap(b.id, 'candle', FROM + 20 * HOUR_MS, FROM + 23 * HOUR_MS),
    ])
    const [second, first] = await readCoverage(t.db, [window(b.id, 'candle'), window(a.id, 'candle')])
    expect(first).toMatchObject({ instrumentId: a.id, channel: 'candle', expectedMs: DAY_MS, coveredMs: 22 * HOUR_MS })
    expect(first?.cells).toHaveLength(48)
    expect(first?.cells.slice(0, 8)).toEqual([1, 1, 0, 0, 0, 0, 1, 1])
    expect(second).toMatchObject({ instrumentId: b.id, expectedMs: 12 * HOUR_MS, coveredMs: 9 * HOUR_MS })
    expect(second?.cells.indexOf(1)).toBe(24)
    expect(await readCoverage(t.db, [])).toEqual([])
  })

  it('begins a feed of liquidations with the market’s first mark price, and with a gap that came before', async () => {
    const { id } = await makeInstrument(t.db)
    const begin = async () => (await readCoverage(t.db, [window(id, 'liquidation')]))[0]?.expectedMs
    expect(await begin()).toBe(0)
    await mark(id, FROM + 20 * HOUR_MS)
    expect(await begin()).toBe(4 * HOUR_MS)
    await enterGaps(t.db.pool, [gap(id, 'liquidation', FROM + 18 * HOUR_MS, FROM + 19 * HOUR_MS, 'unrecoverable')])
    expect((await readCoverage(t.db, [window(id, 'liquidation')]))[0]).toMatchObject({ expectedMs: 6 * HOUR_MS, coveredMs: 5 * HOUR_MS })
    expect((await readCoverage(t.db, [window(id, 'liquidation', null)]))[0]).toMatchObject({ expectedMs: 0, coveredMs: 0 })
  })

  it('sums up the ledger of each instrument', async () => {
    const [a, b] = [await makeInstrument(t.db), await makeInstrument(t.db)]
    await enterGaps(t.db.pool, [
      gap(a.id, 'candle', FROM, FROM + HOUR_MS),
      gap(a.id, 'funding', FROM + HOUR_MS, FROM + 2 * HOUR_MS),
      gap(a.id, 'liquidation', FROM + 2 * HOUR_MS, FROM + 3 * HOUR_MS, 'unrecoverable'),
    ])
    await settleGap(t.db.pool, { instrumentId: a.id, channel: 'candle', from: FROM }, 'filled')
    expect(await summariseGaps(t.db, [b.id, a.id])).toEqual([
      { instrumentId: b.id, last: null, openCount: 0, oldestOpen: null },
      {
        instrumentId: a.id,
        last: { channel: 'liquidation', from: FROM + 2 * HOUR_MS, to: FROM + 3 * HOUR_MS, status: 'unrecoverable', reason: 'socket cut' },
        openCount: 1,
        oldestOpen: FROM + HOUR_MS,
      },
    ])
  })
})
