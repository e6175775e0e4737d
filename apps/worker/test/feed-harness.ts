import type { FeedChannel, SourceOptions } from '@faultline/market/feed'
import { FeedSupervisor } from '../src/feed/supervisor.ts'
import type { VenueFeed } from '../src/feed/venue-feed.ts'
import { FakeVenue, RecordingSink } from './fake-feed.ts'
import { ManualClock } from './manual-clock.ts'

/** 2026-06-01T00:00:00Z */
export const START = 1_780_272_000_000
const TRAFFIC_EVERY_MS = 250

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface HarnessOptions {
  symbols?: readonly string[]
  seed?: number
  /** venue ms per ms of ours */
  pace?: number
  /** venue's clock minus ours at the start */
  offsetMs?: number
  feed?: Parameters<FakeVenue['feed']>[0]
  options?: SourceOptions
  coveredTo?: Partial<Record<FeedChannel, number>>
  longestSilence?: number | null
}

/** A supervisor on a fake venue, whose healthy traffic flows by itself while the clock is advanced. Not started yet. */
export function superviseFakeVenue(given: HarnessOptions = {}) {
  const { symbols = ['AUSDT', 'BUSDT'], seed = 1, pace = 1, offsetMs = 0 } = given
  const clock = new ManualClock(START)
  const venue = new FakeVenue(clock, { venueTime: START + offsetMs, pace })
  const sink = new RecordingSink(clock)
  const lines: string[] = []
  const feed: VenueFeed = venue.feed(given.feed)
  const supervisor = new FeedSupervisor({
    feed,
    sink,
    options: given.options ?? {},
    clock,
    random: seededRandom(seed),
    log: (line) => lines.push(line),
    longestSilence: async () => given.longestSilence ?? null,
  })
  const traffic = (n: number): void => {
    for (const symbol of symbols) {
      venue.publish('depth', symbol)
      if (n % 2 === 0) venue.publish('candle', symbol, { tradeCount: ++venue.trades })
      if (n % 4 === 0) venue.publish('markPrice', symbol)
    }
    clock.setTimeout(() => traffic(n + 1), TRAFFIC_EVERY_MS)
  }
  clock.setTimeout(() => traffic(0), TRAFFIC_EVERY_MS)
  const follow = (names: readonly string[] = symbols): void =>
    supervisor.setInstruments(
      names.map((symbol) => ({ instrumentId: symbols.indexOf(symbol) + 1, symbol, coveredTo: given.coveredTo ?? {} })),
    )
  follow()
  return {
    clock,
    venue,
    sink,
    lines,
    supervisor,
    follow,
    /** state of each channel of the first instrument */
    states: (instrumentId = 1): Partial<Record<FeedChannel, string>> =>
      Object.fromEntries(Object.entries(supervisor.statusOf(instrumentId)).map(([channel, status]) => [channel, status.state])),
  }
}
