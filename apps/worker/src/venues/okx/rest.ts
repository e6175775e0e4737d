/** OKX's REST calls. Each passes the gate, is sent by ccxt and read by our own mapper. */
import type { CandleEvent, DepthEvent, OpenInterestEvent, RatioKind } from '@faultline/market/event'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { Limit, Priority, RequestGate } from '../../feed/request-gate.ts'
import { FeedError, type VenueFeed, type VenueRest } from '../../feed/venue-feed.ts'
import type { Rows } from '../binance/rest-mapper.ts'
import type { Call } from '../carrier/carried-feed.ts'
import type { Parameters } from '../carrier/ccxt-client.ts'
import { Coalesced } from '../coalesced.ts'
import { priorityOf, refuseLong, within } from '../ranges.ts'
import { familyOf, usualContractSize } from './contract-sizes.ts'
import {
  readBooks,
  readCandles,
  readFunding,
  readFundingHours,
  readInstruments,
  readMarkPrice,
  readOpenInterestHistory,
  readOpenInterests,
  readPositionTiers,
  readRatios,
  readServerTime,
} from './rest-mapper.ts'

/** Per address and path, in requests per two seconds. */
const PER_WINDOW = {
  time: 10,
  instruments: 20,
  positionTiers: 10,
  markPrice: 10,
  candles: 40,
  historyCandles: 20,
  openInterest: 20,
  openInterestHistory: 10,
  fundingRate: 10,
  fundingHistory: 10,
  accounts: 5,
  topAccounts: 5,
  topPositions: 5,
  takerVolume: 5,
  books: 40,
} as const
export type OkxLimit = keyof typeof PER_WINDOW
export const OKX_LIMITS = Object.fromEntries(
  Object.entries(PER_WINDOW).map(([name, limit]) => [name, { limit, windowMs: 2 * SECOND_MS }]),
) as Record<OkxLimit, Limit>

const RATIO_ENDPOINTS: Readonly<Record<RatioKind, string>> = {
  accounts: 'publicGetRubikStatContractsLongShortAccountRatioContract',
  topAccounts: 'publicGetRubikStatContractsLongShortAccountRatioContractTopTrader',
  topPositions: 'publicGetRubikStatContractsLongShortPositionRatioContractTopTrader',
  takerVolume: 'publicGetRubikStatTakerVolumeContract',
}

const CANDLE_ROWS = 300
const RECENT = { endpoint: 'publicGetMarketCandles', limit: 'candles' } as const
const OLDER = { endpoint: 'publicGetMarketHistoryCandles', limit: 'historyCandles' } as const
const STATISTICS_ROWS = 100
const STATISTICS_STEP_MS = 5 * MINUTE_MS
const FUNDING_ROWS = 100
const DEPTH_LEVELS = 50

/** The last 1,440 periods are promised, which is five days; three have been seen. Less an hour for requests that have to wait. */
const STATISTICS = { pageMs: (STATISTICS_ROWS - 1) * STATISTICS_STEP_MS, maxAgeMs: 3 * DAY_MS - HOUR_MS }
export const OKX_HISTORY = {
  candle: { pageMs: CANDLE_ROWS * MINUTE_MS, maxAgeMs: null },
  openInterest: STATISTICS,
  longShortRatio: STATISTICS,
  // Some contracts settle every hour. Three months are kept.
  funding: { pageMs: FUNDING_ROWS * HOUR_MS, maxAgeMs: 90 * DAY_MS },
} as const satisfies VenueFeed['history']

const KEPT_MS = HOUR_MS
/** Instruments are asked for one after the other, and all are in one answer. */
const OPEN_INTEREST_SHARED_MS = 250

interface OkxRestOptions {
  call: Call<OkxLimit>
  gate: RequestGate<OkxLimit>
  log: (line: string) => void
}

export class OkxRest implements VenueRest {
  private readonly options: OkxRestOptions
  private readonly listed: Coalesced<ReturnType<typeof readInstruments>>
  private readonly openInterests: Coalesced<Map<string, OpenInterestEvent>>
  /** hours between settlements, by symbol: of those that are followed */
  private readonly fundingHours = new Map<string, Coalesced<number | undefined>>()
  /** as last listed */
  private contractSizes: ReadonlyMap<string, number> = new Map()

