import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutated } from '../../../test/mutations.ts'
import { FeedError } from '../../feed/venue-feed.ts'
import {
  body,
  fundingRow,
  instrument,
  klineRow,
  klines,
  openInterestRow,
  orderbook,
  ratioRow,
  riskLimit,
  T,
  ticker,
} from './__fixtures__/messages.ts'
import {
  readFunding,
  readInstruments,
  readKlines,
  readOpenInterest,
  readOpenInterestHistory,
  readOrderbook,
  readRatios,
  readRiskLimits,
  readServerTime,
} from './rest-mapper.ts'

const MINUTE = 60_000
const tickers = (change: Record<string, unknown> = {}) => body({ category: 'linear', list: [ticker(change).data] }, T + 5_000)
const list = (...rows: unknown[]) => body({ category: 'linear', symbol: 'ETHUSDT', list: rows, nextPageCursor: '' })

describe('answers of REST', () => {
  it('tell the time in the wrapper, or in seconds', () => {
    expect(readServerTime(body({ timeSecond: '1772366400', timeNano: '1772366400123000000' }, T + 123))).toBe(T + 123)
    expect(readServerTime({ result: { timeSecond: '1772366400' } })).toBe(T)
    expect(() => readServerTime(body({}, 7))).toThrow('time answered no time')
  })

  it('hold candles newest first, which come out in order; the newest may be open', () => {
    const read = readKlines(klines([klineRow(T + MINUTE), klineRow(T)]), 'ETHUSDT')
    expect(read.rows.map((c) => c.openTime)).toEqual([T, T + MINUTE])
    expect(read).toMatchObject({ newest: T + MINUTE, unread: null })
    expect(read.rows[0]).toEqual({
      type: 'candle',
      openTime: T,
      intervalMs: MINUTE,
      open: 2010.5,
      high: 2013,
      low: 2009.25,
      close: 2011.75,
      volume: 812.4,
      quoteVolume: 1_633_870.4425,
    })
    expect(() => readKlines(klines([klineRow(T)]), 'BTCUSDT')).toThrow('no candles of BTCUSDT')
  })

  it('leave out rows that cannot be read, and count them', () => {
    const read = readKlines(klines([klineRow(T), klineRow(T + MINUTE, { 4: '' }), 'row']), 'ETHUSDT')
    expect(read.rows).toHaveLength(1)
    expect(read.unread).toEqual({ count: 2, reason: 'kline: kline close is no price' })
    expect(() => readKlines(klines([klineRow(T + 1)]), 'ETHUSDT')).toThrow(FeedError)
  })

  it('tell the open interest of one side, now', () => {
    const now = { type: 'openInterest', time: T + 5_000, openInterest: 256_000.25, openInterestUsd: 514_990_000.06 }
    expect(readOpenInterest(tickers(), 'ETHUSDT')).toEqual(now)
    // Older answers have the sum of both sides alone.
    const both = tickers({ singleOpenInterest: undefined, singleOpenInterestValue: undefined })
    expect(readOpenInterest(both, 'ETHUSDT')).toEqual(now)
    expect(() => readOpenInterest(tickers({ openInterest: '', singleOpenInterest: '' }), 'ETHUSDT')).toThrow('no open interest of ETHUSDT')
    expect(() => readOpenInterest(tickers(), 'BTCUSDT')).toThrow('no figures of BTCUSDT')
  })

  it('tell the open interest of an inverse contract in USD, and its value in coins', () => {
    const change = { symbol: 'ETHUSD', singleOpenInterest: '2000000', singleOpenInterestValue: '1000' }
    expect(readOpenInterest(tickers(change), 'ETHUSD')).toMatchObject({ openInterest: 1_000, openInterestUsd: 2_000_000 })
    const history = { ...list(openInterestRow(T)), result: { symbol: 'ETHUSD', list: [openInterestRow(T)] } }
    expect(() => readOpenInterestHistory(history, 'ETHUSD')).toThrow('in USD, without a price')
  })

  it('tell the open interest of the past, and where there is more', () => {
    const answer = body({
      symbol: 'ETHUSDT',
      list: [openInterestRow(T + 300_000), openInterestRow(T, { singleOpenInterest: undefined })],
      nextPageCursor: 'lastid%3D1%26lasttime%3D2',
    })
    expect(readOpenInterestHistory(answer, 'ETHUSDT')).toEqual({
      rows: [
        { type: 'openInterest', time: T, openInterest: 256_000.25 },
        { type: 'openInterest', time: T + 300_000, openInterest: 256_000.25 },
      ],
      unread: null,
      cursor: 'lastid%3D1%26lasttime%3D2',
    })
  })

  it('tell settlements, with the interval as it is now', () => {
    expect(readFunding(list(fundingRow(T + 28_800_000, { fundingRate: '-0.0003' }), fundingRow(T)), 'ETHUSDT', 8).rows).toEqual([
      { type: 'funding', time: T, rate: 0.0001, intervalHours: 8 },
      { type: 'funding', time: T + 28_800_000, rate: -0.0003, intervalHours: 8 },
    ])
    expect(readFunding(list(fundingRow(T)), 'ETHUSDT', undefined).rows[0]).not.toHaveProperty('intervalHours')
    expect(() => readFunding(list(fundingRow(T)), 'BTCUSDT', 8)).toThrow('a row is not of BTCUSDT')
  })

  it('tell the shares of accounts, which make a ratio', () => {
    expect(readRatios(list(ratioRow(T)), 'ETHUSDT').rows).toEqual([{ type: 'longShortRatio', time: T, kind: 'accounts', ratio: 0.6 / 0.4 }])
    expect(() => readRatios(list(ratioRow(T, { sellRatio: '0' })), 'ETHUSDT')).toThrow('sellRatio is no share above zero')
  })

  it('list perpetuals that trade in USD, with the hours of their funding', () => {
    const read = readInstruments(
      list(
        instrument(),
        instrument({ symbol: 'BTCPERP', baseCoin: 'BTC', quoteCoin: 'USDC', fundingInterval: 240 }),
        instrument({ symbol: 'ETHUSDT-27MAR26', contractType: 'LinearFutures' }),
        instrument({ symbol: 'OLDUSDT', status: 'Closed' }),
        instrument({ symbol: 'ETHBTC', quoteCoin: 'BTC' }),
      ),
    )
    expect(read.instruments).toEqual([
      { venue: 'bybit-linear', symbol: 'ETHUSDT', baseAsset: 'ETH', quoteAsset: 'USDT', contractSize: 1 },
      { venue: 'bybit-linear', symbol: 'BTCPERP', baseAsset: 'BTC', quoteAsset: 'USDC', contractSize: 1 },
    ])
    expect([...read.fundingHours]).toEqual([
      ['ETHUSDT', 8],
      ['BTCPERP', 4],
    ])
    expect(read.cursor).toBeNull()
  })

  it('tell margin tiers, each from where the one before it ends; margins may be fractions or per cents', () => {
    const tiers = [
      { floorUsd: 0, capUsd: 2_000_000, maintMarginRatio: 0.005, maxLeverage: 100 },
      { floorUsd: 2_000_000, capUsd: 2_600_000, maintMarginRatio: 0.0056, maxLeverage: 90 },
    ]
    const higher = { riskLimitValue: '2600000', maintenanceMargin: '0.0056', initialMargin: '0.0111', maxLeverage: '90.00' }
    expect(readRiskLimits(list(riskLimit(higher), riskLimit()), 'ETHUSDT')).toEqual(tiers)
    const perCent = riskLimit({ maintenanceMargin: '0.5', initialMargin: '1' })
    expect(readRiskLimits(list(perCent), 'ETHUSDT')).toEqual(tiers.slice(0, 1))
    expect(readRiskLimits(list(riskLimit({ symbol: 'ETHUSD' })), 'ETHUSD')).toBeNull()
  })

  it('hold whole books', () => {
    const answer = body({ ...(orderbook().data as object), ts: T + 507, cts: T + 500 })
    expect(readOrderbook(answer, 'ETHUSDT')).toMatchObject({ time: T + 500, bids: [[2011.7, 3.2], expect.anything()] })
    expect(() => readOrderbook(answer, 'BTCUSDT')).toThrow('no book of BTCUSDT')
  })

  it('of another shape are errors of the venue’s, whatever is wrong with them', () => {
    const readers = [
      (answer: unknown) => readKlines(answer, 'ETHUSDT'),
      (answer: unknown) => readOpenInterest(answer, 'ETHUSDT'),
      (answer: unknown) => readOpenInterestHistory(answer, 'ETHUSDT'),
      (answer: unknown) => readFunding(answer, 'ETHUSDT', 8),
      (answer: unknown) => readRatios(answer, 'ETHUSDT'),
      (answer: unknown) => readRiskLimits(answer, 'ETHUSDT'),
      (answer: unknown) => readOrderbook(answer, 'ETHUSDT'),
      readInstruments,
      readServerTime,
    ]
    const good = [klines([klineRow(T), klineRow(T + MINUTE)]), tickers(), list(openInterestRow(T), fundingRow(T), ratioRow(T), riskLimit())]
    fc.assert(
      fc.property(fc.constantFrom(...readers), fc.oneof(mutated(good), fc.jsonValue()), (read, answer) => {
        try {
          read(answer)
        } catch (error) {
          expect(error).toBeInstanceOf(FeedError)
          expect(error).toMatchObject({ code: 'failed' })
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
