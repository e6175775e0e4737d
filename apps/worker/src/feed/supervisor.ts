/**
 * Keeps one data source alive: its sockets, its polls, and the account of what has come and what was missed. What it learns
 * goes to the sink; how it is doing can be asked at any time.
 */
import type { ChannelStatuses, FeedChannel, SourceDetails, SourceOptions } from '@faultline/market/feed'
import { type Clock, systemClock } from './clock.ts'
import { ClockOffset } from './clock-offset.ts'
import { type FeedCounts, UNCOUNTED } from './feed-counts.ts'
import type { FeedSink } from './feed-sink.ts'
import { type ChannelSettings, type ChannelTrack, FollowedInstrument, missedPollsMs } from './followed-instrument.ts'
import { Poller } from './poller.ts'
import { fundingDelayMs, type PollContext, pollOf, spreadOf } from './polls.ts'
import { Reachability } from './reachability.ts'
import type { Session } from './session.ts'
import { SocketKeeper } from './socket-keeper.ts'
import { ThrottledLog } from './throttled-log.ts'
import { VenueClock } from './venue-clock.ts'
import type { PolledChannel, Reading, VenueFeed } from './venue-feed.ts'
import { watchInstrument } from './watch-instrument.ts'

const POLLED: readonly PolledChannel[] = ['openInterest', 'funding', 'longShortRatio']
/** How often everything is looked at: four times within the shortest limit. */
const LOOK_EVERY_MS = { least: 25, most: 250 }
/** The first questions of many instruments are spread over this. */
const FIRST_POLLS_MS = 2_000
/** How the clock of this machine and the time that has passed may differ from one look to the next. */
const CLOCK_SET_MS = 2_000
const SILENCE_EVERY_MS = 3_600_000

export interface SupervisorOptions {
  feed: VenueFeed
  sink: FeedSink
  options: SourceOptions
  clock?: Clock
  /** in [0, 1) */
  random?: () => number
  log: (line: string) => void
  /** ms without a liquidation that this market has had before; null: too little is known */
  longestSilence: (instrumentId: number) => Promise<number | null>
  counts?: FeedCounts
}

export interface InstrumentToFollow {
  instrumentId: number
  /** as the venue writes it */
  symbol: string
  /** venue's clock; what the last run had, absent or null: nothing before */
  coveredTo: Partial<Record<FeedChannel, number | null>>
}

export interface SourceStatus {
  /** `live`: every socket has delivered */
  state: 'connecting' | 'live' | 'blocked' | 'unreachable'
  /** for people: why it is not live */
  message: string | null
  /** our clock, UTC ms */
  blockedUntil: number | null
  nextAttemptAt: number | null
  details: SourceDetails
}

export class FeedSupervisor {
  private readonly feed: VenueFeed
  private readonly sink: FeedSink
  private readonly clock: Clock
  private readonly random: () => number
  private readonly longestSilence: SupervisorOptions['longestSilence']
  private readonly log: ThrottledLog
  private readonly counts: FeedCounts
  private readonly channels: readonly ChannelSettings[]
  private readonly venueClock: VenueClock
  private readonly reach: Reachability
  private readonly offset: ClockOffset
  private readonly keepers: readonly SocketKeeper[]
  private readonly pollMs: PollTimes
  private readonly instruments = new Map<number, FollowedInstrument>()
  private readonly bySymbol = new Map<string, FollowedInstrument>()
  private running = false
  private cancelLook: (() => void) | null = null
  private readonly lookEveryMs: number
  /** our clock minus the monotonic one */
  private clockBase: number
  private askingSilence = false

