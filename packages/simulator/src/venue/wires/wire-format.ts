/**
 * What a wire format is: how one venue words what a simulated market does. A format reads no clock, opens no socket and keeps
 * no state between calls: the server (wire-server.ts) does all of that, faults included, alike for every format.
 * Binance's own format came first and has its server to itself (../venue-server.ts).
 */
import type { Wire } from '@faultline/market/venue'
import type { Bar } from '../bars.ts'
import type { DepthAt, ForcedTick, MarkAt, TradeTick, VenueInstrument, VenueMarket } from '../venue-market.ts'

/** One instrument as a format names it, with the market behind it. */
export interface WireListing {
  /** as this venue writes it: `SIMOAK-USDT-SWAP` */
  symbol: string
  instrument: VenueInstrument
  /** base coin per contract; 1 where the venue counts in coins */
  contractSize: number
  /** of this venue's share of the flow alone */
  market: VenueMarket
}

/** What answers are made of: everything is about times up to `now`. */
export interface WireContext {
  /** in the order in which they are listed; those that trade */
  listings: readonly WireListing[]
  /** UTC ms of the market */
  now: number
  /** what the venue's clock shows: `now`, moved by a clock fault */
  serverTime: number
}

export interface RestRequest {
  method: 'GET' | 'POST'
  /** without the query */
  path: string
  query: URLSearchParams
  /** parsed from JSON; undefined where there was none */
  body: unknown
}

export interface RestAnswer {
  status: number
  /** sent as JSON */
  body: unknown
  headers?: Readonly<Record<string, string>>
}

/** How a format counts requests against its limits. */
export interface RestCost {
  /** requests of one bucket share a limit */
  bucket: string
  weight: number
  limit: number
  windowMs: number
}

/** Something that happened in a market, and that streams may tell. Times are UTC ms of the market. */
export type Happening =
  | { kind: 'trade'; listing: WireListing; time: number; ticks: readonly TradeTick[] }
  | { kind: 'liquidation'; listing: WireListing; time: number; orders: readonly ForcedTick[] }
  /** the open bar as it stands, or the closed one at its end */
  | { kind: 'candle'; listing: WireListing; time: number; interval: string; intervalMs: number; bar: Bar; closed: boolean }
  | { kind: 'mark'; listing: WireListing; time: number; mark: MarkAt; openInterest: number; lastPrice: number }
  | { kind: 'depth'; listing: WireListing; time: number; book: DepthAt }
export type HappeningKind = Happening['kind']

/** One thing that a client can listen to. Two clients that listen to the same have topics with equal names. */
export interface Topic {
  name: string
  kind: HappeningKind
  /** as the venue writes it; null: every instrument */
  symbol: string | null
  /** candles: one of BUCKETS_MS's names */
  interval?: string
  /**
   * how often it is told, ms of market time, at its full multiples; of trades 0, at once; of liquidations 0 or how long they
   * are gathered for one happening
   */
  everyMs: number
}

/** What a client's frame asks for. `replies` are frames to answer with, in order, before anything else is sent. */
export type ClientRequest =
  | { kind: 'subscribe' | 'unsubscribe'; topics: readonly Topic[]; replies: readonly string[] }
  | { kind: 'none'; replies: readonly string[] }

export interface WireFormat {
  readonly wire: Wire
  /** of the market's instrument `SIMOAKUSDT` with base asset SIMOAK */
  symbolOf(instrument: VenueInstrument): string
  /** of an instrument: this venue's, so that prices and sizes come out as usual there */
  contractSizeOf(instrument: VenueInstrument): number
  /** how many liquidations per instrument and second are told; null: all */
  readonly liquidationsPerSecond: number | null
  /** WebSocket upgrade paths that are served, with whatever query */
  acceptsPath(path: string): boolean
  /** the client must say something within this long, or is cut off */
  readonly idleMs: number | null
  /** the venue ends sockets after this long */
  readonly connectionMs: number | null
  /** `text` is one frame of a client; `path` that of its socket (OKX serves candles on one of them only) */
  readRequest(text: string, context: WireContext, path: string): ClientRequest
  /**
   * The frames that this topic tells of what happened (usually one); none where it does not concern it.
   * `toldAt` is the time of the happening that this topic told of before (those without a frame do not count), or, where there
   * was none, `context.now` of the first `snapshot`: the one thing that a server keeps of each topic, as long as somebody listens
   * to it. Venues that tell only what changed (Bybit's tickers, books) tell what changed since then.
   */
  messages(topic: Topic, happening: Happening, context: WireContext, toldAt: number): readonly string[]
  /**
   * What a new subscription is sent at once (Bybit's and Hyperliquid's snapshots); none where the venue sends nothing.
   * `toldAt` as for `messages`; of a topic that nobody listened to so far it is `context.now`.
   */
  snapshot(topic: Topic, context: WireContext, toldAt: number): readonly string[]
  /** headers of every answer, for venues that tell what is left of a limit; `resetsAt`: UTC ms of the wall clock */
  limitHeaders?(cost: RestCost, left: number, resetsAt: number): Readonly<Record<string, string>>
  /** undefined: no such path */
  costOf(request: RestRequest): RestCost | undefined
  answer(request: RestRequest, context: WireContext): RestAnswer
  /** how a request over the limit, or during a ban, is refused */
  refusal(reason: 'limit' | 'ban', retryAfterMs: number): RestAnswer
  serverError(status: number): RestAnswer
}
