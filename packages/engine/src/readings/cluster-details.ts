import type { PlaneData } from '@faultline/market/column'
import type { Band, Bands, LeveragePlanes, WeightedMap } from '../map/heat-map.ts'
import type { Cluster } from './clusters.ts'
import { weightedQuantile } from './quantile.ts'

export interface LeverageShare {
  /** centre of the class of effective leverage */
  leverage: number
  /** of the cluster's USD, 0 to 1; all classes together are 1, or 0 where none holds anything there */
  share: number
}

type BinRange = Pick<Cluster, 'firstBin' | 'lastBin'>
type SidedRange = Pick<Cluster, 'side' | 'firstBin' | 'lastBin'>

/** USD of a plane in the bins of a range, both ends inclusive. */
export function planeUsd({ firstBin, usd }: PlaneData, range: BinRange): number {
  let sum = 0
  const to = Math.min(usd.length - 1, range.lastBin - firstBin)
  for (let i = Math.max(0, range.firstBin - firstBin); i <= to; i++) sum += usd[i] as number
  return sum
}

/** By which leverage a cluster stands: `planes` of its own side. */
export function leverageShares(range: BinRange, { leverage, planes }: LeveragePlanes): LeverageShare[] {
  const usd = planes.map((plane) => planeUsd(plane, range))
  const total = usd.reduce((sum, value) => sum + value, 0)
  return usd.map((value, i) => ({ leverage: leverage[i] as number, share: total > 0 ? value / total : 0 }))
}

/**
 * A cluster's band from the bands of its bins: sums of their percentiles, as if all bins erred the same way at the same time. That is the
 * widest band that they allow; `bandOfDraws` is the narrower, truer one where draws are at hand.
 */
export function bandOfBins(range: SidedRange, bands: Bands): Band {
  const { firstBin, p10, p50, p90 } = bands[range.side]
  const sum = (usd: Float32Array) => planeUsd({ firstBin, usd }, range)
  return { p10: sum(p10), p50: sum(p50), p90: sum(p90) }
}

/** A cluster's band over an ensemble: percentiles of the USD that each of its maps holds there, by weight. Zeros without any map. */
export function bandOfDraws(range: SidedRange, draws: readonly WeightedMap[]): Band {
  const values = draws.map(({ weight, map }) => ({ weight, value: planeUsd(map[range.side], range) }))
  const at = (q: number) => weightedQuantile(values, q)
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) }
}