  constructor(options: OkxRestOptions) {
    this.options = options
    this.listed = new Coalesced(() => this.list(), KEPT_MS)
    this.openInterests = new Coalesced(() => this.askOpenInterests(), OPEN_INTEREST_SHARED_MS)
  }

  /** What the venue lists, else what is usual; undefined where neither knows the instrument. */
  readonly contractSize = (symbol: string): number | undefined => this.contractSizes.get(symbol) ?? usualContractSize(symbol)

  /** Makes the contract sizes known, as of the last hour. @throws FeedError */
  async knowContractSizes(): Promise<void> {
    await this.listed.get()
  }

  async serverTime(): Promise<number> {
    return readServerTime(await this.ask('publicGetPublicTime', {}, 'live', 'time'))
  }

  async instruments(): ReturnType<VenueRest['instruments']> {
    return (await this.list()).instruments
  }

  /** As they were within the hour, unless `anew`. @throws FeedError */
  async listedSymbols(anew: boolean): Promise<ReadonlySet<string>> {
    const { instruments } = anew ? await this.list() : await this.listed.get()
    return new Set(instruments.map(({ symbol }) => symbol))
  }

  /** Tiers are in contracts; they are turned into USD at the mark price of now. */
  async marginTiers(symbol: string): ReturnType<VenueRest['marginTiers']> {
    const size = await this.sizeOf(symbol)
    const parameters = { instType: 'SWAP', tdMode: 'cross', instFamily: familyOf(symbol) ?? symbol }
    const tiers = await this.ask('publicGetPublicPositionTiers', parameters, 'live', 'positionTiers')
    const mark = await this.ask('publicGetPublicMarkPrice', { instType: 'SWAP', instId: symbol }, 'live', 'markPrice')
    return readPositionTiers(tiers, symbol, size, readMarkPrice(mark, symbol))
  }

  /**
   * Each row says whether it has closed. `candles` has the latest 1,440, `history-candles` the older ones and nobody knows from when
   * on: what the one that is likelier to have them has not, the other is asked for.
   */
  async candles(symbol: string, from: number, to: number): ReturnType<VenueRest['candles']> {
    const start = Math.ceil(from / MINUTE_MS) * MINUTE_MS
    const end = Math.ceil(to / MINUTE_MS) * MINUTE_MS
    if (end <= start) return []
    refuseLong('candles', from, to, OKX_HISTORY.candle.pageMs)
    await this.knowSizeOf(symbol)
    const priority = priorityOf(from, to)
    if (priority === 'live') {
      const latest = await this.page(RECENT, symbol, start, end, priority)
      const reached = latest.oldest ?? end
      return reached <= start ? latest.candles : [...(await this.page(OLDER, symbol, start, reached, priority)).candles, ...latest.candles]
    }
    const { candles } = await this.page(OLDER, symbol, start, end, priority)
    const reached = candles.at(-1)?.openTime ?? start - MINUTE_MS
    if (reached >= end - MINUTE_MS) return candles
    return [...candles, ...(await this.page(RECENT, symbol, reached + MINUTE_MS, end, priority)).candles]
  }

  /**
   * Of candles that begin in [from, to): an answer may have fewer rows than were asked for, then it is asked for what is older.
   * `after` is older than, `before` newer than: neither end is included. `oldest`: how far back there were rows.
   */
  private async page(
    { endpoint, limit }: { endpoint: string; limit: OkxLimit },
    symbol: string,
    from: number,
    to: number,
    priority: Priority,
  ): Promise<{ candles: CandleEvent[]; oldest: number | null }> {
    const candles: CandleEvent[] = []
    let oldest: number | null = null
    for (let after = to; after > from; ) {
      const parameters = { instId: symbol, bar: '1m', after, before: from - 1, limit: CANDLE_ROWS }
      const read = readCandles(await this.ask(endpoint, parameters, priority, limit), symbol, this.contractSize)
      if (read.oldest === null || read.oldest >= after) break
      candles.unshift(...this.rowsOf(read).filter((c) => c.openTime >= from && c.openTime < to))
      oldest = read.oldest
      after = read.oldest
    }
    return { candles, oldest }
  }

  async openInterest(symbol: string): ReturnType<VenueRest['openInterest']> {
    await this.knowSizeOf(symbol)
    const event = (await this.openInterests.get()).get(symbol)
    if (!event) throw new FeedError('failed', `open-interest answered no figure of ${symbol}`)
    return event
  }

