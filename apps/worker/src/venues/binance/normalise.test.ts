import { describe, expect, it } from 'vitest'
import type { NormalisedChannel, NormaliseOptions } from '../normaliser.ts'
import { forceOrder, kline, markPrice } from './__fixtures__/messages.ts'
import { normaliseBinance } from './normalise.ts'

const TIME = 1_767_225_600_000
const read = (channel: NormalisedChannel, message: unknown, options: Partial<NormaliseOptions> = {}) =>
  normaliseBinance(channel, message, { contractSize: null, symbol: null, ...options })
const row = {
  symbol: 'ETHUSDT',
  side: 'SELL',
  price: '3000.00',
  origQty: '2.000',
  executedQty: '1.500',
  averagePrice: '2990.00',
  time: TIME,
}

describe('normaliseBinance', () => {
  it('takes no contracts of USD for coins', () => {
    for (const symbol of ['BTCUSD_PERP', 'ETHUSD_261225']) {
      const ofStream = read('liquidation', forceOrder({ s: symbol }))
      expect(ofStream).toEqual({ events: [], quarantined: expect.stringContaining('coin-margined') })
      expect(read('liquidation', [row, { ...row, symbol }])).toMatchObject({
        events: [{ symbol: 'ETHUSDT' }],
        quarantined: expect.any(String),
      })
    }
    expect(read('liquidation', forceOrder({ s: 'BTCUSDT_261225' }))).toMatchObject({ events: [{}], quarantined: null })
  })

  it('reads a liquidation of the stream, wrapped or bare, and of REST: SELL closed a long', () => {
    const long = { side: 'long', priceKind: 'fill' }
    expect(read('liquidation', forceOrder({ S: 'SELL' })).events).toMatchObject([{ event: long }])
    expect(read('liquidation', { stream: 'ethusdt@forceOrder', data: forceOrder({ S: 'BUY' }) }).events).toMatchObject([
      { event: { side: 'short' } },
    ])
    expect(read('liquidation', [row, { ...row, side: 'BUY', averagePrice: '0', executedQty: '0' }])).toEqual({
      quarantined: null,
      events: [
        {
          symbol: 'ETHUSDT',
          event: { type: 'liquidation', time: TIME, side: 'long', price: 2990, priceKind: 'fill', quantity: 1.5, quantityUsd: 4485 },
        },
        {
          symbol: 'ETHUSDT',
          event: { type: 'liquidation', time: TIME, side: 'short', price: 3000, priceKind: 'order', quantity: 2, quantityUsd: 6000 },
        },
      ],
    })
    expect(read('liquidation', [row], { contractSize: 10 }).events[0]?.event).toMatchObject({ quantity: 15, quantityUsd: 44_850 })
  })

  it('reads open interest now and of history', () => {
    expect(read('openInterest', { symbol: 'ETHUSDT', openInterest: '12.5', time: TIME }).events).toEqual([
      { symbol: 'ETHUSDT', event: { type: 'openInterest', time: TIME, openInterest: 12.5 } },
    ])
    const history = { symbol: 'ETHUSDT', sumOpenInterest: '2', sumOpenInterestValue: '6000', timestamp: String(TIME) }
    expect(read('openInterest', [history]).events).toEqual([
      { symbol: 'ETHUSDT', event: { type: 'openInterest', time: TIME, openInterest: 2, openInterestUsd: 6000 } },
    ])
    expect(read('openInterest', { symbol: 'ETHUSDT', openInterest: '12.5' })).toEqual({
      events: [],
      quarantined: expect.stringContaining('no time'),
    })
  })

  it('tells a settlement from a rate that may still change', () => {
    const settled = read('funding', [{ symbol: 'ETHUSDT', fundingRate: '-0.0001', fundingTime: TIME + 4 }])
    expect(settled.events).toEqual([{ symbol: 'ETHUSDT', event: { type: 'funding', time: TIME, rate: -0.0001 } }])
    expect(read('funding', markPrice({ r: '0.0002', T: TIME })).events).toMatchObject([
      { predicted: true, event: { type: 'funding', time: TIME, rate: 0.0002 } },
    ])
    const premium = { symbol: 'ETHUSDT', lastFundingRate: '0.0002', nextFundingTime: TIME }
    expect(read('funding', premium).events).toMatchObject([{ predicted: true, event: { time: TIME, rate: 0.0002 } }])
  })

  it('reads candles of any length; an open one is no event and no fault', () => {
    expect(read('candle', kline({ x: false }))).toEqual({ events: [], quarantined: null })
    expect(read('candle', kline({ x: true })).events).toHaveLength(1)
    const list = [TIME, '1', '2', '0.5', '1.5', '10', TIME + 299_999, '15', 3, '6', '9', '0']
    const candle = { openTime: TIME, intervalMs: 300_000, close: 1.5, takerBuyVolume: 6 }
    expect(read('candle', [list], { symbol: 'ETHUSDT' }).events).toMatchObject([{ symbol: 'ETHUSDT', event: candle }])
    expect(read('candle', list).events).toMatchObject([{ symbol: null, event: candle }])
  })

  it('reads marks and ratios of REST', () => {
    const premium = {
      symbol: 'ETHUSDT',
      markPrice: '3000',
      indexPrice: '3001',
      lastFundingRate: '0.0001',
      nextFundingTime: TIME + 1,
      time: TIME,
    }
    expect(read('markPrice', premium).events).toMatchObject([
      { symbol: 'ETHUSDT', event: { time: TIME, markPrice: 3000, indexPrice: 3001 } },
    ])
    expect(read('longShortRatio', [{ symbol: 'ETHUSDT', longShortRatio: '1.5', timestamp: TIME }]).events).toMatchObject([
      { event: { kind: 'accounts', ratio: 1.5 } },
    ])
    expect(read('longShortRatio', [{ buySellRatio: '0.9', timestamp: TIME }], { symbol: 'ETHUSDT' }).events).toMatchObject([
      { symbol: 'ETHUSDT', event: { kind: 'takerVolume', ratio: 0.9 } },
    ])
  })

  it.each([
    ['liquidation', kline({}), 'comes as forceOrder'],
    ['openInterest', kline({}), 'in REST alone'],
    ['liquidation', [], 'empty'],
    ['liquidation', 'text', 'no object'],
    ['liquidation', [{ ...row, side: 'LONG' }], 'side is neither'],
    ['liquidation', [{ ...row, price: '0', averagePrice: '0' }], 'price is no price'],
    ['markPrice', { code: -1121, msg: 'Invalid symbol.' }, 'answered an error'],
    ['candle', [[TIME, '1']], 'no list of ten fields'],
  ] as const)('says why it cannot read %s of %j', (channel, message, reason) => {
    expect(read(channel, message)).toEqual({ events: [], quarantined: expect.stringContaining(reason) })
  })

  it('gives what can be read beside what cannot', () => {
    const { events, quarantined } = read('liquidation', [row, { ...row, time: 'soon' }])
    expect(events).toHaveLength(1)
    expect(quarantined).toBe('forced order time is no time')
  })
})
