/** A market for speed: prices, candles and answers that are a function of instrument and time, in Binance's wire format. */
import { isoTime, MINUTE_MS } from '@faultline/market/units'

export const INSTRUMENTS = 200
const HOUR_MS = 60 * MINUTE_MS
const LEVELS = 20

export const symbolOf = (index: number): string => `LOAD${String(index).padStart(3, '0')}USDT`
const indexOf = (symbol: string | null): number => Number(symbol?.slice(4, 7))

const priceAt = (index: number, time: number): number => (20 + index) * (1 + 0.01 * Math.sin(time / (20 * MINUTE_MS) + index))
const openInterestAt = (index: number, time: number): number => 1e6 * (1 + 0.2 * Math.sin(time / HOUR_MS + index))

export interface Bar {
  openTime: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

export function barAt(index: number, openTime: number): Bar {
  const open = Number(priceAt(index, openTime).toFixed(4))
  const close = Number(priceAt(index, openTime + MINUTE_MS).toFixed(4))
  const [high, low] = [Math.max(open, close) * 1.0005, Math.min(open, close) * 0.9995].map((p) => Number(p.toFixed(4)))
  return { openTime, open, high: high as number, low: low as number, close, volume: 1_000 + index }
}

/** Trades so far: it rises, as the feed expects of a market that lives. */
const tradeNumber = (time: number): number => Math.floor(time / 1_000) % 1e9

export function markPrice(index: number, time: number): string {
  const price = priceAt(index, time).toFixed(8)
  const settlement = Math.ceil((time + 1) / (8 * HOUR_MS)) * 8 * HOUR_MS
  return `{"e":"markPriceUpdate","E":${time},"s":"${symbolOf(index)}","p":"${price}","i":"${price}","P":"${price}","r":"0.00010000","T":${settlement}}`
}

export function liquidation(index: number, time: number): string {
  const price = priceAt(index, time).toFixed(4)
  const side = (time / 1_000) % 2 < 1 ? 'SELL' : 'BUY'
  return `{"e":"forceOrder","E":${time},"o":{"s":"${symbolOf(index)}","S":"${side}","o":"LIMIT","f":"IOC","q":"12.5","p":"${price}","ap":"${price}","X":"FILLED","l":"12.5","z":"12.5","T":${time}}}`
}

export function kline(index: number, openTime: number, time: number, closed: boolean): string {
  const { open, high, low, close, volume } = barAt(index, openTime)
  return `{"e":"kline","E":${time},"s":"${symbolOf(index)}","k":{"t":${openTime},"T":${openTime + MINUTE_MS - 1},"s":"${symbolOf(index)}","i":"1m","f":1,"L":${tradeNumber(time)},"o":"${open}","c":"${close}","h":"${high}","l":"${low}","v":"${volume}","n":60,"x":${closed},"q":"${volume * close}","V":"${volume / 2}","Q":"${(volume / 2) * close}","B":"0"}}`
}

/** The levels of an instrument never change: what the worker does with them is the same. */
const books = Array.from({ length: INSTRUMENTS }, (_, index) => {
  const price = 20 + index
  const side = (sign: 1 | -1) =>
    Array.from({ length: LEVELS }, (_, i) => [(price * (1 + (sign * (i + 1)) / 1e4)).toFixed(4), `${10 + i}.5`])
  return JSON.stringify({ b: side(-1), a: side(1) }).slice(1)
})

export const depth = (index: number, time: number): string =>
  `{"e":"depthUpdate","E":${time},"T":${time},"s":"${symbolOf(index)}","U":1,"u":1,"pu":1,${books[index]}`

/** The answer to a GET; null for a path that this venue does not have. */
export function answer(path: string, query: URLSearchParams): unknown {
  const now = Date.now()
  const index = indexOf(query.get('symbol'))
  const symbol = symbolOf(index)
  if (path === '/fapi/v1/time') return { serverTime: now }
  if (path === '/fapi/v1/exchangeInfo') return exchangeInfo()
  if (path === '/fapi/v1/klines') return timesOf(query, MINUTE_MS, now).map((time) => klineRow(barAt(index, time)))
  if (path === '/fapi/v1/openInterest') return { symbol, openInterest: openInterestAt(index, now).toFixed(3), time: now }
  if (path === '/fapi/v1/fundingRate' || path === '/fapi/v1/fundingInfo') return []
  if (path === '/futures/data/openInterestHist')
    return timesOf(query, 5 * MINUTE_MS, now).map((timestamp) => ({
      symbol,
      sumOpenInterest: openInterestAt(index, timestamp).toFixed(3),
      sumOpenInterestValue: (openInterestAt(index, timestamp) * priceAt(index, timestamp)).toFixed(3),
      timestamp,
    }))
  if (/^\/futures\/data\/(globalLongShortAccount|topLongShortAccount|topLongShortPosition|takerlongshort)Ratio$/.test(path))
    return timesOf(query, 5 * MINUTE_MS, now).map((timestamp) => ({ symbol, longShortRatio: '1.2000', buySellRatio: '1.2000', timestamp }))
  return null
}

function exchangeInfo(): object {
  return {
    timezone: 'UTC',
    serverTime: Date.now(),
    rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2_400 }],
    symbols: Array.from({ length: INSTRUMENTS }, (_, index) => ({
      symbol: symbolOf(index),
      pair: symbolOf(index),
      contractType: 'PERPETUAL',
      status: 'TRADING',
      baseAsset: symbolOf(index).slice(0, -4),
      quoteAsset: 'USDT',
    })),
  }
}

function timesOf(query: URLSearchParams, step: number, now: number): number[] {
  const from = Math.ceil(Number(query.get('startTime') ?? now - 500 * step) / step) * step
  const to = Math.min(Number(query.get('endTime') ?? now), now)
  if (!(to - from < 2_000 * step)) throw new Error(`${isoTime(from)} to ${isoTime(to)} is more than a page`)
  const times: number[] = []
  for (let time = from; time <= to; time += step) times.push(time)
  return times
}

function klineRow({ openTime, open, high, low, close, volume }: Bar): unknown[] {
  const numbers = [open, high, low, close, volume].map(String)
  return [openTime, ...numbers, openTime + MINUTE_MS - 1, String(volume * close), 60, String(volume / 2), String((volume / 2) * close), '0']
}
