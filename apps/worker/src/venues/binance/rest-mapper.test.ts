import { describe, expect, it } from 'vitest'
import { klineRow, T } from './__fixtures__/messages.ts'
import {
  readExchangeInfo,
  readFunding,
  readFundingHours,
  readKlines,
  readOpenInterest,
  readOpenInterestHistory,
  readRatios,
  readServerTime,
} from './rest-mapper.ts'

const MINUTE = 60_000

describe('klines', () => {
  it('keep what is told of each candle, in order, each minute once', () => {
    const { rows, unread, newest } = readKlines([klineRow(T + MINUTE), klineRow(T), klineRow(T + MINUTE)])
    expect(rows.map((c) => c.openTime)).toEqual([T, T + MINUTE])
    expect(unread).toBeNull()
    expect(newest).toBe(T + MINUTE)
    expect(rows[0]).toEqual({
      type: 'candle',
      openTime: T,
      intervalMs: MINUTE,
      open: 2010.5,
      high: 2013,
      low: 2009.25,
      close: 2011.75,
      volume: 812.4,
      quoteVolume: 1633870.4425,
      takerBuyVolume: 400.1,
      tradeCount: 420,
    })
  })

  it.each([
    ['a price that is none', { 1: 'x' }, 'open, high, low or close is no price'],
    ['a high below the low', { 2: '2000' }, 'open, high, low and close contradict each other'],
    ['a volume below zero', { 5: '-1' }, 'volume or quoteVolume is no size'],
    ['a volume in USD that is none', { 7: null }, 'volume or quoteVolume is no size'],
    ['a number of trades that is none', { 8: '1.5' }, 'the number of trades is none'],
    ['more bought than traded', { 9: '900' }, 'takerBuyVolume is no part of the volume'],
    ['another length', { 6: T + 299_999 }, 'closeTime is not the end of the minute'],
    ['a start in seconds', { 0: T / 1000 }, 'openTime is not the start of a minute'],
  ])('leave out a row with %s, and say so', (_, change, reason) => {
    const { rows, unread } = readKlines([klineRow(T), klineRow(T + MINUTE, change)])
    expect(rows.map((c) => c.openTime)).toEqual([T])
    expect(unread).toEqual({ count: 1, reason: `klines: ${reason}` })
  })

  it('may be none, but not of another shape', () => {
    expect(readKlines([])).toEqual({ rows: [], unread: null, newest: null })
    expect(() => readKlines({ rows: [] })).toThrow('klines answered something that is no list')
    expect(() => readKlines([[1], [2]])).toThrow('klines answered no row that can be read: a row is no list of ten fields')
  })
})

it('open interest is a figure of the symbol at its time', () => {
  const answer = { symbol: 'ETHUSDT', openInterest: '2203.125', time: T + 1_234 }
  expect(readOpenInterest(answer, 'ETHUSDT')).toEqual({ type: 'openInterest', time: T + 1_234, openInterest: 2203.125 })
  expect(() => readOpenInterest(answer, 'BTCUSDT')).toThrow('openInterest answered no figure of BTCUSDT')
  expect(() => readOpenInterest({ ...answer, openInterest: '' }, 'ETHUSDT')).toThrow('a figure that is no size')
  expect(() => readOpenInterest({ ...answer, time: 0 }, 'ETHUSDT')).toThrow('no time')
})

it('past open interest has the venue’s own valuation, its time as number or as text', () => {
  const row = (timestamp: unknown, symbol = 'ETHUSDT') => ({
    symbol,
    sumOpenInterest: '20403.63700000',
    sumOpenInterestValue: '41016570.07809979',
    CMCCirculatingSupply: '120000000.00000000',
    timestamp,
  })
  const { rows, unread } = readOpenInterestHistory([row(T + 300_000), row(String(T)), row(T + 600_000, 'BTCUSDT')], 'ETHUSDT')
  expect(rows).toEqual([
    { type: 'openInterest', time: T, openInterest: 20403.637, openInterestUsd: 41016570.07809979 },
    { type: 'openInterest', time: T + 300_000, openInterest: 20403.637, openInterestUsd: 41016570.07809979 },
  ])
  expect(unread).toEqual({ count: 1, reason: 'openInterestHist: a row is not of ETHUSDT' })
})

