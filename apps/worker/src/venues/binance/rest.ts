/** Binance's REST calls. Each passes the gate, is sent by ccxt and read by our own mapper. */
import type { RatioKind } from '@faultline/market/event'
import { DAY_MS, HOUR_MS, isoTime, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { Limit, Priority, RequestGate } from '../../feed/request-gate.ts'
import { FeedError, type VenueFeed, type VenueRest } from '../../feed/venue-feed.ts'
import type { Call } from '../carrier/carried-feed.ts'
import {
  type Rows,
  readExchangeInfo,
  readFunding,
  readFundingHours,
  readKlines,
  readOpenInterest,
  readOpenInterestHistory,
  readRatios,
  readServerTime,
  USUAL_FUNDING_HOURS,
} from './rest-mapper.ts'

/** Per address: weight of /fapi/v1 by minute, and requests to the statistics and to the funding endpoints by five minutes. */
export type BinanceLimit = 'weight' | 'statistics' | 'funding'
export const BINANCE_LIMITS: Readonly<Record<BinanceLimit, Limit>> = {
  weight: { limit: 2_400, windowMs: MINUTE_MS },
  statistics: { limit: 1_000, windowMs: 5 * MINUTE_MS },
  funding: { limit: 500, windowMs: 5 * MINUTE_MS },
}

const STATISTICS_STEP_MS = 5 * MINUTE_MS
const STATISTICS_ROWS = 500
const FUNDING_ROWS = 1_000

/** A page of candles is a day. Statistics end after 30 days, less an hour for requests that have to wait. */
const STATISTICS = { pageMs: STATISTICS_ROWS * STATISTICS_STEP_MS, maxAgeMs: 30 * DAY_MS - HOUR_MS }
export const BINANCE_HISTORY = {
  candle: { pageMs: 1_440 * MINUTE_MS, maxAgeMs: null },
  openInterest: STATISTICS,
  longShortRatio: STATISTICS,
  // Some contracts settle every hour.
  funding: { pageMs: 40 * DAY_MS, maxAgeMs: null },
} as const satisfies VenueFeed['history']

const RATIO_ENDPOINTS: Readonly<Record<RatioKind, string>> = {
  accounts: 'fapiDataGetGlobalLongShortAccountRatio',
  topAccounts: 'fapiDataGetTopLongShortAccountRatio',
  topPositions: 'fapiDataGetTopLongShortPositionRatio',
  takerVolume: 'fapiDataGetTakerlongshortRatio',
}

/** Shorter ranges are polls and small holes, which the map waits for; longer ones are a backfill. */
const SHORT_RANGE_MS = HOUR_MS
const FUNDING_HOURS_KEPT_MS = HOUR_MS
/** A candle is final on REST this long after its end. */
const FINAL_MS = SECOND_MS
/** The candle that would prove the last one closed may be this late. */
const NEXT_CANDLE_LATE_MS = MINUTE_MS
/** No clock of a venue is wrong by as much as this. */
const LONG_AGO_MS = 6 * HOUR_MS

interface BinanceRestOptions {
  call: Call<BinanceLimit>
  gate: RequestGate<BinanceLimit>
  log: (line: string) => void
}

export class BinanceRest implements VenueRest {
  private readonly options: BinanceRestOptions
  private fundingHours: { at: number; hours: Promise<Map<string, number>> } | null = null

  constructor(options: BinanceRestOptions) {
    this.options = options
  }

  async serverTime(): Promise<number> {
    return readServerTime(await this.options.call('fapiPublicGetTime', {}, 'live', { weight: 1 }))
  }

  async instruments(): ReturnType<VenueRest['instruments']> {
    const { instruments, weightLimit } = readExchangeInfo(await this.options.call('fapiPublicGetExchangeInfo', {}, 'live', { weight: 1 }))
    if (weightLimit !== null) this.options.gate.setLimit('weight', weightLimit)
    return instruments
  }

  /** The open candle is never among them, nor is the last one while nothing says that it is closed. */
  async candles(symbol: string, from: number, to: number): ReturnType<VenueRest['candles']> {
    const start = Math.ceil(from / MINUTE_MS) * MINUTE_MS
    // One more than is wanted: that it is there proves that those before it are closed.
    const end = Math.ceil(to / MINUTE_MS) * MINUTE_MS
    if (end <= start) return []
    refuseLong('candles', from, to, BINANCE_HISTORY.candle.pageMs)
    const limit = (end - start) / MINUTE_MS + 1
    const parameters = { symbol, interval: '1m', startTime: start, endTime: end, limit }
    const answer = await this.options.call('fapiPublicGetKlines', parameters, priorityOf(from, to), { weight: klineWeight(limit) })
    const read = readKlines(answer)
    const { newest } = read
    const wanted = this.rowsOf(read).filter((c) => c.openTime >= start && c.openTime < end)
    if (newest === null || wanted.at(-1)?.openTime !== newest) return wanted
    return (await this.hasClosed(newest)) ? wanted : wanted.slice(0, -1)
  }

  /**
   * For a candle with none after it. Where nobody trades, the next one may be missing for a moment. Where it is missing for
   * longer, the market has ended or had a break, or the venue's clock is ahead of its candles: then this one may be open.
   */
  private async hasClosed(openTime: number): Promise<boolean> {
    const past = (await this.serverTime()) - (openTime + MINUTE_MS)
    return (past >= FINAL_MS && past < NEXT_CANDLE_LATE_MS) || past >= LONG_AGO_MS
  }

  async openInterest(symbol: string): ReturnType<VenueRest['openInterest']> {
    return readOpenInterest(await this.options.call('fapiPublicGetOpenInterest', { symbol }, 'live', { weight: 1 }), symbol)
  }

  async openInterestHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['openInterestHistory']> {
    if (to <= from) return []
    const answer = await this.statistics('fapiDataGetOpenInterestHist', 'openInterestHistory', symbol, from, to)
    return within(this.rowsOf(readOpenInterestHistory(answer, symbol)), from, to)
  }

  async ratioHistory(symbol: string, kind: RatioKind, from: number, to: number): ReturnType<VenueRest['ratioHistory']> {
    if (to <= from) return []
    const endpoint = RATIO_ENDPOINTS[kind]
    const answer = await this.statistics(endpoint, 'ratioHistory', symbol, from, to)
    return within(this.rowsOf(readRatios(endpoint.replace('fapiDataGet', ''), answer, kind)), from, to)
  }

  async fundingHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['fundingHistory']> {
    if (to <= from) return []
    refuseLong('fundingHistory', from, to, BINANCE_HISTORY.funding.pageMs)
    const hours = (await this.hoursOfFunding()).get(symbol) ?? USUAL_FUNDING_HOURS
    // Settlements are stamped off the full minute, to which they belong: those at the edges are asked for as well.
    const parameters = { symbol, startTime: from - MINUTE_MS / 2, endTime: to - 1 + MINUTE_MS / 2, limit: FUNDING_ROWS }
    const answer = await this.options.call('fapiPublicGetFundingRate', parameters, priorityOf(from, to), { funding: 1 })
    return within(this.rowsOf(readFunding(answer, symbol, hours)), from, to)
  }

  /** Brackets are given to signed requests only. */
  async marginTiers(): Promise<null> {
    return null
  }

  usedWeight(): ReturnType<VenueRest['usedWeight']> {
    return this.options.gate.used('weight')
  }

  private statistics(endpoint: string, what: string, symbol: string, from: number, to: number): Promise<unknown> {
    refuseLong(what, from, to, STATISTICS.pageMs)
    const parameters = { symbol, period: '5m', startTime: from, endTime: to - 1, limit: STATISTICS_ROWS }
    return this.options.call(endpoint, parameters, priorityOf(from, to), { statistics: 1 })
  }

  private hoursOfFunding(): Promise<Map<string, number>> {
    const now = performance.now()
    if (this.fundingHours && now - this.fundingHours.at < FUNDING_HOURS_KEPT_MS) return this.fundingHours.hours
    const hours = this.options.call('fapiPublicGetFundingInfo', {}, 'live', { funding: 1 }).then(readFundingHours)
    const kept = { at: now, hours }
    this.fundingHours = kept
    hours.catch(() => {
      if (this.fundingHours === kept) this.fundingHours = null
    })
    return hours
  }

  private rowsOf<T>({ rows, unread }: Rows<T>): T[] {
    if (unread) this.options.log(`${unread.count} rows of an answer could not be read and are missing; the first: ${unread.reason}`)
    return rows
  }
}

const priorityOf = (from: number, to: number): Priority => (to - from <= SHORT_RANGE_MS ? 'live' : 'history')

const within = <T extends { time: number }>(rows: readonly T[], from: number, to: number): T[] =>
  rows.filter(({ time }) => time >= from && time < to)

/** As Binance counts it, by the rows that are asked for. */
function klineWeight(limit: number): number {
  if (limit < 100) return 1
  if (limit < 500) return 2
  return limit <= 1_000 ? 5 : 10
}

function refuseLong(call: string, from: number, to: number, pageMs: number): void {
  if (to - from <= pageMs) return
  throw new FeedError('refused', `${call}: ${isoTime(from)} to ${isoTime(to)} is more than one page of ${pageMs / MINUTE_MS} minutes`)
}
