/** A venue that does what a test tells it, on a manual clock. By itself it sends what a healthy venue sends. */
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import type { FundingEvent, LongShortRatioEvent, OpenInterestEvent, RatioKind } from '@faultline/market/event'
import type { FeedChannel } from '@faultline/market/feed'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { Clock } from '../src/feed/clock.ts'
import type { FeedSink } from '../src/feed/feed-sink.ts'
import type { FeedSocket, SocketHandlers, SocketPlan, VenueFeed, VenueRest } from '../src/feed/venue-feed.ts'

export interface SentMessage {
  channel: FeedChannel
  symbol: string
  /** venue's clock */
  time: number
}

/** An open connection to the fake venue. */
export class FakeSocket implements FeedSocket {
  readonly plan: SocketPlan
  readonly openedAt: number
  symbols: readonly string[]
  closed = false
  private readonly handlers: SocketHandlers
  private readonly venue: FakeVenue

  constructor(venue: FakeVenue, plan: SocketPlan, symbols: readonly string[], handlers: SocketHandlers) {
    this.venue = venue
    this.plan = plan
    this.symbols = [...symbols]
    this.handlers = handlers
    this.openedAt = venue.clock.monotonic()
  }

  async setSymbols(symbols: readonly string[]): Promise<void> {
    const failure = this.venue.refuseSubscriptions()
    if (failure) throw failure
    this.symbols = [...symbols]
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** The venue ends it. */
  cut(reason = 'cut'): void {
    if (this.closed) return
    this.closed = true
    this.handlers.onClosed(reason)
  }

  send(message: SentMessage, extra: { events?: readonly LiveEvent[]; tradeCount?: number } = {}): void {
    if (this.closed || !this.symbols.includes(message.symbol) || !this.plan.channels.includes(message.channel)) return
    const { channel, symbol, time } = message
    const reading = { kind: 'data', channel, symbol, venueTime: time, events: extra.events ?? [], ...countOf(extra.tradeCount) } as const
    this.handlers.onReading(reading, message, this.venue.clock.now())
  }

  sendUnknown(reason: string, raw: unknown): void {
    this.handlers.onReading({ kind: 'unknown', reason }, raw, this.venue.clock.now())
  }
}

const countOf = (tradeCount: number | undefined) => (tradeCount === undefined ? {} : { tradeCount })

/** What a test may turn on the venue. Each is asked at the time of the call. */
export class FakeVenue {
  readonly clock: Clock
  /** venue's clock minus ours at our monotonic zero */
  private readonly start: number
  readonly pace: number
  readonly opened: FakeSocket[] = []
  /** our monotonic clock, of every call of openSocket */
  readonly attempts: { plan: string; at: number }[] = []
  readonly requests: { what: string; symbol: string; at: number; venueTime: number; from?: number; to?: number }[] = []
  /** all that was due, whether it went out or not */
  readonly sent: (SentMessage & { delivered: number })[] = []
  trades = 0

  /** thrown by openSocket; null: it opens */
  refuse: (plan: SocketPlan) => Error | null = () => null
  /** what a new socket is sent before it is acknowledged, and before everything else */
  onSubscribe: (socket: FakeSocket) => void = () => {}
  refuseSubscriptions: () => Error | null = () => null
  /** thrown by REST; null: it answers */
  failRest: (what: string, symbol: string) => Error | null = () => null
  /** false: the message is lost */
  sends: (message: SentMessage, socket: FakeSocket) => boolean = () => true
  /** true: it goes out twice */
  doubles = false
  /** how much too late or early the venue's times are */
  clockFaultMs = 0
  /** how long a ratio takes to appear after its time */
  ratioDelayMs = 4_000
  fundingDelayMs = 2_000

  constructor(clock: Clock, options: { venueTime: number; pace?: number }) {
    this.clock = clock
    this.pace = options.pace ?? 1
    this.start = options.venueTime - clock.monotonic() * this.pace
  }

  /** what the venue's clock should show */
  now(): number {
    return this.start + this.clock.monotonic() * this.pace
  }

  open(plan?: string): FakeSocket[] {
    return this.opened.filter((socket) => !socket.closed && (plan === undefined || socket.plan.name === plan))
  }

  /** One message of a channel now, to whoever listens. */
  publish(channel: FeedChannel, symbol: string, extra: { events?: readonly LiveEvent[]; tradeCount?: number } = {}): void {
    const message = { channel, symbol, time: Math.floor(this.now()) }
    const record = { ...message, delivered: 0 }
    this.sent.push(record)
    for (const socket of this.open()) {
      if (!socket.plan.channels.includes(channel) || !socket.symbols.includes(symbol) || !this.sends(message, socket)) continue
      record.delivered++
      const told = { ...message, time: message.time + this.clockFaultMs }
      socket.send(told, extra)
      if (this.doubles) socket.send(told, extra)
    }
  }

  cutAll(reason?: string): void {
    for (const socket of this.open()) socket.cut(reason)
  }

  countOpened(plan: string): number {
    return this.opened.filter((socket) => socket.plan.name === plan).length
  }

  asked(what: string): { symbol: string; at: number; venueTime: number; from?: number; to?: number }[] {
    return this.requests.filter((request) => request.what === what)
  }

