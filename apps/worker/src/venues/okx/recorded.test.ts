/** Messages that the venue has really sent, or shows in its documentation; they are not part of the repository. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { NORMALISED_CHANNELS } from '../normaliser.ts'
import { usualContractSize } from './contract-sizes.ts'
import { readMessage } from './mapper.ts'
import { normaliseOkx } from './normalise.ts'
import { readFunding, readInstruments, readMarkPrice } from './rest-mapper.ts'

interface Recorded {
  transport: 'ws' | 'rest'
  request?: string
  message: unknown
}

const folder = path.join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'venue-messages', 'okx')
const all = (name: string): Recorded[] => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Recorded[]
const readings = (name: string) =>
  all(name)
    .filter(({ transport }) => transport === 'ws')
    .flatMap(({ message }) => readMessage(message, { contractSize: usualContractSize }))
const told = (name: string) =>
  readings(name).map((r) => (r.kind === 'data' ? [r.symbol, ...r.events] : r.kind === 'unknown' ? r.reason : r.kind))
const answers = (name: string, request: string): unknown[] =>
  all(name)
    .filter((r) => r.transport === 'rest' && r.request?.includes(request))
    .map(({ message }) => message)

describe.skipIf(!existsSync(folder))('recorded messages', () => {
  it('of liquidations: contracts of 10 USD, of 1,000 coins; the older channel was not subscribed to', () => {
    expect(told('liquidations')).toMatchObject([
      ['XRP-USD-230929', { side: 'short', price: 0.55205, quantity: 390 / 0.55205, quantityUsd: 390, priceKind: 'bankruptcy' }],
      'a channel that was not subscribed to',
      'a channel that was not subscribed to',
      ['IOST-USDT-SWAP', { side: 'short', time: 1692266434010, quantity: 13_000, quantityUsd: 13_000 * 0.007831 }],
    ])
    const older = all('liquidations').map(({ message }) => normaliseOkx('liquidation', message, { contractSize: null, symbol: null }))
    expect(older.map(({ events }) => events.map(({ event }) => event.type === 'liquidation' && event.quantity))).toEqual([
      [390 / 0.55205],
      [1_200 / 51886.2],
      [0.4],
      [13_000],
    ])
  })

  it('of marks and funding: a rate without its number is unknown', () => {
    expect(told('funding-mark')).toEqual([
      'control',
      ['WNCG-USDT-SWAP', { type: 'markPrice', time: 1640131259180, markPrice: 2.1729 }],
      'funding-rate fundingRate is no rate',
      'control',
    ])
  })

  it('of open interest, trades, books and candles', () => {
    expect(told('open-interest')).toEqual([['WNCG-USDT-SWAP', { type: 'openInterest', time: 1640131258756, openInterest: 644195 }]])
    expect(told('trades')).toEqual([['BTC-USDT-SWAP'], 'contract size of the instrument is not known', ['UNI-USD-SWAP']])
    expect(told('book')).toEqual(['a channel that was not subscribed to', 'a channel that was not subscribed to'])
    expect(told('klines')).toEqual(['a channel that was not subscribed to'])
  })

  it('of REST: settlements as charged, marks, and the contract sizes of the table', () => {
    const [settled] = answers('funding-mark', 'funding-rate-history')
    expect(readFunding(settled, 'BTC-USDT-SWAP', 8).rows.map((e) => [e.time, e.rate])).toEqual([
      [1704038400000, -0.00002],
      [1704067200000, 0.00015],
    ])
    const [mark] = answers('funding-mark', 'mark-price')
    expect(readMarkPrice(mark, 'BTC-USDT-SWAP')).toBe(84660.1)
    const lists = answers('instruments', 'public/instruments')
    expect(lists.length).toBeGreaterThan(1)
    for (const list of lists) {
      const { contractSizes } = readInstruments(list)
      expect(contractSizes.size).toBeGreaterThan(0)
      for (const [symbol, size] of contractSizes) expect([symbol, usualContractSize(symbol)]).toEqual([symbol, size])
    }
  })

  it('of every kind have an outcome for every channel', () => {
    for (const name of ['liquidations', 'funding-mark', 'klines', 'trades', 'book', 'instruments', 'open-interest'])
      for (const { message } of all(name))
        for (const channel of NORMALISED_CHANNELS)
          expect(() => normaliseOkx(channel, message, { contractSize: null, symbol: null })).not.toThrow()
  })
})
