import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectHonest, mutated } from '../../../test/mutations.ts'
import { books, candle, candleRow, fundingRate, liquidations, markPrice, openInterest, SYMBOL, T, trade } from './__fixtures__/messages.ts'
import { usualContractSize } from './contract-sizes.ts'
import { readMessage, replyOf } from './mapper.ts'

const CONTEXT = { contractSize: usualContractSize }
const data = (message: unknown, context = CONTEXT) =>
  readMessage(message, context).map((reading) => {
    if (reading.kind !== 'data') throw new Error(`not data: ${JSON.stringify(reading)}`)
    return reading
  })
const eventsOf = (message: unknown) => data(message).flatMap((reading) => reading.events)
const reasonsOf = (message: unknown): string[] => readMessage(message, CONTEXT).map((r) => (r.kind === 'unknown' ? r.reason : r.kind))
/** Of an instrument that no table knows. */
const NEW = { instId: 'NEWCOIN-USDT-SWAP' }
const NO_SIZE = 'contract size of the instrument is not known'

describe('a candle', () => {
  const prices = { type: 'candle', openTime: T, intervalMs: 60_000, open: 2010.5, high: 2013, low: 2009.25, close: 2011.75 }

  it('is one when it is confirmed, in coins and USD', () => {
    expect(data(candle())).toEqual([
      {
        kind: 'data',
        channel: 'candle',
        symbol: SYMBOL,
        venueTime: T + 60_000,
        events: [{ ...prices, volume: 812.4, quoteVolume: 1_633_870.4425 }],
      },
    ])
  })

  it('is only a sign of life while it is open, whatever its prices say', () => {
    expect(data(candle({ 8: '0', 1: 'soon' }))).toMatchObject([{ venueTime: T, events: [] }])
  })

  it('has its volume from contracts where coins are not told, and no value where USD are not', () => {
    expect(eventsOf(candle({ 6: '0', 7: '0' }))).toEqual([{ ...prices, volume: 8124 * 0.1 }])
    expect(reasonsOf(candle({ 6: '0' }, { arg: { channel: 'candle1m', ...NEW } }))).toEqual([NO_SIZE])
    expect(reasonsOf(candle({ 6: '' }, { arg: { channel: 'candle1m', instId: 'ETH-USD-SWAP' } }))).toEqual(['candle volCcy is missing'])
  })

  it('of a minute without trades has none', () => {
    expect(eventsOf(candle({ 5: '0', 6: '0', 7: '0' }))).toEqual([{ ...prices, volume: 0, quoteVolume: 0 }])
    expect(reasonsOf(candle({ 5: '0' }))).toEqual(['candle vol is zero beside a volume'])
  })

  it.each([
    ['a start between two minutes', candle({ 0: String(T + 1) }), 'candle ts is not the start of a minute'],
    ['seconds instead of milliseconds', candle({ 0: String(T / 1_000) }), 'candle ts is not the start of a minute'],
    ['no word on whether it is closed', candle({}, { data: [candleRow(T).slice(0, 8)] }), 'candle confirm is missing'],
    ['another word on it', candle({ 8: 'true' }), 'candle confirm is neither 0 nor 1'],
    ['an empty price', candle({ 1: '' }), 'candle open is no price'],
    ['a price of zero', candle({ 3: '0' }), 'candle low is no price'],
    ['a price beyond belief', candle({ 2: '1e999' }), 'candle high is no price'],
    ['a high below the close', candle({ 2: '2011' }), 'candle high is below open, close or low'],
    ['a low above the open', candle({ 3: '2010.75' }), 'candle low is above open or close'],
    ['contracts below zero', candle({ 5: '-1' }), 'candle vol is no size'],
    ['coins that are text', candle({ 6: 'many' }), 'candle volCcy is no size'],
    ['no instrument', candle({}, { arg: { channel: 'candle1m' } }), 'candle instId is no symbol'],
    ['another interval', candle({}, { arg: { channel: 'candle5m', instId: SYMBOL } }), 'a channel that was not subscribed to'],
    ['no rows', candle({}, { data: [] }), 'candle1m data is no list'],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonsOf(message)).toEqual([reason])
  })
})

