/**
 * One instrument's order book as a sequence of versions. Snapshots and changes come from the same sequence: a client that
 * applies the changes to a snapshot holds the venue's book, whatever the rate of its stream.
 */
import type { DepthAt, VenueMarket } from './venue-market.ts'
import type { UpdateRange } from './wire.ts'

type Level = [price: number, quantity: number]

/** Levels per side that the book has for its readers: the most that a request may ask for. */
export const BOOK_LEVELS = 1_000

/** What changed since the last message at one rate. */
interface Pending {
  /** last update of the last message */
  pu: number
  bids: Set<number>
  asks: Set<number>
  /** a snapshot was given out since that stands exactly where the last message ended */
  snapshot: boolean
}

export interface BookChange extends UpdateRange {
  bids: Level[]
  asks: Level[]
}

export class BookFeed {
  private readonly market: VenueMarket
  private time = Number.NEGATIVE_INFINITY
  private book: DepthAt = { lastUpdateId: 0, bids: [], asks: [] }
  private bids = new Map<number, number>()
  private asks = new Map<number, number>()
  private readonly pending = new Map<number, Pending>()
  /** last update that each stream of best levels has told, by levels and rate */
  private readonly partial = new Map<string, number>()

  constructor(market: VenueMarket) {
    this.market = market
  }

  /** The book at `time`, or the newest version when that is later. */
  snapshot(time: number): { book: DepthAt; time: number } {
    this.advance(time)
    for (const pending of this.pending.values()) if (pending.pu === this.book.lastUpdateId) pending.snapshot = true
    return { book: this.book, time: this.time }
  }

  /** Rates in ms that somebody listens to: their changes are gathered from `time` on. */
  listen(rates: ReadonlySet<number>, time: number): void {
    for (const rate of this.pending.keys()) if (!rates.has(rate)) this.pending.delete(rate)
    for (const rate of rates) {
      if (this.pending.has(rate)) continue
      this.advance(time)
      this.pending.set(rate, { pu: this.book.lastUpdateId, bids: new Set(), asks: new Set(), snapshot: false })
    }
  }

  /** What changed since the last message at this rate; undefined when nothing did. */
  change(rate: number, time: number): BookChange | undefined {
    this.advance(time)
    const pending = this.pending.get(rate)
    if (!pending || (pending.bids.size === 0 && pending.asks.size === 0)) return undefined
    const { pu, snapshot } = pending
    const u = this.book.lastUpdateId
    const bids = [...pending.bids].sort((a, b) => b - a).map((price): Level => [price, this.bids.get(price) ?? 0])
    const asks = [...pending.asks].sort((a, b) => a - b).map((price): Level => [price, this.asks.get(price) ?? 0])
    this.pending.set(rate, { pu: u, bids: new Set(), asks: new Set(), snapshot: false })
    // A client looks for the message with U ≤ lastUpdateId ≤ u of its snapshot, which may stand right at the seam.
    return { U: snapshot ? pu : pu + 1, u, pu, bids, asks }
  }

  /** The best `levels` at `time`; undefined when the book is the one that this stream told last. */
  best(levels: number, rate: number, time: number): BookChange | undefined {
    const key = `${levels}@${rate}`
    const { lastUpdateId: u, bids, asks } = this.market.depthAt(time, levels)
    const pu = this.partial.get(key) ?? u - 1
    if (pu === u) return undefined
    this.partial.set(key, u)
    return { U: pu + 1, u, pu, bids: bids.slice(0, levels), asks: asks.slice(0, levels) }
  }

  private advance(time: number): void {
    if (time <= this.time) return
    this.time = time
    const book = this.market.depthAt(time, BOOK_LEVELS)
    if (book.lastUpdateId === this.book.lastUpdateId) return
    const bids = new Map(book.bids)
    const asks = new Map(book.asks)
    if (this.pending.size > 0) {
      const changedBids = differences(this.bids, bids)
      const changedAsks = differences(this.asks, asks)
      for (const pending of this.pending.values()) {
        for (const price of changedBids) pending.bids.add(price)
        for (const price of changedAsks) pending.asks.add(price)
      }
    }
    this.book = book
    this.bids = bids
    this.asks = asks
  }
}

/** Prices whose quantity differs between two sides. */
function differences(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number[] {
  const changed: number[] = []
  for (const [price, quantity] of after) if (before.get(price) !== quantity) changed.push(price)
  for (const price of before.keys()) if (!after.has(price)) changed.push(price)
  return changed
}
