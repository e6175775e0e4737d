/** Binance USDⓈ-M's public messages: numbers as strings with the symbol's decimals, times in ms, one-letter keys. */
import type { Bar } from './bars.ts'
import type { DepthAt, ForcedTick, MarkAt, TradeTick, VenueInstrument } from './venue-market.ts'

/** Rates, mark prices and sums of open interest have eight decimals whatever the symbol. */
const RATE_DECIMALS = 8
const RATIO_DECIMALS = 4
/** The interest that is part of every funding rate. */
const INTEREST_RATE = '0.00010000'

/** `decimals` places, and no negative zero. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return text.startsWith('-') && Number(text) === 0 ? text.slice(1) : text
}

export const price = (i: VenueInstrument, value: number): string => fixed(value, i.priceDecimals)
export const quantity = (i: VenueInstrument, value: number): string => fixed(value, i.quantityDecimals)
/** A price times a quantity has the decimals of both. */
const quote = (i: VenueInstrument, value: number): string => fixed(value, i.priceDecimals + i.quantityDecimals)
const rate = (value: number): string => fixed(value, RATE_DECIMALS)
const ratio = (value: number): string => fixed(value, RATIO_DECIMALS)

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
/** The data object of a stream's message. `E` is the event time. */
export type Message = { e: string; E: number } & { [key: string]: Json }

// REST

export type KlineRow = [number, string, string, string, string, string, number, string, number, string, string, string]

export function klineRow(i: VenueInstrument, bar: Bar, intervalMs: number): KlineRow {
  return [
    bar.openTime,
    price(i, bar.open),
    price(i, bar.high),
    price(i, bar.low),
    price(i, bar.close),
    quantity(i, bar.volume),
    bar.openTime + intervalMs - 1,
    quote(i, bar.quoteVolume),
    bar.tradeCount,
    quantity(i, bar.takerBuyVolume),
    quote(i, bar.takerBuyQuoteVolume),
    '0',
  ]
}

export function openInterestNow(i: VenueInstrument, openInterest: number, time: number): Json {
  return { symbol: i.symbol, openInterest: quantity(i, openInterest), time }
}

export function openInterestRow(i: VenueInstrument, timestamp: number, openInterest: number, openInterestUsd: number): Json {
  return { symbol: i.symbol, sumOpenInterest: rate(openInterest), sumOpenInterestValue: rate(openInterestUsd), timestamp }
}

/** Longs per short, and the shares of both; accounts or positions. */
export function longShortRow(i: VenueInstrument, timestamp: number, longsPerShort: number): Json {
  const long = longsPerShort / (1 + longsPerShort)
  return {
    symbol: i.symbol,
    longAccount: ratio(long),
    longShortRatio: ratio(longsPerShort),
    shortAccount: ratio(1 - long),
    timestamp,
  }
}

/** Base coin that takers bought and sold. */
export function takerRow(bought: number, sold: number, timestamp: number): Json {
  return { buySellRatio: ratio(sold > 0 ? bought / sold : 0), buyVol: ratio(bought), sellVol: ratio(sold), timestamp }
}

export function fundingRow(i: VenueInstrument, fundingTime: number, fundingRate: number, markPrice: number): Json {
  return { symbol: i.symbol, fundingTime, fundingRate: rate(fundingRate), markPrice: rate(markPrice) }
}

export function fundingInfoRow(i: VenueInstrument, cap: number, updateTime: number): Json {
  return {
    symbol: i.symbol,
    adjustedFundingRateCap: rate(cap),
    adjustedFundingRateFloor: rate(-cap),
    fundingIntervalHours: i.fundingIntervalHours,
    disclaimer: false,
    updateTime,
  }
}

export function premiumIndex(i: VenueInstrument, mark: MarkAt, time: number): Json {
  return {
    symbol: i.symbol,
    markPrice: rate(mark.markPrice),
    indexPrice: rate(mark.indexPrice),
    estimatedSettlePrice: rate(mark.indexPrice),
    lastFundingRate: rate(mark.predictedFundingRate),
    interestRate: INTEREST_RATE,
    nextFundingTime: mark.nextFundingTime,
    time,
  }
}

