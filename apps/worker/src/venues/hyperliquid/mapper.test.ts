import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutated, numbersOf } from '../__fixtures__/mutated.ts'
import { assetCtx, book, bookRow, candle, candleRow, ctx, tradeRow, trades } from './__fixtures__/messages.ts'
import { T } from './__fixtures__/time.ts'
import { candlesOf, readMessage, replyOf, tradesOf } from './mapper.ts'

const time = T + 12_345
const read = (message: unknown, at: number | null = time) => readMessage(message, { time: at })
const reasonOf = (message: unknown): string => {
  const [reading] = read(message)
  return reading?.kind === 'unknown' ? reading.reason : `read as ${JSON.stringify(reading)}`
}

describe('a candle', () => {
  it('is a sign of life in its minute, and never one that is closed', () => {
    const sign = { kind: 'data', channel: 'candle', symbol: 'ETH', events: [] }
    expect(read(candle())).toEqual([{ ...sign, venueTime: time }])
    expect(read(candle(), T + 3_600_000)).toEqual([{ ...sign, venueTime: T + 60_000 }])
    expect(read(candle(), T - 5_000)).toEqual([{ ...sign, venueTime: T }])
  })

  it('is told as it stands, one or several', () => {
    const event = { type: 'candle', openTime: T, intervalMs: 60_000, open: 2010.5, high: 2013, low: 2009.25, close: 2011.75, volume: 812.4 }
    expect(candlesOf(candle())).toEqual([{ symbol: 'ETH', event: { ...event, tradeCount: 420 } }])
    expect(candlesOf(candle({}, [candleRow({ n: undefined }), candleRow({ s: 'kPEPE' })]))).toMatchObject([
      { symbol: 'ETH', event },
      { symbol: 'kPEPE' },
    ])
    expect(candlesOf(candle({ n: 0 }))).toEqual([{ symbol: 'ETH', event }])
    expect(candlesOf(book())).toEqual([])
  })

  it.each([
    ['another interval', candle({ i: '5m', T: T + 299_999 }), 'candle i is not 1m'],
    ['no interval', candle({ i: '1M' }), 'candle i is no interval'],
    ['a start between two minutes', candle({ t: T + 1 }), 'candle t is not the start of a minute'],
    ['another length', candle({ T: T + 59_998 }), 'candle T is not the end of its interval'],
    ['an empty price', candle({ o: '' }), 'candle o is no price'],
    ['a high below the close', candle({ h: '2011' }), 'candle h is below open, close or low'],
    ['a low above the open', candle({ l: '2011' }), 'candle l is above open or close'],
    ['a volume below zero', candle({ v: '-1' }), 'candle v is no size'],
    ['half a trade', candle({ n: 1.5 }), 'candle n is no number of trades'],
    ['no coin', candle({ s: '@107' }), 'candle s is no coin'],
    ['no rows', candle({}, []), 'candle is no object'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('a context', () => {
  it('is a mark price with the oracle’s and the hour’s rate, as of the time that is given', () => {
    expect(read(assetCtx())).toEqual([
      {
        kind: 'data',
        channel: 'markPrice',
        symbol: 'ETH',
        venueTime: time,
        events: [
          {
            type: 'markPrice',
            time,
            markPrice: 2011.68,
            indexPrice: 2012.04,
            predictedFundingRate: -0.0000125,
            nextFundingTime: T + 3_600_000,
          },
        ],
      },
    ])
  })

  it('is of no use before the venue’s time is known', () => {
    expect(read(assetCtx(), null)).toEqual([{ kind: 'control' }])
    expect(read(assetCtx({ markPx: '-1' }), null)).toMatchObject([{ kind: 'unknown' }])
    expect(read(candle(), null)).toMatchObject([{ channel: 'candle', venueTime: T }])
  })

  it('has only what it tells', () => {
    const [reading] = read(assetCtx({ oraclePx: null, funding: undefined }))
    expect(reading?.kind === 'data' && reading.events).toEqual([{ type: 'markPrice', time, markPrice: 2011.68 }])
  })

  it.each([
    ['no mark price', assetCtx({ markPx: null }), 'activeAssetCtx ctx markPx is missing'],
    ['a price below zero', assetCtx({ oraclePx: '-1' }), 'activeAssetCtx ctx oraclePx is no price'],
    ['a rate above 100 %', assetCtx({ funding: '1.5' }), 'activeAssetCtx ctx funding is no funding rate'],
    ['a size that is none', assetCtx({ openInterest: 'all' }), 'activeAssetCtx ctx openInterest is no size'],
    ['no coin', assetCtx({}, { coin: 7 }), 'activeAssetCtx coin is no coin'],
    ['no context', assetCtx({}, { ctx: [ctx()] }), 'activeAssetCtx ctx is no object'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('a book', () => {
  it('is the whole of its levels, at its own time', () => {
    expect(read(book())).toEqual([
      {
        kind: 'data',
        channel: 'depth',
        symbol: 'ETH',
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
      },
    ])
    expect(read(book({ levels: [[], []] }))).toMatchObject([{ events: [{ bids: [], asks: [] }] }])
  })

  it.each([
    ['one side', book({ levels: [[]] }), 'l2Book levels is no pair of lists'],
    ['a level without a size', book({ levels: [[{ px: '1', sz: '0' }], []] }), 'l2Book levels 0 is no list of sizes above zero'],
    ['sides that cross', book({ levels: [[{ px: '2', sz: '1' }], [{ px: '2', sz: '1' }]] }), 'l2Book levels 0 is at or above the best ask'],
    ['no time', book({ time: 'now' }), 'l2Book time is no time'],
    ['no object', { channel: 'l2Book', data: [bookRow()] }, 'l2Book is no object'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('trades', () => {
  it('have the side of the taker, and are no data by themselves', () => {
    const message = trades(tradeRow(), tradeRow({ side: 'B', coin: 'kPEPE' }))
    expect(tradesOf(message)).toEqual([
      { symbol: 'ETH', time: T + 1_250, price: 2010.9, quantity: 0.125, takerBought: false },
      { symbol: 'kPEPE', time: T + 1_250, price: 2010.9, quantity: 0.125, takerBought: true },
    ])
    expect(read(message)).toEqual([{ kind: 'control' }, { kind: 'control' }])
    expect(tradesOf(book())).toEqual([])
    expect(reasonOf(trades(tradeRow({ side: 'buy' })))).toBe('trade side is neither A nor B')
    expect(reasonOf(trades())).toBe('trade data is no list')
  })
})

describe('messages of any kind', () => {
  it('that answer a request, or keep the connection alive, are no data', () => {
    const subscription = { type: 'l2Book', coin: 'ETH', nSigFigs: null }
    const answer = { channel: 'subscriptionResponse', data: { method: 'subscribe', subscription } }
    expect(replyOf(answer)).toEqual({ method: 'subscribe', subscription })
    expect(replyOf({ channel: 'error', data: 'Invalid subscription' })).toEqual({ error: 'Invalid subscription' })
    expect(replyOf({ channel: 'subscriptionResponse', data: null })).toEqual({ error: 'a response without a subscription' })
    expect(replyOf(book())).toBeUndefined()
    for (const message of [answer, { channel: 'error', data: 7 }, { channel: 'pong' }]) expect(read(message)).toEqual([{ kind: 'control' }])
  })

  it.each([
    ['text', '<html>502</html>', 'not JSON'],
    ['a list', [[], {}], 'not a JSON object'],
    ['null', null, 'not a JSON object'],
    ['an object of no kind', { hello: 'world' }, 'a message without a channel'],
    ['another channel', { channel: 'allMids', data: {} }, 'a channel that was not subscribed to'],
  ])('that are %s are unknown', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })

  it('never make the reader throw, and never an event with a number that is none', () => {
    const good = fc.constantFrom(candle, assetCtx, book, () => trades(tradeRow()))
    fc.assert(
      fc.property(fc.oneof(mutated(good), fc.jsonValue()), (message) => {
        const readings = read(message)
        expect(readings.length).toBeGreaterThan(0)
        expect(numbersOf([readings, candlesOf(message), tradesOf(message)]).every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})
