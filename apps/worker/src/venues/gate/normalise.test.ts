import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutated, numbersOf } from '../__fixtures__/mutated.ts'
import { NORMALISED_CHANNELS, type NormalisedChannel } from '../normaliser.ts'
import {
  candlestick,
  contract,
  liquidate,
  liquidateRow,
  liquidationOrder,
  restCandle,
  S,
  statRow,
  T,
  ticker,
  tickerRow,
} from './__fixtures__/messages.ts'
import { gateNormaliser } from './normalise.ts'

const NOW = T + 3_600_000
const normalise = (channel: NormalisedChannel, message: unknown, symbol: string | null = null, contractSize: number | null = null) =>
  gateNormaliser(() => NOW)(channel, message, { symbol, contractSize })
const events = (...of: Parameters<typeof normalise>) => {
  const { events, quarantined } = normalise(...of)
  expect(quarantined).toBeNull()
  return events
}
const reason = (...of: Parameters<typeof normalise>) => normalise(...of).quarantined

describe('a liquidation', () => {
  it('of REST is of the side of its position, filled at the average price', () => {
    expect(events('liquidation', [liquidationOrder()])).toEqual([
      {
        symbol: 'ETH_USDT',
        event: {
          type: 'liquidation',
          time: T + 1_000,
          side: 'long',
          price: 1995.25,
          priceKind: 'fill',
          quantity: 3.5,
          quantityUsd: 3.5 * 1995.25,
        },
      },
    ])
  })

  it('of REST without the order’s size is as large as the position, less what is left in the book', () => {
    const old = { order_size: undefined, size: -165, contract: 'BTC_USDT', fill_price: '28070' }
    expect(events('liquidation', liquidationOrder(old))).toMatchObject([
      { symbol: 'BTC_USDT', event: { side: 'short', price: 28070, priceKind: 'fill', quantity: 0.0165 } },
    ])
    expect(events('liquidation', liquidationOrder({ left: -50 }))).toMatchObject([{ event: { quantity: 3 } }])
  })

  it('of REST that found no taker has the price of its order', () => {
    for (const unfilled of [{ fill_price: '0' }, { left: 350 }])
      expect(events('liquidation', liquidationOrder(unfilled))).toMatchObject([
        { event: { price: 1980.1, priceKind: 'order', quantity: 3.5 } },
      ])
  })

  it('of a socket is of the other side of its order: whole, a list, or a row', () => {
    const [expected] = events('liquidation', liquidate())
    expect(expected).toMatchObject({ symbol: 'ETH_USDT', event: { side: 'long', price: 1990.1, priceKind: 'order', quantity: 3.505 } })
    expect(events('liquidation', [liquidateRow()])).toEqual([expected])
    expect(events('liquidation', liquidateRow())).toEqual([expected])
  })

  it('takes a contract’s size that is given before all others, and needs one', () => {
    expect(events('liquidation', liquidate(), null, 2)).toMatchObject([{ event: { quantity: 701, quantityUsd: 701 * 1990.1 } }])
    expect(reason('liquidation', liquidate({ contract: 'NEWCOIN_USDT' }))).toBe('liquidation contract is one whose size is not known')
    expect(events('liquidation', liquidate({ contract: 'NEWCOIN_USDT' }), null, 10)).toHaveLength(1)
  })

  it('that can be read stands beside one that cannot', () => {
    const both = normalise('liquidation', liquidate({}, { result: [liquidateRow({ size: 0 }), liquidateRow()] }))
    expect([both.events.length, both.quarantined]).toEqual([1, 'liquidation size is no size beside zero'])
  })
})

describe('open interest', () => {
  it('is told by tickers, contracts and statistics, in coins', () => {
    const { openInterest } = { openInterest: 153482.78 }
    expect(events('openInterest', ticker())).toEqual([
      { symbol: 'ETH_USDT', event: { type: 'openInterest', time: T + 1_983, openInterest } },
    ])
    expect(events('openInterest', [tickerRow({ t: undefined })])).toMatchObject([{ event: { time: NOW, openInterest } }])
    expect(events('openInterest', contract())).toMatchObject([{ symbol: 'ETH_USDT', event: { openInterest } }])
    expect(events('openInterest', [statRow()], 'ETH_USDT')).toMatchObject([{ symbol: 'ETH_USDT', event: { time: T, openInterest } }])
    expect(events('openInterest', [statRow()])).toMatchObject([{ symbol: null, event: { openInterestUsd: 308758238.8704 } }])
  })

  it('takes the size that the row tells before the usual one', () => {
    expect(events('openInterest', [tickerRow({ contract: 'NEWCOIN_USDT', quanto_multiplier: '5' })])).toMatchObject([
      { event: { openInterest: 76741390 } },
    ])
  })
})

