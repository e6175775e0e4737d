/**
 * What the worker asks of a venue. One folder per venue implements it: a mapper without I/O, and a feed that talks to the
 * venue. Everything behind this line speaks the house's vocabulary: position sides, base coin and USD, UTC milliseconds of
 * the venue's clock.
 */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { CandleEvent, FundingEvent, LongShortRatioEvent, OpenInterestEvent, RatioKind } from '@faultline/market/event'
import type { FeedChannel } from '@faultline/market/feed'
import type { InstrumentDefinition, MarginTier } from '@faultline/market/instrument'
import type { ObservedPositions } from '../venues/hyperliquid/observed.ts'

/** What one message of a socket means. */
export type Reading =
  | {
      kind: 'data'
      channel: FeedChannel
      symbol: string
      /** the venue's time of the message */
      venueTime: number
      /** trades since the market was opened, where the message tells: proof that the market is alive */
      tradeCount?: number
      /** what is to be stored; empty for a candle that is not closed */
      events: readonly LiveEvent[]
    }
  /** an acknowledgement, a heartbeat */
  | { kind: 'control' }
  /** no mapper knows this shape, or a value is impossible: it goes to quarantine */
  | { kind: 'unknown'; reason: string }

export interface SocketHandlers {
  /** `raw` is the message as it came, for the quarantine; `receivedAt` is our clock, UTC ms */
  onReading(reading: Reading, raw: unknown, receivedAt: number): void
  /** once, when the socket is gone, by whatever cause but close() */
  onClosed(reason: string): void
}

export interface FeedSocket {
  /** Changes what is subscribed to. @throws FeedError when the venue does not acknowledge in time */
  setSymbols(symbols: readonly string[]): Promise<void>
  /** Ends it; no handler is called after. */
  close(): Promise<void>
}

/** One of a venue's sockets, and what it carries. */
export interface SocketPlan {
  name: string
  channels: readonly FeedChannel[]
}

/** Channels that come by asking. */
export type PolledChannel = 'openInterest' | 'funding' | 'longShortRatio'

export interface HistoryLimit {
  /** how far one request reaches, ms */
  pageMs: number
  /** how old the oldest available event may be, ms; null: no limit is known */
  maxAgeMs: number | null
}

export interface VenueFeed {
  readonly sockets: readonly SocketPlan[]
  /** longest silence that is normal, ms of our clock; absent: silence is normal (liquidations) */
  readonly maxSilenceMs: Readonly<Partial<Record<FeedChannel, number>>>
  /** null: the venue does not publish this, now or ever */
  readonly pollMs: Readonly<Record<PolledChannel, number | null>>
  /** channels that REST can give again after a gap */
  readonly history: Readonly<Partial<Record<FeedChannel, HistoryLimit>>>
  /** the venue ends sockets after this long; null: never */
  readonly socketLifeMs: number | null
  readonly rest: VenueRest
  /** where the venue shows positions per address */
  readonly observed?: ObservedPositions
  /**
   * Connects, subscribes to `plan.channels` of `symbols`, and resolves when the venue has acknowledged. Several sockets of one
   * plan may be open at once (planned reconnects overlap).
   * @throws FeedError
   */
  openSocket(plan: SocketPlan, symbols: readonly string[], handlers: SocketHandlers): Promise<FeedSocket>
  close(): Promise<void>
}

/** Calls obey the venue's limits: they wait for their turn, and throw FeedError `blocked` at once while a ban runs. */
export interface VenueRest {
  /** the venue's clock, UTC ms */
  serverTime(): Promise<number>
  /** perpetuals that are trading now: new ones are listings, those that are gone delistings */
  instruments(): Promise<InstrumentDefinition[]>
  /** the venue's margin table of an instrument, lowest tier first; null where it is not public */
  marginTiers(symbol: string): Promise<MarginTier[] | null>
  /** closed one-minute candles with openTime in [from, to), in order; a range longer than history.candle.pageMs is refused */
  candles(symbol: string, from: number, to: number): Promise<CandleEvent[]>
  openInterest(symbol: string): Promise<OpenInterestEvent>
  openInterestHistory(symbol: string, from: number, to: number): Promise<OpenInterestEvent[]>
  /** settlements with time in [from, to) */
  fundingHistory(symbol: string, from: number, to: number): Promise<FundingEvent[]>
  ratioHistory(symbol: string, kind: RatioKind, from: number, to: number): Promise<LongShortRatioEvent[]>
  /** of the venue's request limit, as the last answer told it or as we count it; null before the first request */
  usedWeight(): { used: number; limit: number } | null
}

/**
 * - `blocked`: the venue said to wait; nothing is sent before `until`
 * - `unreachable`: no answer (DNS, connection, timeout)
 * - `refused`: the venue understood and said no (4xx)
 * - `failed`: the venue failed (5xx), or answered what no mapper can read
 */
export type FeedErrorCode = 'blocked' | 'unreachable' | 'refused' | 'failed'

export class FeedError extends Error {
  readonly code: FeedErrorCode
  /** UTC ms of our clock; null unless blocked */
  readonly until: number | null

  constructor(code: FeedErrorCode, message: string, options: { until?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FeedError'
    this.code = code
    this.until = options.until ?? null
  }
}
