/** Gate's REST calls. Each passes the gate, is sent by ccxt and read by our own mapper. */
import { type DepthEvent, type OpenInterestEvent, RATIO_KINDS, type RatioKind } from '@faultline/market/event'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { Limit, Priority, RequestGate } from '../../feed/request-gate.ts'
import { FeedError, type VenueFeed, type VenueRest } from '../../feed/venue-feed.ts'
import type { Rows } from '../binance/rest-mapper.ts'
import type { Call } from '../carrier/carried-feed.ts'
import type { Parameters } from '../carrier/ccxt-client.ts'
import { closedOf } from '../closed-candles.ts'
import { Coalesced } from '../coalesced.ts'
import { priorityOf, refuseLong, within } from '../ranges.ts'
import { usualContractSize } from './contract-sizes.ts'
import {
  type Contract,
  readCandles,
  readContracts,
  readMarginTiers,
  readOrderBook,
  readServerTime,
  readSettlements,
  readStatistics,
  readTickers,
  type Statistics,
} from './rest-mapper.ts'
import type { Context } from './rows.ts'

/** Each endpoint has a limit of its own, per address. */
const ENDPOINTS = {
  time: 'publicSpotGetTime',
  contracts: 'publicFuturesGetSettleContracts',
  candlesticks: 'publicFuturesGetSettleCandlesticks',
  contract_stats: 'publicFuturesGetSettleContractStats',
  tickers: 'publicFuturesGetSettleTickers',
  funding_rate: 'publicFuturesGetSettleFundingRate',
  risk_limit_tiers: 'publicFuturesGetSettleRiskLimitTiers',
  order_book: 'publicFuturesGetSettleOrderBook',
} as const
export type GateLimit = keyof typeof ENDPOINTS
const LIMIT: Limit = { limit: 200, windowMs: 10 * SECOND_MS }
export const GATE_LIMITS = Object.fromEntries(Object.keys(ENDPOINTS).map((name) => [name, LIMIT])) as Readonly<Record<GateLimit, Limit>>

const SETTLE = 'usdt'
const STATISTICS_STEP_MS = 5 * MINUTE_MS
const STATISTICS_ROWS = 100
const FUNDING_ROWS = 1_000
const DEPTH_LEVELS = 50
/** Gate gives so many of the latest candles and refuses to look further back. */
const CANDLES_BACK = 10_000

/** Everything is a margin away from where Gate ends, for requests that have to wait. */
const HALF_A_YEAR = 180 * DAY_MS - HOUR_MS
const STATISTICS = { pageMs: STATISTICS_ROWS * STATISTICS_STEP_MS, maxAgeMs: HALF_A_YEAR }
export const GATE_HISTORY = {
  candle: { pageMs: 1_440 * MINUTE_MS, maxAgeMs: CANDLES_BACK * MINUTE_MS - HOUR_MS },
  openInterest: STATISTICS,
  longShortRatio: STATISTICS,
  // Some contracts settle every hour.
  funding: { pageMs: 40 * DAY_MS, maxAgeMs: HALF_A_YEAR },
} as const satisfies VenueFeed['history']

const CONTRACTS_KEPT_MS = HOUR_MS
/** Instruments ask for open interest within seconds of each other: one answer holds all of them. */
const TICKERS_KEPT_MS = 2 * SECOND_MS
/** Five questions are about the same page of statistics: open interest and four ratios. */
const PAGE_KEPT_MS = 30 * SECOND_MS
const MOST_PAGES_KEPT = 64

interface GateRestOptions {
  call: Call<GateLimit>
  gate: RequestGate<GateLimit>
  log: (line: string) => void
}

