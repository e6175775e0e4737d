import { selectRows } from '@faultline/market/event-table'
import { MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { makeCandles, makeInstrument, START } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { inTransaction } from '../database.ts'
import { storeTable } from './events.ts'
import { enterGaps, type Gap, openGaps, replaceCandleGaps, resolveGap, settleGap } from './gaps.ts'

const t = freshDatabase()
const FIVE = 5 * MINUTE_MS
const at = (i: number) => new Date(START + i * FIVE)

it('follows the candles: holes open, shrink, split and are filled', async () => {
  const { id } = await makeInstrument(t.db)
  const candles = makeCandles({ count: 20 })
  const store = (rows: number[]) =>
    inTransaction(t.db, async (client) => {
      await storeTable(client, id, selectRows(candles, rows), { intervalMs: FIVE })
      return replaceCandleGaps(client, id, FIVE)
    })
  const gaps = async () => {
    const { rows } = await t.db.pool.query('select from_time, to_time, status from gap where instrument_id = $1 order by from_time', [id])
    return rows.map((r) => [r.from_time, r.to_time, r.status])
  }
  expect(await store([0, 1, 2])).toEqual({ count: 0, missingBuckets: 0 })
  expect(await store([10, 12])).toEqual({ count: 2, missingBuckets: 8 })
  expect(await gaps()).toEqual([
    [at(3), at(10), 'open'],
    [at(11), at(12), 'open'],
  ])
  expect(await store([6, 11])).toEqual({ count: 2, missingBuckets: 6 })
  expect(await gaps()).toEqual([
    [at(3), at(6), 'open'],
    [at(7), at(10), 'open'],
    [at(11), at(12), 'filled'],
  ])
  expect(await store([3, 4, 5, 7, 8, 9])).toEqual({ count: 0, missingBuckets: 0 })
  expect((await gaps()).map((g) => g[2])).toEqual(['filled', 'filled', 'filled'])
})

describe('the ledger of a feed', () => {
  const gap = (instrumentId: number, from: number, to: number, more: Partial<Gap> = {}): Gap => ({
    instrumentId,
    channel: 'openInterest',
    from: START + from,
    to: START + to,
    status: 'open',
    reason: null,
    ...more,
  })
  const ledger = async (instrumentId: number) => {
    const { rows } = await t.db.pool.query('select * from gap where instrument_id = $1 order by from_time, channel', [instrumentId])
    return rows.map((r) => [r.channel, r.from_time.getTime() - START, r.to_time.getTime() - START, r.status, r.reason])
  }

  it('enters many at once, lengthens what begins at the same moment, and passes over what is empty', async () => {
    const [{ id: a }, { id: b }] = [await makeInstrument(t.db), await makeInstrument(t.db)]
    await enterGaps(t.db.pool, [])
    await enterGaps(t.db.pool, [
      gap(b, 0, 5, { channel: 'liquidation', status: 'unrecoverable', reason: 'socket\0 cut' }),
      gap(a, 0, 5, { reason: 'first' }),
      gap(a, 7, 7),
      gap(a, 9, 8),
      gap(a, 0, 3, { reason: 'shorter' }),
    ])
    expect(await ledger(a)).toEqual([['openInterest', 0, 5, 'open', 'shorter']])
    expect(await ledger(b)).toEqual([['liquidation', 0, 5, 'unrecoverable', 'socket\u2400 cut']])
    await enterGaps(t.db.pool, [gap(a, 0, 9), gap(a, 0, 4, { channel: 'candle' })])
    await enterGaps(t.db.pool, [gap(a, 0, 2, { reason: 'later' })])
    expect(await ledger(a)).toEqual([
      ['candle', 0, 4, 'open', null],
      ['openInterest', 0, 9, 'open', 'later'],
    ])
  })

  it('keeps what is unrecoverable so, and opens what was filled, as long as it is now', async () => {
    const { id } = await makeInstrument(t.db)
    await enterGaps(t.db.pool, [gap(id, 0, 50), gap(id, 100, 150)])
    await settleGap(t.db.pool, gap(id, 0, 0), 'filled', 'refilled')
    await settleGap(t.db.pool, gap(id, 100, 0), 'unrecoverable')
    expect(await ledger(id)).toEqual([
      ['openInterest', 0, 50, 'filled', 'refilled'],
      ['openInterest', 100, 150, 'unrecoverable', null],
    ])
    await enterGaps(t.db.pool, [gap(id, 0, 10), gap(id, 100, 160)])
    expect(await ledger(id)).toEqual([
      ['openInterest', 0, 10, 'open', 'refilled'],
      ['openInterest', 100, 160, 'unrecoverable', null],
    ])
    // within one statement as well
    await enterGaps(t.db.pool, [gap(id, 200, 210, { status: 'unrecoverable' }), gap(id, 200, 220)])
    expect((await ledger(id)).at(-1)).toEqual(['openInterest', 200, 220, 'unrecoverable', null])
  })

  it('gives those that may still be refilled, the oldest first', async () => {
    const [{ id }, other] = [await makeInstrument(t.db), await makeInstrument(t.db)]
    const open = [gap(id, 5, 9, { channel: 'candle', reason: 'cut' }), gap(id, 5, 7), gap(id, 20, 30)]
    await enterGaps(t.db.pool, [
      ...[...open].reverse(),
      gap(id, 1, 2, { status: 'unrecoverable' }),
      gap(id, 2, 3, { status: 'filled' }),
      gap(other.id, 0, 1),
    ])
    expect(await openGaps(t.db, id)).toEqual(open)
    await settleGap(t.db.pool, open[0] as Gap, 'filled')
    await settleGap(t.db.pool, gap(id, 999, 0), 'filled')
    expect(await openGaps(t.db.pool, id)).toEqual(open.slice(1))
  })
})

describe('a gap that was worked off', () => {
  const minute = (i: number): number => START + i * MINUTE_MS
  const prepare = async () => {
    const { id } = await makeInstrument(t.db)
    const gap: Gap = {
      instrumentId: id,
      channel: 'candle',
      from: minute(10),
      to: minute(20),
      status: 'open',
      reason: 'the socket was lost',
    }
    await enterGaps(t.db.pool, [gap])
    const rows = async () => {
      const { rows } = await t.db.pool.query('select from_time, to_time, status, reason from gap where instrument_id = $1 order by 1', [id])
      return rows.map((r) => [(r.from_time.getTime() - START) / MINUTE_MS, (r.to_time.getTime() - START) / MINUTE_MS, r.status, r.reason])
    }
    return { id, gap, rows }
  }

  it('is filled as a whole, or lost as a whole', async () => {
    const whole = await prepare()
    expect(await resolveGap(t.db.pool, whole.gap, [])).toBe(true)
    expect(await whole.rows()).toEqual([[10, 20, 'filled', 'the socket was lost']])
    const lost = await prepare()
    expect(await resolveGap(t.db.pool, lost.gap, [lost.gap], 'too\0 old')).toBe(true)
    expect(await lost.rows()).toEqual([[10, 20, 'unrecoverable', 'too\u2400 old']])
  })

  it('ends where the first lost stretch begins, or is that stretch', async () => {
    const behind = await prepare()
    const stretches = [
      { from: minute(12), to: minute(13) },
      { from: minute(15), to: minute(20) },
    ]
    expect(await resolveGap(t.db.pool, behind.gap, stretches, 'nobody has them')).toBe(true)
    expect(await behind.rows()).toEqual([
      [10, 12, 'filled', 'nobody has them'],
      [12, 13, 'unrecoverable', 'nobody has them'],
      [15, 20, 'unrecoverable', 'nobody has them'],
    ])
    const first = await prepare()
    expect(await resolveGap(t.db.pool, first.gap, [{ from: minute(9), to: minute(11) }, ...stretches.slice(1)], 'nobody has them')).toBe(
      true,
    )
    expect(await first.rows()).toEqual([
      [10, 11, 'unrecoverable', 'nobody has them'],
      [15, 20, 'unrecoverable', 'nobody has them'],
    ])
  })

  it('stays as it is when it has grown or was settled meanwhile', async () => {
    const { gap, rows } = await prepare()
    await enterGaps(t.db.pool, [{ ...gap, to: minute(21) }])
    expect(await resolveGap(t.db.pool, gap, [{ from: minute(12), to: minute(13) }])).toBe(false)
    expect(await rows()).toEqual([[10, 21, 'open', 'the socket was lost']])
    await settleGap(t.db.pool, gap, 'filled')
    expect(await resolveGap(t.db.pool, { ...gap, to: minute(21) }, [{ from: minute(12), to: minute(13) }])).toBe(false)
    expect(await rows()).toEqual([[10, 21, 'filled', 'the socket was lost']])
  })

  it('does not decide about a longer one that begins within it', async () => {
    const { id, gap, rows } = await prepare()
    await enterGaps(t.db.pool, [
      { ...gap, instrumentId: id, from: minute(12), to: minute(30) },
      { ...gap, instrumentId: id, from: minute(15), to: minute(16) },
    ])
    const stretches = [
      { from: minute(12), to: minute(13) },
      { from: minute(15), to: minute(17) },
    ]
    expect(await resolveGap(t.db.pool, gap, stretches, 'nobody has them')).toBe(true)
    expect(await rows()).toEqual([
      [10, 12, 'filled', 'nobody has them'],
      [12, 30, 'open', 'the socket was lost'],
      [15, 17, 'unrecoverable', 'nobody has them'],
    ])
  })
})
