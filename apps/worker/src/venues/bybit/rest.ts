/** Bybit's REST calls. Each passes the gate, is sent by ccxt and read by our own mapper. */
import type { DepthEvent, RatioKind } from '@faultline/market/event'
import type { InstrumentDefinition } from '@faultline/market/instrument'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { Limit, Priority, RequestGate } from '../../feed/request-gate.ts'
import { FeedError, type VenueFeed, type VenueRest } from '../../feed/venue-feed.ts'
import type { Rows } from '../binance/rest-mapper.ts'
import type { Call } from '../carrier/carried-feed.ts'
import type { Parameters } from '../carrier/ccxt-client.ts'
import { closedOf } from '../closed-candles.ts'
import { Coalesced } from '../coalesced.ts'
import { priorityOf, refuseLong, within } from '../ranges.ts'
import {
  readFunding,
  readInstruments,
  readKlines,
  readOpenInterest,
  readOpenInterestHistory,
  readOrderbook,
  readRatios,
  readRiskLimits,
  readServerTime,
} from './rest-mapper.ts'

/** Per address, over all of REST. */
export type BybitLimit = 'requests'
export const BYBIT_LIMITS: Readonly<Record<BybitLimit, Limit>> = { requests: { limit: 600, windowMs: 5 * SECOND_MS } }
const ONE = { requests: 1 }

const CATEGORY = 'linear'
const KLINE_ROWS = 1_000
const STATISTICS_STEP_MS = 5 * MINUTE_MS
const OPEN_INTEREST_ROWS = 200
const RATIO_ROWS = 500
const FUNDING_ROWS = 200
const INSTRUMENT_ROWS = 1_000
const MOST_PAGES = 20
const DEPTH_LEVELS = 50

export const BYBIT_HISTORY = {
  // One row more is asked for, which proves that the last one has closed.
  candle: { pageMs: (KLINE_ROWS - 1) * MINUTE_MS, maxAgeMs: null },
  openInterest: { pageMs: OPEN_INTEREST_ROWS * STATISTICS_STEP_MS, maxAgeMs: null },
  longShortRatio: { pageMs: RATIO_ROWS * STATISTICS_STEP_MS, maxAgeMs: null },
  // Some contracts settle every hour.
  funding: { pageMs: FUNDING_ROWS * HOUR_MS, maxAgeMs: null },
} as const satisfies VenueFeed['history']

const INSTRUMENTS_KEPT_MS = HOUR_MS

interface BybitRestOptions {
  call: Call<BybitLimit>
  gate: RequestGate<BybitLimit>
  log: (line: string) => void
}

interface Listed {
  instruments: InstrumentDefinition[]
  fundingHours: Map<string, number>
}

export class BybitRest implements VenueRest {
  private readonly options: BybitRestOptions
  /** for the hours between settlements */
  private readonly listed: Coalesced<Listed>

  constructor(options: BybitRestOptions) {
    this.options = options
    this.listed = new Coalesced(() => this.list(), INSTRUMENTS_KEPT_MS)
  }

  async serverTime(): Promise<number> {
    return readServerTime(await this.ask('publicGetV5MarketTime', {}, 'live'))
  }

  async instruments(): ReturnType<VenueRest['instruments']> {
    return (await this.list()).instruments
  }

  /** As they were within the hour, unless `anew`. @throws FeedError */
  async listedSymbols(anew: boolean): Promise<ReadonlySet<string>> {
    const { instruments } = anew ? await this.list() : await this.listed.get()
    return new Set(instruments.map(({ symbol }) => symbol))
  }

  async marginTiers(symbol: string): ReturnType<VenueRest['marginTiers']> {
    return readRiskLimits(await this.ask('publicGetV5MarketRiskLimit', { category: CATEGORY, symbol }, 'live'), symbol)
  }

