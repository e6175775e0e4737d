import type { HeatMap } from '@faultline/engine/map/heat-map'
import { BREAKOUT_DEFAULTS } from '@faultline/engine/readings/breakouts'
import type { Cluster } from '@faultline/engine/readings/clusters'
import type { Depth } from '@faultline/engine/readings/depth'
import type { MarketInputs } from '@faultline/engine/readings/market-inputs'
import { standoutsOf } from '@faultline/engine/readings/prominent-stretches'
import type { PlaneData } from '@faultline/market/column'
import { BIN_LOG_STEP, binOf } from '@faultline/market/price-grid'
import { riskOf } from './current-readings.ts'
import { round } from './round.ts'

/** What is kept of a column of the past, some 4 kB. */
export interface Figure {
  /** risk index; null where the market was not known well enough */
  risk: number | null
  /** the map as far as breakouts look */
  near: HeatMap
  depth: Depth | null
  /** those within CLUSTER_REACH; null where they were not asked for */
  clusters: readonly Cluster[] | null
}

/** Clusters farther from the price than this have hardly any past. */
export const CLUSTER_REACH = 0.1
/** What is usual around a cluster is looked for within so many bins. */
const BACKGROUND_BINS = 45

/** Looking for clusters costs more than all the rest: it is done where `withClusters` says so. */
export function figureOf(map: HeatMap, inputs: MarketInputs, withClusters: boolean): Figure {
  const risk = riskOf(map, inputs)
  return {
    risk: risk && round(risk.value),
    near: cropped(map, BREAKOUT_DEFAULTS.horizon + 10 * BIN_LOG_STEP),
    depth: inputs.depth,
    clusters: withClusters
      ? standoutsOf(cropped(map, CLUSTER_REACH + BACKGROUND_BINS * BIN_LOG_STEP)).filter(({ distance }) => distance <= CLUSTER_REACH)
      : null,
  }
}

/** The bins within a log distance of the price. */
function cropped(map: HeatMap, reach: number): HeatMap {
  const cut = ({ firstBin, usd }: PlaneData): PlaneData => {
    const first = Math.max(firstBin, binOf(map.price * Math.exp(-reach)))
    const end = Math.min(firstBin + usd.length, binOf(map.price * Math.exp(reach)) + 1)
    return end > first ? { firstBin: first, usd: usd.slice(first - firstBin, end - firstBin) } : { firstBin, usd: new Float32Array(0) }
  }
  return { time: map.time, price: map.price, long: cut(map.long), short: cut(map.short) }
}
