/** OKX's words about a market made by hand, from OKX's documentation and not from what reads them. */
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { barAt } from '../../bars.ts'
import { CHARACTERS, venueInstrument } from '../../characters.ts'
import { forced, GENESIS, HandMarket, trade } from '../../hand-market.ts'
import { LiveMarket } from '../../live-market.ts'
import type { DepthAt } from '../../venue-market.ts'
import { handListing } from '../hand-listing.ts'
import { tradesIn } from '../recent-trades.ts'
import type { Happening } from '../wire-format.ts'
import { okxFormat } from './format.ts'

const PUBLIC = '/ws/v5/public'
const BUSINESS = '/ws/v5/business'
const SYMBOL = 'SIMHAND-USDT-SWAP'
/** Base coin per contract of the market made by hand. */
const SIZE = 0.1
const TICKS = [trade(1, 100, 1), trade(20, 101.5, 2, false, 3), trade(40, 101, 0.55), trade(70, 99.5, 4, false), forced(80, 1, 2.5, 90, 95)]

const hand = () => handListing(okxFormat, new HandMarket({ ticks: TICKS }))
const rows = (answer: { body: unknown }): unknown[] => (answer.body as { data: unknown[] }).data
/** What the one frame tells. */
const dataOf = <T>(told: readonly Record<string, unknown>[]): T[] => told[0]?.data as T[]
const subscribe = (...args: object[]): object => ({ op: 'subscribe', args })
const of = (channel: string, instId = SYMBOL): object => subscribe({ channel, instId })

describe('names and sizes', () => {
  it('has contracts of a size as usual there, and sizes are told in contracts', () => {
    const sizes = CHARACTERS.map(({ symbol, price }) => {
      const size = okxFormat.contractSizeOf(venueInstrument(symbol))
      expect(size * price).toBeGreaterThan(100)
      expect(size * price).toBeLessThan(1_000)
      return [okxFormat.symbolOf(venueInstrument(symbol)), size]
    })
    expect(Object.fromEntries(sizes)).toEqual({
      'SIMOAK-USDT-SWAP': 0.01,
      'SIMTIDE-USDT-SWAP': 0.1,
      'SIMRIDGE-USDT-SWAP': 1,
      'SIMEMBER-USDT-SWAP': 100,
      'SIMGALE-USDT-SWAP': 1_000,
      'SIMSPARK-USDT-SWAP': 100_000,
    })
    expect(rows(hand().get('/api/v5/public/instruments?instType=SWAP'))).toMatchObject([
      { instId: SYMBOL, ctVal: '0.1', ctValCcy: 'SIMHAND', ctMult: '1', ctType: 'linear', lotSz: '0.01', tickSz: '0.01', lever: '125' },
    ])
    expect(rows(hand().get('/api/v5/public/instruments?instType=SPOT'))).toEqual([])
  })
})

describe('what a client asks', () => {
  it('is acknowledged or refused argument by argument', () => {
    const asked = hand().ask(
      {
        id: 'a1',
        op: 'subscribe',
        args: [
          { channel: 'trades', instId: SYMBOL },
          { channel: 'trades', instId: 'NOPE-USDT-SWAP' },
          { channel: 'liquidation-orders', instType: 'SWAP' },
        ],
      },
      PUBLIC,
    )
    expect(asked.replies.map((r) => JSON.parse(r))).toEqual([
      { id: 'a1', event: 'subscribe', arg: { channel: 'trades', instId: SYMBOL }, connId: expect.any(String) },
      { id: 'a1', event: 'error', code: '60018', msg: expect.stringContaining('instId:NOPE-USDT-SWAP'), connId: expect.any(String) },
      { id: 'a1', event: 'subscribe', arg: { channel: 'liquidation-orders', instType: 'SWAP' }, connId: expect.any(String) },
    ])
    expect(asked).toMatchObject({ kind: 'subscribe', topics: [{ symbol: SYMBOL }, { symbol: null }] })
  })

  it('has candles on the business path, and only there', () => {
    const answers = (channel: string, path: string): unknown => JSON.parse(hand().ask(of(channel), path).replies[0] as string).event
    expect([answers('candle1m', BUSINESS), answers('candle1m', PUBLIC)]).toEqual(['subscribe', 'error'])
    expect([answers('trades', BUSINESS), answers('trades', PUBLIC)]).toEqual(['error', 'subscribe'])
    expect([answers('candle1Dutc', BUSINESS), answers('candle7m', BUSINESS)]).toEqual(['subscribe', 'error'])
  })

  it('is answered by a pong where it is a ping, and by an error where it is nothing', () => {
    expect(hand().ask('ping', PUBLIC)).toEqual({ kind: 'none', replies: ['pong'] })
    for (const nothing of ['{', '[]', '{"op":"dance","args":[{}]}', '{"op":"subscribe"}']) {
      expect(JSON.parse(hand().ask(nothing, PUBLIC).replies[0] as string)).toMatchObject({ event: 'error', code: '60012' })
    }
    expect(JSON.parse(hand().ask('{"op":"subscribe","args":[null]}', PUBLIC).replies[0] as string)).toMatchObject({ code: '60018' })
  })
})

