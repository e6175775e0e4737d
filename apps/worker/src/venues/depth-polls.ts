/**
 * Books by asking: one of each instrument a minute is all that is stored, and streams of books would bring it thousands of
 * messages for that. Poses as one of the feed's sockets, so that its silence is watched like theirs.
 */
import type { DepthEvent } from '@faultline/market/event'
import { floorTo, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import { type Clock, systemClock } from '../feed/clock.ts'
import { FeedError, type FeedSocket, type SocketHandlers, type SocketPlan } from '../feed/venue-feed.ts'

export const DEPTH_POLLS = { name: 'depth', channels: ['depth'] } as const satisfies SocketPlan
/** Three minutes of the venue without a book. */
export const DEPTH_SILENCE_MS = 3 * MINUTE_MS + 30 * SECOND_MS

/** The first two questions tell how fast the venue's clock goes; simulated ones go faster than ours. */
const SECOND_QUESTION_MS = 2 * SECOND_MS
const SHORTEST_WAIT_MS = 200
const AFTER_FAILURE_MS = 30 * SECOND_MS
/** Where in its minute each instrument is asked for, so that they are not all at once: parts of a minute, and how many. */
const PLACES = 40

interface DepthPollOptions {
  /** @throws FeedError */
  ask: (symbol: string) => Promise<DepthEvent>
  handlers: SocketHandlers
  log: (line: string) => void
  clock?: Clock
}

interface Polled {
  place: number
  cancel: () => void
  seen: { time: number; at: number } | null
  failed: boolean
}

export class DepthPolls implements FeedSocket {
  private readonly options: DepthPollOptions
  private readonly clock: Clock
  private readonly polled = new Map<string, Polled>()
  private places = 0
  private closed = false

  constructor(options: DepthPollOptions) {
    this.options = options
    this.clock = options.clock ?? systemClock
  }

  async setSymbols(symbols: readonly string[]): Promise<void> {
    if (this.closed) throw new FeedError('unreachable', 'it was closed')
    const wanted = new Set(symbols)
    for (const [symbol, { cancel }] of this.polled) {
      if (wanted.has(symbol)) continue
      cancel()
      this.polled.delete(symbol)
    }
    for (const symbol of wanted) {
      if (this.polled.has(symbol)) continue
      const polled: Polled = { place: (this.places++ % PLACES) / PLACES, cancel: () => undefined, seen: null, failed: false }
      this.polled.set(symbol, polled)
      this.later(symbol, polled, 0)
    }
  }

  async close(): Promise<void> {
    this.closed = true
    for (const { cancel } of this.polled.values()) cancel()
    this.polled.clear()
  }

  private later(symbol: string, polled: Polled, ms: number): void {
    polled.cancel = this.clock.setTimeout(() => void this.askOnce(symbol, polled), ms)
  }

  private async askOnce(symbol: string, polled: Polled): Promise<void> {
    let wait = AFTER_FAILURE_MS
    try {
      const book = await this.options.ask(symbol)
      if (this.polled.get(symbol) !== polled) return
      wait = this.nextIn(polled, book.time)
      polled.failed = false
      const reading = { kind: 'data', channel: 'depth', symbol, venueTime: book.time, events: [book] } as const
      this.options.handlers.onReading(reading, null, this.clock.now())
    } catch (error) {
      if (this.polled.get(symbol) !== polled) return
      if (!polled.failed)
        this.options.log(`the book of ${symbol} could not be had: ${error instanceof Error ? error.message : String(error)}`)
      polled.failed = true
    }
    this.later(symbol, polled, wait)
  }

  /** When the instrument's place in the venue's next minute comes, ms of our clock. */
  private nextIn(polled: Polled, time: number): number {
    const at = this.clock.monotonic()
    const before = polled.seen
    polled.seen = { time, at }
    if (before === null) return SECOND_QUESTION_MS
    const pace = Math.max(1, (time - before.time) / Math.max(1, at - before.at))
    const next = floorTo(time, MINUTE_MS) + MINUTE_MS * (1 + polled.place)
    return Math.max(SHORTEST_WAIT_MS, (next - time) / pace)
  }
}
