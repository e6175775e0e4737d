import type { DepthAt } from '../venue-market.ts'
import type { Happening } from './wire-format.ts'

export type Level = readonly [price: number, quantity: number]

/** Levels that differ between two states of one side, as they are afterwards; those that are gone have a quantity of 0. */
export function changedLevels(before: readonly Level[], after: readonly Level[]): Level[] {
  const now = new Map(after)
  const was = new Map(before)
  const gone = before.filter(([price]) => !now.has(price)).map(([price]): Level => [price, 0])
  return [...after.filter(([price, quantity]) => was.get(price) !== quantity), ...gone]
}

/** The best levels of a book that may have more of them. */
export const bestOf = (book: DepthAt, levels: number): DepthAt => ({
  lastUpdateId: book.lastUpdateId,
  bids: book.bids.slice(0, levels),
  asks: book.asks.slice(0, levels),
})

/** The book of a happening with just so many levels: the market is asked where the happening has fewer. */
export function bookOf({ listing, time, book }: Extract<Happening, { kind: 'depth' }>, levels: number): DepthAt {
  return Math.min(book.bids.length, book.asks.length) < levels ? listing.market.depthAt(time, levels) : bestOf(book, levels)
}

/** Both sides by `changedLevels`, in the order of a book: best first. */
export function bookChanges(before: DepthAt, after: DepthAt): { bids: Level[]; asks: Level[] } {
  return {
    bids: changedLevels(before.bids, after.bids).sort(([a], [b]) => b - a),
    asks: changedLevels(before.asks, after.asks).sort(([a], [b]) => a - b),
  }
}
