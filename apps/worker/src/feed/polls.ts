/**
 * What comes by asking: open interest shortly before each minute of the venue ends, ratios after each of its five minutes,
 * funding after each settlement. Each function asks once and says when to ask again (ms of our clock).
 */
import { type LongShortRatioEvent, RATIO_KINDS, type RatioKind } from '@faultline/market/event'
import { floorTo } from '@faultline/market/units'
import type { Clock } from './clock.ts'
import type { FeedSink } from './feed-sink.ts'
import { type ChannelTrack, type FollowedInstrument, missedPollsMs } from './followed-instrument.ts'
import type { VenueClock } from './venue-clock.ts'
import { FeedError, type PolledChannel, type VenueFeed } from './venue-feed.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** Open interest is asked for this long before the minute ends, the instruments spread over the seconds before. */
const BEFORE_MINUTE_MS = 2_000
const SPREAD_BEFORE_MINUTE_MS = 5_000
const RATIO_INTERVAL_MS = 5 * MINUTE_MS
/** Ratios appear some seconds after their time; the first question comes after this, and learns. */
const RATIO_DELAY_MS = { first: 5_000, least: 2_000, most: 2 * MINUTE_MS }
const RATIO_SPREAD_MS = 20_000
/** After a settlement its rate appears within seconds. */
const FUNDING_DELAY_MS = 3_000
const FUNDING_SPREAD_MS = 3_000
/** How far back a first question reaches. */
const FUNDING_BACK_MS = 12 * HOUR_MS
/** A settlement that was published late is found by asking for this much more. */
const FUNDING_AGAIN_MS = HOUR_MS
/** Further questions while the new value is not there yet, ms of the venue's clock. */
const RETRIES_MS = [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000]
const RATIO_RETRIES = 4
const SHORTEST_WAIT_MS = 200
/** Nothing is known about the venue's clock yet. */
const NO_TIME_MS = 1_000

export interface PollContext {
  feed: VenueFeed
  sink: FeedSink
  clock: Clock
  venueClock: VenueClock
  /** false: the instrument is not followed any more */
  follows: (instrument: FollowedInstrument) => boolean
}

/** In [0, 1), different for neighbours: spreads the instruments of a source. */
export const spreadOf = (instrumentId: number): number => (instrumentId * 0.618033988749895) % 1

/** Returns the question for a channel that is polled. */
export function pollOf(channel: PolledChannel, context: PollContext, instrument: FollowedInstrument): () => Promise<number> {
  const track = instrument.tracks.get(channel)
  const every = track?.pollMs ?? null
  if (!track || every === null) throw new Error(`${channel} is not asked for of ${instrument.symbol}`)
  if (channel === 'openInterest') return () => askOpenInterest(context, instrument, track, every)
  if (channel === 'funding') return fundingPoll(context, instrument, track, every)
  return ratioPoll(context, instrument, track, every)
}

async function askOpenInterest(context: PollContext, instrument: FollowedInstrument, track: ChannelTrack, pollMs: number): Promise<number> {
  const { feed, sink, clock, venueClock } = context
  const event = await feed.rest.openInterest(instrument.symbol)
  if (!context.follows(instrument)) return 0
  sink.accept(instrument.instrumentId, [event])
  if (track.lastTime === null || event.time > track.lastTime) instrument.fresh(track, event.time, clock.now())
  track.coverage.resume(event.time, missedPollsMs(pollMs) * venueClock.pace)
  track.coverage.advance(event.time)
  return waitForSlot(venueClock.estimate(), venueClock.pace, pollMs, instrument.instrumentId)
}

/**
 * Ms of our clock until the next question. One per minute of the venue falls into its last seconds; where `pollMs` allows
 * more, the others stand evenly between, and where it allows less, whole minutes are left out.
 */
export function waitForSlot(venueNow: number | null, pace: number, pollMs: number, instrumentId: number): number {
  if (venueNow === null) return pollMs
  const perMinute = Math.floor(MINUTE_MS / (pollMs * pace) + 0.01)
  const step = perMinute >= 1 ? MINUTE_MS / perMinute : MINUTE_MS * Math.ceil((pollMs * pace) / MINUTE_MS - 0.01)
  const before = BEFORE_MINUTE_MS + SPREAD_BEFORE_MINUTE_MS * spreadOf(instrumentId)
  // A question that came a moment too early must not be repeated in the same slot.
  const slot = (Math.floor((venueNow + step / 10 + before) / step) + 1) * step - before
  return (slot - venueNow) / pace
}

/** Start of a question that continues what is covered, as far back as one page reaches. */
function pageStart(context: PollContext, channel: PolledChannel, wanted: number, to: number): number {
  return Math.max(wanted, to - (context.feed.history[channel]?.pageMs ?? 2 * RATIO_INTERVAL_MS))
}

/** A question that began at `from` was answered. What it did not reach back to is missing. */
function reached(context: PollContext, track: ChannelTrack, wanted: number, from: number): void {
  const { coveredTo } = track.coverage
  if (coveredTo === null || from <= wanted || from <= coveredTo) return
  track.coverage.lose('not asked for in time', context.clock.monotonic())
  track.coverage.resume(from)
}

