/** How a sum is, told from the feeds of its members and from what is in its newest column: pure. */
import type { FeedStateName } from '@faultline/market/feed'
import type { FeedNews } from '../../stream/server/news.ts'
import type { SumFacts } from '../server/schema.ts'

export interface SumStatus {
  state: FeedStateName | 'none'
  live: number
  /** venues of which something is known now */
  fed: number
}

/** The worst last. */
const ORDER: readonly FeedStateName[] = ['live', 'late', 'backfilling', 'connecting', 'blocked', 'unreachable', 'stale', 'paused']

/**
 * Live while all venues are, late while some are not; where none is live, as the best of them is. `none`: no feed brings any of
 * them.
 */
export function sumStatus(facts: Pick<SumFacts, 'venues'>, feeds: ReadonlyMap<string, FeedNews>): SumStatus {
  const states = facts.venues.flatMap(({ instruments }) => {
    const of = instruments.flatMap((key) => feeds.get(key)?.state ?? [])
    return of.length === 0 ? [] : [best(of)]
  })
  const live = states.filter((state) => state === 'live').length
  if (states.length === 0) return { state: 'none', live, fed: 0 }
  return { state: live === states.length ? 'live' : live > 0 ? 'late' : best(states), live, fed: states.length }
}

const best = (states: readonly FeedStateName[]): FeedStateName => ORDER.find((state) => states.includes(state)) ?? 'stale'

/** Venues that are not in the newest column, those that left it last first. */
export const missingVenues = ({ venues }: Pick<SumFacts, 'venues'>): SumFacts['venues'] =>
  venues.filter((v) => !v.included).sort((a, b) => (b.missingSince ?? 0) - (a.missingSince ?? 0))
