import { MINUTE_MS, type Side } from '@faultline/market/units'
import type { Cluster } from './clusters.ts'

/** A cluster that has been followed from map to map. */
export interface TrackedCluster extends Cluster {
  /** stays with it for as long as it is followed */
  id: number
  /** UTC ms of the first map that it was seen on; its age is the map's time less this */
  since: number
}

/** One cluster that is followed: plain numbers, as JSON keeps them. */
export interface FollowedCluster {
  id: number
  side: Side
  firstBin: number
  lastBin: number
  since: number
  lastSeen: number
}

export interface ClusterTrackerState {
  nextId: number
  followed: readonly FollowedCluster[]
}

export const NO_CLUSTERS: ClusterTrackerState = { nextId: 1, followed: [] }

/** How long a cluster that has sunk below the threshold is waited for, ms. */
const DEFAULT_PATIENCE_MS = 30 * MINUTE_MS

/**
 * Matches the clusters of the next map with those that are followed: same side, most bins in common first, the older first where that is
 * equal. Each id goes to one cluster. A part that breaks off gets its own id and keeps the age; what merges takes the older one's. One that
 * is gone is kept for `patienceMs`. The state that is handed in is left as it is; times come in rising order.
 */
export function trackClusters(
  state: ClusterTrackerState,
  time: number,
  clusters: readonly Cluster[],
  patienceMs: number = DEFAULT_PATIENCE_MS,
): { state: ClusterTrackerState; clusters: TrackedCluster[] } {
  const pairs = clusters
    .flatMap((cluster, i) => state.followed.map((old) => ({ i, old, common: commonBins(cluster, old) })))
    .filter(({ common }) => common > 0)
    .sort((a, b) => b.common - a.common || a.old.since - b.old.since || a.old.id - b.old.id || a.i - b.i)

  const idOf = new Map<number, number>()
  const taken = new Set<number>()
  for (const { i, old } of pairs) {
    if (idOf.has(i) || taken.has(old.id)) continue
    idOf.set(i, old.id)
    taken.add(old.id)
  }

  let { nextId } = state
  const tracked = clusters.map((cluster, i): TrackedCluster => {
    const since = pairs.filter((pair) => pair.i === i).reduce((oldest, { old }) => Math.min(oldest, old.since), time)
    return { ...cluster, id: idOf.get(i) ?? nextId++, since }
  })
  const absorbed = new Set(pairs.map(({ old }) => old.id))
  const waitedFor = state.followed.filter((old) => !absorbed.has(old.id) && time - old.lastSeen <= patienceMs)
  const followed = tracked.map(
    ({ id, side, firstBin, lastBin, since }): FollowedCluster => ({ id, side, firstBin, lastBin, since, lastSeen: time }),
  )
  return { state: { nextId, followed: [...followed, ...waitedFor] }, clusters: tracked }
}

function commonBins(a: Cluster, b: FollowedCluster): number {
  return a.side === b.side ? Math.min(a.lastBin, b.lastBin) - Math.max(a.firstBin, b.firstBin) + 1 : 0
}
