import { RATIO_KINDS } from '@faultline/market/event'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutated, numbersOf } from '../__fixtures__/mutated.ts'
import { book, contract, restCandle, S, statRow, T, tickerRow, tier } from './__fixtures__/messages.ts'
import { usualContractSize } from './contract-sizes.ts'
import {
  readCandles,
  readContracts,
  readMarginTiers,
  readOrderBook,
  readServerTime,
  readSettlements,
  readStatistics,
  readTickers,
} from './rest-mapper.ts'

const context = { contractSize: usualContractSize }
const ETH = 'ETH_USDT'

describe('answers of REST', () => {
  it('tell the time in milliseconds or seconds', () => {
    expect(readServerTime({ server_time: T })).toBe(T)
    expect(readServerTime({ server_time: S })).toBe(T)
    expect(() => readServerTime({ server_time: 'now' })).toThrow('time answered no server_time')
  })

  it('hold candles in order, with coins for contracts and the turnover beside', () => {
    const { rows, unread, newest } = readCandles([restCandle({ t: S + 60 }), restCandle(), restCandle({ v: '-1' })], ETH, context)
    expect(newest).toBe(T + 60_000)
    expect(rows.map((c) => c.openTime)).toEqual([T, T + 60_000])
    expect(rows[0]).toEqual({
      type: 'candle',
      openTime: T,
      intervalMs: 60_000,
      open: 2010.5,
      high: 2013,
      low: 2009.25,
      close: 2011.75,
      volume: 812.4,
      quoteVolume: 1633870.4,
    })
    expect(unread).toEqual({ count: 1, reason: 'candlesticks: candlestick v is no size' })
    expect(readCandles([], ETH, context)).toEqual({ rows: [], unread: null, newest: null })
    expect(() => readCandles([restCandle()], 'NEWCOIN_USDT', context)).toThrow('one whose size is not known')
    expect(() => readCandles({ label: 'INVALID_PARAM_VALUE' }, ETH, context)).toThrow('has no list')
  })

  it('hold open interest of all contracts, in coins, at the time of asking', () => {
    const { rows, unread } = readTickers([tickerRow(), tickerRow({ contract: 'NEWCOIN_USDT' })], T, context)
    expect(rows).toEqual([[ETH, { type: 'openInterest', time: T, openInterest: 153482.78 }]])
    expect(unread).toMatchObject({ count: 1 })
  })

  it('hold five minutes of statistics: open interest in coins and USD, and the ratios that were counted', () => {
    const rows = [statRow({ time: S + 300, top_lsr_size: '0', top_lsr_account: undefined, lsr_taker: '9.37' }), statRow()]
    const { openInterest, ratios, unread } = readStatistics(rows, ETH, context, RATIO_KINDS)
    expect(openInterest).toEqual([
      { type: 'openInterest', time: T, openInterest: 153482.78, openInterestUsd: 308758238.8704 },
      { type: 'openInterest', time: T + 300_000, openInterest: 153482.78, openInterestUsd: 308758238.8704 },
    ])
    expect(ratios.map((r) => [r.time - T, r.kind, r.ratio])).toEqual([
      [0, 'accounts', 2.25],
      [0, 'topAccounts', 1.5],
      [0, 'topPositions', 1.1],
      [0, 'takerVolume', 0.93],
      [300_000, 'accounts', 2.25],
      [300_000, 'takerVolume', 9.37],
    ])
    expect(unread).toBeNull()
  })

  it('value open interest by the row itself where nobody knows the contract’s size', () => {
    const row = statRow({ open_interest: '2000', open_interest_usd: '50000', mark_price: '2.5' })
    expect(readStatistics([row], 'NEWCOIN_USDT', context, []).openInterest).toMatchObject([{ openInterest: 20_000 }])
    expect(() => readStatistics([statRow({ mark_price: undefined })], 'NEWCOIN_USDT', context, [])).toThrow('size is not known')
  })

  it('hold settlements at the full minute that they belong to', () => {
    const { rows, unread } = readSettlements(
      [
        { r: '0.00002', t: S + 28_801 },
        { r: '-0.0001', t: S },
        { r: '5', t: S },
      ],
      8,
    )
    expect(rows).toEqual([
      { type: 'funding', time: T, rate: -0.0001, intervalHours: 8 },
      { type: 'funding', time: T + 28_800_000, rate: 0.00002, intervalHours: 8 },
    ])
    expect(unread).toMatchObject({ reason: 'funding_rate: funding_rate r is no funding rate' })
    expect(readSettlements([{ r: '0.00002', t: S }], undefined).rows[0]).not.toHaveProperty('intervalHours')
  })

  it('list contracts that trade: not those that end, have not begun, or are settled in something else', () => {
    const rows = [
      contract(),
      contract({ name: '币安人生_USDT' }),
      contract({ name: 'OLD_USDT', in_delisting: true }),
      contract({ name: 'GONE_USDT', status: 'delisted' }),
      contract({ name: 'SOON_USDT', is_pre_market: true }),
      contract({ name: 'BTC_USD', type: 'inverse', quanto_multiplier: '0' }),
      contract({ name: 'PEPE_USDT', quanto_multiplier: '10000000', funding_interval: 14400, status: undefined }),
    ]
    const { rows: contracts, unread } = readContracts(rows)
    const nextFunding = Number(contract().funding_next_apply) * 1_000
    expect(contracts).toEqual([
      {
        instrument: { venue: 'gate-usdt', symbol: ETH, baseAsset: 'ETH', quoteAsset: 'USDT', contractSize: 0.01 },
        fundingHours: 8,
        nextFunding,
      },
      {
        instrument: { venue: 'gate-usdt', symbol: 'PEPE_USDT', baseAsset: 'PEPE', quoteAsset: 'USDT', contractSize: 1e7 },
        fundingHours: 4,
        nextFunding,
      },
    ])
    expect(unread).toEqual({ count: 1, reason: 'contracts: name is no symbol' })
  })

  it('tell the tiers of margin, each up to where it ends', () => {
    expect(readMarginTiers([tier({ risk_limit: '1000000', maintenance_rate: '0.004', leverage_max: '150' }), tier()])).toEqual([
      { floorUsd: 0, capUsd: 500_000, maintMarginRatio: 0.003, maxLeverage: 200 },
      { floorUsd: 500_000, capUsd: 1_000_000, maintMarginRatio: 0.004, maxLeverage: 150 },
    ])
    expect(() => readMarginTiers([tier({ maintenance_rate: '1' })])).toThrow('maintenance_rate is no part of a position')
    expect(() => readMarginTiers([tier({ leverage_max: '0.5' })])).toThrow('leverage_max is no leverage')
  })

  it('hold a whole book in coins, at the time of its last change', () => {
    expect(readOrderBook(book(), ETH, context)).toEqual({
      type: 'depth',
      time: T + 500,
      bids: [
        [2011.7, 3.205],
        [2011.6, 11],
      ],
      asks: [
        [2011.8, 0.75],
        [2012, 9.1],
      ],
    })
    expect(readOrderBook(book({ asks: [], bids: [] }), ETH, context)).toMatchObject({ asks: [], bids: [] })
  })

  it.each([
    ['a level that is taken away', book({ asks: [{ p: '2011.8', s: 0 }] }), 'order_book asks is no list of sizes above zero'],
    [
      'prices out of order',
      book({
        bids: [
          { p: '1', s: 1 },
          { p: '2', s: 1 },
        ],
      }),
      'order_book bids is not in order',
    ],
    ['sides that cross', book({ bids: [{ p: '2011.8', s: 1 }] }), 'order_book bids is at or above the best ask'],
    ['no levels', book({ asks: null }), 'order_book asks is no list of levels'],
    ['lists for levels', book({ asks: [['2011.8', '1']] }), 'order_book asks is no list of levels'],
    ['no time', book({ update: 'now', current: null }), 'order_book update is no time'],
  ])('refuse a book with %s', (_, answer, reason) => {
    expect(() => readOrderBook(answer, ETH, context)).toThrow(reason)
  })

  it('are read or refused, whatever a field was changed to, and never give a number that is none', () => {
    const good = fc.constantFrom<() => unknown>(
      () => [restCandle(), restCandle({ t: S + 60 })],
      () => [tickerRow()],
      () => [statRow()],
      () => [{ r: '0.0001', t: S }],
      () => [contract()],
      () => [tier()],
      book,
    )
    const readers = [
      (a: unknown) => readCandles(a, ETH, context).rows,
      (a: unknown) => readTickers(a, T, context).rows,
      (a: unknown) => readStatistics(a, ETH, context, RATIO_KINDS),
      (a: unknown) => readSettlements(a, 8).rows,
      (a: unknown) => readContracts(a).rows,
      readMarginTiers,
      (a: unknown) => readOrderBook(a, ETH, context),
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
