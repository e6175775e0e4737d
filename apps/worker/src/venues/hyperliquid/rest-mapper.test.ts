import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutated, numbersOf } from '../__fixtures__/mutated.ts'
import { candleRow, ctx, fundingRow, meta } from './__fixtures__/messages.ts'
import { T } from './__fixtures__/time.ts'
import { readCandles, readContexts, readFundings, readMeta, readServerTime } from './rest-mapper.ts'

const contexts = () => [meta(), [ctx(), ctx({ markPx: '2000' }), ctx(), ctx(), ctx()]]

describe('answers of the info endpoint', () => {
  it('tell the time, as number or text', () => {
    expect(readServerTime({ time: T, specialStatuses: null })).toBe(T)
    expect(readServerTime({ time: String(T) })).toBe(T)
    expect(() => readServerTime({ status: 'ok' })).toThrow('exchangeStatus answered no time')
  })

  it('list the coins that trade, with their margin: half of the initial one at the tier’s highest leverage', () => {
    const { rows, unread } = readMeta(meta([{ name: '@1', maxLeverage: 3 }]))
    expect(rows.map(({ instrument }) => instrument.symbol)).toEqual(['BTC', 'ETH', 'kPEPE', 'ATOM'])
    expect(rows[1]).toEqual({
      instrument: { venue: 'hyperliquid', symbol: 'ETH', baseAsset: 'ETH', quoteAsset: 'USDC', contractSize: 1 },
      tiers: [
        { floorUsd: 0, capUsd: 100_000_000, maintMarginRatio: 0.02, maxLeverage: 25 },
        { floorUsd: 100_000_000, capUsd: null, maintMarginRatio: 1 / 30, maxLeverage: 15 },
      ],
    })
    expect(rows[3]?.tiers).toEqual([{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.1, maxLeverage: 5 }])
    expect(unread).toEqual({ count: 1, reason: 'meta: name is no coin' })
  })

  it('give one tier to a coin whose table is not listed', () => {
    const bare = { universe: [{ name: 'BTC', maxLeverage: 40, isDelisted: null, onlyIsolated: null, szDecimals: 5 }] }
    expect(readMeta(bare).rows[0]?.tiers).toEqual([{ floorUsd: 0, capUsd: null, maintMarginRatio: 1 / 80, maxLeverage: 40 }])
    expect(() => readMeta({ universe: [{ name: 'BTC' }] })).toThrow('maxLeverage is no leverage')
    expect(() => readMeta({})).toThrow('no universe')
  })

  it('tell the context of each coin by its place, delisted ones left out', () => {
    expect(readContexts(contexts()).rows.map(([coin, context]) => [coin, context.markPrice])).toEqual([
      ['BTC', 2011.68],
      ['ETH', 2000],
      ['kPEPE', 2011.68],
      ['ATOM', 2011.68],
    ])
    expect(() => readContexts([meta()])).toThrow('no list of contexts')
    expect(() => readContexts(null)).toThrow('no universe')
  })

  it('hold candles of the coin in order', () => {
    const later = candleRow({ t: T + 60_000, T: T + 119_999 })
    const { rows, unread, newest } = readCandles(
      [later, candleRow(), candleRow({ s: 'BTC' }), candleRow({ i: '5m', T: T + 299_999 })],
      'ETH',
      60_000,
    )
    expect([rows.map((c) => c.openTime), newest]).toEqual([[T, T + 60_000], T + 60_000])
    expect(unread).toEqual({ count: 2, reason: 'candleSnapshot: candle s is another coin' })
    expect(readCandles([], 'ETH', 60_000)).toEqual({ rows: [], unread: null, newest: null })
  })

  it('hold settlements at the full hour', () => {
    expect(readFundings([fundingRow({ time: T + 3_600_012 }), fundingRow()], 'ETH').rows).toEqual([
      { type: 'funding', time: T, rate: -0.0000081, intervalHours: 1 },
      { type: 'funding', time: T + 3_600_000, rate: -0.0000081, intervalHours: 1 },
    ])
    expect(() => readFundings([fundingRow()], 'BTC')).toThrow('coin is another one')
  })

  it('are read or refused, whatever a field was changed to', () => {
    const good = fc.constantFrom<() => unknown>(
      meta,
      contexts,
      () => [candleRow()],
      () => [fundingRow()],
    )
    const readers = [
      (a: unknown) => readMeta(a).rows.map((r) => ({ ...r, tiers: r.tiers.map((t) => ({ ...t, capUsd: t.capUsd ?? 0 })) })),
      (a: unknown) => readContexts(a).rows,
      (a: unknown) => readCandles(a, 'ETH', 60_000).rows,
      (a: unknown) => readFundings(a, 'ETH').rows,
    ]
    fc.assert(
      fc.property(mutated(good), fc.constantFrom(...readers), (answer, reader) => {
        try {
          expect(numbersOf(reader(answer)).every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toMatchObject({ name: 'FeedError', code: 'failed' })
        }
      }),
      { numRuns: 600 },
    )
  })
})
