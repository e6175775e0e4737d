/**
 * Bybit v5's public words for linear contracts: numbers as strings with the symbol's decimals, times in ms as strings in REST
 * and as numbers on sockets, sizes in base coin.
 */
import { HOUR_MS, SECOND_MS } from '@faultline/market/units'
import type { Bracket } from '../../../margin.ts'
import { FUNDING_CAP } from '../../../market-run.ts'
import type { Bar } from '../../bars.ts'
import type { DepthAt, ForcedTick, MarkAt, TradeTick, VenueInstrument } from '../../venue-market.ts'
import { fixed, price, quantity } from '../../wire.ts'
import type { Level } from '../book-changes.ts'
import { daySummary } from '../day-summary.ts'
import { step, trimmed } from '../numbers.ts'
import { latestTrades } from '../recent-trades.ts'
import type { WireListing } from '../wire-format.ts'

const RATE_DECIMALS = 8
const SHARE_DECIMALS = 4
const PERCENT_DECIMALS = 6
const TURNOVER_DECIMALS = 4
const OPEN_INTEREST_USD_DECIMALS = 2

const rate = (value: number): string => trimmed(value, RATE_DECIMALS)

/** Intervals by Bybit's names, and the market's names for them. */
export const INTERVALS: Readonly<Record<string, string>> = {
  1: '1m',
  3: '3m',
  5: '5m',
  15: '15m',
  30: '30m',
  60: '1h',
  120: '2h',
  240: '4h',
  360: '6h',
  720: '12h',
  D: '1d',
}

// Instruments

export function instrumentInfo({ instrument: i, market, symbol }: WireListing): Record<string, unknown> {
  const [first] = i.brackets
  const qtyStep = step(i.quantityDecimals)
  return {
    symbol,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: i.baseAsset,
    quoteCoin: i.quoteAsset,
    launchTime: String(market.genesis),
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(i.priceDecimals),
    leverageFilter: { minLeverage: '1', maxLeverage: fixed(first?.initialLeverage ?? 1, 2), leverageStep: '0.01' },
    priceFilter: { minPrice: step(i.priceDecimals), maxPrice: '1000000', tickSize: step(i.priceDecimals) },
    lotSizeFilter: {
      maxOrderQty: '10000000',
      minOrderQty: qtyStep,
      qtyStep,
      postOnlyMaxOrderQty: '10000000',
      maxMktOrderQty: '5000000',
      minNotionalValue: '5',
    },
    unifiedMarginTrade: true,
    // in minutes
    fundingInterval: i.fundingIntervalHours * 60,
    settleCoin: i.quoteAsset,
    copyTrading: 'none',
    upperFundingRate: rate(FUNDING_CAP),
    lowerFundingRate: rate(-FUNDING_CAP),
    isPreListing: false,
    preListingInfo: null,
    displayName: '',
  }
}

/** Tiers with what each takes off the maintenance margin, so that a position's margin is charged slice by slice. */
export function riskLimits({ instrument, symbol }: WireListing): Record<string, unknown>[] {
  let deduction = 0
  return instrument.brackets.map((b: Bracket, index) => {
    const below = instrument.brackets[index - 1]
    if (below) deduction += b.notionalFloor * (b.maintMarginRatio - below.maintMarginRatio)
    return {
      id: index + 1,
      symbol,
      riskLimitValue: trimmed(b.notionalCap, 2),
      maintenanceMargin: trimmed(b.maintMarginRatio, RATE_DECIMALS),
      initialMargin: trimmed(1 / b.initialLeverage, RATE_DECIMALS),
      isLowestRisk: index === 0 ? 1 : 0,
      maxLeverage: fixed(b.initialLeverage, 2),
      mmDeduction: below ? trimmed(deduction, 2) : '',
    }
  })
}

// Candles

/** `[start, open, high, low, close, volume, turnover]` */
export function klineRow(i: VenueInstrument, bar: Bar): string[] {
  return [String(bar.openTime), ...candleNumbers(i, bar)]
}

