import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BookFeed } from './book-feed.ts'
import { GENESIS, HandMarket } from './hand-market.ts'
import type { DepthAt } from './venue-market.ts'

type Level = [number, number]
/** A client's book: price → quantity. */
type Side = Map<number, number>

const sideOf = (levels: readonly Level[]): Side => new Map(levels)
function apply(side: Side, changes: readonly Level[]): void {
  for (const [price, quantity] of changes) {
    if (quantity === 0) side.delete(price)
    else side.set(price, quantity)
  }
}
const sorted = (side: Side): Level[] => [...side].sort((a, b) => a[0] - b[0])

/** Books that come and go: at second i the i-th. */
const side = fc.uniqueArray(fc.tuple(fc.integer({ min: 90, max: 110 }), fc.integer({ min: 1, max: 3 })), {
  selector: ([price]) => price,
  maxLength: 6,
})
const books = fc.array(fc.record({ bids: side, asks: side }), { minLength: 2, maxLength: 30 })
/** What happens at each second: messages of two rates, or somebody takes a snapshot. */
const events = fc.array(fc.constantFrom('fast', 'slow', 'snapshot', 'nothing'), { minLength: 2, maxLength: 30 })

describe('BookFeed', () => {
  it('keeps a client that applies the changes to a snapshot at the venue’s book, at any rate', () => {
    fc.assert(
      fc.property(books, events, fc.constantFrom(100, 500), (states, what, rate) => {
        const at = (time: number): DepthAt => {
          const i = Math.floor((time - GENESIS) / 1_000)
          const state = states[Math.min(i, states.length - 1)] as { bids: Level[]; asks: Level[] }
          return { lastUpdateId: 1 + time - GENESIS, bids: state.bids, asks: state.asks }
        }
        const feed = new BookFeed(new HandMarket({ book: at }))
        feed.listen(new Set([100, 500]), GENESIS)

        let client: { id: number; bids: Side; asks: Side; synced: boolean } | undefined
        what.forEach((event, i) => {
          const time = GENESIS + (i + 1) * 1_000
          if (event === 'snapshot') {
            const { book } = feed.snapshot(time)
            client = { id: book.lastUpdateId, bids: sideOf(book.bids), asks: sideOf(book.asks), synced: false }
          }
          const asked = event === 'fast' ? 100 : event === 'slow' ? 500 : undefined
          const change = asked === undefined ? undefined : feed.change(asked, time)
          if (asked !== rate || !client || !change) return
          // As Binance prescribes: the first message holds the snapshot's update, each further one follows the one before.
          if (client.synced) expect(change.pu).toBe(client.id)
          else {
            expect(change.U).toBeLessThanOrEqual(client.id)
            expect(change.u).toBeGreaterThanOrEqual(client.id)
          }
          apply(client.bids, change.bids)
          apply(client.asks, change.asks)
          client.id = change.u
          client.synced = true
          expect(sorted(client.bids)).toEqual(sorted(sideOf(at(time).bids)))
          expect(sorted(client.asks)).toEqual(sorted(sideOf(at(time).asks)))
        })
      }),
    )
  })

  it('takes back a level that was only there when the snapshot was taken', () => {
    const book = (time: number): DepthAt => ({
      lastUpdateId: 1 + time - GENESIS,
      bids:
        time === GENESIS + 500
          ? [
              [99, 1],
              [98, 7],
            ]
          : [[99, 1]],
      asks: [],
    })
    const feed = new BookFeed(new HandMarket({ book }))
    feed.listen(new Set([1_000]), GENESIS)
    expect(feed.snapshot(GENESIS + 500).book.bids).toContainEqual([98, 7])
    expect(feed.change(1_000, GENESIS + 1_000)?.bids).toEqual([[98, 0]])
  })

  it('says nothing of a book that stands still, and goes on where it was', () => {
    const book = (time: number): DepthAt => ({ lastUpdateId: 1 + time - GENESIS, bids: [[time < GENESIS + 3_000 ? 99 : 98, 1]], asks: [] })
    const feed = new BookFeed(new HandMarket({ book }))
    feed.listen(new Set([100]), GENESIS)
    expect(feed.change(100, GENESIS + 1_000)).toBeUndefined()
    expect(feed.change(100, GENESIS + 2_000)).toBeUndefined()
    expect(feed.change(100, GENESIS + 3_000)).toEqual({
      U: 2,
      u: 3_001,
      pu: 1,
      bids: [
        [99, 0],
        [98, 1],
      ],
      asks: [],
    })
  })

  it('begins with the snapshot’s own update when that stands where the message before ended', () => {
    const book = (time: number): DepthAt => ({ lastUpdateId: 1 + time - GENESIS, bids: [[50 + (time - GENESIS) / 1_000, 1]], asks: [] })
    const feed = new BookFeed(new HandMarket({ book }))
    feed.listen(new Set([100]), GENESIS)
    expect(feed.change(100, GENESIS + 1_000)).toMatchObject({ U: 2, u: 1_001, pu: 1 })
    expect(feed.snapshot(GENESIS + 1_000).book.lastUpdateId).toBe(1_001)
    expect(feed.change(100, GENESIS + 2_000)).toMatchObject({ U: 1_001, u: 2_001, pu: 1_001 })
    expect(feed.change(100, GENESIS + 3_000)).toMatchObject({ U: 2_002, u: 3_001, pu: 2_001 })
  })
})
