import { describe, expect, it } from 'vitest'
import { marketEvent } from './event.ts'
import { EventTableBuilder, selectRows } from './event-table.ts'
import { instrumentSchema, splitSymbol } from './instrument.ts'

const candle = { type: 'candle', openTime: 1_767_225_600_000, intervalMs: 60_000, open: 2, high: 3, low: 1, close: 2.5, volume: 10 }
const problem = (value: unknown) => marketEvent.safeParse(value).error?.issues.map((i) => i.path.join('.'))

describe('market events', () => {
  it('accept a candle without the optional fields', () => {
    expect(marketEvent.parse(candle)).toEqual(candle)
  })

  it.each([
    ['high', { ...candle, high: 2.4 }],
    ['low', { ...candle, low: 2.2 }],
    ['close', { ...candle, close: Number.NaN }],
    ['volume', { ...candle, volume: -1 }],
    ['openTime', { ...candle, openTime: 1_767_225_600 }],
    ['rate', { type: 'funding', time: 1_767_225_600_000, rate: 2 }],
    ['side', { type: 'liquidation', time: 1_767_225_600_000, side: 'SELL', price: 1, priceKind: 'fill', quantity: 1, quantityUsd: 1 }],
    ['ratio', { type: 'longShortRatio', time: 1_767_225_600_000, kind: 'accounts', ratio: Number.POSITIVE_INFINITY }],
  ])('name the field %s that is wrong', (field, value) => {
    expect(problem(value)).toContain(field)
  })
})

describe('instruments', () => {
  it('split symbols', () => {
    expect(splitSymbol('ETHUSDT')).toEqual({ baseAsset: 'ETH', quoteAsset: 'USDT' })
    expect(splitSymbol('1000PEPEUSDC')).toEqual({ baseAsset: '1000PEPE', quoteAsset: 'USDC' })
    expect(splitSymbol('BTCUSDT_240329')).toEqual({ baseAsset: 'BTC', quoteAsset: 'USDT' })
    expect(splitSymbol('USDT')).toEqual({ baseAsset: 'USDT', quoteAsset: 'USD' })
  })

  it('refuse a symbol that is a path or a script', () => {
    const base = { venue: 'binance-usdm', baseAsset: 'X', quoteAsset: 'USDT', contractSize: 1 }
    for (const symbol of ['../x', '<img>', '', 'a b']) expect(instrumentSchema.safeParse({ ...base, symbol }).success).toBe(false)
    expect(instrumentSchema.safeParse({ ...base, symbol: '1000PEPEUSDT' }).success).toBe(true)
  })
})

describe('event tables', () => {
  it('grow, keep missing values and select rows', () => {
    const builder = new EventTableBuilder('funding', 1)
    for (let i = 0; i < 5; i++) builder.push(1000 + i, i / 100, i === 2 ? Number.NaN : 8)
    const table = builder.finish()
    expect(table.length).toBe(5)
    expect([...table.columns.intervalHours]).toEqual([8, 8, Number.NaN, 8, 8])
    const some = selectRows(table, [4, 0])
    expect([...some.columns.time]).toEqual([1004, 1000])
    expect([...some.columns.rate]).toEqual([0.04, 0])
  })

  it('refuse a row of the wrong width', () => {
    expect(() => new EventTableBuilder('funding').push(1, 2)).toThrow(/2 values for 3 columns/)
  })
})