describe('a mark price', () => {
  it('is a price alone', () => {
    expect(data(markPrice())).toEqual([
      {
        kind: 'data',
        channel: 'markPrice',
        symbol: SYMBOL,
        venueTime: T + 1_204,
        events: [{ type: 'markPrice', time: T + 1_204, markPrice: 2011.68 }],
      },
    ])
    expect(reasonsOf(markPrice({ markPx: '0' }))).toEqual(['mark-price markPx is no price'])
    expect(reasonsOf(markPrice({ ts: '' }))).toEqual(['mark-price ts is no time'])
  })

  it('has no funding with it: that comes by itself, without a price', () => {
    expect(readMessage(fundingRate(), CONTEXT)).toEqual([{ kind: 'control' }])
    expect(reasonsOf(fundingRate({ fundingRate: undefined }))).toEqual(['funding-rate fundingRate is no rate'])
    expect(reasonsOf(fundingRate({ fundingTime: '' }))).toEqual(['funding-rate fundingTime is no time'])
    expect(reasonsOf(fundingRate({ nextFundingTime: 'later' }))).toEqual(['funding-rate nextFundingTime is no time'])
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

  it('is every one of the details, in coins by the size of its contract', () => {
    expect(data(liquidations())).toEqual([
      { kind: 'data', channel: 'liquidation', symbol: SYMBOL, venueTime: T + 1_210, events: [long] },
      {
        kind: 'data',
        channel: 'liquidation',
        symbol: SYMBOL,
        venueTime: T + 1_377,
        events: [expect.objectContaining({ side: 'short', quantity: 0.25, quantityUsd: 2055.4 * 0.25 })],
      },
    ])
  })

  it('has the side of the position; in net mode the order closed it', () => {
    const sides = [
      [{ posSide: 'net', side: 'sell' }, 'long'],
      [{ posSide: 'net', side: 'buy' }, 'short'],
      [{ posSide: '', side: 'sell' }, 'long'],
      [{ posSide: undefined, side: 'buy' }, 'short'],
      [{ posSide: 'short', side: undefined }, 'short'],
      [{ posSide: 'short', side: 'sell' }, 'short'],
    ] as const
    for (const [change, side] of sides) expect(eventsOf(liquidations(change))[0]).toMatchObject({ side })
    expect(reasonsOf(liquidations({ posSide: 'net', side: 'Sell' }))).toEqual([
      'liquidation-orders side is neither buy nor sell, and posSide neither long nor short',
      'data',
    ])
  })

  it('of an inverse contract has its size in USD', () => {
    const inverse = liquidations({ sz: '20', bkPx: '50000' }, { instId: 'BTC-USD-SWAP' })
    expect(eventsOf(inverse)[0]).toMatchObject({ quantity: 2_000 / 50_000, quantityUsd: 2_000 })
  })

  it('of a contract whose size nobody has told is unknown', () => {
    expect(reasonsOf(liquidations({}, NEW))).toEqual([NO_SIZE, NO_SIZE])
    const context = { contractSize: () => 10 }
    expect(data(liquidations({}, NEW), context)[0]?.events).toMatchObject([{ quantity: 350 }])
  })

  it.each([
    ['no time', { ts: undefined }, 'liquidation-orders ts is no time'],
    ['no price', { bkPx: '' }, 'liquidation-orders bkPx is no price'],
    ['no size', { sz: '0' }, 'liquidation-orders sz is no size above zero'],
  ])('is refused with %s', (_, change, reason) => {
    expect(reasonsOf(liquidations(change))).toEqual([reason, 'data'])
  })

  it('is refused without an instrument or details', () => {
    expect(reasonsOf(liquidations({}, { instId: undefined }))).toEqual([...Array(2)].map(() => 'liquidation-orders instId is no symbol'))
    expect(reasonsOf(liquidations({}, { details: [] }))).toEqual(['liquidation-orders details is no list of objects'])
  })
})

describe('a book', () => {
  it('is one when it is whole, in coins', () => {
    const whole = {
      type: 'depth',
      time: T + 500,
      bids: [
        [2011.7, 32 * 0.1],
        [2011.6, 110 * 0.1],
      ],
      asks: [
        [2011.8, 7.5 * 0.1],
        [2012, 91 * 0.1],
      ],
    }
    expect(eventsOf(books())).toEqual([whole])
    expect(eventsOf(books({}, { action: 'snapshot' }))).toEqual([whole])
  })

  it.each([
    ['changes', books({}, { action: 'update' }), 'books action is update'],
    ['a level that is taken away', books({ asks: [['2011.8', '0', '0', '0']] }), 'books asks is no list of sizes above zero'],
    ['sides that cross', books({ bids: [['2011.8', '1', '0', '1']] }), 'books bids is at or above the best ask'],
    ['no time', books({ ts: undefined }), 'books ts is no time'],
    ['no instrument', books({}, { arg: { channel: 'books5' } }), 'books instId is no symbol'],
    ['an instrument without a size', books({}, { arg: { channel: 'books5', ...NEW } }), NO_SIZE],
  ])('is refused with %s', (_, message, reason) => {
    expect(reasonsOf(message)).toEqual([reason])
  })
})

describe('messages of any kind', () => {
  it('of open interest are that of one side, as it stands', () => {
    const event = { type: 'openInterest', time: T + 5_000, openInterest: 256_000.25, openInterestUsd: 514_990_000.06 }
    expect(data(openInterest())).toMatchObject([{ channel: 'openInterest', events: [event] }])
    const { openInterestUsd: _, ...coins } = event
    expect(eventsOf(openInterest({ oiUsd: undefined, oiCcy: undefined }))).toEqual([coins])
    expect(reasonsOf(openInterest({ oiCcy: '', instId: 'ETH-USD-SWAP' }))).toEqual([
      'open-interest oiCcy is missing, and contracts are in USD',
    ])
  })

  it('of trades are signs of life', () => {
    expect(data(trade())).toMatchObject([{ channel: 'candle', symbol: SYMBOL, venueTime: T + 2_000, events: [] }])
    expect(reasonsOf(trade({ side: 'Buy' }))).toEqual(['trades side is neither buy nor sell'])
  })

  it('that answer a request are no data', () => {
    const arg = { channel: 'candle1m', instId: SYMBOL }
    expect(readMessage({ event: 'subscribe', arg, connId: 'a' }, CONTEXT)).toEqual([{ kind: 'control' }])
    expect(readMessage('pong', CONTEXT)).toEqual([{ kind: 'control' }])
    expect(replyOf({ event: 'subscribe', arg })).toEqual({ event: 'subscribe', arg, error: null })
    expect(replyOf({ event: 'error', code: '60018', msg: 'Wrong URL' })).toEqual({
      event: 'error',
      arg: undefined,
      error: 'code 60018: Wrong URL',
    })
    expect(replyOf(candle())).toBeUndefined()
  })

  it.each([
    ['text', 'ping?', 'not JSON'],
    ['a list', [[], {}], 'not a JSON object'],
    ['null', null, 'not a JSON object'],
    ['an object of no kind', { hello: 'world' }, 'a message without a channel'],
    ['another channel', { arg: { channel: 'tickers', instId: SYMBOL }, data: [{}] }, 'a channel that was not subscribed to'],
  ])('that are %s are unknown', (_, message, reason) => {
    expect(reasonsOf(message)).toEqual([reason])
  })

  it('never make the reader throw, and never give an event that is none', () => {
    const good = [candle(), markPrice(), fundingRate(), liquidations(), openInterest(), trade()]
    fc.assert(
      fc.property(fc.oneof(mutated(good), fc.jsonValue()), (message) => {
        const readings = readMessage(message, CONTEXT)
        expect(readings.length).toBeGreaterThan(0)
        expectHonest(readings.flatMap((r) => (r.kind === 'data' ? r.events : [])))
      }),
      { numRuns: 2_000 },
    )
  })
})