  async openInterestHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['openInterestHistory']> {
    if (to <= from) return []
    await this.knowSizeOf(symbol)
    const endpoint = 'publicGetRubikStatContractsOpenInterestHistory'
    const answer = await this.statistics(endpoint, 'openInterestHistory', symbol, from, to, OKX_HISTORY.openInterest.pageMs)
    const read = readOpenInterestHistory(answer, symbol, STATISTICS_STEP_MS, this.contractSize)
    return within(this.rowsOf(read), from, to)
  }

  async fundingHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['fundingHistory']> {
    if (to <= from) return []
    refuseLong('fundingHistory', from, to, OKX_HISTORY.funding.pageMs)
    const hours = await this.hoursOf(symbol).get()
    const parameters = { instId: symbol, after: to, before: from - 1, limit: FUNDING_ROWS }
    const answer = await this.ask('publicGetPublicFundingRateHistory', parameters, priorityOf(from, to), 'fundingHistory')
    return within(this.rowsOf(readFunding(answer, symbol, hours)), from, to)
  }

  async ratioHistory(symbol: string, kind: RatioKind, from: number, to: number): ReturnType<VenueRest['ratioHistory']> {
    if (to <= from) return []
    const answer = await this.statistics(RATIO_ENDPOINTS[kind], kind, symbol, from, to, OKX_HISTORY.longShortRatio.pageMs)
    return within(this.rowsOf(readRatios(kind, answer, kind, STATISTICS_STEP_MS)), from, to)
  }

  /** The best levels now. @throws FeedError */
  async depth(symbol: string): Promise<DepthEvent> {
    await this.knowSizeOf(symbol)
    return readBooks(
      await this.ask('publicGetMarketBooks', { instId: symbol, sz: DEPTH_LEVELS }, 'live', 'books'),
      symbol,
      this.contractSize,
    )
  }

  usedWeight(): ReturnType<VenueRest['usedWeight']> {
    return this.options.gate.used('candles')
  }

  /** Rows are stamped with the beginning of what they are about, which ends within [from, to). */
  private statistics(endpoint: string, limit: OkxLimit, symbol: string, from: number, to: number, pageMs: number): Promise<unknown> {
    refuseLong(limit, from, to, pageMs)
    const [begin, end] = [from - STATISTICS_STEP_MS - 1, to - STATISTICS_STEP_MS]
    const parameters = { instId: symbol, period: '5m', begin, end, limit: STATISTICS_ROWS }
    return this.ask(endpoint, parameters, priorityOf(from, to), limit)
  }

  private async list(): Promise<ReturnType<typeof readInstruments>> {
    const listed = readInstruments(await this.ask('publicGetPublicInstruments', { instType: 'SWAP' }, 'live', 'instruments'))
    this.contractSizes = listed.contractSizes
    return listed
  }

  private async askOpenInterests(): Promise<Map<string, OpenInterestEvent>> {
    const answer = await this.ask('publicGetPublicOpenInterest', { instType: 'SWAP' }, 'live', 'openInterest')
    // Instruments that nobody follows may be of a size that nobody knows.
    return new Map(readOpenInterests(answer, this.contractSize).rows)
  }

  private hoursOf(symbol: string): Coalesced<number | undefined> {
    let hours = this.fundingHours.get(symbol)
    if (!hours) {
      const ask = () => this.ask('publicGetPublicFundingRate', { instId: symbol }, 'live', 'fundingRate').then(readFundingHours)
      hours = new Coalesced(ask, KEPT_MS)
      this.fundingHours.set(symbol, hours)
    }
    return hours
  }

  /** The list is asked for once where the table would do as well, so that a size that has changed is the venue's. */
  private async knowSizeOf(symbol: string): Promise<void> {
    if (!this.contractSizes.has(symbol)) await this.knowContractSizes()
  }

  private async sizeOf(symbol: string): Promise<number> {
    await this.knowSizeOf(symbol)
    const size = this.contractSize(symbol)
    if (size === undefined) throw new FeedError('refused', `OKX lists no ${symbol}`)
    return size
  }

  private ask(endpoint: string, parameters: Parameters, priority: Priority, limit: OkxLimit): Promise<unknown> {
    return this.options.call(endpoint, parameters, priority, { [limit]: 1 })
  }

  private rowsOf<T>({ rows, unread }: Rows<T>): T[] {
    if (unread) this.options.log(`${unread.count} rows of an answer could not be read and are missing; the first: ${unread.reason}`)
    return rows
  }
}
