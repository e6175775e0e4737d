/** What one channel of one instrument has been given without a hole, and the hole that it is in. */
import type { FeedChannel } from '@faultline/market/feed'
import type { Clock } from './clock.ts'
import type { FeedSink } from './feed-sink.ts'

/** How often coverage is told. */
const TELL_EVERY_MS = 1_000
/** How often a hole that lasts is told again, a little longer. */
const LENGTHEN_EVERY_MS = 5_000
/** A hole that lasts is told up to this long before the venue's present: its true end must not lie before what was told. */
const BEHIND_MS = 1_000

export interface CoverageOptions {
  instrumentId: number
  channel: FeedChannel
  sink: FeedSink
  clock: Clock
  /** REST can give it again */
  recoverable: boolean
  /** an outage is told when it has lasted this long, ms of our clock */
  tellAfterMs: number
  /** what the last run had; null: nothing before */
  coveredTo: number | null
}

interface Hole {
  /** venue's clock */
  from: number
  /** our monotonic clock */
  since: number
  reason: string
  toldTo: number | null
  toldAt: number
}

export class Coverage {
  /** venue's clock; null: nothing was covered yet */
  coveredTo: number | null
  private readonly options: CoverageOptions
  private hole: Hole | null = null
  private told: { to: number; at: number } | null = null

  constructor(options: CoverageOptions) {
    this.options = options
    this.coveredTo = options.coveredTo
  }

  /** Our monotonic clock since when something is being missed; null: nothing is. */
  get missingSince(): number | null {
    return this.hole?.since ?? null
  }

  /** Venue's clock from which something is being missed; null: nothing is. */
  get missingFrom(): number | null {
    return this.hole?.from ?? null
  }

  /** Nothing is proven from `from` on (what was covered, or earlier). Where nothing was ever covered nothing can be missing. */
  lose(reason: string, since: number, from: number | null = this.coveredTo): void {
    if (this.hole || from === null || this.coveredTo === null) return
    this.hole = { from: Math.min(from, this.coveredTo), since, reason, toldTo: null, toldAt: 0 }
  }

  /** Everything from `at` on arrives again. A hole up to `atMost` is none (polls have holes by nature). */
  resume(at: number, atMost = 0): void {
    const { hole } = this
    if (!hole) return
    this.hole = null
    if (at > hole.from && (hole.toldTo !== null || at - hole.from > atMost)) this.tellGap(hole, at)
    this.coveredTo = Math.max(at, this.coveredTo ?? at)
  }

  /** What was missing has just been fetched up to `to`: nothing is missing, unless it was told before. */
  bridge(to: number): void {
    this.hole = null
    this.advance(to)
  }

  /** All that came before `to` was given. Never goes back, and says nothing while something is missing. */
  advance(to: number): void {
    if (this.hole) return
    if (this.coveredTo === null || to > this.coveredTo) this.coveredTo = to
  }

  /** Tells what there is to tell. `venueNow` is a cautious estimate: the venue's clock is there, or further. */
  tick(venueNow: number | null): void {
    const monotonic = this.options.clock.monotonic()
    const { hole, told } = this
    if (!hole) {
      if (told === null || monotonic - told.at >= TELL_EVERY_MS) this.tell()
      return
    }
    if (venueNow === null || monotonic - hole.since < this.options.tellAfterMs) return
    if (hole.toldTo !== null && monotonic - hole.toldAt < LENGTHEN_EVERY_MS) return
    const to = venueNow - BEHIND_MS
    if (to > (hole.toldTo ?? hole.from)) this.tellGap(hole, to)
  }

  /** Tells what is covered now, without waiting for its time. */
  tell(): void {
    if (this.coveredTo === null || this.hole) return
    const to = Math.floor(this.coveredTo)
    if (to === this.told?.to) return
    this.told = { to, at: this.options.clock.monotonic() }
    this.options.sink.cover(this.options.instrumentId, this.options.channel, to)
  }

  private tellGap(hole: Hole, until: number): void {
    const { sink, instrumentId, channel, recoverable, clock } = this.options
    const to = Math.ceil(until)
    if (to <= (hole.toldTo ?? hole.from)) return
    hole.toldTo = to
    hole.toldAt = clock.monotonic()
    sink.gap(instrumentId, channel, Math.floor(hole.from), to, recoverable ? 'open' : 'unrecoverable', hole.reason)
  }
}
