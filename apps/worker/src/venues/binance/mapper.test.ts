import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../feed/venue-feed.ts'
import { depth, forceOrder, kline, markPrice, T } from './__fixtures__/messages.ts'
import { readMessage, replyOf } from './mapper.ts'

const data = (message: unknown) => {
  const [reading] = readMessage(message)
  if (reading.kind !== 'data') throw new Error(`not data: ${JSON.stringify(reading)}`)
  return reading
}
const eventOf = (message: unknown) => data(message).events[0]
const reasonOf = (message: unknown): string => {
  const [reading] = readMessage(message)
  return reading.kind === 'unknown' ? reading.reason : `read as ${JSON.stringify(reading)}`
}

describe('a candle', () => {
  it('is one when the message says that it is closed', () => {
    expect(data(kline())).toEqual({
      kind: 'data',
      channel: 'candle',
      symbol: 'ETHUSDT',
      venueTime: T + 60_003,
      tradeCount: 5_100_000_420,
      events: [
        {
          type: 'candle',
          openTime: T,
          intervalMs: 60_000,
          open: 2010.5,
          high: 2013,
          low: 2009.25,
          close: 2011.75,
          volume: 812.4,
          quoteVolume: 1633870.4425,
          takerBuyVolume: 400.1,
          tradeCount: 420,
        },
      ],
    })
  })

  it('is only a sign of life while it is open, whatever its prices say', () => {
    const open = data(kline({ x: false, o: 'soon' }, { E: T + 12_345 }))
    expect(open).toEqual({
      kind: 'data',
      channel: 'candle',
      symbol: 'ETHUSDT',
      venueTime: T + 12_345,
      tradeCount: 5_100_000_420,
      events: [],
    })
  })

  it('tells no trade count while nobody has traded', () => {
    expect(data(kline({ f: -1, L: -1, n: 0, v: '0', q: '0', V: '0' }))).not.toHaveProperty('tradeCount')
    expect(eventOf(kline({ f: -1, L: -1, n: 0, v: '0', q: '0', V: '0' }))).toMatchObject({ volume: 0, tradeCount: 0 })
  })

  it('does not follow an event time that contradicts its own minute', () => {
    expect(data(kline({}, { E: T + 3_600_000 })).venueTime).toBe(T + 60_000)
    expect(data(kline({}, { E: T - 3_600_000 })).venueTime).toBe(T + 60_000)
    expect(data(kline({ x: false }, { E: T + 3_600_000 })).venueTime).toBe(T)
  })

  it.each([
    ['an interval that was not asked for', kline({ i: '5m' }), 'kline k.i is not 1m'],
    ['a start between two minutes', kline({ t: T + 1, T: T + 60_000 }), 'kline k.t is not the start of a minute'],
    ['seconds instead of milliseconds', kline({ t: T / 1000, T: T / 1000 + 59 }), 'kline k.t is not the start of a minute'],
    ['another length', kline({ T: T + 299_999 }), 'kline k.T is not the end of the minute'],
    ['no word on whether it is closed', kline({ x: 'true' }), 'kline k.x is neither true nor false'],
    ['an empty price', kline({ o: '' }), 'kline k.o is no price'],
    ['a price of zero', kline({ l: '0' }), 'kline k.l is no price'],
    ['a price beyond belief', kline({ h: '1e999' }), 'kline k.h is no price'],
    ['a price in hexadecimal', kline({ c: '0x7db' }), 'kline k.c is no price'],
    ['a missing price', kline({ c: undefined }), 'kline k.c is no price'],
    ['a high below the close', kline({ h: '2011.00' }), 'kline k.h is below open, close or low'],
    ['a low above the open', kline({ l: '2010.75' }), 'kline k.l is above open or close'],
    ['a volume below zero', kline({ v: '-1' }), 'kline k.v is no size'],
    ['takers that bought more than was traded', kline({ V: '812.401' }), 'kline k.V is no part of the volume'],
    ['half a trade', kline({ n: 1.5 }), 'kline k.n is no number of trades'],
    ['no event time', kline({}, { E: 'now' }), 'kline E is no time'],
    ['a symbol that is none', kline({}, { s: 'ETHUSDT'.repeat(20) }), 'kline s is no symbol'],
    ['no candle', { e: 'kline', E: T, s: 'ETHUSDT' }, 'kline k is no object'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('a mark price', () => {
  it('comes with the index, the rate as it stands and when it is settled', () => {
    expect(data(markPrice())).toEqual({
      kind: 'data',
      channel: 'markPrice',
      symbol: 'ETHUSDT',
      venueTime: T + 3_000,
      events: [
        {
          type: 'markPrice',
          time: T + 3_000,
          markPrice: 2011.6812,
          indexPrice: 2012.04,
          predictedFundingRate: -0.00004321,
          nextFundingTime: T + 14_400_000,
        },
      ],
    })
  })

  it('of a contract without funding has no rate', () => {
    expect(eventOf(markPrice({ r: '', T: 0 }))).toEqual({ type: 'markPrice', time: T + 3_000, markPrice: 2011.6812, indexPrice: 2012.04 })
  })

  it('has no index where the venue gives none', () => {
    expect(eventOf(markPrice({ i: undefined }))).not.toHaveProperty('indexPrice')
    expect(eventOf(markPrice({ i: '0.00000000' }))).not.toHaveProperty('indexPrice')
  })

  it.each([
    ['no price', markPrice({ p: '-5' }), 'markPriceUpdate p is no price'],
    ['an index that is none', markPrice({ i: {} }), 'markPriceUpdate i is no price'],
    ['a rate above 100 %', markPrice({ r: '1.5' }), 'markPriceUpdate r is no funding rate'],
    ['no rate though it is settled', markPrice({ r: undefined }), 'markPriceUpdate r is no funding rate'],
    ['no time of settlement', markPrice({ T: '1e99' }), 'markPriceUpdate T is no time'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('a liquidation', () => {
  it('has the side of the position, the average fill and all that was filled, at the time of the order', () => {
    expect(data(forceOrder())).toEqual({
      kind: 'data',
      channel: 'liquidation',
      symbol: 'ETHUSDT',
      venueTime: T + 1_500,
      events: [
        {
          type: 'liquidation',
          time: T + 1_500,
          side: 'long',
          price: 1995.25,
          priceKind: 'fill',
          quantity: 3.5,
          quantityUsd: 3.5 * 1995.25,
        },
      ],
    })
  })

  it('by a buy closed a short', () => {
    expect(eventOf(forceOrder({ S: 'BUY' }))).toMatchObject({ side: 'short' })
  })

  it('without a fill has the price and the size of the order', () => {
    expect(eventOf(forceOrder({ ap: '0', z: '0' }))).toMatchObject({ price: 1990.1, priceKind: 'order', quantity: 4 })
    expect(eventOf(forceOrder({ ap: undefined, z: undefined }))).toMatchObject({ price: 1990.1, priceKind: 'order', quantity: 4 })
  })

  it('does not take the last fill for the whole', () => {
    expect(eventOf(forceOrder({ l: '99', z: '2.000' }))).toMatchObject({ quantity: 2 })
  })

  it.each([
    ['another side', forceOrder({ S: 'SIDEWAYS' }), 'forceOrder o.S is neither SELL nor BUY'],
    ['an average that is none', forceOrder({ ap: 'zero' }), 'forceOrder o.ap is no price'],
    ['an average below zero', forceOrder({ ap: '-3' }), 'forceOrder o.ap is no price'],
    ['neither average nor price', forceOrder({ ap: '0', p: '0' }), 'forceOrder o.p is no price'],
    ['neither fill nor size', forceOrder({ z: '0', q: '0' }), 'forceOrder o.q is no size above zero'],
    ['a fill below zero', forceOrder({ z: '-3' }), 'forceOrder o.z is no size'],
    ['no time of the order', forceOrder({ T: undefined }), 'forceOrder o.T is no time'],
    ['no order', { e: 'forceOrder', E: T }, 'forceOrder o is no object'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('a book', () => {
  it('is the whole of its levels, at the time of the venue’s engine', () => {
    expect(data(depth())).toEqual({
      kind: 'data',
      channel: 'depth',
      symbol: 'ETHUSDT',
      venueTime: T + 500,
      events: [
        {
          type: 'depth',
          time: T + 500,
          bids: [
            [2011.7, 3.2],
            [2011.6, 11],
          ],
          asks: [
            [2011.8, 0.75],
            [2012, 9.1],
          ],
        },
      ],
    })
  })

  it('has the time of the message where that of the engine is missing', () => {
    expect(eventOf(depth({ T: undefined }))).toMatchObject({ time: T + 507 })
  })

  it('may have an empty side', () => {
    expect(eventOf(depth({ a: [] }))).toMatchObject({ asks: [] })
  })

  it.each([
    ['a level that is taken away: changes, no book', depth({ a: [['2011.80', '0.000']] }), 'depthUpdate a is no list of sizes above zero'],
    [
      'prices out of order',
      depth({
        b: [
          ['1', '1'],
          ['2', '1'],
        ],
      }),
      'depthUpdate b is not in order',
    ],
    [
      'the same price twice',
      depth({
        a: [
          ['2', '1'],
          ['2', '1'],
        ],
      }),
      'depthUpdate a is not in order',
    ],
    ['sides that cross', depth({ b: [['2011.80', '1']] }), 'depthUpdate b is at or above the best ask'],
    ['half a level', depth({ b: [['1']], a: null }), 'depthUpdate b is no list of sizes above zero'],
    ['no levels', depth({ a: null }), 'depthUpdate a is no list of levels'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('messages of any kind', () => {
  it('are read inside the wrapper of combined streams', () => {
    for (const message of [kline(), markPrice(), forceOrder(), depth()])
      expect(readMessage({ stream: 'ethusdt@something', data: message })).toEqual(readMessage(message))
    expect(reasonOf({ stream: 'ethusdt@kline_1m', data: [] })).toBe('a stream without a data object')
  })

  it('may have fields that nobody knows yet', () => {
    expect(readMessage({ ...markPrice(), st: 1, ps: 'ETHUSDT' })).toEqual(readMessage(markPrice()))
  })

  it('that answer a request are no data', () => {
    expect(readMessage({ result: null, id: 3 })).toEqual([{ kind: 'control' }])
    expect(replyOf({ result: null, id: 3 })).toEqual({ id: 3, error: null })
    expect(replyOf({ error: { code: 2, msg: 'Invalid request' }, id: 4 })).toEqual({ id: 4, error: 'code 2: Invalid request' })
    expect(replyOf({ code: 2, msg: 'Invalid request', id: 5 })).toEqual({ id: 5, error: 'code 2: Invalid request' })
    expect(replyOf(kline())).toBeUndefined()
    expect(replyOf('{"id":1}')).toBeUndefined()
  })

  it.each([
    ['text', '<html>502</html>', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['a list', [[], {}, null], 'not a JSON object'],
    ['a number', 7, 'not a JSON object'],
    ['null', null, 'not a JSON object'],
    ['an object of no kind', { hello: 'world' }, 'a message without an event type'],
    ['an event of another stream', { e: 'aggTrade', E: T, s: 'ETHUSDT' }, 'an event type that was not subscribed to'],
    ['an error without a request', { error: { code: 2, msg: 'no' } }, 'a message without an event type'],
  ])('that are %s are unknown', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })

  it('never make the reader throw, and never an event with a number that is none', () => {
    const bent = fc
      .tuple(
        fc.constantFrom(kline, markPrice, forceOrder, depth),
        fc.dictionary(fc.constantFrom(...'eEsktTxiohlcvnqVQpPrSzabX', 'ap'), fc.jsonValue()),
      )
      .map(([make, change]) => {
        const message = make() as Record<string, unknown>
        const inner = message.k ?? message.o
        return typeof inner === 'object'
          ? { ...message, k: { ...inner, ...change }, o: { ...inner, ...change } }
          : { ...message, ...change }
      })
    const check = (reading: Reading) => {
      if (reading.kind !== 'data') return
      const numbers = JSON.stringify(reading.events, (_, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? 'BAD' : v))
      expect(numbers).not.toContain('BAD')
    }
    fc.assert(
      fc.property(fc.oneof(bent, fc.jsonValue()), (message) => check(readMessage(message)[0])),
      { numRuns: 500 },
    )
  })
})
