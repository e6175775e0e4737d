import { FaultlineError } from '@faultline/market/errors'
import type { Cluster } from './clusters.ts'

/** A bar after the moment of the map, in order of time. */
export interface PriceBar {
  /** UTC ms, start of the bar */
  time: number
  high: number
  low: number
  close: number
}

/** `missed`: not reached. `within`: reached, and not yet decided when the bars end. */
export type ClusterFate = 'missed' | 'turned' | 'ran-through' | 'within'

export interface PastCluster {
  fate: ClusterFate
  /** UTC ms of the bar that reached its near edge */
  reachedAt: number | null
  /** UTC ms of the bar whose close decided */
  decidedAt: number | null
  /** how much of its width price crossed, 0 to 1 */
  depthInto: number
  /** log distance by which price went beyond its far edge; 0 where it did not */
  overshoot: number
}

export interface PastClusterOptions {
  /** a close so far beyond an edge (log distance) decides */
  margin?: number
}

export const PAST_CLUSTER_MARGIN = 0.003

/**
 * What price did at a cluster. It is reached when a bar's extreme touches its near edge. From then on the first close that lies `margin`
 * beyond the far edge makes it `ran-through`, the first that lies `margin` back before the near edge `turned`: closes decide, because
 * the order of a bar's extremes is not known. Overshoot is that of the extremes: up to the turn, or, where price ran through, up to the
 * first close that is back at the far edge or nearer. FaultlineError `bad_input` on a negative margin.
 */
export function pastCluster(
  cluster: Pick<Cluster, 'side' | 'lowPrice' | 'highPrice'>,
  bars: Iterable<PriceBar>,
  { margin = PAST_CLUSTER_MARGIN }: PastClusterOptions = {},
): PastCluster {
  if (!(margin >= 0)) throw new FaultlineError('bad_input', `${margin} is not a log distance`, { place: { field: 'margin' } })
  const long = cluster.side === 'long'
  const near = long ? cluster.highPrice : cluster.lowPrice
  const width = Math.log(cluster.highPrice / cluster.lowPrice)
  /** log distance beyond the near edge, negative before it */
  const beyond = (price: number): number => (long ? Math.log(near / price) : Math.log(price / near))

  const out: PastCluster = { fate: 'missed', reachedAt: null, decidedAt: null, depthInto: 0, overshoot: 0 }
  let farthest = 0
  for (const bar of bars) {
    const extreme = beyond(long ? bar.low : bar.high)
    if (out.reachedAt === null) {
      if (extreme < 0) continue
      out.reachedAt = bar.time
      out.fate = 'within'
    }
    farthest = Math.max(farthest, extreme)
    const close = beyond(bar.close)
    if (out.fate === 'within') {
      if (close >= width + margin) out.fate = 'ran-through'
      else if (close <= -margin) out.fate = 'turned'
      else continue
      out.decidedAt = bar.time
    }
    if (out.fate === 'turned' || close <= width) break
  }
  out.depthInto = Math.min(1, width > 0 ? farthest / width : farthest > 0 ? 1 : 0)
  out.overshoot = Math.max(0, farthest - width)
  return out
}
