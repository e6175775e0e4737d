/** Messages that the venue has really sent, or shows in its documentation; they are not part of the repository. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readMessage } from './mapper.ts'
import { normaliseBybit } from './normalise.ts'
import { readFunding, readInstruments, readOrderbook } from './rest-mapper.ts'

interface Recorded {
  transport: 'ws' | 'rest'
  request?: string
  message: unknown
}

const folder = path.join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'venue-messages', 'bybit')
const recorded = (name: string, transport: Recorded['transport']): unknown[] =>
  (JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Recorded[])
    .filter((r) => r.transport === transport)
    .map(({ message }) => message)
const readings = (name: string) => recorded(name, 'ws').flatMap((message) => readMessage(message))
const told = (name: string) =>
  readings(name).map((r) => (r.kind === 'data' ? [r.symbol, ...r.events] : r.kind === 'unknown' ? r.reason : r.kind))

describe.skipIf(!existsSync(folder))('recorded messages', () => {
  it('of liquidations: Sell closed a short, Buy a long; inverse sizes are USD', () => {
    expect(told('liquidations')).toMatchObject([
      ['PIPPINUSDT', { side: 'short', time: 1740480207110, price: 0.02456, quantity: 2846, quantityUsd: 2846 * 0.02456 }],
      ['GALAUSDT', { side: 'long', time: 1673251091822, price: 0.03803, quantity: 1637 }],
      ['XRPUSD', { side: 'short', price: 0.5149, quantity: 6949 / 0.5149, quantityUsd: 6949, priceKind: 'bankruptcy' }],
    ])
  })

  it('of tickers: a change without a mark is none, a dated contract has no funding', () => {
    const [linear, inverse, change, dated, old] = told('funding-mark')
    expect(linear).toEqual([
      'BTCUSDT',
      {
        type: 'markPrice',
        time: 1680673821770,
        markPrice: 28552.81,
        indexPrice: 28562.25,
        predictedFundingRate: 0.0001,
        nextFundingTime: 1680681600000,
      },
    ])
    expect(inverse).toMatchObject(['BTCUSD', { markPrice: 28560 }])
    expect(change).toEqual(['BTCUSD'])
    expect(dated).toEqual(['BTCUSDU23', { type: 'markPrice', time: 1680673822099, markPrice: 29023.6, indexPrice: 28566.94 }])
    expect(old).toMatchObject(['BTCUSDT', { predictedFundingRate: -0.000212, nextFundingTime: 1673280000000 }])
  })

  it('of books, trades and candles: changes, other intervals and topics of nobody’s are unknown', () => {
    expect(told('book')).toMatchObject([['BTCPERP', { bids: [[28555.2, 0.597]] }], 'orderbook type is not snapshot', ['BTCUSDT', {}]])
    expect(told('trades')).toEqual([['BTCUSD'], ['BTCUSD'], ['BTCUSD'], ['LTCUSDT'], 'a topic that was not subscribed to'])
    expect(told('klines')).toEqual(['kline interval is not 1'])
  })

  it('of REST: settlements, instruments and books', () => {
    const [settled] = recorded('funding-mark', 'rest')
    expect(readFunding(settled, 'BTCUSDT', 8).rows.map((e) => [e.time, e.rate])).toEqual([
      [1709856000000, 0.00015],
      [1709884800000, 0.0001],
    ])
    const [listed] = recorded('instruments', 'rest')
    expect(readInstruments(listed).instruments.map((i) => [i.symbol, i.baseAsset, i.quoteAsset])).toEqual([
      ['BTCUSDT', 'BTC', 'USDT'],
      ['ETHUSDT', 'ETH', 'USDT'],
    ])
    const [book] = recorded('book', 'rest')
    expect(readOrderbook(book, 'BTCUSDT')).toMatchObject({
      time: 1709891679000,
      asks: [
        [27451, 1.2],
        [27451.5, 3],
        [27452, 0.5],
      ],
    })
  })

  it('of every kind have an outcome for every channel', () => {
    for (const name of ['liquidations', 'funding-mark', 'klines', 'trades', 'book', 'instruments'])
      for (const message of [...recorded(name, 'ws'), ...recorded(name, 'rest')])
        for (const channel of ['liquidation', 'openInterest', 'funding', 'candle', 'markPrice', 'longShortRatio'] as const)
          expect(() => normaliseBybit(channel, message, { contractSize: null, symbol: null })).not.toThrow()
  })
})
