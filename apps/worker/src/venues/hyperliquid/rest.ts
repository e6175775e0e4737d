/** Hyperliquid's info endpoint. Each question passes the gate, is sent by ccxt and read by our own mapper. */
import type { OpenInterestEvent } from '@faultline/market/event'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { Limit, Priority, RequestGate } from '../../feed/request-gate.ts'
import { FeedError, type VenueFeed, type VenueRest } from '../../feed/venue-feed.ts'
import type { Rows } from '../binance/rest-mapper.ts'
import type { Call } from '../carrier/carried-feed.ts'
import type { Parameters } from '../carrier/ccxt-client.ts'
import { closedOf } from '../closed-candles.ts'
import { Coalesced } from '../coalesced.ts'
import { priorityOf, refuseLong, within } from '../ranges.ts'
import { type ObservedPositions, type ObservedState, readClearinghouseState } from './observed.ts'
import { type Asset, readCandles, readContexts, readFundings, readMeta, readServerTime } from './rest-mapper.ts'
import { type AssetContext, openInterestOf } from './rows.ts'

/** Weight per address and minute; of it, what may go into looking at accounts. */
export type HyperliquidLimit = 'weight' | 'observed'
const WEIGHT_PER_MINUTE = 1_200
export const HYPERLIQUID_LIMITS: Readonly<Record<HyperliquidLimit, Limit>> = {
  weight: { limit: WEIGHT_PER_MINUTE, windowMs: MINUTE_MS },
  // The gate lets questions that wait for others use half of it: 150 accounts a minute.
  observed: { limit: WEIGHT_PER_MINUTE / 2, windowMs: MINUTE_MS },
}

const LIGHT = 2
const HEAVY = 20
/** Answers of many rows weigh one more for each so many of them. */
const CANDLES_PER_WEIGHT = 60
const FUNDINGS_PER_WEIGHT = 20

const ENDPOINT = 'publicPostInfo'
/** It has so many of the latest candles of a length, and no others. */
const CANDLES_BACK = 5_000
const FUNDING_ROWS = 500

export const HYPERLIQUID_HISTORY = {
  candle: { pageMs: 1_440 * MINUTE_MS, maxAgeMs: CANDLES_BACK * MINUTE_MS - HOUR_MS },
  funding: { pageMs: 20 * DAY_MS, maxAgeMs: null },
} as const satisfies VenueFeed['history']

const META_KEPT_MS = HOUR_MS
/** Coins ask for open interest within seconds of each other: one answer holds all of them. */
const CONTEXTS_KEPT_MS = 2 * SECOND_MS

interface HyperliquidRestOptions {
  call: Call<HyperliquidLimit>
  gate: RequestGate<HyperliquidLimit>
  log: (line: string) => void
  /** 1 where open interest counts each contract once, 2 where it counts its long and its short */
  openInterestSides: number
}

interface Contexts {
  time: number
  byCoin: ReadonlyMap<string, AssetContext>
}

export class HyperliquidRest implements VenueRest, ObservedPositions {
  private readonly options: HyperliquidRestOptions
  private readonly meta: Coalesced<Asset[]>
  private readonly contexts: Coalesced<Contexts>

  constructor(options: HyperliquidRestOptions) {
    this.options = options
    this.meta = new Coalesced(() => this.list(), META_KEPT_MS)
    this.contexts = new Coalesced(() => this.allContexts(), CONTEXTS_KEPT_MS)
  }

  async serverTime(): Promise<number> {
    return readServerTime(await this.ask({ type: 'exchangeStatus' }, 'live', LIGHT))
  }

  async instruments(): ReturnType<VenueRest['instruments']> {
    return (await this.list()).map(({ instrument }) => instrument)
  }

  /** As they were within the hour, unless `anew`. @throws FeedError */
  async listedSymbols(anew: boolean): Promise<ReadonlySet<string>> {
    const assets = anew ? await this.list() : await this.meta.get()
    return new Set(assets.map(({ instrument }) => instrument.symbol))
  }

  async marginTiers(symbol: string): ReturnType<VenueRest['marginTiers']> {
    return (await this.meta.get()).find(({ instrument }) => instrument.symbol === symbol)?.tiers ?? null
  }

