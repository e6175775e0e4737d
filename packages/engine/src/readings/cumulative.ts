import { binCentrePrice } from '@faultline/market/price-grid'
import type { Side } from '@faultline/market/units'
import type { HeatMap } from '../map/heat-map.ts'
import { countWithin, levelsOf } from './levels.ts'

/** One point per bin that holds something, from the price outwards; between points the curve is flat. */
export interface CumulativeCurve {
  side: Side
  /** the bins' centres, quote per base coin */
  price: Float64Array
  /** log distance of those from the map's price, rising */
  distance: Float64Array
  /** USD that would be liquidated on the way there: F, rising */
  usd: Float64Array
}

/** What would be liquidated if the price went so far, on one side. `maxDistance` is a log distance. */
export function cumulativeCurve(map: HeatMap, side: Side, maxDistance: number = Number.POSITIVE_INFINITY): CumulativeCurve {
  const levels = levelsOf(map, side)
  const count = countWithin(levels, maxDistance)
  return {
    side,
    price: Float64Array.from(levels.bin.subarray(0, count), binCentrePrice),
    distance: levels.distance.slice(0, count),
    usd: levels.cumulative.slice(0, count),
  }
}
