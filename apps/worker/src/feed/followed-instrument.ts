import type { ChannelStatus, FeedChannel } from '@faultline/market/feed'
import type { Clock } from './clock.ts'
import { Coverage } from './coverage.ts'
import type { FeedSink } from './feed-sink.ts'
import type { Poller } from './poller.ts'

/** An outage is told when it has lasted this long, so that pages can show it. */
const TELL_AFTER_MS = 3_000
/** A market without a new trade for this long says nothing about its liquidations. */
const TRADES_WITHIN_MS = 5 * 60_000
/** Shortest silence of liquidations that is suspect, ms of the venue's clock. */
const SUSPECT_AFTER_MS = 30 * 60_000
/** The same while nothing is known about how long they are silent by nature. */
const SUSPECT_UNKNOWN_MS = 6 * 3_600_000
const SUSPECT_FOLD = 3

export interface ChannelSettings {
  channel: FeedChannel
  /** longest silence that is normal, ms of our clock; null: silence is normal */
  limitMs: number | null
  /** REST can give it again */
  recoverable: boolean
  /** how often it is asked for, ms of our clock; null: it comes by a socket */
  pollMs: number | null
}

/** One channel of one instrument. */
export interface ChannelTrack extends ChannelSettings {
  readonly coverage: Coverage
  /** venue's clock, of the newest message of this run */
  lastTime: number | null
  /** our clock when it came */
  receivedAt: number | null
  /** our monotonic clock when it came */
  freshAt: number | null
}

export class FollowedInstrument {
  readonly instrumentId: number
  readonly symbol: string
  readonly tracks: ReadonlyMap<FeedChannel, ChannelTrack>
  readonly pollers: { channel: FeedChannel; poller: Poller }[] = []
  /** the newest message that came over a socket */
  newest: { venueTime: number; at: number } | null = null
  /** the next settlement of funding, as the venue told it last, and the one before that */
  nextFundingTime: number | null = null
  passedFundingTime: number | null = null
  /** ms without a liquidation that this market has had before; null: not known */
  longestSilence: number | null = null
  /** our monotonic clock when that was asked for */
  silenceAskedAt: number | null = null
  /** our monotonic clock, of the beginning */
  readonly since: number
  private readonly clock: Clock
  private trades: { count: number; roseAt: number } | null = null
  /** venue's clock from which on liquidations were watched without a hole */
  private watchedFrom: number | null = null

  constructor(options: {
    instrumentId: number
    symbol: string
    coveredTo: Partial<Record<FeedChannel, number | null>>
    channels: readonly ChannelSettings[]
    sink: FeedSink
    clock: Clock
  }) {
    const { instrumentId, symbol, coveredTo, channels, sink, clock } = options
    this.instrumentId = instrumentId
    this.symbol = symbol
    this.clock = clock
    this.since = clock.monotonic()
    this.tracks = new Map(
      channels.map((settings) => {
        const { channel, recoverable, pollMs } = settings
        const coverage = new Coverage({
          instrumentId,
          channel,
          sink,
          clock,
          recoverable,
          tellAfterMs: pollMs === null ? TELL_AFTER_MS : missedPollsMs(pollMs),
          coveredTo: coveredTo[channel] ?? null,
        })
        coverage.lose('nobody listened', this.since)
        return [channel, { ...settings, coverage, lastTime: null, receivedAt: null, freshAt: null }]
      }),
    )
  }

  /** A message or an answer came that is newer than those before. */
  fresh(track: ChannelTrack, venueTime: number, receivedAt: number): void {
    track.lastTime = venueTime
    track.receivedAt = Math.round(receivedAt)
    track.freshAt = this.clock.monotonic()
    if (track.pollMs === null && (this.newest === null || venueTime > this.newest.venueTime)) this.newest = { venueTime, at: track.freshAt }
  }

  /** The market has had this many trades. */
  traded(count: number): void {
    if (this.trades === null || count > this.trades.count) this.trades = { count, roseAt: this.clock.monotonic() }
    else if (count < this.trades.count / 2) this.trades = { count, roseAt: this.trades.roseAt }
  }

  /** Liquidations are being watched from here on (venue's clock). */
  watched(from: number): void {
    if (this.watchedFrom === null || from > this.watchedFrom) this.watchedFrom = from
  }

  /** The venue's clock by this instrument's newest message, going on at `pace`; null: none came. */
  venueNow(pace: number): number | null {
    return this.newest && this.newest.venueTime + (this.clock.monotonic() - this.newest.at) * pace
  }

  /** Since when a channel with a limit has been silent, looking back to `notBefore` at most; our monotonic clock. */
  silentSince(track: ChannelTrack, notBefore: number = this.since): number {
    return Math.max(track.freshAt ?? this.since, notBefore)
  }

  late(track: ChannelTrack, notBefore?: number): boolean {
    return track.limitMs !== null && this.clock.monotonic() - this.silentSince(track, notBefore) > track.limitMs
  }

  status(track: ChannelTrack): ChannelStatus {
    const { coverage } = track
    return {
      state: this.stateOf(track),
      lastTime: track.lastTime,
      receivedAt: track.receivedAt,
      coveredTo: coverage.coveredTo === null ? null : Math.floor(coverage.coveredTo),
      limitMs: track.limitMs,
    }
  }

  stop(): void {
    for (const { poller } of this.pollers) poller.stop()
  }

  private stateOf(track: ChannelTrack): ChannelStatus['state'] {
    if (this.late(track)) return 'late'
    const { missingSince } = track.coverage
    if (track.limitMs !== null) return track.freshAt === null ? 'waiting' : 'fresh'
    const tolerated = track.pollMs === null ? TELL_AFTER_MS : missedPollsMs(track.pollMs)
    if (missingSince !== null && this.clock.monotonic() - missingSince > tolerated) return 'late'
    if (track.channel === 'liquidation' && this.suspicious(track)) return 'suspect'
    // Silence is normal here: the socket that brings the other channels proves this one too.
    const proven = missingSince === null && track.coverage.coveredTo !== null
    return proven || track.lastTime !== null ? 'fresh' : 'waiting'
  }

  /** Silent for longer than its own history explains, while the market goes on. */
  private suspicious(track: ChannelTrack): boolean {
    const heard = Math.max(track.lastTime ?? 0, this.watchedFrom ?? 0)
    if (this.newest === null || heard === 0 || !this.alive()) return false
    const known = this.longestSilence === null ? SUSPECT_UNKNOWN_MS : SUSPECT_FOLD * this.longestSilence
    return this.newest.venueTime - heard > Math.max(SUSPECT_AFTER_MS, known)
  }

  private alive(): boolean {
    if (this.trades) return this.clock.monotonic() - this.trades.roseAt <= TRADES_WITHIN_MS
    return (['candle', 'markPrice'] as const).some((channel) => {
      const track = this.tracks.get(channel)
      return track !== undefined && track.freshAt !== null && !this.late(track)
    })
  }
}

/** Polls that fail for this long leave a gap, ms of our clock. */
export const missedPollsMs = (pollMs: number): number => 3 * pollMs