type Levels = readonly (readonly [price: number, quantity: number])[]
const levels = (i: VenueInstrument, side: Levels): Json[] => side.map(([p, q]) => [price(i, p), quantity(i, q)])

/** `time` of the book, `eventTime` of the answer. */
export function depth(i: VenueInstrument, book: DepthAt, limit: number, time: number, eventTime: number): Json {
  return {
    lastUpdateId: book.lastUpdateId,
    E: eventTime,
    T: time,
    bids: levels(i, book.bids.slice(0, limit)),
    asks: levels(i, book.asks.slice(0, limit)),
  }
}

export function aggregateTradeRow(i: VenueInstrument, t: TradeTick): Json {
  return {
    a: t.aggregateId,
    p: price(i, t.price),
    q: quantity(i, t.quantity),
    f: t.firstTradeId,
    l: t.firstTradeId + t.count - 1,
    T: t.time,
    m: !t.takerBuys,
  }
}

// Streams

export function klineMessage(i: VenueInstrument, interval: string, intervalMs: number, bar: Bar, closed: boolean, E: number): Message {
  return {
    e: 'kline',
    E,
    s: i.symbol,
    k: {
      t: bar.openTime,
      T: bar.openTime + intervalMs - 1,
      s: i.symbol,
      i: interval,
      f: bar.tradeCount > 0 ? bar.lastTradeId - bar.tradeCount + 1 : -1,
      L: bar.tradeCount > 0 ? bar.lastTradeId : -1,
      o: price(i, bar.open),
      c: price(i, bar.close),
      h: price(i, bar.high),
      l: price(i, bar.low),
      v: quantity(i, bar.volume),
      n: bar.tradeCount,
      x: closed,
      q: quote(i, bar.quoteVolume),
      V: quantity(i, bar.takerBuyVolume),
      Q: quote(i, bar.takerBuyQuoteVolume),
      B: '0',
    },
  }
}

/** `m`: the buyer was the maker, that is, the taker sold. */
export function aggregateTradeMessage(i: VenueInstrument, t: TradeTick, E: number): Message {
  return {
    e: 'aggTrade',
    E,
    a: t.aggregateId,
    s: i.symbol,
    p: price(i, t.price),
    q: quantity(i, t.quantity),
    f: t.firstTradeId,
    l: t.firstTradeId + t.count - 1,
    T: t.time,
    m: !t.takerBuys,
  }
}

export function markPriceMessage(i: VenueInstrument, mark: MarkAt, E: number): Message {
  return {
    e: 'markPriceUpdate',
    E,
    s: i.symbol,
    p: rate(mark.markPrice),
    i: rate(mark.indexPrice),
    P: rate(mark.indexPrice),
    r: rate(mark.predictedFundingRate),
    T: mark.nextFundingTime,
  }
}

/** `S` is the side of the order: a long that dies is sold. */
export function forceOrderMessage(i: VenueInstrument, order: ForcedTick, E: number): Message {
  const q = quantity(i, order.quantity)
  return {
    e: 'forceOrder',
    E,
    o: {
      s: i.symbol,
      S: order.direction > 0 ? 'SELL' : 'BUY',
      o: 'LIMIT',
      f: 'IOC',
      q,
      p: price(i, order.orderPrice),
      ap: price(i, order.averagePrice),
      X: 'FILLED',
      l: q,
      z: q,
      T: order.time,
    },
  }
}

/** `U` and `u`: first and last update in it; `pu`: the last one of the message before. */
export interface UpdateRange {
  U: number
  u: number
  pu: number
}

export function depthMessage(i: VenueInstrument, range: UpdateRange, bids: Levels, asks: Levels, T: number, E: number): Message {
  return { e: 'depthUpdate', E, T, s: i.symbol, ...range, b: levels(i, bids), a: levels(i, asks) }
}
