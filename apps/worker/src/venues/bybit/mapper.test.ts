import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectHonest, mutated } from '../../../test/mutations.ts'
import { allLiquidation, kline, oldLiquidation, orderbook, T, ticker, trades } from './__fixtures__/messages.ts'
import { readMessage, replyOf } from './mapper.ts'

const data = (message: unknown) =>
  readMessage(message).map((reading) => {
    if (reading.kind !== 'data') throw new Error(`not data: ${JSON.stringify(reading)}`)
    return reading
  })
const eventsOf = (message: unknown) => data(message).flatMap((reading) => reading.events)
const reasonsOf = (message: unknown): string[] => readMessage(message).map((r) => (r.kind === 'unknown' ? r.reason : r.kind))

describe('a candle', () => {
  const candle = {
    type: 'candle',
    openTime: T,
    intervalMs: 60_000,
    open: 2010.5,
    high: 2013,
    low: 2009.25,
    close: 2011.75,
  }

  it('is one when the message confirms it, without what takers bought', () => {
    expect(data(kline())).toEqual([
      {
        kind: 'data',
        channel: 'candle',
        symbol: 'ETHUSDT',
        venueTime: T + 60_003,
        events: [{ ...candle, volume: 812.4, quoteVolume: 1_633_870.4425 }],
      },
    ])
  })

  it('is only a sign of life while it is open, whatever its prices say', () => {
    const open = kline({ confirm: false, open: 'soon', timestamp: T + 12_345 })
    expect(data(open)).toMatchObject([{ venueTime: T + 12_345, events: [] }])
  })

  it('of an inverse contract has its volume in USD, and its turnover in coins', () => {
    const inverse = kline({ volume: '1633870', turnover: '812.4' }, { topic: 'kline.1.ETHUSD' })
    expect(eventsOf(inverse)).toEqual([{ ...candle, volume: 812.4, quoteVolume: 1_633_870 }])
  })

  it('does not follow a time that contradicts its own minute', () => {
    expect(data(kline({ timestamp: T + 3_600_000 }))[0]?.venueTime).toBe(T + 60_000)
    expect(data(kline({ timestamp: T - 3_600_000, confirm: false }))[0]?.venueTime).toBe(T)
  })

  it.each([
    ['an interval that was not asked for', kline({ interval: '5' }), 'kline interval is not 1'],
    ['a start between two minutes', kline({ start: T + 1 }), 'kline start is not the start of a minute'],
    ['seconds instead of milliseconds', kline({ start: T / 1_000 }), 'kline start is not the start of a minute'],
    ['another length', kline({ end: T + 299_999 }), 'kline end is not the end of the minute'],
    ['no word on whether it is closed', kline({ confirm: 'true' }), 'kline confirm is neither true nor false'],
    ['an empty price', kline({ open: '' }), 'kline open is no price'],
    ['a price of zero', kline({ low: '0' }), 'kline low is no price'],
    ['a price beyond belief', kline({ high: '1e999' }), 'kline high is no price'],
    ['a missing price', kline({ close: undefined }), 'kline close is no price'],
    ['a high below the close', kline({ high: '2011' }), 'kline high is below open, close or low'],
    ['a low above the open', kline({ low: '2010.75' }), 'kline low is above open or close'],
    ['a volume below zero', kline({ volume: '-1' }), 'kline volume is no size'],
    ['no turnover', kline({ turnover: undefined }), 'kline turnover is no size'],
    ['a topic without a symbol', kline({}, { topic: 'kline.1.' }), 'kline topic has no symbol'],
    ['no data', kline({}, { data: null }), 'kline data is no list'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonsOf(message)).toEqual([reason])
  })
})

describe('a mark price', () => {
  it('comes with the index, the rate as it stands and when it is settled', () => {
    expect(data(ticker())).toEqual([
      {
        kind: 'data',
        channel: 'markPrice',
        symbol: 'ETHUSDT',
        venueTime: T + 1_204,
        events: [
          {
            type: 'markPrice',
            time: T + 1_204,
            markPrice: 2011.68,
            indexPrice: 2012.04,
            predictedFundingRate: -0.00004321,
            nextFundingTime: T + 14_400_000,
          },
        ],
      },
    ])
  })

  it('is not told by a change that leaves it as it is', () => {
    expect(data({ topic: 'tickers.ETHUSDT', type: 'delta', data: { symbol: 'ETHUSDT', lastPrice: '2011' }, ts: T })).toMatchObject([
      { channel: 'markPrice', venueTime: T, events: [] },
    ])
  })

  it('of a dated contract has no funding', () => {
    const dated = ticker({ symbol: 'ETHUSDTH26', fundingRate: '', nextFundingTime: '', fundingIntervalHour: undefined })
    expect(eventsOf(dated)).toEqual([{ type: 'markPrice', time: T + 1_204, markPrice: 2011.68, indexPrice: 2012.04 }])
    expect(eventsOf(ticker({ nextFundingTime: '0' }))[0]).not.toHaveProperty('predictedFundingRate')
  })

  it.each([
    ['no symbol', ticker({ symbol: undefined }), 'tickers symbol is no symbol'],
    ['a price of zero', ticker({ markPrice: '0' }), 'tickers markPrice is no price'],
    ['an index that is text', ticker({ indexPrice: 'n/a' }), 'tickers indexPrice is no price'],
    ['a rate above one', ticker({ fundingRate: '1.5' }), 'tickers fundingRate is no funding rate'],
    ['a settlement in seconds', ticker({ nextFundingTime: String(T / 1_000) }), 'tickers nextFundingTime is no time'],
    ['open interest below zero', ticker({ singleOpenInterest: '-1' }), 'tickers singleOpenInterest is no size'],
    ['no time', ticker({}, { ts: undefined }), 'tickers ts is no time'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonsOf(message)).toEqual([reason])
  })
})