const candleNumbers = (i: VenueInstrument, bar: Bar): string[] => [
  ...[bar.open, bar.high, bar.low, bar.close].map((p) => trimmed(p, i.priceDecimals)),
  trimmed(bar.volume, i.quantityDecimals),
  trimmed(bar.quoteVolume, i.priceDecimals + i.quantityDecimals),
]

/** `timestamp`: of the candle's latest trade */
export function klineData(i: VenueInstrument, interval: string, intervalMs: number, bar: Bar, confirm: boolean, timestamp: number): object {
  const [open, high, low, close, volume, turnover] = candleNumbers(i, bar)
  return { start: bar.openTime, end: bar.openTime + intervalMs - 1, interval, open, close, high, low, volume, turnover, confirm, timestamp }
}

// Trades and liquidations

/** `PlusTick` above the price before, `ZeroPlusTick` at it where the last other price was below; and so down. */
export function tickDirections(listing: WireListing, ticks: readonly TradeTick[]): string[] {
  const [first] = ticks
  if (!first) return []
  let before: TradeTick | undefined
  let direction = 'Plus'
  // Enough to find another price nearly always; where none is found the price came from nowhere, which counts as up.
  for (const tick of latestTrades(listing.market, first.time, 50).reverse()) {
    if (tick.aggregateId >= first.aggregateId) break
    if (before && tick.price !== before.price) direction = tick.price > before.price ? 'Plus' : 'Minus'
    before = tick
  }
  return ticks.map((tick) => {
    const same = before !== undefined && tick.price === before.price
    if (before && !same) direction = tick.price > before.price ? 'Plus' : 'Minus'
    before = tick
    return `${same ? 'Zero' : ''}${direction}Tick`
  })
}

/** Bybit's ids of trades are UUIDs: one of the symbol's and the trade's own number. */
export function tradeId(symbol: string, id: number): string {
  let hash = 0x811c9dc5
  for (const c of symbol) hash = Math.imul(hash ^ (c.codePointAt(0) as number), 0x01000193)
  return `${(hash >>> 0).toString(16).padStart(8, '0')}-0000-5000-8000-${id.toString(16).padStart(12, '0')}`
}

export function tradeData(listing: WireListing, tick: TradeTick, direction: string): object {
  const { instrument: i, symbol } = listing
  return {
    T: tick.time,
    s: symbol,
    S: side(tick),
    v: quantity(i, tick.quantity),
    p: price(i, tick.price),
    L: direction,
    i: tradeId(symbol, tick.aggregateId),
    BT: false,
    RPI: false,
    seq: tick.aggregateId,
  }
}

export function recentTrade({ instrument: i, symbol }: WireListing, tick: TradeTick): object {
  return {
    execId: tradeId(symbol, tick.aggregateId),
    symbol,
    price: price(i, tick.price),
    size: quantity(i, tick.quantity),
    side: side(tick),
    time: String(tick.time),
    isBlockTrade: false,
    isRPITrade: false,
    seq: String(tick.aggregateId),
  }
}

/** of the taker */
const side = (tick: TradeTick): string => (tick.takerBuys ? 'Buy' : 'Sell')

/** `S` is the side of the position: `Buy` where a long died. `p` is the bankruptcy price. */
export function liquidationData({ instrument: i, symbol }: WireListing, order: ForcedTick): object {
  return {
    T: order.time,
    s: symbol,
    S: order.direction > 0 ? 'Buy' : 'Sell',
    v: quantity(i, order.quantity),
    p: price(i, order.orderPrice),
  }
}

// Books

export const bookRows = (i: VenueInstrument, side: readonly Level[]): [string, string][] =>
  side.map(([p, q]) => [price(i, p), q === 0 ? '0' : quantity(i, q)])

/** `seq` goes up with time whatever the number of levels. */
export function bookData({ instrument, symbol }: WireListing, u: number, bids: readonly Level[], asks: readonly Level[]): object {
  return { s: symbol, b: bookRows(instrument, bids), a: bookRows(instrument, asks), u, seq: u }
}

