import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutated, numbersOf } from '../__fixtures__/mutated.ts'
import { candlestick, liquidate, liquidateRow, T, ticker, tickerRow, tradeRow, trades } from './__fixtures__/messages.ts'
import { usualContractSize } from './contract-sizes.ts'
import { readMessage, replyOf, tradesOf } from './mapper.ts'

const context = { contractSize: usualContractSize }
const read = (message: unknown) => readMessage(message, context)
const data = (message: unknown) => {
  const [reading] = read(message)
  if (reading?.kind !== 'data') throw new Error(`not data: ${JSON.stringify(reading)}`)
  return reading
}
const eventOf = (message: unknown) => data(message).events[0]
const reasonOf = (message: unknown): string => {
  const [reading] = read(message)
  return reading?.kind === 'unknown' ? reading.reason : `read as ${JSON.stringify(reading)}`
}

describe('a candle', () => {
  it('is one when its window is closed; its volume is in coins', () => {
    expect(read(candlestick())).toEqual([
      {
        kind: 'data',
        channel: 'candle',
        symbol: 'ETH_USDT',
        venueTime: T + 60_012,
        events: [
          { type: 'candle', openTime: T, intervalMs: 60_000, open: 2010.5, high: 2013, low: 2009.25, close: 2011.75, volume: 812.4 },
        ],
      },
    ])
  })

  it('is only a sign of life while the window is open, or where nothing says that it is closed', () => {
    for (const w of [false, undefined])
      expect(data(candlestick({ w, o: 'soon' }, { time_ms: T + 12_345 }))).toEqual({
        kind: 'data',
        channel: 'candle',
        symbol: 'ETH_USDT',
        venueTime: T + 12_345,
        events: [],
      })
  })

  it('does not follow a time that contradicts its own minute', () => {
    expect(data(candlestick({}, { time_ms: T + 3_600_000 })).venueTime).toBe(T + 60_000)
    expect(data(candlestick({ w: false }, { time_ms: T - 3_600_000 })).venueTime).toBe(T)
  })

  it('may come as the result itself, and by seconds alone', () => {
    const { result, time_ms: _, ...rest } = candlestick() as { result: unknown[] } & Record<string, unknown>
    expect(read({ ...rest, result: result[0] })).toEqual([{ ...data(candlestick()), venueTime: T + 60_000 }])
  })

  it.each([
    ['another interval', candlestick({ n: '5m_ETH_USDT' }), 'candlestick n is not of 1m'],
    ['no name', candlestick({ n: undefined }), 'candlestick n is not of 1m'],
    ['a start between two minutes', candlestick({ t: T / 1000 + 1 }), 'candlestick t is not the start of a minute'],
    ['a text for true', candlestick({ w: 'true' }), 'candlestick w is neither true nor false'],
    ['an empty price', candlestick({ o: '' }), 'candlestick o is no price'],
    ['a price beyond belief', candlestick({ h: '1e999' }), 'candlestick h is no price'],
    ['a high below the close', candlestick({ h: '2011' }), 'candlestick h is below open, close or low'],
    ['a low above the open', candlestick({ l: '2011' }), 'candlestick l is above open or close'],
    ['a volume below zero', candlestick({ v: -1 }), 'candlestick v is no size'],
    ['a contract of unknown size', candlestick({ n: '1m_NEWCOIN_USDT' }), 'candlestick contract is one whose size is not known'],
    ['no rows', candlestick({}, { result: [] }), 'candlestick result is no list'],
    ['no time', candlestick({}, { time: undefined, time_ms: undefined }), 'futures.candlesticks time is no time'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('a ticker', () => {
  it('is a mark price with the index, the rate that will be settled and when, at the ticker’s own time', () => {
    expect(read(ticker())).toEqual([
      {
        kind: 'data',
        channel: 'markPrice',
        symbol: 'ETH_USDT',
        venueTime: T + 1_983,
        events: [
          {
            type: 'markPrice',
            time: T + 1_983,
            markPrice: 2011.68,
            indexPrice: 2012.04,
            predictedFundingRate: -0.000043,
            nextFundingTime: T + 4 * 3_600_000,
          },
        ],
      },
    ])
  })

  it('has the time of the message, and no settlement, where it says neither', () => {
    const old = { t: undefined, funding_next_apply: undefined, funding_rate: undefined, index_price: '' }
    expect(eventOf(ticker(old))).toEqual({ type: 'markPrice', time: T + 2_001, markPrice: 2011.68, predictedFundingRate: 0.0001 })
  })

  it('of several contracts is one each, and what cannot be read is beside the others', () => {
    const rows = [tickerRow(), tickerRow({ contract: 'BTC_USDT' }), tickerRow({ mark_price: '-1' })]
    expect(read(ticker({}, { result: rows })).map((r) => (r.kind === 'data' ? r.symbol : r))).toEqual([
      'ETH_USDT',
      'BTC_USDT',
      { kind: 'unknown', reason: 'ticker mark_price is no price' },
    ])
  })

  it.each([
    ['no mark price', ticker({ mark_price: '' }), 'ticker mark_price is missing'],
    ['a rate above 100 %', ticker({ funding_rate: '1.5' }), 'ticker funding_rate is no funding rate'],
    ['a settlement of no time', ticker({ funding_next_apply: 5 }), 'ticker funding_next_apply is no time'],
    ['no contract', ticker({ contract: null }), 'ticker contract is no symbol'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('a liquidation', () => {
  it('by an order below zero closed a long, at the order’s price; contracts are turned into coins', () => {
    expect(read(liquidate())).toEqual([
      {
        kind: 'data',
        channel: 'liquidation',
        symbol: 'ETH_USDT',
        venueTime: T + 1_500,
        events: [
          {
            type: 'liquidation',
            time: T + 1_500,
            side: 'long',
            price: 1990.1,
            priceKind: 'order',
            quantity: 3.505,
            quantityUsd: 3.505 * 1990.1,
          },
        ],
      },
    ])
  })

  it('by an order above zero closed a short, whole or not, as number or text', () => {
    expect(eventOf(liquidate({ size: 165 }))).toMatchObject({ side: 'short', quantity: 1.65 })
    expect(eventOf(liquidate({ size: '0.5' }))).toMatchObject({ side: 'short', quantity: 0.005 })
  })

  it('is one of several in a message, each of its own', () => {
    const rows = [liquidateRow(), liquidateRow({ size: '20', time: T + 1_700 }), liquidateRow({ contract: 'BTC_USDT', size: -124 })]
    expect(read(liquidate({}, { result: rows })).map((r) => r.kind === 'data' && [r.symbol, r.events[0]])).toMatchObject([
      ['ETH_USDT', { side: 'long', time: T + 1_500 }],
      ['ETH_USDT', { side: 'short', time: T + 1_700, quantity: 0.2 }],
      ['BTC_USDT', { side: 'long', quantity: 0.0124 }],
    ])
  })

  it('tells its time in milliseconds, in seconds, or beside it', () => {
    expect(eventOf(liquidate({ time: T / 1000 + 3 }))).toMatchObject({ time: T + 3_000 })
    expect(eventOf(liquidate({ time: undefined, time_ms: T + 3_001 }))).toMatchObject({ time: T + 3_001 })
  })

  it('of an inverse contract counts dollars', () => {
    expect(eventOf(liquidate({ contract: 'BTC_USD', size: -5000, price: '50000' }))).toMatchObject({ quantity: 0.1, quantityUsd: 5000 })
  })

  it.each([
    ['no size', liquidate({ size: '0' }), 'liquidation size is no size beside zero'],
    ['a size that is none', liquidate({ size: 'NaN' }), 'liquidation size is no size beside zero'],
    ['no price', liquidate({ price: '0' }), 'liquidation price is no price'],
    ['no time', liquidate({ time: undefined }), 'liquidation time is no time'],
    ['a contract of unknown size', liquidate({ contract: 'NEWCOIN_USDT' }), 'liquidation contract is one whose size is not known'],
    ['no contract', liquidate({ contract: '' }), 'liquidation contract is no symbol'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })
})

describe('trades', () => {
  it('have the side of the taker by their sign, and are no data by themselves', () => {
    const message = trades(tradeRow(), tradeRow({ size: 4, create_time_ms: undefined }))
    expect(tradesOf(message, context)).toEqual([
      { symbol: 'ETH_USDT', time: T + 1_250, price: 2010.9, quantity: 0.125, takerBought: false },
      { symbol: 'ETH_USDT', time: T + 1_000, price: 2010.9, quantity: 0.04, takerBought: true },
    ])
    expect(read(message)).toEqual([{ kind: 'control' }, { kind: 'control' }])
    expect(tradesOf(ticker(), context)).toEqual([])
  })

  it('that cannot be read are unknown', () => {
    expect(reasonOf(trades(tradeRow({ size: 0 })))).toBe('trade size is no size beside zero')
    expect(reasonOf(trades())).toBe('trade result is no list')
  })
})

describe('messages of any kind', () => {
  it('that answer a request are no data', () => {
    const answer = { time: 1, id: 7, channel: 'futures.tickers', event: 'subscribe', error: null, result: { status: 'success' } }
    expect(read(answer)).toEqual([{ kind: 'control' }])
    expect(replyOf(answer)).toEqual({ id: 7, error: null })
    expect(replyOf({ ...answer, error: { code: 2, message: 'unknown currency pair' } })).toEqual({
      id: 7,
      error: 'code 2: unknown currency pair',
    })
    expect(replyOf({ ...answer, id: undefined, result: { status: 'fail' } })).toEqual({ id: null, error: 'no reason given' })
    expect(replyOf(ticker())).toBeUndefined()
    expect(replyOf('{"id":1}')).toBeUndefined()
  })

  it('that keep the connection alive, or announce its end, are no data', () => {
    for (const channel of ['futures.pong', 'futures.system'])
      expect(read({ channel, event: '', result: null })).toEqual([{ kind: 'control' }])
  })

  it.each([
    ['text', '<html>502</html>', 'not JSON'],
    ['a list', [[], {}], 'not a JSON object'],
    ['null', null, 'not a JSON object'],
    ['an object of no kind', { hello: 'world' }, 'a message without a channel'],
    ['another event', ticker({}, { event: 'api' }), 'a message whose event is none that was asked for'],
    ['another channel', ticker({}, { channel: 'futures.book_ticker' }), 'a channel that was not subscribed to'],
  ])('that are %s are unknown', (_, message, reason) => {
    expect(reasonOf(message)).toBe(reason)
  })

  it('never make the reader throw, and never an event with a number that is none or a size that nobody gave', () => {
    const good = fc.constantFrom(candlestick, ticker, liquidate, () => trades(tradeRow()))
    fc.assert(
      fc.property(fc.oneof(mutated(good), fc.jsonValue()), (message) => {
        const readings = read(message)
        expect(readings.length).toBeGreaterThan(0)
        for (const reading of readings) {
          if (reading.kind !== 'data') continue
          expect(numbersOf(reading).every(Number.isFinite)).toBe(true)
          for (const event of reading.events)
            if (event.type === 'liquidation') expect(event.quantity * event.quantityUsd).toBeGreaterThan(0)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
