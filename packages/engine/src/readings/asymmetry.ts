import type { HeatMap } from '../map/heat-map.ts'
import { levelsOf, usdWithin } from './levels.ts'

export interface Asymmetry {
  /** log distance on either side of the price */
  distance: number
  /** USD of longs within it below the price, of shorts within it above */
  longUsd: number
  shortUsd: number
  /** (longs − shorts) / (longs + shorts): 1 when only longs stand within it, −1 when only shorts; 0 when nothing does */
  balance: number
}

/** ±1, 2, 5 and 10 %, as log distances. */
export const ASYMMETRY_DISTANCES = [0.01, 0.02, 0.05, 0.1] as const

/** Longs against shorts within each log distance of the price. A bin counts where its centre lies. */
export function asymmetryOf(map: HeatMap, distances: readonly number[] = ASYMMETRY_DISTANCES): Asymmetry[] {
  const [long, short] = [levelsOf(map, 'long'), levelsOf(map, 'short')]
  return distances.map((distance) => {
    const [longUsd, shortUsd] = [usdWithin(long, distance), usdWithin(short, distance)]
    const sum = longUsd + shortUsd
    return { distance, longUsd, shortUsd, balance: sum > 0 ? (longUsd - shortUsd) / sum : 0 }
  })
}
