/** Binance's words for the loud venue: those of its streams and calls that the worker's feed listens to and asks for. */
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { ForcedTick } from '@faultline/simulator/venue-market'
import type { ClientRequest, Happening, RestAnswer, Topic, WireContext, WireListing } from '@faultline/simulator/wire-format'
import type { LoudFormat } from './loud-sockets.ts'

const STATISTICS_MS = 5 * MINUTE_MS
const STREAM_LEVELS = 20
const MOST_ROWS = 2_000
const RATIOS = /^\/futures\/data\/(globalLongShortAccount|topLongShortAccount|topLongShortPosition|takerlongshort)Ratio$/

/** Streams by the word behind the symbol. */
const STREAMS: Readonly<Record<string, Pick<Topic, 'kind' | 'everyMs' | 'interval'>>> = {
  kline_1m: { kind: 'candle', everyMs: 250, interval: '1m' },
  markPrice: { kind: 'mark', everyMs: 3 * SECOND_MS },
  forceOrder: { kind: 'liquidation', everyMs: 0 },
  'depth20@500ms': { kind: 'depth', everyMs: 500 },
}

export const binanceFormat: LoudFormat = {
  symbolOf: ({ symbol }) => symbol,
  contractSizeOf: () => 1,
  readRequest,
  messages,
  snapshot: () => [],
  answer: ({ path, query }, context): RestAnswer => {
    const body = answer(path, query, context)
    return body === undefined ? { status: 404, body: { code: -1, msg: `no ${path} here` } } : { status: 200, body }
  },
}

function readRequest(text: string): ClientRequest {
  const { method, params, id } = JSON.parse(text) as { method: string; params: string[]; id: number }
  const topics = params.map((name): Topic => {
    const [symbol = '', ...stream] = name.split('@')
    const known = STREAMS[stream.join('@')]
    if (!known) throw new Error(`there is no stream ${name} here`)
    return { name, symbol: symbol.toUpperCase(), ...known }
  })
  return { kind: method === 'SUBSCRIBE' ? 'subscribe' : 'unsubscribe', topics, replies: [JSON.stringify({ result: null, id })] }
}

function messages(_: Topic, happening: Happening): readonly string[] {
  const { listing, time } = happening
  switch (happening.kind) {
    case 'candle':
      return [kline(listing.symbol, happening)]
    case 'mark': {
      const { markPrice, indexPrice, predictedFundingRate: rate, nextFundingTime: next } = happening.mark
      return [
        `{"e":"markPriceUpdate","E":${time},"s":"${listing.symbol}","p":"${markPrice}","i":"${indexPrice}","P":"${markPrice}","r":"${rate.toFixed(8)}","T":${next}}`,
      ]
    }
    case 'liquidation':
      return happening.orders.map((order) => forceOrder(listing.symbol, order))
    case 'depth':
      return [depth(listing.symbol, happening)]
    case 'trade':
      return []
  }
}

function kline(symbol: string, { time, bar, closed }: Extract<Happening, { kind: 'candle' }>): string {
  const k = {
    t: bar.openTime,
    T: bar.openTime + MINUTE_MS - 1,
    s: symbol,
    i: '1m',
    f: bar.lastTradeId - bar.tradeCount + 1,
    // Trades so far: it rises, as the feed expects of a market that lives. Ids there are no longer than ten digits.
    L: bar.lastTradeId,
    o: String(bar.open),
    c: String(bar.close),
    h: String(bar.high),
    l: String(bar.low),
    v: String(bar.volume),
    n: bar.tradeCount,
    x: closed,
    q: String(bar.quoteVolume),
    V: String(bar.takerBuyVolume),
    Q: String(bar.takerBuyQuoteVolume),
    B: '0',
  }
  return JSON.stringify({ e: 'kline', E: time, s: symbol, k })
}

function forceOrder(symbol: string, { time, direction, quantity, orderPrice, averagePrice }: ForcedTick): string {
  const side = direction > 0 ? 'SELL' : 'BUY'
  return `{"e":"forceOrder","E":${time},"o":{"s":"${symbol}","S":"${side}","o":"LIMIT","f":"IOC","q":"${quantity}","p":"${orderPrice}","ap":"${averagePrice}","X":"FILLED","l":"${quantity}","z":"${quantity}","T":${time}}}`
}

function depth(symbol: string, { time, book }: Extract<Happening, { kind: 'depth' }>): string {
  const rows = (side: readonly (readonly [number, number])[]) => side.slice(0, STREAM_LEVELS).map((level) => level.map(String))
  return JSON.stringify({ e: 'depthUpdate', E: time, T: time, s: symbol, U: 1, u: 1, pu: 1, b: rows(book.bids), a: rows(book.asks) })
}

function answer(path: string, query: URLSearchParams, { listings, now }: WireContext): unknown {
  if (path === '/fapi/v1/time') return { serverTime: now }
  if (path === '/fapi/v1/exchangeInfo') return exchangeInfo(listings, now)
  if (path === '/fapi/v1/fundingRate' || path === '/fapi/v1/fundingInfo') return []
  const listing = listings.find(({ symbol }) => symbol === query.get('symbol'))
  if (!listing) return undefined
  const { market, symbol } = listing
  if (path === '/fapi/v1/openInterest') return { symbol, openInterest: market.openInterestAt(now).toFixed(3), time: now }
  if (path === '/fapi/v1/klines') return klines(listing, query, now)
  if (path === '/futures/data/openInterestHist')
    return timesOf(query, STATISTICS_MS, now).map((timestamp) => {
      const held = market.openInterestAt(timestamp)
      const value = held * market.markAt(timestamp).markPrice
      return { symbol, sumOpenInterest: held.toFixed(3), sumOpenInterestValue: value.toFixed(3), timestamp }
    })
  if (RATIOS.test(path))
    return timesOf(query, STATISTICS_MS, now).map((timestamp) => ({
      symbol,
      longShortRatio: '1.2000',
      buySellRatio: '1.2000',
      timestamp,
    }))
  return undefined
}

const exchangeInfo = (listings: readonly WireListing[], now: number): object => ({
  timezone: 'UTC',
  serverTime: now,
  rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2_400 }],
  symbols: listings.map(({ symbol, instrument: { baseAsset, quoteAsset } }) => ({
    symbol,
    pair: symbol,
    contractType: 'PERPETUAL',
    status: 'TRADING',
    baseAsset,
    quoteAsset,
  })),
})

function klines({ market }: WireListing, query: URLSearchParams, now: number): unknown[] {
  return timesOf(query, MINUTE_MS, now).map((openTime) => {
    const bar = market.candleAt(Math.min(now, openTime + MINUTE_MS - 1))
    const numbers = [bar.open, bar.high, bar.low, bar.close, bar.volume].map(String)
    const taken = [String(bar.takerBuyVolume), String(bar.takerBuyQuoteVolume)]
    return [openTime, ...numbers, openTime + MINUTE_MS - 1, String(bar.quoteVolume), bar.tradeCount, ...taken, '0']
  })
}

function timesOf(query: URLSearchParams, step: number, now: number): number[] {
  const from = Math.ceil(Number(query.get('startTime') ?? now - 500 * step) / step) * step
  const to = Math.min(Number(query.get('endTime') ?? now), now)
  if (!(to - from < MOST_ROWS * step)) throw new Error(`${from} to ${to} is more than a page`)
  const times: number[] = []
  for (let time = from; time <= to; time += step) times.push(time)
  return times
}