  feed(
    options: {
      socketLifeMs?: number | null
      maxSilenceMs?: VenueFeed['maxSilenceMs']
      sockets?: readonly SocketPlan[]
      pollMs?: Partial<VenueFeed['pollMs']>
    } = {},
  ): VenueFeed {
    return {
      sockets: options.sockets ?? [
        { name: 'market', channels: ['candle', 'markPrice', 'liquidation'] },
        { name: 'public', channels: ['depth'] },
      ],
      maxSilenceMs: options.maxSilenceMs ?? { candle: 20_000, markPrice: 10_000, depth: 15_000 },
      pollMs: { openInterest: 20_000, longShortRatio: 5 * MINUTE_MS, funding: 10 * MINUTE_MS, ...options.pollMs },
      history: {
        candle: { pageMs: DAY_MS, maxAgeMs: null },
        openInterest: { pageMs: DAY_MS, maxAgeMs: 30 * DAY_MS },
        longShortRatio: { pageMs: DAY_MS, maxAgeMs: 30 * DAY_MS },
        funding: { pageMs: 30 * DAY_MS, maxAgeMs: null },
      },
      socketLifeMs: options.socketLifeMs === undefined ? null : options.socketLifeMs,
      rest: this.rest(),
      openSocket: async (plan, symbols, handlers) => {
        this.attempts.push({ plan: plan.name, at: this.clock.monotonic() })
        const failure = this.refuse(plan)
        if (failure) throw failure
        const socket = new FakeSocket(this, plan, symbols, handlers)
        this.onSubscribe(socket)
        this.opened.push(socket)
        return socket
      },
      close: async () => {},
    }
  }

  private rest(): VenueRest {
    const ask = (what: string, symbol: string, range: { from?: number; to?: number } = {}): void => {
      this.requests.push({ what, symbol, at: this.clock.monotonic(), venueTime: Math.floor(this.now()), ...range })
      const failure = this.failRest(what, symbol)
      if (failure) throw failure
    }
    return {
      serverTime: async () => {
        ask('serverTime', '')
        return Math.floor(this.now()) + this.clockFaultMs
      },
      instruments: async () => [],
      marginTiers: async () => null,
      candles: async () => [],
      openInterest: async (symbol): Promise<OpenInterestEvent> => {
        ask('openInterest', symbol)
        return { type: 'openInterest', time: Math.floor(this.now()), openInterest: 1_000 }
      },
      openInterestHistory: async () => [],
      fundingHistory: async (symbol, from, to): Promise<FundingEvent[]> => {
        ask('funding', symbol, { from, to })
        const until = Math.min(to, this.now() - this.fundingDelayMs)
        return stepsWithin(from, until, 8 * HOUR_MS).map((time) => ({ type: 'funding', time, rate: 0.0001 }))
      },
      ratioHistory: async (symbol, kind: RatioKind, from, to): Promise<LongShortRatioEvent[]> => {
        ask(`ratio ${kind}`, symbol, { from, to })
        const until = Math.min(to, this.now() - this.ratioDelayMs)
        return stepsWithin(from, until, 5 * MINUTE_MS).map((time) => ({ type: 'longShortRatio', time, kind, ratio: 1.2 }))
      },
      usedWeight: () => ({ used: this.requests.length, limit: 2_400 }),
    }
  }
}

/** Multiples of `step` in [from, to). */
function stepsWithin(from: number, to: number, step: number): number[] {
  const times: number[] = []
  for (let time = Math.ceil(from / step) * step; time < to; time += step) times.push(time)
  return times
}

export interface EnteredGap {
  instrumentId: number
  channel: FeedChannel
  from: number
  to: number
  status: 'open' | 'unrecoverable'
  reason: string
  /** our monotonic clock */
  at: number
}

/** Keeps what a supervisor tells. */
export class RecordingSink implements FeedSink {
  readonly accepted: { instrumentId: number; event: LiveEvent }[] = []
  readonly covers: { instrumentId: number; channel: FeedChannel; to: number; at: number }[] = []
  readonly gaps: EnteredGap[] = []
  readonly quarantined: { reason: string; raw: unknown }[] = []
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  accept(instrumentId: number, events: readonly LiveEvent[]): void {
    for (const event of events) this.accepted.push({ instrumentId, event })
  }

  cover(instrumentId: number, channel: FeedChannel, to: number): void {
    this.covers.push({ instrumentId, channel, to, at: this.clock.monotonic() })
  }

  gap(instrumentId: number, channel: FeedChannel, from: number, to: number, status: 'open' | 'unrecoverable', reason: string): void {
    this.gaps.push({ instrumentId, channel, from, to, status, reason, at: this.clock.monotonic() })
  }

  quarantine(reason: string, raw: unknown): void {
    this.quarantined.push({ reason, raw })
  }

  /** As the ledger of gaps has them: one row per beginning, as long as it was told last. */
  ledger(instrumentId: number, channel?: FeedChannel): EnteredGap[] {
    const rows = new Map<string, EnteredGap>()
    for (const gap of this.gaps)
      if (gap.instrumentId === instrumentId && (channel === undefined || gap.channel === channel)) {
        const key = `${gap.channel} ${gap.from}`
        const to = Math.max(gap.to, rows.get(key)?.to ?? 0)
        rows.set(key, { ...gap, to })
      }
    return [...rows.values()]
  }

  coveredTo(instrumentId: number, channel: FeedChannel): number | null {
    return this.covers.findLast((c) => c.instrumentId === instrumentId && c.channel === channel)?.to ?? null
  }
}