  async candles(symbol: string, from: number, to: number): ReturnType<VenueRest['candles']> {
    const start = Math.ceil(from / MINUTE_MS) * MINUTE_MS
    const end = Math.ceil(to / MINUTE_MS) * MINUTE_MS
    if (end <= start) return []
    refuseLong('candles', from, to, HYPERLIQUID_HISTORY.candle.pageMs)
    // One more than is wanted: that it is there proves that those before it are closed.
    const req = { coin: symbol, interval: '1m', startTime: start, endTime: end }
    const weight = HEAVY + Math.ceil(((end - start) / MINUTE_MS + 1) / CANDLES_PER_WEIGHT)
    const read = readCandles(await this.ask({ type: 'candleSnapshot', req }, priorityOf(from, to), weight), symbol, MINUTE_MS)
    const wanted = this.rowsOf(read).filter((c) => c.openTime >= start && c.openTime < end)
    return closedOf(wanted, read.newest, () => this.serverTime())
  }

  async openInterest(symbol: string): Promise<OpenInterestEvent> {
    const { time, byCoin } = await this.contexts.get()
    const context = byCoin.get(symbol)
    const event = context && openInterestOf(context, time, this.options.openInterestSides)
    if (!event) throw new FeedError('refused', `metaAndAssetCtxs answered no open interest of ${symbol}`)
    return event
  }

  /** @throws FeedError refused: it is not published */
  async openInterestHistory(): ReturnType<VenueRest['openInterestHistory']> {
    throw new FeedError('refused', 'Hyperliquid publishes no history of open interest')
  }

  /** @throws FeedError refused: they are not published */
  async ratioHistory(): ReturnType<VenueRest['ratioHistory']> {
    throw new FeedError('refused', 'Hyperliquid publishes no long/short ratios')
  }

  async fundingHistory(symbol: string, from: number, to: number): ReturnType<VenueRest['fundingHistory']> {
    if (to <= from) return []
    refuseLong('fundingHistory', from, to, HYPERLIQUID_HISTORY.funding.pageMs)
    // Settlements are stamped some milliseconds after the hour to which they belong: those at the edges are asked for as well.
    const question = { type: 'fundingHistory', coin: symbol, startTime: from - MINUTE_MS / 2, endTime: to - 1 + MINUTE_MS / 2 }
    const rows = Math.min(FUNDING_ROWS, Math.ceil((to - from) / HOUR_MS) + 1)
    const weight = HEAVY + Math.ceil(rows / FUNDINGS_PER_WEIGHT)
    const answer = await this.ask(question, priorityOf(from, to), weight)
    return within(this.rowsOf(readFundings(answer, symbol)), from, to)
  }

  async clearinghouseState(address: string): Promise<ObservedState> {
    const question = { type: 'clearinghouseState', user: address }
    const answer = await this.options.call(ENDPOINT, question, 'history', { weight: LIGHT, observed: LIGHT })
    const state = readClearinghouseState(answer)
    this.rowsOf({ rows: [], unread: state.unread })
    return state
  }

  usedWeight(): ReturnType<VenueRest['usedWeight']> {
    return this.options.gate.used('weight')
  }

  private async list(): Promise<Asset[]> {
    return this.rowsOf(readMeta(await this.ask({ type: 'meta' }, 'live', HEAVY)))
  }

  /** Contexts have no time: theirs is the venue's when it is asked right before. */
  private async allContexts(): Promise<Contexts> {
    const time = await this.serverTime()
    const rows = this.rowsOf(readContexts(await this.ask({ type: 'metaAndAssetCtxs' }, 'live', HEAVY)))
    return { time, byCoin: new Map(rows) }
  }

  private ask(question: Parameters, priority: Priority, weight: number): Promise<unknown> {
    return this.options.call(ENDPOINT, question, priority, { weight })
  }

  private rowsOf<T>({ rows, unread }: Rows<T>): T[] {
    if (unread) this.options.log(`${unread.count} rows of an answer could not be read and are missing; the first: ${unread.reason}`)
    return rows
  }
}