it('ratios come from the field of their kind', () => {
  const accounts = { symbol: 'ETHUSDT', longShortRatio: '1.8105', longAccount: '0.6442', shortAccount: '0.3558', timestamp: T }
  const taker = { buySellRatio: '0.9310', buyVol: '93.1', sellVol: '100', timestamp: String(T) }
  expect(readRatios('x', [accounts], 'topPositions').rows).toEqual([
    { type: 'longShortRatio', time: T, kind: 'topPositions', ratio: 1.8105 },
  ])
  expect(readRatios('x', [taker], 'takerVolume').rows).toEqual([{ type: 'longShortRatio', time: T, kind: 'takerVolume', ratio: 0.931 }])
  expect(() => readRatios('x', [taker], 'accounts')).toThrow('x answered no row that can be read: longShortRatio is no ratio')
})

it('a settlement has the full minute as its time, so that it is one however it was stamped', () => {
  const row = (fundingTime: number) => ({ symbol: 'ETHUSDT', fundingTime, fundingRate: '0.00010000', markPrice: '2011.11000000' })
  const { rows } = readFunding([row(T), row(T + 7), row(T + 28_800_012), row(T + 57_599_991)], 'ETHUSDT', 8)
  expect(rows).toEqual([T, T + 28_800_000, T + 57_600_000].map((time) => ({ type: 'funding', time, rate: 0.0001, intervalHours: 8 })))
})

it('hours between settlements are those of the symbols that differ', () => {
  const answer = [
    { symbol: 'SPARKUSDT', adjustedFundingRateCap: '0.02', fundingIntervalHours: 4, disclaimer: false },
    { symbol: 'EMBERUSDT', fundingIntervalHours: 1 },
    { symbol: 'ODDUSDT', fundingIntervalHours: 'often' },
  ]
  expect([...readFundingHours(answer)]).toEqual([
    ['SPARKUSDT', 4],
    ['EMBERUSDT', 1],
  ])
})

it('instruments are the perpetuals in dollars that trade now', () => {
  const symbol = (change: Record<string, unknown>) => ({
    symbol: 'ETHUSDT',
    contractType: 'PERPETUAL',
    status: 'TRADING',
    baseAsset: 'ETH',
    quoteAsset: 'USDT',
    ...change,
  })
  const answer = {
    rateLimits: [
      { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
    ],
    symbols: [
      symbol({}),
      symbol({ symbol: 'BTCUSDC', baseAsset: 'BTC', quoteAsset: 'USDC' }),
      symbol({ symbol: 'ETHUSDT_260327', contractType: 'CURRENT_QUARTER' }),
      symbol({ symbol: 'NEWUSDT', status: 'PENDING_TRADING' }),
      symbol({ symbol: 'GONEUSDT', status: 'SETTLING' }),
      symbol({ symbol: 'ETHBTC', quoteAsset: 'BTC' }),
      symbol({ symbol: '测试USDT' }),
      null,
    ],
  }
  expect(readExchangeInfo(answer)).toEqual({
    instruments: [
      { venue: 'binance-usdm', symbol: 'ETHUSDT', baseAsset: 'ETH', quoteAsset: 'USDT', contractSize: 1 },
      { venue: 'binance-usdm', symbol: 'BTCUSDC', baseAsset: 'BTC', quoteAsset: 'USDC', contractSize: 1 },
    ],
    weightLimit: 2400,
  })
  expect(() => readExchangeInfo({ code: 0 })).toThrow('exchangeInfo answered no list of symbols')
})

it('the venue’s time is a time', () => {
  expect(readServerTime({ serverTime: T })).toBe(T)
  expect(() => readServerTime({ serverTime: 'noon' })).toThrow('time answered no serverTime')
  expect(() => readServerTime('noon')).toThrow('time answered no serverTime')
})
