/**
 * OKX v5's public words for swaps: every number and every time a string, without zeros at the end, sizes in contracts (`sz`, `vol`,
 * `oi`) and where a name says `Ccy` in base coin.
 */
import { crc32 } from 'node:zlib'
import { HOUR_MS } from '@faultline/market/units'
import { FUNDING_CAP } from '../../../market-run.ts'
import type { Bar } from '../../bars.ts'
import type { DepthAt, ForcedTick, MarkAt, TradeTick, VenueInstrument } from '../../venue-market.ts'
import type { Level } from '../book-changes.ts'
import { daySummary, openAt } from '../day-summary.ts'
import { step, trimmed } from '../numbers.ts'
import { latestTrades } from '../recent-trades.ts'
import type { WireListing } from '../wire-format.ts'

const RATE_DECIMALS = 10
const RATIO_DECIMALS = 16
const USD_DECIMALS = 4
const INTEREST_RATE = '0.0001'
/** Levels of each side that a checksum is of. */
const CHECKED_LEVELS = 25

export const familyOf = (i: VenueInstrument): string => `${i.baseAsset}-${i.quoteAsset}`
export const symbolOf = (i: VenueInstrument): string => `${familyOf(i)}-SWAP`

/**
 * Between a few and a thousand USD, as there: 0.01 BTC, 0.1 ETH, 1 SOL, 100 XRP, 1,000 DOGE. A hundredth of it is the market's lot
 * where lots are parts of a coin; elsewhere the decimals of the price tell how small a coin is.
 */
export function contractSizeOf({ quantityDecimals, priceDecimals }: VenueInstrument): number {
  const power = quantityDecimals > 0 ? 2 - quantityDecimals : Math.max(0, priceDecimals - 2)
  return Number(`1e${power}`)
}

/** Decimals of a size in contracts. */
const contractDecimals = ({ instrument, contractSize }: WireListing): number =>
  Math.max(0, instrument.quantityDecimals + Math.round(Math.log10(contractSize)))

export const contracts = (listing: WireListing, coins: number): string => trimmed(coins / listing.contractSize, contractDecimals(listing))

const coins = (i: VenueInstrument, value: number): string => trimmed(value, i.quantityDecimals)
const px = (i: VenueInstrument, value: number): string => trimmed(value, i.priceDecimals)
const usd = (value: number): string => trimmed(value, USD_DECIMALS)
const rate = (value: number): string => trimmed(value, RATE_DECIMALS)

const named = ({ symbol }: WireListing): { instId: string; instType: string } => ({ instId: symbol, instType: 'SWAP' })

// Instruments

export function instrumentInfo(listing: WireListing): Record<string, unknown> {
  const { instrument: i, market, contractSize } = listing
  const lot = step(contractDecimals(listing))
  const family = familyOf(i)
  const most = '100000000.0000000000000000'
  return {
    alias: '',
    auctionEndTime: '',
    baseCcy: '',
    category: '1',
    contTdSwTime: '',
    ctMult: '1',
    ctType: 'linear',
    ctVal: trimmed(contractSize, 8),
    ctValCcy: i.baseAsset,
    expTime: '',
    futureSettlement: false,
    instFamily: family,
    ...named(listing),
    instIdCode: 900_000 + [...i.baseAsset].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) as number)) % 99_991, 0),
    lever: String(i.brackets[0]?.initialLeverage ?? 1),
    listTime: String(market.genesis),
    lotSz: lot,
    maxIcebergSz: most,
    maxLmtAmt: '20000000',
    maxLmtSz: '100000000',
    maxMktAmt: '',
    maxMktSz: '30000',
    maxPlatOILmt: '',
    maxStopSz: '30000',
    maxTriggerSz: most,
    maxTwapSz: most,
    minSz: lot,
    openType: '',
    optType: '',
    posLmtAmt: '',
    posLmtPct: '',
    preMktSwTime: '',
    quoteCcy: '',
    ruleType: 'normal',
    settleCcy: i.quoteAsset,
    state: 'live',
    stk: '',
    tickSz: step(i.priceDecimals),
    tradeQuoteCcyList: [],
    uly: family,
  }
}