  async candles(symbol: string, from: number, to: number): ReturnType<VenueRest['candles']> {
    const start = Math.ceil(from / MINUTE_MS) * MINUTE_MS
    const end = Math.ceil(to / MINUTE_MS) * MINUTE_MS
    if (end <= start) return []
    refuseLong('candles', from, to, BYBIT_HISTORY.candle.pageMs)
    const limit = (end - start) / MINUTE_MS + 1
    const parameters = { category: CATEGORY, symbol, interval: '1', start, end, limit }
    const read = readKlines(await this.ask('publicGetV5MarketKline', parameters, priorityOf(from, to)), symbol)
    const wanted = this.rowsOf(read).filter((c) => c.openTime >= start && c.openTime < end)
    return closedOf(wanted, read.newest, () => this.serverTime())
  }

  async openInterest(symbol: string): ReturnType<VenueRest['openInterest']> {
    return readOpenInterest(await this.ask('publicGetV5MarketTickers', { category: CATEGORY, symbol }, 'live'), symbol)
  }

  async openInterestHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['openInterestHistory']> {
    if (to <= from) return []
    refuseLong('openInterestHistory', from, to, BYBIT_HISTORY.openInterest.pageMs)
    const range = { startTime: from, endTime: to - 1, limit: OPEN_INTEREST_ROWS }
    const parameters = { category: CATEGORY, symbol, intervalTime: '5min', ...range }
    const answer = await this.ask('publicGetV5MarketOpenInterest', parameters, priorityOf(from, to))
    return within(this.rowsOf(readOpenInterestHistory(answer, symbol)), from, to)
  }

  async fundingHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['fundingHistory']> {
    if (to <= from) return []
    refuseLong('fundingHistory', from, to, BYBIT_HISTORY.funding.pageMs)
    const hours = (await this.listed.get()).fundingHours.get(symbol)
    const parameters = { category: CATEGORY, symbol, startTime: from, endTime: to - 1, limit: FUNDING_ROWS }
    const answer = await this.ask('publicGetV5MarketFundingHistory', parameters, priorityOf(from, to))
    return within(this.rowsOf(readFunding(answer, symbol, hours)), from, to)
  }

  /** @throws FeedError refused of kinds that Bybit does not publish */
  async ratioHistory(symbol: string, kind: RatioKind, from: number, to: number): ReturnType<VenueRest['ratioHistory']> {
    if (kind !== 'accounts') throw new FeedError('refused', `Bybit publishes no ratio of ${kind}`)
    if (to <= from) return []
    refuseLong('ratioHistory', from, to, BYBIT_HISTORY.longShortRatio.pageMs)
    const parameters = { category: CATEGORY, symbol, period: '5min', startTime: from, endTime: to - 1, limit: RATIO_ROWS }
    const answer = await this.ask('publicGetV5MarketAccountRatio', parameters, priorityOf(from, to))
    return within(this.rowsOf(readRatios(answer, symbol)), from, to)
  }

  /** The best levels now. @throws FeedError */
  async depth(symbol: string): Promise<DepthEvent> {
    const parameters = { category: CATEGORY, symbol, limit: DEPTH_LEVELS }
    return readOrderbook(await this.ask('publicGetV5MarketOrderbook', parameters, 'live'), symbol)
  }

  usedWeight(): ReturnType<VenueRest['usedWeight']> {
    return this.options.gate.used('requests')
  }

  private async list(): Promise<Listed> {
    const all: Listed = { instruments: [], fundingHours: new Map() }
    let cursor: string | null = null
    for (let page = 0; page < MOST_PAGES; page++) {
      const parameters: Parameters = { category: CATEGORY, limit: INSTRUMENT_ROWS, ...(cursor === null ? {} : { cursor }) }
      const read = readInstruments(await this.ask('publicGetV5MarketInstrumentsInfo', parameters, 'live'))
      all.instruments.push(...read.instruments)
      for (const [symbol, hours] of read.fundingHours) all.fundingHours.set(symbol, hours)
      cursor = read.cursor
      if (cursor === null) return all
    }
    throw new FeedError('failed', `instruments-info has more than ${MOST_PAGES} pages`)
  }

  private ask(endpoint: string, parameters: Parameters, priority: Priority): Promise<unknown> {
    return this.options.call(endpoint, parameters, priority, ONE)
  }

  private rowsOf<T>({ rows, unread }: Rows<T>): T[] {
    if (unread) this.options.log(`${unread.count} rows of an answer could not be read and are missing; the first: ${unread.reason}`)
    return rows
  }
}