  constructor({ feed, sink, options, clock = systemClock, random = Math.random, log, longestSilence, counts }: SupervisorOptions) {
    this.counts = counts ?? UNCOUNTED
    this.feed = feed
    this.sink = sink
    this.clock = clock
    this.random = random
    this.longestSilence = longestSilence
    this.log = new ThrottledLog(clock, log)
    this.venueClock = new VenueClock(clock)
    this.pollMs = {
      // What a venue does not publish cannot be asked for more often either.
      openInterest: feed.pollMs.openInterest && (options.openInterestPollMs ?? feed.pollMs.openInterest),
      funding: feed.pollMs.funding,
      longShortRatio: feed.pollMs.longShortRatio && (options.ratioPollMs ?? feed.pollMs.longShortRatio),
    }
    this.channels = channelsOf(feed, options, this.pollMs)
    this.reach = new Reachability({ clock, random, log: this.log, onRestAway: () => this.offset.hurry() })
    this.offset = new ClockOffset({ rest: feed.rest, clock, random, reach: this.reach, venueClock: this.venueClock })
    this.keepers = feed.sockets.map((plan) => {
      const limits = this.channels.flatMap((c) => (c.limitMs !== null && plan.channels.includes(c.channel) ? [c.limitMs] : []))
      const keeper: SocketKeeper = new SocketKeeper({
        feed,
        plan,
        clock,
        random,
        reach: this.reach,
        venueClock: this.venueClock,
        log: this.log,
        limitMs: limits.length > 0 ? Math.min(...limits) : null,
        onReading: (session, reading, raw, receivedAt) => this.read(keeper, session, reading, raw, receivedAt),
        onLost: (lost, heir, reason, since) => this.lost(keeper, lost, heir, reason, since),
      })
      return keeper
    })
    const shortest = Math.min(...this.channels.map((c) => c.limitMs ?? Number.POSITIVE_INFINITY))
    this.lookEveryMs = Math.max(LOOK_EVERY_MS.least, Math.min(LOOK_EVERY_MS.most, shortest / 4))
    this.clockBase = clock.now() - clock.monotonic()
  }

  /** What to follow from now on. Those that are followed already go on as they are; of those that left nothing is kept. */
  setInstruments(wanted: readonly InstrumentToFollow[]): void {
    const symbols = new Map(wanted.map((w) => [w.instrumentId, w.symbol]))
    for (const instrument of this.instruments.values())
      if (symbols.get(instrument.instrumentId) !== instrument.symbol) this.leave(instrument)
    for (const { instrumentId, symbol, coveredTo } of wanted) {
      if (this.instruments.has(instrumentId)) continue
      const { channels, sink, clock } = this
      const instrument = new FollowedInstrument({ instrumentId, symbol, coveredTo, channels, sink, clock })
      this.instruments.set(instrumentId, instrument)
      this.bySymbol.set(symbol, instrument)
      if (this.running) this.startPolls(instrument)
    }
    for (const keeper of this.keepers) keeper.setSymbols([...this.bySymbol.keys()])
  }

  start(): void {
    if (this.running) return
    this.running = true
    this.offset.start()
    for (const keeper of this.keepers) keeper.start()
    for (const instrument of this.instruments.values()) this.startPolls(instrument)
    this.lookLater()
  }

  /** Closes the sockets and tells what is covered. The feed itself stays open: it is the caller's. */
  async stop(): Promise<void> {
    this.running = false
    this.cancelLook?.()
    this.offset.stop()
    for (const instrument of this.instruments.values()) {
      instrument.stop()
      for (const track of instrument.tracks.values()) track.coverage.tell()
    }
    await Promise.all(this.keepers.map((keeper) => keeper.stop()))
  }

  /** Empty for an instrument that is not followed. */
  statusOf(instrumentId: number): ChannelStatuses {
    const instrument = this.instruments.get(instrumentId)
    if (!instrument) return {}
    return Object.fromEntries([...instrument.tracks].map(([channel, track]) => [channel, instrument.status(track)]))
  }

  sourceStatus(): SourceStatus {
    const { reach, keepers } = this
    const blocked = reach.blockedForMs() > 0
    const open = keepers.filter((keeper) => keeper.session !== null)
    const live = this.instruments.size > 0 && keepers.every((keeper) => keeper.session?.newest != null)
    const away = open.length === 0 && (reach.failure.socket ?? reach.failure.rest)?.code === 'unreachable'
    const problem = keepers.find((keeper) => keeper.problem !== null)?.problem ?? null
    const restAway = reach.failure.rest?.code === 'unreachable' ? reach.failure.rest.message : null
    const state = blocked ? 'blocked' : live ? 'live' : away ? 'unreachable' : 'connecting'
    const waits = [...keepers.map((keeper) => keeper.nextAttemptInMs()), this.offset.nextAttemptInMs()].filter((ms) => ms !== null)
    return {
      state,
      message: blocked ? 'The venue asked us to wait.' : (problem ?? restAway),
      blockedUntil: reach.blockedUntil,
      nextAttemptAt: waits.length === 0 ? null : Math.round(this.clock.now() + Math.min(...waits)),
      details: {
        sockets: keepers.map((keeper) => keeper.status()),
        requestWeight: this.feed.rest.usedWeight(),
        clockOffsetMs: this.offset.offsetMs,
      },
    }
  }

