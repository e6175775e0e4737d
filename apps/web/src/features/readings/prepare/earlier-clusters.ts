import { NO_CLUSTERS, trackClusters } from '@faultline/engine/readings/cluster-tracker'
import type { Cluster } from '@faultline/engine/readings/clusters'
import { type ClusterFate, type PriceBar, pastCluster } from '@faultline/engine/readings/past-clusters'
import type { Side } from '@faultline/market/units'

export interface SeenCluster {
  /** end of the column that it was largest on, UTC ms */
  time: number
  side: Side
  lowPrice: number
  highPrice: number
  usd: number
}

export type EarlierCluster = SeenCluster & { fate: ClusterFate }

/** Clusters of successive maps, each once, as it stood when it was largest. Maps in order of time. */
export function seenClusters(maps: readonly { time: number; clusters: readonly Cluster[] }[]): SeenCluster[] {
  const patience = Math.max(0, ...maps.slice(1).map(({ time }, i) => time - (maps[i]?.time ?? time)))
  const largest = new Map<number, SeenCluster>()
  let state = NO_CLUSTERS
  for (const { time, clusters } of maps) {
    const tracked = trackClusters(state, time, clusters, patience)
    state = tracked.state
    for (const { id, side, lowPrice, highPrice, usd } of tracked.clusters)
      if (usd > (largest.get(id)?.usd ?? 0)) largest.set(id, { time, side, lowPrice, highPrice, usd })
  }
  return [...largest.values()].sort((a, b) => a.time - b.time)
}

/** What price did at a cluster, over the bars since it was seen. Bars in order of time. */
export function fateOf(cluster: SeenCluster, bars: readonly PriceBar[]): ClusterFate {
  return pastCluster(cluster, since(bars, cluster.time)).fate
}

function* since(bars: readonly PriceBar[], time: number): Iterable<PriceBar> {
  let [low, high] = [0, bars.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((bars[middle] as PriceBar).time >= time) high = middle
    else low = middle + 1
  }
  for (let i = low; i < bars.length; i++) yield bars[i] as PriceBar
}

type Likeness = Pick<SeenCluster, 'side' | 'usd'>

/** Same side, and within a factor of two of the USD. */
export const isLike = (a: Likeness, b: Likeness): boolean => a.side === b.side && a.usd >= b.usd / 2 && a.usd <= b.usd * 2

export interface Fates {
  turned: number
  ranThrough: number
  missed: number
  within: number
}

/** What became of the clusters that are like any of `now`. */
export function countFates(earlier: readonly EarlierCluster[], now: readonly Likeness[]): Fates {
  const count = { turned: 0, ranThrough: 0, missed: 0, within: 0 }
  for (const cluster of earlier)
    if (now.some((other) => isLike(cluster, other))) count[cluster.fate === 'ran-through' ? 'ranThrough' : cluster.fate]++
  return count
}