/**
 * OKX's tiers are in contracts and the market's in USD: they are told at the mark. A size belongs to the tier in which
 * minSz ≤ size ≤ maxSz, a lot apart.
 */
export function positionTiers(listing: WireListing, markPrice: number): Record<string, string>[] {
  const { instrument: i } = listing
  const family = familyOf(i)
  const lots = 10 ** contractDecimals(listing)
  const lotsOf = (notional: number): number => Math.floor((notional / markPrice / listing.contractSize) * lots)
  const size = (count: number): string => trimmed(count / lots, contractDecimals(listing))
  return i.brackets.map((b, index) => ({
    baseMaxLoan: '',
    imr: rate(1 / b.initialLeverage),
    instFamily: family,
    instId: '',
    maxLever: String(b.initialLeverage),
    maxSz: size(lotsOf(b.notionalCap)),
    minSz: size(index === 0 ? 0 : lotsOf(b.notionalFloor) + 1),
    mmr: rate(b.maintMarginRatio),
    optMgnFactor: '0',
    quoteMaxLoan: '',
    tier: String(index + 1),
    uly: family,
  }))
}

// Candles

/** `[ts, open, high, low, close, contracts, base coin, quote, confirm]` */
export function candleRow(listing: WireListing, bar: Bar, closed: boolean): string[] {
  const { instrument: i } = listing
  return [
    String(bar.openTime),
    ...[bar.open, bar.high, bar.low, bar.close].map((p) => px(i, p)),
    contracts(listing, bar.volume),
    coins(i, bar.volume),
    trimmed(bar.quoteVolume, i.priceDecimals + i.quantityDecimals),
    closed ? '1' : '0',
  ]
}

// Trades and liquidations

/** `tradeId` is the last of those that `count` says. */
export const tradeData = (listing: WireListing, t: TradeTick): Record<string, string | number> => ({
  ...restTrade(listing, t),
  count: String(t.count),
})

export const restTrade = (listing: WireListing, t: TradeTick): Record<string, string | number> => ({
  instId: listing.symbol,
  tradeId: String(t.firstTradeId + t.count - 1),
  px: px(listing.instrument, t.price),
  sz: contracts(listing, t.quantity),
  side: t.takerBuys ? 'buy' : 'sell',
  ts: String(t.time),
  source: '0',
  seqId: t.aggregateId,
})

/** One instrument's liquidations: `side` is the order's, `posSide` the position's, `bkPx` the bankruptcy price. */
export function liquidationData(listing: WireListing, orders: readonly ForcedTick[]): object {
  const family = familyOf(listing.instrument)
  const details = orders.map((order) => ({
    bkLoss: '0',
    bkPx: px(listing.instrument, order.orderPrice),
    ccy: '',
    posSide: order.direction > 0 ? 'long' : 'short',
    side: order.direction > 0 ? 'sell' : 'buy',
    sz: contracts(listing, order.quantity),
    ts: String(order.time),
  }))
  return { details, instFamily: family, ...named(listing), uly: family }
}

// Marks, funding, open interest

export const markPrice = (listing: WireListing, mark: MarkAt, time: number): object => ({
  ...named(listing),
  markPx: px(listing.instrument, mark.markPrice),
  ts: String(time),
})

/** `fundingRate` is what would be settled at `fundingTime`, which lies ahead. */
export function fundingRate(listing: WireListing, mark: MarkAt, time: number, ts: number = time): object {
  const { instrument: i, market } = listing
  const intervalMs = i.fundingIntervalHours * HOUR_MS
  const { columns, length } = market.fundingHistory(time - 2 * intervalMs, time + 1)
  return {
    ...named(listing),
    formulaType: 'withRate',
    fundingRate: rate(mark.predictedFundingRate),
    fundingTime: String(mark.nextFundingTime),
    impactValue: '',
    interestRate: INTEREST_RATE,
    maxFundingRate: rate(FUNDING_CAP),
    method: 'current_period',
    minFundingRate: rate(-FUNDING_CAP),
    nextFundingRate: '',
    nextFundingTime: String(mark.nextFundingTime + intervalMs),
    premium: trimmed(mark.markPrice / mark.indexPrice - 1, RATIO_DECIMALS),
    prevFundingTime: String(mark.nextFundingTime - intervalMs),
    settFundingRate: length > 0 ? rate(columns.rate[length - 1] as number) : '',
    settState: 'settled',
    ts: String(ts),
  }
}

