import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectHonest, mutated } from '../../../test/mutations.ts'
import { NORMALISED_CHANNELS, type NormalisedChannel } from '../normaliser.ts'
import {
  allLiquidation,
  body,
  fundingRow,
  kline,
  klineRow,
  klines,
  oldLiquidation,
  openInterestRow,
  ratioRow,
  T,
  ticker,
} from './__fixtures__/messages.ts'
import { normaliseBybit } from './normalise.ts'

const OPTIONS = { contractSize: null, symbol: null }
const read = (channel: NormalisedChannel, message: unknown, options = {}) => normaliseBybit(channel, message, { ...OPTIONS, ...options })
const eventsOf = (channel: NormalisedChannel, message: unknown, options = {}) => {
  const { events, quarantined } = read(channel, message, options)
  expect(quarantined).toBeNull()
  return events.map(({ event }) => event)
}
const MINUTE = 60_000

describe('one message of Bybit', () => {
  it('is a liquidation in whatever wrapper: of a socket, its data, one row', () => {
    const whole = read('liquidation', allLiquidation())
    expect(whole.events.map(({ symbol, event }) => [symbol, event.type === 'liquidation' && event.side])).toEqual([
      ['ETHUSDT', 'long'],
      ['ETHUSDT', 'short'],
    ])
    const { data } = allLiquidation() as { data: unknown[] }
    expect(read('liquidation', data)).toEqual(whole)
    expect(read('liquidation', { data })).toEqual(whole)
    expect(read('liquidation', data[0]).events).toEqual(whole.events.slice(0, 1))
    expect(eventsOf('liquidation', oldLiquidation())).toMatchObject([{ side: 'long', priceKind: 'bankruptcy', quantity: 3.5 }])
    expect(eventsOf('liquidation', (oldLiquidation() as { data: unknown }).data)).toHaveLength(1)
  })

  it('has the contract size that is given', () => {
    expect(eventsOf('liquidation', oldLiquidation(), { contractSize: 10 })).toMatchObject([{ quantity: 35, quantityUsd: 1990.1 * 35 }])
  })

  it('keeps what can be read beside what cannot', () => {
    const bad = read('liquidation', allLiquidation({ p: 'free' }))
    expect(bad.events).toHaveLength(1)
    expect(bad.quarantined).toBe('liquidation p is no price')
  })

  it('is a candle where it is confirmed, of whatever interval', () => {
    expect(eventsOf('candle', kline())).toMatchObject([{ openTime: T, intervalMs: MINUTE, volume: 812.4 }])
    expect(read('candle', kline({ confirm: false }))).toEqual({ events: [], quarantined: null })
    const hour = kline({ interval: '60', end: T + 3_599_999 }, { topic: 'kline.60.ETHUSDT' })
    expect(eventsOf('candle', hour)).toMatchObject([{ intervalMs: 3_600_000 }])
    expect(read('candle', kline({ interval: 'M' })).quarantined).toBe('kline interval is none that has a fixed length')
  })

  it('is the closed candles of REST, as long as they are apart', () => {
    const answer = klines([klineRow(T + 2 * MINUTE), klineRow(T + MINUTE), klineRow(T)], {}, T + 2 * MINUTE + 10_000)
    expect(read('candle', answer).events.map(({ symbol, event }) => [symbol, event.type === 'candle' && event.openTime])).toEqual([
      ['ETHUSDT', T + MINUTE],
      ['ETHUSDT', T],
    ])
    expect(eventsOf('candle', klines([klineRow(T + 300_000), klineRow(T)], {}, T + 900_000))).toMatchObject([
      { intervalMs: 300_000 },
      { intervalMs: 300_000 },
    ])
    const inverse = klines([klineRow(T)], { category: 'inverse', symbol: 'ETHUSD' })
    expect(eventsOf('candle', inverse)).toMatchObject([{ volume: 1_633_870.4425, quoteVolume: 812.4 }])
    expect(read('candle', klineRow(T), { symbol: 'ETHUSDT' }).events).toMatchObject([{ symbol: 'ETHUSDT' }])
  })

  it('is open interest of one side, from tickers and from history', () => {
    expect(eventsOf('openInterest', ticker())).toMatchObject([{ time: T + 1_204, openInterest: 256_000.25 }])
    const history = body({ symbol: 'ETHUSDT', category: 'linear', list: [openInterestRow(T, { singleOpenInterest: undefined })] })
    // Both sides, as the message says, and said to be both; a feed stores half of it.
    expect(read('openInterest', history).events).toEqual([
      { symbol: 'ETHUSDT', event: { type: 'openInterest', time: T, openInterest: 512_000.5 }, sides: 2 },
    ])
    expect(eventsOf('openInterest', body({ category: 'linear', list: [ticker().data] }, T + 9))).toMatchObject([{ time: T + 9 }])
    expect(read('openInterest', ticker({ openInterest: undefined, singleOpenInterest: undefined })).quarantined).toBe(
      'tickers openInterest is missing',
    )
  })

  it('is a settlement that was, or of a ticker the one that comes', () => {
    expect(eventsOf('funding', body({ category: 'linear', list: [fundingRow(T)] }))).toEqual([{ type: 'funding', time: T, rate: 0.0001 }])
    expect(read('funding', ticker()).events).toEqual([
      {
        symbol: 'ETHUSDT',
        event: { type: 'funding', time: T + 14_400_000, rate: -0.00004321, intervalHours: 8 },
        predicted: true,
      },
    ])
    expect(read('funding', ticker({ fundingRate: '' })).quarantined).toBe('tickers fundingRate is missing')
  })

  it('is a mark price with the funding that is predicted', () => {
    expect(eventsOf('markPrice', ticker())).toMatchObject([{ predictedFundingRate: -0.00004321, nextFundingTime: T + 14_400_000 }])
    expect(read('markPrice', ticker({ markPrice: undefined })).quarantined).toBe('tickers markPrice is missing')
    expect(read('markPrice', ticker({}, { ts: undefined })).quarantined).toBe('tickers ts is missing')
  })

  it('is the ratio of accounts', () => {
    expect(eventsOf('longShortRatio', body({ list: [ratioRow(T)] }))).toEqual([
      { type: 'longShortRatio', time: T, kind: 'accounts', ratio: 0.6 / 0.4 },
    ])
    expect(read('longShortRatio', ticker()).quarantined).toBe('no topic tells longShortRatio: it is in REST alone')
  })

  it.each([
    ['another topic', 'liquidation', ticker(), 'the topic is not of liquidation'],
    ['a refusal', 'candle', { retCode: 10001, retMsg: 'params error', result: {} }, 'retCode says that the request was refused'],
    ['an answer without rows', 'candle', body({ list: [] }), 'result.list is empty'],
    ['a reply', 'liquidation', { success: true, op: 'subscribe', req_id: '1' }, 'a message without data'],
    ['nothing', 'liquidation', [], 'the list is empty'],
    ['text', 'liquidation', 'hello', 'not JSON'],
    ['null', 'liquidation', null, 'not a JSON object'],
  ] as const)('that is %s goes to quarantine', (_, channel, message, reason) => {
    expect(read(channel, message)).toEqual({ events: [], quarantined: reason })
  })

  it('never makes it throw, and never gives an event that is none', () => {
    const good = [
      kline(),
      ticker(),
      allLiquidation(),
      oldLiquidation(),
      klines([klineRow(T), klineRow(T + MINUTE)]),
      body({ symbol: 'ETHUSDT', list: [openInterestRow(T)] }),
      body({ list: [fundingRow(T), ratioRow(T)] }),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...NORMALISED_CHANNELS), fc.oneof(mutated(good), fc.jsonValue()), (channel, message) => {
        expectHonest(read(channel, message).events.map(({ event }) => event))
      }),
      { numRuns: 3_000 },
    )
  })
})