describe('a liquidation', () => {
  const long = {
    type: 'liquidation',
    time: T + 1_210,
    side: 'long',
    price: 1990.1,
    priceKind: 'bankruptcy',
    quantity: 3.5,
    quantityUsd: 1990.1 * 3.5,
  }

  it('of S = Buy closed a long, at its bankruptcy price; every row of the message counts', () => {
    expect(data(allLiquidation())).toEqual([
      { kind: 'data', channel: 'liquidation', symbol: 'ETHUSDT', venueTime: T + 1_210, events: [long] },
      expect.objectContaining({ events: [expect.objectContaining({ side: 'short', price: 2055.4, quantity: 0.25 })] }),
    ])
  })

  it('of an inverse contract has its size in USD', () => {
    expect(eventsOf(allLiquidation({ s: 'BTCUSD', v: '5000', p: '50000' }))[0]).toMatchObject({ quantity: 0.1, quantityUsd: 5_000 })
  })

  it('of the older topic is the same', () => {
    expect(eventsOf(oldLiquidation())).toEqual([{ ...long, time: T + 1_500 }])
  })

  it('that cannot be read does not take the others with it', () => {
    expect(reasonsOf(allLiquidation({ S: 'Long' }))).toEqual(['liquidation S is neither Buy nor Sell', 'data'])
    expect(reasonsOf(oldLiquidation({ side: 'None' }))).toEqual(['liquidation side is neither Buy nor Sell'])
  })

  it.each([
    ['no time', { T: undefined }, 'liquidation T is no time'],
    ['no symbol', { s: '' }, 'liquidation s is no symbol'],
    ['no price', { p: '' }, 'liquidation p is no price'],
    ['no size', { v: '0' }, 'liquidation v is no size above zero'],
  ])('is refused with %s', (_, change, reason) => {
    expect(reasonsOf(allLiquidation(change))[0]).toBe(reason)
  })
})

describe('a book', () => {
  it('is one when it is whole, at the time of the matching engine', () => {
    expect(eventsOf(orderbook())).toEqual([
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
    ])
    expect(eventsOf(orderbook({}, { cts: undefined }))).toMatchObject([{ time: T + 507 }])
  })

  it.each([
    ['changes', orderbook({}, { type: 'delta' }), 'orderbook type is not snapshot'],
    ['a level that is taken away', orderbook({ a: [['2011.80', '0']] }), 'orderbook a is no list of sizes above zero'],
    ['sides that cross', orderbook({ b: [['2011.80', '1']] }), 'orderbook b is at or above the best ask'],
    ['the same price twice', orderbook({ a: [...Array(2)].map(() => ['2012', '1']) }), 'orderbook a is not in order'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonsOf(message)).toEqual([reason])
  })
})

describe('messages of any kind', () => {
  it('of trades are signs of life', () => {
    expect(data(trades({}, { S: 'Sell' }))).toMatchObject([
      { channel: 'candle', symbol: 'ETHUSDT', venueTime: T + 2_000, events: [] },
      { channel: 'candle', symbol: 'ETHUSDT', venueTime: T + 2_001, events: [] },
    ])
    expect(reasonsOf(trades({ S: 'Taker' }))).toEqual(['publicTrade S is neither Buy nor Sell'])
  })

  it('that answer a request are no data', () => {
    const reply = { success: true, ret_msg: '', conn_id: 'c', req_id: '3', op: 'subscribe' }
    expect(readMessage(reply)).toEqual([{ kind: 'control' }])
    expect(replyOf(reply)).toEqual({ id: '3', error: null })
    expect(replyOf({ ...reply, success: false, ret_msg: 'error:handler not found' })).toEqual({ id: '3', error: 'error:handler not found' })
    expect(replyOf({ success: true, ret_msg: 'pong', conn_id: 'c', req_id: '', op: 'ping' })).toEqual({ id: null, error: null })
    expect(replyOf(kline())).toBeUndefined()
  })

  it.each([
    ['text', '<html>502</html>', 'not JSON'],
    ['a list', [[], {}, null], 'not a JSON object'],
    ['null', null, 'not a JSON object'],
    ['an object of no kind', { hello: 'world' }, 'a message without a topic'],
    ['another topic', { topic: 'priceLimit.ETHUSDT', data: {} }, 'a topic that was not subscribed to'],
  ])('that are %s are unknown', (_, message, reason) => {
    expect(reasonsOf(message)).toEqual([reason])
  })

  it('never make the reader throw, and never give an event that is none', () => {
    const good = [kline(), ticker(), allLiquidation(), oldLiquidation(), orderbook(), trades({}, {})]
    fc.assert(
      fc.property(fc.oneof(mutated(good), fc.jsonValue()), (message) => {
        const readings = readMessage(message)
        expect(readings.length).toBeGreaterThan(0)
        expectHonest(readings.flatMap((r) => (r.kind === 'data' ? r.events : [])))
      }),
      { numRuns: 2_000 },
    )
  })
})
