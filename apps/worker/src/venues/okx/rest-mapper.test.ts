import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutated } from '../../../test/mutations.ts'
import { FeedError } from '../../feed/venue-feed.ts'
import {
  body,
  books,
  candleRow,
  fundingRate,
  instrument,
  markPrice,
  openInterest,
  SYMBOL,
  settlement,
  T,
  tier,
} from './__fixtures__/messages.ts'
import { usualContractSize } from './contract-sizes.ts'
import {
  readBooks,
  readCandles,
  readFunding,
  readFundingHours,
  readInstruments,
  readMarkPrice,
  readOpenInterestHistory,
  readOpenInterests,
  readPositionTiers,
  readRatios,
  readServerTime,
} from './rest-mapper.ts'

const MINUTE = 60_000
const FIVE = 5 * MINUTE
/** The rows of a message of a socket are those of REST. */
const rowOf = (message: Record<string, unknown>) => (message.data as unknown[])[0]
const sizes = usualContractSize

describe('answers of REST', () => {
  it('tell the time', () => {
    expect(readServerTime(body({ ts: String(T) }))).toBe(T)
    expect(() => readServerTime(body({ ts: 'noon' }))).toThrow('time answered no ts')
  })

  it('hold candles newest first, of which the open one is left out', () => {
    const read = readCandles(body(candleRow(T + 2 * MINUTE, { 8: '0', 1: '' }), candleRow(T + MINUTE), candleRow(T)), SYMBOL, sizes)
    expect(read.rows.map((c) => c.openTime)).toEqual([T, T + MINUTE])
    expect(read).toMatchObject({ oldest: T, unread: null })
    expect(read.rows[0]).toMatchObject({ volume: 812.4, quoteVolume: 1_633_870.4425 })
    expect(readCandles(body(), SYMBOL, sizes)).toEqual({ rows: [], unread: null, oldest: null })
  })

  it('leave out rows that cannot be read, and count them', () => {
    const read = readCandles(body(candleRow(T), candleRow(T + MINUTE).slice(0, 8), 'row'), SYMBOL, sizes)
    expect(read.rows).toHaveLength(1)
    expect(read.unread).toEqual({ count: 2, reason: 'candles: candle confirm is missing' })
    expect(() => readCandles(body(candleRow(T, { 8: '2' })), SYMBOL, sizes)).toThrow(FeedError)
  })

  it('tell the open interest of every instrument at once', () => {
    const { rows } = readOpenInterests(body(rowOf(openInterest()), rowOf(openInterest({ instId: 'BTC-USDT-SWAP' }))), sizes)
    expect(Object.fromEntries(rows)).toMatchObject({
      [SYMBOL]: { time: T + 5_000, openInterest: 256_000.25, openInterestUsd: 514_990_000.06 },
      'BTC-USDT-SWAP': { openInterest: 256_000.25 },
    })
  })

  it('tell the open interest of the past at the end of its period', () => {
    const answer = body([String(T + FIVE), '2560002.5', '256000.25', '514990000.06'], [String(T), '2560002.5', '', ''])
    expect(readOpenInterestHistory(answer, SYMBOL, FIVE, sizes).rows).toEqual([
      { type: 'openInterest', time: T + FIVE, openInterest: 2_560_002.5 * 0.1 },
      { type: 'openInterest', time: T + 2 * FIVE, openInterest: 256_000.25, openInterestUsd: 514_990_000.06 },
    ])
  })

  it('tell settlements as they were charged, and the interval by the next two', () => {
    expect(readFunding(body(settlement(T + 28_800_000, { realizedRate: '' }), settlement(T)), SYMBOL, 8).rows).toEqual([
      { type: 'funding', time: T, rate: 0.0001, intervalHours: 8 },
      { type: 'funding', time: T + 28_800_000, rate: 0.00012, intervalHours: 8 },
    ])
    expect(readFunding(body(settlement(T)), SYMBOL, undefined).rows[0]).not.toHaveProperty('intervalHours')
    expect(() => readFunding(body(settlement(T)), 'BTC-USDT-SWAP', 8)).toThrow('a row is not of BTC-USDT-SWAP')
    expect(readFundingHours(body(rowOf(fundingRate())))).toBe(8)
    expect(readFundingHours(body(rowOf(fundingRate({ nextFundingTime: '' }))))).toBe(8)
    expect(readFundingHours(body(rowOf(fundingRate({ nextFundingTime: '', prevFundingTime: '' }))))).toBeUndefined()
  })

  it('tell ratios, and those of taker volumes from what was sold and bought', () => {
    expect(readRatios('ratios', body([String(T), '1.25']), 'topPositions', FIVE).rows).toEqual([
      { type: 'longShortRatio', time: T + FIVE, kind: 'topPositions', ratio: 1.25 },
    ])
    expect(readRatios('takers', body([String(T), '200', '300']), 'takerVolume', FIVE).rows).toMatchObject([{ ratio: 1.5 }])
    expect(() => readRatios('takers', body([String(T), '0', '300']), 'takerVolume', FIVE)).toThrow('sellVol is no size above zero')
  })

  it('list linear swaps that trade, and the contract sizes of all', () => {
    const read = readInstruments(
      body(
        instrument(),
        instrument({ instId: 'BTC-USDC-SWAP', instFamily: 'BTC-USDC', settleCcy: 'USDC', ctVal: '0.0001' }),
        instrument({ instId: 'BTC-USD-SWAP', instFamily: 'BTC-USD', settleCcy: 'BTC', ctType: 'inverse', ctVal: '100' }),
        instrument({ instId: 'OLD-USDT-SWAP', state: 'suspend', ctVal: '10', ctMult: '2' }),
        instrument({ instId: 'BAD-USDT-SWAP', ctVal: '' }),
        instrument({ instId: 'ETH-USDT-260327', instType: 'FUTURES' }),
      ),
    )
    expect(read.instruments).toEqual([
      { venue: 'okx-swap', symbol: SYMBOL, baseAsset: 'ETH', quoteAsset: 'USDT', contractSize: 0.1 },
      { venue: 'okx-swap', symbol: 'BTC-USDC-SWAP', baseAsset: 'BTC', quoteAsset: 'USDC', contractSize: 0.0001 },
    ])
    expect(Object.fromEntries(read.contractSizes)).toEqual({
      [SYMBOL]: 0.1,
      'BTC-USDC-SWAP': 0.0001,
      'BTC-USD-SWAP': 100,
      'OLD-USDT-SWAP': 20,
    })
  })

  it('tell margin tiers in contracts, which become USD at a price', () => {
    const answer = body(tier({ minSz: '5001', maxSz: '10000', mmr: '0.006', maxLever: '75', tier: '2' }), tier())
    expect(readPositionTiers(answer, SYMBOL, 0.1, 2_000)).toEqual([
      { floorUsd: 0, capUsd: 1_000_000, maintMarginRatio: 0.004, maxLeverage: 100 },
      { floorUsd: 1_000_000, capUsd: 2_000_000, maintMarginRatio: 0.006, maxLeverage: 75 },
    ])
    expect(readPositionTiers(body(tier()), 'BTC-USD-SWAP', 100, 50_000)).toMatchObject([{ capUsd: 500_000 }])
    expect(() => readPositionTiers(body(tier({ mmr: '0' })), SYMBOL, 0.1, 2_000)).toThrow('mmr is no margin')
    expect(readMarkPrice(body(rowOf(markPrice())), SYMBOL)).toBe(2011.68)
    expect(() => readMarkPrice(body(), SYMBOL)).toThrow(`no price of ${SYMBOL}`)
  })

  it('hold whole books, in coins', () => {
    expect(readBooks(body(rowOf(books())), SYMBOL, sizes)).toMatchObject({ time: T + 500, bids: [[2011.7, 3.2], expect.anything()] })
    expect(() => readBooks(body(rowOf(books())), 'NEWCOIN-USDT-SWAP', sizes)).toThrow('contract size of the instrument is not known')
  })

  it('of another shape are errors of the venue’s, whatever is wrong with them', () => {
    const readers = [
      (answer: unknown) => readCandles(answer, SYMBOL, sizes),
      (answer: unknown) => readOpenInterests(answer, sizes),
      (answer: unknown) => readOpenInterestHistory(answer, SYMBOL, FIVE, sizes),
      (answer: unknown) => readFunding(answer, SYMBOL, 8),
      (answer: unknown) => readRatios('ratios', answer, 'accounts', FIVE),
      (answer: unknown) => readPositionTiers(answer, SYMBOL, 0.1, 2_000),
      (answer: unknown) => readBooks(answer, SYMBOL, sizes),
      (answer: unknown) => readMarkPrice(answer, SYMBOL),
      readFundingHours,
      readInstruments,
      readServerTime,
    ]
    const good = [
      body(candleRow(T), candleRow(T + MINUTE)),
      openInterest(),
      markPrice(),
      body(settlement(T)),
      body(tier()),
      body(instrument()),
      books(),
    ]
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

describe('usual contract sizes', () => {
  it('are of the exact contract: coins of linear ones, USD of inverse ones', () => {
    const known = [
      'BTC-USDT-SWAP',
      'BTC-USDT-260327',
      'BTC-USDC-SWAP',
      'BTC-USD-SWAP',
      'ETH-USD-SWAP',
      'ETH-USDT-SWAP',
      'DOGE-USDT-SWAP',
      'IOST-USDT-SWAP',
    ]
    expect(known.map(usualContractSize)).toEqual([0.01, 0.01, 0.0001, 100, 10, 0.1, 1_000, 1_000])
  })

  it('are not made up for what the table does not hold', () => {
    expect(['NEWCOIN-USDT-SWAP', 'BTC-USDT', 'BTC', '', 'BTC-EUR-SWAP'].map(usualContractSize)).toEqual([...Array(5)])
  })
})