export class GateRest implements VenueRest {
  /** Contract sizes as Gate has told them, else the usual ones. */
  readonly context: Context = {
    contractSize: (symbol) => this.contracts?.get(symbol)?.instrument.contractSize ?? usualContractSize(symbol),
  }
  private readonly options: GateRestOptions
  private contracts: ReadonlyMap<string, Contract> | null = null
  private readonly listed: Coalesced<ReadonlyMap<string, Contract>>
  private readonly tickers: Coalesced<ReadonlyMap<string, OpenInterestEvent>>
  private readonly pages = new Map<string, Coalesced<Statistics>>()

  constructor(options: GateRestOptions) {
    this.options = options
    this.listed = new Coalesced(() => this.list(), CONTRACTS_KEPT_MS)
    this.tickers = new Coalesced(() => this.allTickers(), TICKERS_KEPT_MS)
  }

  async serverTime(): Promise<number> {
    return readServerTime(await this.ask('time', {}, 'live'))
  }

  async instruments(): ReturnType<VenueRest['instruments']> {
    return [...(await this.list()).values()].map(({ instrument }) => instrument)
  }

  /** An older answer is good enough unless it has to be had `anew`. @throws FeedError while there is none */
  async listedSymbols(anew: boolean): Promise<ReadonlySet<string>> {
    if (anew) await this.list()
    else await this.knowContracts()
    return new Set(this.contracts?.keys())
  }

  /** Before sizes are read: what Gate says they are. */
  private async knowContracts(): Promise<void> {
    const asked = this.listed.get()
    if (this.contracts === null) await asked
    else asked.catch(() => undefined)
  }

  /** The settlement after `time`, as far as the list of contracts tells, UTC ms. */
  nextSettlement(symbol: string, time: number): number | undefined {
    const { nextFunding, fundingHours } = this.contracts?.get(symbol) ?? {}
    if (nextFunding === undefined || nextFunding > time) return nextFunding
    if (fundingHours === undefined) return undefined
    const step = fundingHours * HOUR_MS
    return nextFunding + (Math.floor((time - nextFunding) / step) + 1) * step
  }

  async marginTiers(symbol: string): ReturnType<VenueRest['marginTiers']> {
    const tiers = readMarginTiers(await this.ask('risk_limit_tiers', { contract: symbol, limit: 100 }, 'live'))
    return tiers.length > 0 ? tiers : null
  }

  async candles(symbol: string, from: number, to: number): ReturnType<VenueRest['candles']> {
    const start = Math.ceil(from / MINUTE_MS) * MINUTE_MS
    const end = Math.ceil(to / MINUTE_MS) * MINUTE_MS
    if (end <= start) return []
    refuseLong('candles', from, to, GATE_HISTORY.candle.pageMs)
    await this.knowContracts()
    // One more than is wanted: that it is there proves that those before it are closed.
    const range = { from: start / SECOND_MS, to: end / SECOND_MS }
    const answer = await this.ask('candlesticks', { contract: symbol, interval: '1m', ...range }, priorityOf(from, to))
    const read = readCandles(answer, symbol, this.context)
    const wanted = this.rowsOf(read).filter((c) => c.openTime >= start && c.openTime < end)
    return closedOf(wanted, read.newest, () => this.serverTime())
  }

  async openInterest(symbol: string): ReturnType<VenueRest['openInterest']> {
    const event = (await this.tickers.get()).get(symbol)
    if (!event) throw new FeedError('refused', `tickers answered nothing of ${symbol}`)
    return event
  }

  async openInterestHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['openInterestHistory']> {
    if (to <= from) return []
    refuseLong('openInterestHistory', from, to, STATISTICS.pageMs)
    return within((await this.page(symbol, from, to)).openInterest, from, to)
  }

  async ratioHistory(symbol: string, kind: RatioKind, from: number, to: number): ReturnType<VenueRest['ratioHistory']> {
    if (to <= from) return []
    refuseLong('ratioHistory', from, to, STATISTICS.pageMs)
    const { ratios } = await this.page(symbol, from, to)
    return within(
      ratios.filter((ratio) => ratio.kind === kind),
      from,
      to,
    )
  }