function ratioPoll(context: PollContext, instrument: FollowedInstrument, track: ChannelTrack, pollMs: number): () => Promise<number> {
  const { feed, sink, clock, venueClock } = context
  const spread = RATIO_SPREAD_MS * spreadOf(instrument.instrumentId)
  let delay = RATIO_DELAY_MS.first
  let retries = 0
  /** the five minutes that the question was about last */
  let about = 0

  return async () => {
    const venueNow = venueClock.estimate()
    if (venueNow === null) return NO_TIME_MS
    const { pace } = venueClock
    const to = Math.ceil(venueNow) + MINUTE_MS
    const covered = track.coverage.coveredTo
    const wanted = Math.floor(covered ?? venueNow - 2 * RATIO_INTERVAL_MS) + 1
    const from = pageStart(context, 'longShortRatio', wanted, to)
    const newest = await allKinds(feed, instrument.symbol, from, to, (events) => {
      if (context.follows(instrument)) sink.accept(instrument.instrumentId, events)
    })
    if (!context.follows(instrument)) return 0
    if (newest !== null && (track.lastTime === null || newest > track.lastTime)) instrument.fresh(track, newest, clock.now())
    reached(context, track, wanted, from)
    if (newest !== null) track.coverage.bridge(newest)

    const period = RATIO_INTERVAL_MS * Math.max(1, Math.ceil((pollMs * pace) / RATIO_INTERVAL_MS - 0.01))
    const mark = floorTo(venueNow, RATIO_INTERVAL_MS)
    const there = (track.coverage.coveredTo ?? 0) >= mark
    if (mark !== about) {
      about = mark
      retries = 0
      delay = there ? Math.max(RATIO_DELAY_MS.least, delay * 0.9) : Math.min(RATIO_DELAY_MS.most, delay * 1.5)
    }
    if (!there && retries < RATIO_RETRIES) return shortly(RETRIES_MS[retries++], pace)
    return Math.max(SHORTEST_WAIT_MS, (floorTo(venueNow, period) + period + delay + spread - venueNow) / pace)
  }
}

/**
 * Asks for every kind of ratio. Returns the time up to which all kinds that the venue gives are there; null: none came.
 * @throws FeedError when every kind is refused, or at the first that fails otherwise
 */
async function allKinds(
  feed: VenueFeed,
  symbol: string,
  from: number,
  to: number,
  accept: (events: readonly LongShortRatioEvent[]) => void,
): Promise<number | null> {
  let newest: number | null = null
  let refused: FeedError | null = null
  let answers = 0
  const ask = async (kind: RatioKind): Promise<LongShortRatioEvent[] | null> => {
    try {
      return await feed.rest.ratioHistory(symbol, kind, from, to)
    } catch (error) {
      if (!(error instanceof FeedError) || error.code !== 'refused') throw error
      refused = error
      return null
    }
  }
  for (const kind of RATIO_KINDS) {
    const events = await ask(kind)
    if (events === null) continue
    if (events.length > 0) accept(events)
    const last = events.reduce((time, event) => Math.max(time, event.time), from - 1)
    newest = answers++ === 0 ? last : Math.min(newest ?? last, last)
  }
  if (answers === 0 && refused !== null) throw refused
  return newest !== null && newest >= from ? newest : null
}

function fundingPoll(context: PollContext, instrument: FollowedInstrument, track: ChannelTrack, pollMs: number): () => Promise<number> {
  const { feed, sink, clock, venueClock } = context
  let retries = 0
  let about: number | null = null

  return async () => {
    const venueNow = venueClock.estimate()
    if (venueNow === null) return NO_TIME_MS
    const { pace } = venueClock
    const to = Math.ceil(venueNow) + 1
    const covered = track.coverage.coveredTo
    const wanted = Math.floor(covered === null ? venueNow - FUNDING_BACK_MS : covered - FUNDING_AGAIN_MS)
    const from = pageStart(context, 'funding', wanted, to)
    const events = await feed.rest.fundingHistory(instrument.symbol, from, to)
    if (!context.follows(instrument)) return 0
    if (events.length > 0) sink.accept(instrument.instrumentId, events)
    const newest = events.reduce((time, event) => Math.max(time, event.time), track.lastTime ?? 0)
    if (newest > (track.lastTime ?? 0)) instrument.fresh(track, newest, clock.now())

    reached(context, track, wanted, from)
    const due = settlementDue(instrument, venueNow, newest)
    track.coverage.bridge(due ?? venueNow)
    if (due !== about) {
      about = due
      retries = 0
    }
    if (due !== null && retries < RETRIES_MS.length) return shortly(RETRIES_MS[retries++], pace)
    const next = instrument.nextFundingTime
    if (next === null || next <= venueNow) return pollMs
    return Math.min(pollMs, (next - venueNow) / pace + fundingDelayMs(instrument, pace))
  }
}

/** How long after a settlement it is asked for, ms of our clock. */
export function fundingDelayMs(instrument: FollowedInstrument, pace: number): number {
  return (FUNDING_DELAY_MS + FUNDING_SPREAD_MS * spreadOf(instrument.instrumentId)) / pace
}

/** A settlement that has happened and has not been seen; null: none. */
function settlementDue(instrument: FollowedInstrument, venueNow: number, newest: number): number | null {
  const { nextFundingTime: next, passedFundingTime: passed } = instrument
  const last = next !== null && next <= venueNow ? next : passed
  return last !== null && newest < last - MINUTE_MS ? last : null
}

const shortly = (venueMs: number | undefined, pace: number): number => Math.max(SHORTEST_WAIT_MS, (venueMs ?? MINUTE_MS) / pace)