describe('funding', () => {
  it('that was settled has the time of its settlement', () => {
    expect(events('funding', [{ r: '0.0001', t: S + 1 }], 'ETH_USDT')).toEqual([
      { symbol: 'ETH_USDT', event: { type: 'funding', time: T, rate: 0.0001 } },
    ])
  })

  it('that will be settled is a prediction, where the settlement’s time is known', () => {
    const expected = {
      symbol: 'ETH_USDT',
      event: { type: 'funding', time: T + 4 * 3_600_000, rate: -0.000043, intervalHours: 8 },
      predicted: true,
    }
    expect(events('funding', ticker())).toEqual([expected])
    expect(events('funding', [contract()])).toEqual([expected])
    expect(events('funding', ticker({ funding_next_apply: undefined }))).toMatchObject([
      { event: { type: 'markPrice', predictedFundingRate: -0.000043 } },
    ])
    expect(reason('funding', ticker({ funding_rate: undefined, funding_rate_indicative: '' }))).toBe('ticker funding_rate is missing')
  })
})

describe('a candle', () => {
  it('of a socket is one when it is closed, of whatever length its name says', () => {
    expect(events('candle', candlestick())).toMatchObject([{ symbol: 'ETH_USDT', event: { intervalMs: 60_000, volume: 812.4 } }])
    expect(events('candle', candlestick({ n: '5m_ETH_USDT' }))).toMatchObject([{ event: { intervalMs: 300_000 } }])
    expect(events('candle', candlestick({ w: false }))).toEqual([])
    expect(events('candle', candlestick({ w: undefined }, { time_ms: T + 59_000 }))).toEqual([])
    expect(events('candle', candlestick({ w: undefined }))).toHaveLength(1)
    expect(reason('candle', candlestick({ n: 'soon_ETH_USDT' }))).toBe('candlestick n is no interval')
  })

  it('of REST is one when its time is over, and as long as the rows are apart', () => {
    const rows = [restCandle(), restCandle({ t: S + 300 }), restCandle({ t: NOW / 1000 - 60 })]
    expect(events('candle', rows, 'ETH_USDT').map(({ event }) => event.type === 'candle' && [event.openTime, event.intervalMs])).toEqual([
      [T, 300_000],
      [T + 300_000, 300_000],
    ])
    expect(events('candle', restCandle(), null, 0.01)).toMatchObject([{ symbol: null, event: { volume: 812.4, quoteVolume: 1633870.4 } }])
    expect(reason('candle', restCandle())).toContain('does not name its contract')
  })
})

describe('marks and ratios', () => {
  it('are read from tickers and contracts', () => {
    expect(events('markPrice', ticker())).toMatchObject([{ event: { type: 'markPrice', time: T + 1_983, markPrice: 2011.68 } }])
    expect(events('markPrice', contract())).toMatchObject([{ event: { time: NOW, indexPrice: 2012.04 } }])
  })

  it('are read from statistics', () => {
    expect(events('longShortRatio', statRow(), 'ETH_USDT').map(({ event }) => event.type === 'longShortRatio' && event.ratio)).toEqual([
      2.25, 1.5, 1.1, 0.93,
    ])
    expect(reason('longShortRatio', { contract: 'ETH_USDT', time: S })).toContain('lsr_account is missing')
  })
})

describe('what is something else', () => {
  it('is quarantined with the reason', () => {
    expect(reason('liquidation', ticker())).toBe("the message's channel says nothing about liquidation")
    expect(
      reason('liquidation', { channel: 'futures.public_liquidates', event: 'subscribe', error: null, result: { status: 'success' } }),
    ).toContain('answer to a request')
    expect(reason('candle', [])).toBe('neither an object nor a list with something in it')
    expect(reason('candle', [3])).toBe('a row is no object')
    expect(reason('markPrice', candlestick())).toContain('says nothing about markPrice')
  })

  it('is never thrown over, and never made up', () => {
    const good = fc.constantFrom(
      candlestick,
      ticker,
      liquidate,
      () => [liquidationOrder()],
      () => [restCandle(), restCandle({ t: S + 60 })],
      () => [statRow()],
      () => [contract()],
      () => [{ r: '0.0001', t: S }],
    )
    fc.assert(
      fc.property(fc.oneof(mutated(good), fc.jsonValue()), fc.constantFrom(...NORMALISED_CHANNELS), (message, channel) => {
        const { events, quarantined } = normalise(channel, message, 'ETH_USDT')
        expect(numbersOf(events).every(Number.isFinite)).toBe(true)
        if (events.length === 0 && channel !== 'candle') expect(quarantined).not.toBeNull()
      }),
      { numRuns: 1_000 },
    )
  })
})
