import { SECOND_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { GENESIS, HandMarket } from '../../hand-market.ts'
import type { DepthAt } from '../../venue-market.ts'
import { handListing } from '../hand-listing.ts'
import { gateFormat } from './format.ts'

const CONTRACT = 'SIMHAND_USDT'
/** Levels come and go and come back: some within 300 ms, some within 25. */
function book(time: number): DepthAt {
  const ms = time - GENESIS
  const best = 10_000 + (Math.floor(ms / 400) % 3)
  const side = (direction: 1 | -1): [number, number][] =>
    Array.from({ length: 120 }, (_, i) => {
      const tick = best + (direction > 0 ? 1 : 0) + direction * i
      return [tick / 100, 1 + (Math.floor((ms + tick * 37) / (tick % 5 === 0 ? 25 : 300)) % 2)]
    })
  return { lastUpdateId: 1 + ms, bids: side(-1), asks: side(1) }
}

interface Row {
  p: string
  s: number | string
}

describe('futures.order_book_update', () => {
  const venue = handListing(gateFormat, new HandMarket({ book }))
  const told = GENESIS + 60 * SECOND_MS
  venue.at(told)
  const topic = venue.topic({ time: 1, channel: 'futures.order_book_update', event: 'subscribe', payload: [CONTRACT, '100ms', '100'] })
  const snapshotAt = (time: number): { id: number; bids: Row[]; asks: Row[] } => {
    venue.at(time)
    return venue.get(`/api/v4/futures/usdt/order_book?contract=${CONTRACT}&limit=100&with_id=true`).body as never
  }

  // As when the venue's time runs so fast that only every twelfth change is told.
  it.each([100, 1_200])('brings every book that could be asked for within the %i ms before to the present one', (apart) => {
    const now = told + apart
    const { market } = venue.listing
    const [{ result }] = venue.told(topic, { kind: 'depth', listing: venue.listing, time: now, book: market.depthAt(now, 100) }, told) as [
      { result: object },
    ]
    const { U, u, b, a } = result as { U: number; u: number; b: Row[]; a: Row[] }
    const present = snapshotAt(now)
    expect([U, u]).toEqual([snapshotAt(told).id + 1, present.id])
    for (let time = told; time < now; time += 25) {
      const base = snapshotAt(time)
      expect(base.id + 1).toBeGreaterThanOrEqual(U)
      for (const [side, changes] of [
        ['bids', b],
        ['asks', a],
      ] as const) {
        const levels = new Map(base[side].map(({ p, s }) => [p, s]))
        for (const { p, s } of changes)
          if (Number(s) === 0) levels.delete(p)
          else levels.set(p, s)
        expect(levels).toEqual(new Map(present[side].map(({ p, s }) => [p, s])))
      }
    }
  })

  it('is silent when nothing changed', () => {
    const still = handListing(gateFormat, new HandMarket({ book }))
    still.at(told)
    const same = still.listing.market.depthAt(told, 100)
    expect(still.told(topic, { kind: 'depth', listing: still.listing, time: told, book: same }, told)).toEqual([])
  })
})