  /**
   * The venue's clock, UTC ms: time of the newest message plus what has passed since, of one instrument or of all; null: none
   * came. A cautious estimate: the venue's clock shows this or more.
   */
  venueNow(instrumentId?: number): number | null {
    const { pace } = this.venueClock
    if (instrumentId !== undefined) return round(this.instruments.get(instrumentId)?.venueNow(pace) ?? null)
    let newest: number | null = null
    for (const instrument of this.instruments.values()) {
      const now = instrument.venueNow(pace)
      if (now !== null && (newest === null || now > newest)) newest = now
    }
    return round(newest)
  }

  private leave(instrument: FollowedInstrument): void {
    instrument.stop()
    this.instruments.delete(instrument.instrumentId)
    this.bySymbol.delete(instrument.symbol)
    for (const { channel } of instrument.pollers) this.log.forget(whatOf(channel, instrument))
  }

  private startPolls(instrument: FollowedInstrument): void {
    const { feed, sink, clock, venueClock, random, reach } = this
    const follows = (i: FollowedInstrument): boolean => this.running && this.instruments.get(i.instrumentId) === i
    const context: PollContext = { feed, sink, clock, venueClock, follows }
    for (const channel of POLLED) {
      const every = instrument.tracks.get(channel)?.pollMs ?? null
      if (every === null) continue
      const poller = new Poller({ what: whatOf(channel, instrument), clock, random, reach, ask: pollOf(channel, context, instrument) })
      instrument.pollers.push({ channel, poller })
      poller.askIn(Math.min(FIRST_POLLS_MS, every) * spreadOf(instrument.instrumentId))
    }
  }

  private read(keeper: SocketKeeper, session: Session, reading: Reading, raw: unknown, receivedAt: number): void {
    if (reading.kind === 'control') return
    if (reading.kind === 'unknown') {
      this.sink.quarantine(reading.reason, raw, receivedAt)
      return
    }
    this.counts.message(reading.channel)
    const instrument = this.bySymbol.get(reading.symbol)
    if (!instrument) return
    if (reading.events.length > 0) this.sink.accept(instrument.instrumentId, reading.events)
    const track = instrument.tracks.get(reading.channel)
    if (!track || !keeper.plan.channels.includes(reading.channel)) return
    const at = this.clock.monotonic()
    if (!this.venueClock.observe(reading.venueTime)) {
      // A time that cannot be: the channel is alive, and that is all that is to be learnt.
      session.alive(at)
      track.freshAt = at
      return
    }
    // Of a socket that waits to take over nothing else counts yet: until then the old one proves everything.
    if (!session.see(reading.symbol, reading.venueTime, at) || session !== keeper.session) return
    this.count(session, instrument, track, reading, receivedAt, at)
  }

  /** A message that was sent after the subscription began: if it is newer than what was known, its channel is alive. */
  private count(
    session: Session,
    instrument: FollowedInstrument,
    track: ChannelTrack,
    reading: Extract<Reading, { kind: 'data' }>,
    receivedAt: number,
    at: number,
  ): void {
    const { venueTime, tradeCount, channel, events } = reading
    const known = track.limitMs === null ? track.lastTime : Math.max(track.lastTime ?? 0, track.coverage.coveredTo ?? 0)
    if (known !== null && venueTime <= known) return
    session.alive(at)
    instrument.fresh(track, venueTime, receivedAt)
    if (tradeCount !== undefined) instrument.traded(tradeCount)
    if (track.limitMs !== null) {
      track.coverage.resume(venueTime)
      track.coverage.advance(venueTime)
    }
    if (channel === 'markPrice')
      for (const event of events) if (event.type === 'markPrice') this.settlementComes(instrument, event.nextFundingTime)
  }

  private settlementComes(instrument: FollowedInstrument, time: number | undefined): void {
    if (time === undefined || time <= (instrument.nextFundingTime ?? 0)) return
    const poller = instrument.pollers.find((p) => p.channel === 'funding')?.poller
    instrument.passedFundingTime = instrument.nextFundingTime
    instrument.nextFundingTime = time
    // The first time it is news, later it says that a settlement has just happened.
    const soon = fundingDelayMs(instrument, this.venueClock.pace)
    const wait = instrument.passedFundingTime === null ? null : soon
    if (wait !== null) poller?.askIn(wait)
  }