describe('streams', () => {
  it('tells liquidations by type, several of an instrument as several details', () => {
    const venue = hand()
    const topic = venue.topic(subscribe({ channel: 'liquidation-orders', instType: 'SWAP' }), PUBLIC)
    const time = GENESIS + 81_000
    venue.at(time)
    const orders = [forced(80, 1, 2.5, 90, 95), forced(80.2, -1, 0.125, 110, 105)]
    expect(venue.told(topic, { kind: 'liquidation', listing: venue.listing, time, orders })).toEqual([
      {
        arg: { channel: 'liquidation-orders', instType: 'SWAP' },
        data: [
          {
            details: [
              { bkLoss: '0', bkPx: '90', ccy: '', posSide: 'long', side: 'sell', sz: '25', ts: String(GENESIS + 80_000) },
              { bkLoss: '0', bkPx: '110', ccy: '', posSide: 'short', side: 'buy', sz: '1.25', ts: String(GENESIS + 80_200) },
            ],
            instFamily: 'SIMHAND-USDT',
            instId: SYMBOL,
            instType: 'SWAP',
            uly: 'SIMHAND-USDT',
          },
        ],
      },
    ])
  })

  it('tells each trade by itself, in contracts', () => {
    const venue = hand()
    const time = GENESIS + 2 * MINUTE_MS
    venue.at(time)
    const ticks = tradesIn(venue.listing.market, GENESIS, time)
    const told = venue.told(venue.topic(of('trades'), PUBLIC), { kind: 'trade', listing: venue.listing, time, ticks })
    expect(told.map(({ data }) => data)).toMatchObject([
      [{ tradeId: '1', px: '100', sz: '10', side: 'buy', ts: String(GENESIS + 1_000), count: '1' }],
      [{ tradeId: '4', px: '101.5', sz: '20', side: 'sell', count: '3' }],
      [{ tradeId: '5', px: '101', sz: '5.5', side: 'buy', count: '1' }],
      [{ tradeId: '6', px: '99.5', sz: '40', side: 'sell', count: '1' }],
    ])
  })

  it('tells candles whose contracts are what was traded, with 1 where they are over', () => {
    const venue = hand()
    const { listing } = venue
    const time = GENESIS + MINUTE_MS
    venue.at(time)
    const topic = venue.topic(of('candle1m'), BUSINESS)
    const bar = barAt(listing.market, MINUTE_MS, time, true)
    if (!bar) throw new Error('no bar')
    const closed: Happening = { kind: 'candle', listing, time, interval: '1m', intervalMs: MINUTE_MS, bar, closed: true }
    const row = [String(GENESIS), '100', '101.5', '100', '101', '35.5', '3.55', '358.55']
    expect(venue.told(topic, closed)).toEqual([{ arg: { channel: 'candle1m', instId: SYMBOL }, data: [[...row, '1']] }])
    expect(venue.told(topic, { ...closed, closed: false })).toMatchObject([{ data: [[...row, '0']] }])
    const trades = tradesIn(listing.market, GENESIS, time - 1)
    expect(trades.reduce((sum, t) => sum + t.quantity, 0)).toBeCloseTo(Number(row[6]), 12)
    expect(Number(row[5]) * SIZE).toBeCloseTo(Number(row[6]), 12)
  })

  it('tells marks, funding, open interest and the index as the market has them', () => {
    const venue = hand()
    const { listing } = venue
    const time = GENESIS + 3 * MINUTE_MS
    venue.at(time)
    const state = (channel: string, instId = SYMBOL): unknown => {
      const topic = venue.topic(of(channel, instId), PUBLIC)
      const mark = listing.market.markAt(time)
      const told = venue.told(topic, { kind: 'mark', listing, time, mark, openInterest: 1_234.5678, lastPrice: 99.5 }, GENESIS)
      expect(told).toEqual(venue.snapshot(topic))
      expect(told).toHaveLength(1)
      expect(told[0]?.arg).toEqual({ channel, instId })
      return dataOf(told)[0]
    }
    const ts = String(time)
    expect(state('mark-price')).toEqual({ instId: SYMBOL, instType: 'SWAP', markPx: '99.5', ts })
    expect(state('funding-rate')).toMatchObject({
      ...{ fundingRate: '-0.00012', fundingTime: String(GENESIS + 8 * HOUR_MS), nextFundingTime: String(GENESIS + 16 * HOUR_MS) },
      ...{ prevFundingTime: String(GENESIS), settFundingRate: '0.0001', maxFundingRate: '0.0075', nextFundingRate: '', ts },
    })
    expect(state('open-interest')).toEqual({
      ...{ instId: SYMBOL, instType: 'SWAP', oi: '12345.68', oiCcy: '1234.568', oiUsd: '122839.4961', ts },
    })
    expect(state('index-tickers', 'SIMHAND-USDT')).toMatchObject({ instId: 'SIMHAND-USDT', idxPx: '99.75', ts })
    expect(state('tickers')).toMatchObject({
      ...{ last: '99.5', lastSz: '40', bidPx: '99', bidSz: '10', askPx: '101', askSz: '20', open24h: '100', high24h: '101.5' },
      ...{ low24h: '99.5', vol24h: '75.5', volCcy24h: '7.55', sodUtc0: '100', sodUtc8: '100', ts },
    })
  })

  it('tells a mark again only where it changed, or after a while', () => {
    const venue = hand()
    const { listing } = venue
    venue.at(GENESIS + 3 * MINUTE_MS)
    const topic = venue.topic(of('mark-price'), PUBLIC)
    const told = (second: number, toldSecond: number): number => {
      const time = GENESIS + second * 1_000
      const happening: Happening = { kind: 'mark', listing, time, mark: listing.market.markAt(time), openInterest: 1, lastPrice: 1 }
      return venue.told(topic, happening, GENESIS + toldSecond * 1_000).length
    }
    expect([told(69, 60), told(69, 59), told(70, 69)]).toEqual([0, 1, 1])
  })

  it('tells books that clients can keep and check: each change follows the last, and its checksum is of what they then hold', () => {
    const market = new LiveMarket({ seed: 7, symbol: 'SIMTIDEUSDT', genesis: GENESIS, warmUpDays: 0.02 })
    const venue = handListing(okxFormat, market)
    const { listing } = venue
    const topic = venue.topic(of('books', 'SIMTIDE-USDT-SWAP'), PUBLIC)
    let toldAt = market.simulatedTo + MINUTE_MS + 37
    venue.at(toldAt)
    const sides = { bids: new Map<string, string>(), asks: new Map<string, string>() }
    let last = -1
    const sorted = (): { bids: string[][]; asks: string[][] } => ({
      bids: [...sides.bids].sort(([a], [b]) => Number(b) - Number(a)),
      asks: [...sides.asks].sort(([a], [b]) => Number(a) - Number(b)),
    })
    const take = ({ action, data }: Record<string, unknown>): void => {
      const [frame] = data as { bids: string[][]; asks: string[][]; seqId: number; prevSeqId: number; checksum: number }[]
      if (!frame) throw new Error('no book')
      expect([action, frame.prevSeqId]).toEqual([last < 0 ? 'snapshot' : 'update', last])
      last = frame.seqId
      for (const side of ['bids', 'asks'] as const) {
        for (const [p, q] of frame[side] as [string, string][]) {
          if (Number(q) === 0) sides[side].delete(p)
          else sides[side].set(p, q)
        }
      }
      const { bids, asks } = sorted()
      const text = bids
        .slice(0, 25)
        .flatMap((bid, i) => [...bid, ...(asks[i] as string[])])
        .join(':')
      expect(frame.checksum).toBe(signedCrc32(text))
    }
    for (const frame of venue.snapshot(topic, toldAt)) take(frame)
    let book: DepthAt = market.depthAt(toldAt, 400)
    for (let i = 0; i < 30; i++) {
      const time = toldAt + 100 * (1 + (i % 7) * 5)
      venue.at(time)
      book = market.depthAt(time, 400)
      for (const frame of venue.told(topic, { kind: 'depth', listing, time, book }, toldAt)) take(frame)
      toldAt = time
    }
    expect(sides.bids.size).toBe(400)
    const inCoins = (side: string[][]): number[][] =>
      side.map(([p, q]) => [Number(p), Number((Number(q) * listing.contractSize).toFixed(3))])
    expect(inCoins(sorted().bids)).toEqual(book.bids)
    expect(inCoins(sorted().asks)).toEqual(book.asks)

    const five = venue.told(
      venue.topic(of('books5', 'SIMTIDE-USDT-SWAP'), PUBLIC),
      { kind: 'depth', listing, time: toldAt, book },
      toldAt - 60_000,
    )
    expect(five).toMatchObject([{ data: [{ instId: 'SIMTIDE-USDT-SWAP', seqId: book.lastUpdateId }] }])
    expect(dataOf<{ bids: unknown[] }>(five)[0]?.bids).toHaveLength(5)
  })
})