  async fundingHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['fundingHistory']> {
    if (to <= from) return []
    refuseLong('fundingHistory', from, to, GATE_HISTORY.funding.pageMs)
    await this.knowContracts()
    const hours = this.contracts?.get(symbol)?.fundingHours
    // Settlements are stamped a second or so after the hour to which they belong: those at the edges are asked for as well.
    const range = { from: Math.floor((from - MINUTE_MS / 2) / SECOND_MS), to: Math.ceil((to + MINUTE_MS / 2) / SECOND_MS) }
    const parameters = { contract: symbol, limit: FUNDING_ROWS, ...range }
    return within(this.rowsOf(readSettlements(await this.ask('funding_rate', parameters, priorityOf(from, to)), hours)), from, to)
  }

  /** The best levels now. @throws FeedError */
  async depth(symbol: string): Promise<DepthEvent> {
    await this.knowContracts()
    return readOrderBook(await this.ask('order_book', { contract: symbol, limit: DEPTH_LEVELS }, 'live'), symbol, this.context)
  }

  /** Of the endpoint that is nearest to its limit. */
  usedWeight(): ReturnType<VenueRest['usedWeight']> {
    const told = (Object.keys(ENDPOINTS) as GateLimit[]).map((name) => this.options.gate.used(name)).filter((used) => used !== null)
    return told.reduce<ReturnType<VenueRest['usedWeight']>>((most, used) => (most === null || used.used > most.used ? used : most), null)
  }

  private async list(): Promise<ReadonlyMap<string, Contract>> {
    const rows = this.rowsOf(readContracts(await this.ask('contracts', {}, 'live')))
    const contracts = new Map(rows.map((contract) => [contract.instrument.symbol, contract]))
    this.contracts = contracts
    return contracts
  }

  /** Tickers have no time: theirs is the venue's when it is asked right before. */
  private async allTickers(): Promise<ReadonlyMap<string, OpenInterestEvent>> {
    await this.knowContracts()
    const time = await this.serverTime()
    // Rows of contracts whose size nobody knows are among them: those that are not listed.
    return new Map(readTickers(await this.ask('tickers', {}, 'live'), time, this.context).rows)
  }

  private page(symbol: string, from: number, to: number): Promise<Statistics> {
    const key = `${symbol} ${from} ${to}`
    let page = this.pages.get(key)
    if (!page) {
      page = new Coalesced(() => this.statistics(symbol, from, to), PAGE_KEPT_MS)
      if (this.pages.size >= MOST_PAGES_KEPT) for (const oldest of [...this.pages.keys()].slice(0, 1)) this.pages.delete(oldest)
      this.pages.set(key, page)
    }
    return page.get()
  }

  private async statistics(symbol: string, from: number, to: number): Promise<Statistics> {
    await this.knowContracts()
    // `from` alone, and as many rows as there can be: not every part of Gate's documentation knows a `to`.
    const limit = Math.min(STATISTICS_ROWS, Math.ceil((to - from) / STATISTICS_STEP_MS) + 1)
    const parameters = { contract: symbol, interval: '5m', from: Math.ceil(from / SECOND_MS), limit }
    const answer = await this.ask('contract_stats', parameters, priorityOf(from, to))
    const read = readStatistics(answer, symbol, this.context, RATIO_KINDS)
    this.rowsOf({ rows: [], unread: read.unread })
    return read
  }

  private ask(endpoint: GateLimit, parameters: Parameters, priority: Priority): Promise<unknown> {
    const settled = endpoint === 'time' ? parameters : { settle: SETTLE, ...parameters }
    return this.options.call(ENDPOINTS[endpoint], settled, priority, { [endpoint]: 1 } as Partial<Record<GateLimit, number>>)
  }

  private rowsOf<T>({ rows, unread }: Rows<T>): T[] {
    if (unread) this.options.log(`${unread.count} rows of an answer could not be read and are missing; the first: ${unread.reason}`)
    return rows
  }
}