  private lost(keeper: SocketKeeper, lost: Session, heir: Session | null, reason: string, since: number): void {
    this.counts.lostSocket(keeper.plan.name)
    for (const instrument of this.instruments.values()) {
      const edge = heir?.edgeOf(instrument.symbol) ?? null
      if (edge !== null && lost.newest !== null && lost.newest - keeper.reorderMs() >= edge) continue
      for (const channel of keeper.plan.channels) {
        const coverage = instrument.tracks.get(channel)?.coverage
        if (edge === null || (coverage?.coveredTo ?? edge) < edge) coverage?.lose(reason, since)
      }
    }
  }

  private lookLater(): void {
    this.cancelLook = this.clock.setTimeout(() => {
      try {
        this.look()
      } finally {
        if (this.running) this.lookLater()
      }
    }, this.lookEveryMs)
  }

  private look(): void {
    this.watchOwnClock()
    for (const keeper of this.keepers) {
      let noneLate = true
      for (const instrument of this.instruments.values()) if (watchInstrument(keeper, instrument, this.clock)) noneLate = false
      keeper.tick(noneLate)
    }
    const at = this.clock.monotonic()
    const venueNow = this.venueNow()
    for (const instrument of this.instruments.values()) {
      for (const { channel, poller } of instrument.pollers) {
        const track = instrument.tracks.get(channel)
        const answeredAt = poller.answeredAt ?? instrument.since
        if (track?.pollMs && at - answeredAt > missedPollsMs(track.pollMs)) track.coverage.lose('it was asked for in vain', answeredAt)
      }
      for (const track of instrument.tracks.values()) track.coverage.tick(venueNow)
    }
    this.askSilence(at)
  }

  /** Our clock may be set; nothing waits or is late by it, but the offset has to be measured anew. */
  private watchOwnClock(): void {
    const base = this.clock.now() - this.clock.monotonic()
    const leap = base - this.clockBase
    this.clockBase = base
    if (Math.abs(leap) < CLOCK_SET_MS) return
    this.log.say('clock', `the clock of this machine was set by ${(leap / 1000).toFixed(0)} s`)
    this.offset.hurry()
  }

  /** One question at a time: how long this market has been without liquidations before. */
  private askSilence(at: number): void {
    if (this.askingSilence) return
    for (const instrument of this.instruments.values()) {
      if (instrument.silenceAskedAt !== null && at - instrument.silenceAskedAt < SILENCE_EVERY_MS) continue
      instrument.silenceAskedAt = at
      this.askingSilence = true
      this.longestSilence(instrument.instrumentId)
        .then((longest) => {
          instrument.longestSilence = longest
        })
        .catch((error: unknown) => this.log.say('silence', `silence of liquidations: ${String(error)}`, SILENCE_EVERY_MS))
        .finally(() => {
          this.askingSilence = false
        })
      return
    }
  }
}

/** How often each channel is asked for, ms; null: the venue does not publish it. */
type PollTimes = Readonly<Record<PolledChannel, number | null>>

/** Every channel that the feed brings, by socket or by asking, with the source's own settings over the feed's. */
function channelsOf(feed: VenueFeed, options: SourceOptions, pollMs: PollTimes): ChannelSettings[] {
  const bySocket = new Set(feed.sockets.flatMap((plan) => plan.channels))
  const settings = (channel: FeedChannel, poll: number | null): ChannelSettings => ({
    channel,
    limitMs: options.maxSilenceMs?.[channel] ?? feed.maxSilenceMs[channel] ?? null,
    recoverable: feed.history[channel] !== undefined,
    pollMs: poll,
  })
  return [
    ...[...bySocket].map((channel) => settings(channel, null)),
    ...POLLED.filter((channel) => !bySocket.has(channel) && pollMs[channel] !== null).map((channel) => settings(channel, pollMs[channel])),
  ]
}

const whatOf = (channel: FeedChannel, { symbol }: FollowedInstrument): string => `${channel} of ${symbol}`
const round = (time: number | null): number | null => (time === null ? null : Math.floor(time))