describe('calls', () => {
  const late = () => {
    const venue = hand()
    venue.at(GENESIS + 9 * HOUR_MS)
    return venue
  }

  it('page through candles, newest first, with after and before', () => {
    const venue = late()
    const minutes = (query: string, path = 'candles'): number[] => {
      const found = rows(venue.get(`/api/v5/market/${path}?instId=${SYMBOL}&${query}`)) as string[][]
      return found.map(([ts]) => (Number(ts) - GENESIS) / MINUTE_MS)
    }
    expect(minutes(`after=${GENESIS + 3 * MINUTE_MS}`)).toEqual([2, 1, 0])
    expect(minutes(`after=${GENESIS + 9 * MINUTE_MS}&before=${GENESIS + 5 * MINUTE_MS}`, 'history-candles')).toEqual([8, 7, 6])
    expect(minutes(`before=${GENESIS}&limit=2`)).toEqual([540, 539])
    expect(minutes('bar=1H&limit=2')).toEqual([540, 480])
    const [now, minuteAgo] = rows(venue.get(`/api/v5/market/candles?instId=${SYMBOL}&limit=2`)) as string[][]
    expect([now?.[8], minuteAgo?.[8]]).toEqual(['0', '1'])
    const first = rows(venue.get(`/api/v5/market/candles?instId=${SYMBOL}&after=${GENESIS + MINUTE_MS}`))
    expect(first).toEqual([[String(GENESIS), '100', '101.5', '100', '101', '35.5', '3.55', '358.55', '1']])
  })

  it('tell statistics of the market, newest first', () => {
    const venue = late()
    const stat = (path: string): unknown[] => rows(venue.get(`/api/v5/rubik/stat/${path}`))
    // The last five minutes that have ended; what stood at their end is told by their beginning.
    const nine = String(GENESIS + 9 * HOUR_MS - 5 * MINUTE_MS)
    expect(stat(`contracts/open-interest-history?instId=${SYMBOL}&period=1H&limit=2`)).toEqual([
      [String(GENESIS + 8 * HOUR_MS), '11080', '1108', '110800'],
      [String(GENESIS + 7 * HOUR_MS), '10960', '1096', '109600'],
    ])
    // Days without `utc` begin with those of Hong Kong.
    expect(stat(`contracts/open-interest-history?instId=${SYMBOL}&period=6H`)).toEqual([
      [String(GENESIS - 2 * HOUR_MS), '10480', '1048', '104800'],
    ])
    expect(stat(`contracts/open-interest-history?instId=${SYMBOL}&period=6Hutc&limit=1`)).toEqual([
      [String(GENESIS), '10720', '1072', '107200'],
    ])
    expect(stat(`contracts/long-short-account-ratio-contract?instId=${SYMBOL}&period=5m&limit=1`)).toEqual([[nine, '1.5']])
    expect(stat(`contracts/long-short-account-ratio-contract-top-trader?instId=${SYMBOL}&limit=1`)).toEqual([[nine, '0.5']])
    expect(stat(`contracts/long-short-position-ratio-contract-top-trader?instId=${SYMBOL}&limit=1`)).toEqual([[nine, '2']])
    const volume = `taker-volume-contract?instId=${SYMBOL}&period=5m&begin=${GENESIS}&end=${GENESIS + 4 * MINUTE_MS}`
    expect(stat(volume)).toEqual([[String(GENESIS), '60', '15.5']])
    expect(stat(`${volume}&unit=0`)).toEqual([[String(GENESIS), '6', '1.55']])
    expect(stat(`${volume}&unit=2`)).toEqual([[String(GENESIS), '601', '155.55']])
    expect(stat(`contracts/open-interest-volume?ccy=SIMHAND&period=5m&end=${GENESIS}&limit=1`)[0]).toEqual([
      String(GENESIS),
      '100100',
      '756.55',
    ])
    const range = rows(
      venue.get(`/api/v5/rubik/stat/contracts/open-interest-history?instId=${SYMBOL}&begin=${GENESIS}&end=${GENESIS + 600_000}`),
    )
    expect(range).toHaveLength(3)
  })

  it('tell settlements at their full hour', () => {
    const path = `/api/v5/public/funding-rate-history?instId=${SYMBOL}`
    expect(rows(late().get(path))).toMatchObject([
      { fundingRate: '0.0002', realizedRate: '0.0002', fundingTime: String(GENESIS + 8 * HOUR_MS) },
      { fundingRate: '0.0001', realizedRate: '0.0001', fundingTime: String(GENESIS) },
    ])
    expect(rows(late().get(`${path}&after=${GENESIS + 8 * HOUR_MS}`))).toHaveLength(1)
    expect(rows(late().get(`${path}&before=${GENESIS}`))).toMatchObject([{ fundingTime: String(GENESIS + 8 * HOUR_MS) }])
  })

  it('tell tiers in contracts at the mark, each beginning a lot above the one before', () => {
    const tiers = rows(late().get('/api/v5/public/position-tiers?instType=SWAP&tdMode=cross&uly=SIMHAND-USDT'))
    expect(tiers.slice(0, 2)).toMatchObject([
      { tier: '1', minSz: '0', maxSz: '5025.12', mmr: '0.004', imr: '0.008', maxLever: '125', instFamily: 'SIMHAND-USDT' },
      { tier: '2', minSz: '5025.13', maxSz: '50251.25', mmr: '0.005', imr: '0.01', maxLever: '100' },
    ])
    expect(5_025.12 * SIZE * 99.5).toBeCloseTo(50_000, 0)
    expect(rows(late().get('/api/v5/public/position-tiers?instType=SWAP&tdMode=cross&instFamily=OTHER-USDT'))).toEqual([])
  })

  it('say what is wrong with their code', () => {
    const venue = late()
    const said = (path: string): unknown[] => {
      const { status, body } = venue.get(`/api/v5/${path}`)
      return [path, status, (body as { code: string }).code]
    }
    for (const [path, status, code] of [
      ['market/candles?instId=NOPE-USDT-SWAP', 200, '51001'],
      ['market/candles', 400, '50014'],
      [`market/candles?instId=${SYMBOL}&bar=7m`, 400, '51000'],
      [`market/candles?instId=${SYMBOL}&after=x`, 400, '51000'],
      [`market/candles?instId=${SYMBOL}&limit=0`, 400, '51000'],
      ['public/instruments?instType=HOUSE', 400, '51000'],
      ['public/position-tiers?instType=SWAP', 400, '51000'],
      ['market/nothing', 404, '404'],
    ] as const) {
      expect(said(path)).toEqual([path, status, code])
    }
    expect(okxFormat.refusal('limit', 1_000)).toMatchObject({ status: 429, body: { code: '50011' } })
  })
})

/** By its definition, bit by bit. */
function signedCrc32(text: string): number {
  let crc = -1
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc
}