// Tickers

export interface TickerMoment {
  time: number
  mark: MarkAt
  openInterest: number
  lastPrice: number
}

/** `openInterest` is the sum of both sides; one side has its own field since 2026. */
const SIDES = 2
const openInterestOf = (i: VenueInstrument, oneSide: number): { openInterest: string; singleOpenInterest: string } => ({
  openInterest: quantity(i, SIDES * oneSide),
  singleOpenInterest: quantity(i, oneSide),
})

/** What a ticker holds at a moment, as strings: of two moments, those that differ make a delta. */
export function ticker(listing: WireListing, { time, mark, openInterest, lastPrice }: TickerMoment, best: DepthAt): Record<string, string> {
  const { instrument: i, market, symbol } = listing
  const day = daySummary(market, time)
  const [bid] = best.bids
  const [ask] = best.asks
  const newest = latestTrades(market, time, 1)
  return {
    symbol,
    tickDirection: tickDirections(listing, newest)[0] ?? 'ZeroPlusTick',
    price24hPcnt: fixed(lastPrice / day.open - 1, PERCENT_DECIMALS),
    lastPrice: price(i, lastPrice),
    prevPrice24h: price(i, day.open),
    highPrice24h: price(i, day.high),
    lowPrice24h: price(i, day.low),
    prevPrice1h: price(i, day.hourAgo),
    markPrice: price(i, mark.markPrice),
    indexPrice: price(i, mark.indexPrice),
    ...openInterestOf(i, openInterest),
    openInterestValue: fixed(SIDES * openInterest * mark.markPrice, OPEN_INTEREST_USD_DECIMALS),
    singleOpenInterestValue: fixed(openInterest * mark.markPrice, OPEN_INTEREST_USD_DECIMALS),
    turnover24h: fixed(day.quoteVolume, TURNOVER_DECIMALS),
    volume24h: quantity(i, day.volume),
    nextFundingTime: String(mark.nextFundingTime),
    fundingRate: rate(mark.predictedFundingRate),
    bid1Price: bid ? price(i, bid[0]) : '',
    bid1Size: bid ? quantity(i, bid[1]) : '',
    ask1Price: ask ? price(i, ask[0]) : '',
    ask1Size: ask ? quantity(i, ask[1]) : '',
    fundingIntervalHour: String(i.fundingIntervalHours),
    fundingCap: rate(FUNDING_CAP),
  }
}

/** What the same ticker has besides where it is asked for by REST; empty for contracts that are never delivered. */
export function restTicker(listing: WireListing, moment: TickerMoment, best: DepthAt): Record<string, string> {
  const { tickDirection: _, ...fields } = ticker(listing, moment, best)
  const delivered = { predictedDeliveryPrice: '', basisRate: '', basisRateYear: '', deliveryFeeRate: '', deliveryTime: '0', basis: '' }
  return { ...fields, ...delivered, preOpenPrice: '', preQty: '', curPreListingPhase: '' }
}

// History

export const openInterestRow = (i: VenueInstrument, time: number, openInterest: number): object => ({
  ...openInterestOf(i, openInterest),
  timestamp: String(time),
})

/** Settlements bear the full hour, however late they are told. */
export const settledAt = (time: number): number => Math.floor(time / HOUR_MS) * HOUR_MS

export const fundingRow = (symbol: string, time: number, settled: number): object => ({
  symbol,
  fundingRate: rate(settled),
  fundingRateTimestamp: String(settledAt(time)),
})

/** Shares of accounts that are long and short. */
export function accountRatioRow(symbol: string, time: number, longsPerShort: number): object {
  const long = longsPerShort / (1 + longsPerShort)
  return { symbol, buyRatio: fixed(long, SHARE_DECIMALS), sellRatio: fixed(1 - long, SHARE_DECIMALS), timestamp: String(time) }
}

export const serverTime = (time: number): object => ({
  timeSecond: String(Math.floor(time / SECOND_MS)),
  timeNano: `${time}000000`,
})