/** Settlements bear the full hour, however late they are told. */
export const settledAt = (time: number): number => Math.floor(time / HOUR_MS) * HOUR_MS

export const fundingRow = (listing: WireListing, time: number, settled: number): object => ({
  ...named(listing),
  formulaType: 'withRate',
  fundingRate: rate(settled),
  fundingTime: String(settledAt(time)),
  method: 'current_period',
  realizedRate: rate(settled),
})

export const openInterest = (listing: WireListing, held: number, mark: number, time: number): object => ({
  ...named(listing),
  oi: contracts(listing, held),
  oiCcy: coins(listing.instrument, held),
  oiUsd: usd(held * mark),
  ts: String(time),
})

/** `[ts, contracts, base coin, USD]` */
export const openInterestRow = (listing: WireListing, time: number, held: number, heldUsd: number): string[] => [
  String(time),
  contracts(listing, held),
  coins(listing.instrument, held),
  usd(heldUsd),
]

export const ratio = (value: number): string => trimmed(value, RATIO_DECIMALS)

// Tickers

const sinceMidnight = ({ instrument: i, market }: WireListing, time: number): { sodUtc0: string; sodUtc8: string } => {
  const day = 24 * HOUR_MS
  const startOf = (offset: number): number => Math.floor((time + offset) / day) * day - offset
  return { sodUtc0: px(i, openAt(market, startOf(0))), sodUtc8: px(i, openAt(market, startOf(8 * HOUR_MS))) }
}

/** `time` of the market, `ts` as the venue's clock shows it; so also above and below. */
export function ticker(listing: WireListing, time: number, ts: number = time): Record<string, string> {
  const { instrument: i, market } = listing
  const day = daySummary(market, time)
  const best = market.depthAt(time, 1)
  const [last] = latestTrades(market, time, 1)
  const [bid] = best.bids
  const [ask] = best.asks
  return {
    ...named(listing),
    last: px(i, day.last),
    lastSz: last ? contracts(listing, last.quantity) : '',
    askPx: ask ? px(i, ask[0]) : '',
    askSz: ask ? contracts(listing, ask[1]) : '',
    bidPx: bid ? px(i, bid[0]) : '',
    bidSz: bid ? contracts(listing, bid[1]) : '',
    open24h: px(i, day.open),
    high24h: px(i, day.high),
    low24h: px(i, day.low),
    ...sinceMidnight(listing, time),
    volCcy24h: coins(i, day.volume),
    vol24h: contracts(listing, day.volume),
    ts: String(ts),
  }
}

/** The index now; its day is that of the trades, as the market keeps no other. */
export function indexTicker(listing: WireListing, mark: MarkAt, time: number, ts: number): Record<string, string> {
  const { instrument: i } = listing
  const day = daySummary(listing.market, time)
  return {
    instId: familyOf(i),
    idxPx: px(i, mark.indexPrice),
    open24h: px(i, day.open),
    high24h: px(i, day.high),
    low24h: px(i, day.low),
    ...sinceMidnight(listing, time),
    ts: String(ts),
  }
}

// Books

/** `[price, contracts, nothing, orders]`; of orders OKX says how many, the market has one per level. */
export const bookRows = (listing: WireListing, side: readonly Level[]): string[][] =>
  side.map(([p, q]) => [px(listing.instrument, p), contracts(listing, q), '0', q === 0 ? '0' : '1'])

/** CRC-32, signed, of the best levels of both sides by turns, as they are written. */
export function checksum(listing: WireListing, book: DepthAt): number {
  const bids = bookRows(listing, book.bids.slice(0, CHECKED_LEVELS))
  const asks = bookRows(listing, book.asks.slice(0, CHECKED_LEVELS))
  const parts: string[] = []
  for (let i = 0; i < CHECKED_LEVELS; i++) {
    for (const row of [bids[i], asks[i]]) if (row) parts.push(`${row[0]}:${row[1]}`)
  }
  return crc32(parts.join(':')) | 0
}
