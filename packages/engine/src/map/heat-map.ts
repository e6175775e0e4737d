import type { PlaneData } from '@faultline/market/column'
import type { Side } from '@faultline/market/units'

/** A liquidation map at one moment: what is thought to stand at each price, by the side that would be closed. */
export interface HeatMap {
  /** UTC ms; nothing that became known later is in it */
  time: number
  /** price that distances are taken from, quote per base coin */
  price: number
  /** USD per bin of the price grid; liquidation prices of longs lie below the price */
  long: PlaneData
  /** liquidation prices of shorts lie above the price */
  short: PlaneData
}

/** One member's map and its weight: together the weights of an ensemble are 1. */
export interface WeightedMap {
  weight: number
  map: HeatMap
}

/** How sure a sum is: 10th, 50th and 90th percentile, USD. p10 ≤ p50 ≤ p90. */
export interface Band {
  p10: number
  p50: number
  p90: number
}

/** How sure a plane is: per bin [firstBin, firstBin + p50.length) the 10th, 50th and 90th percentile, USD. p10 ≤ p50 ≤ p90. */
export interface BandPlane {
  firstBin: number
  p10: Float32Array
  p50: Float32Array
  p90: Float32Array
}

export type Bands = Readonly<Record<Side, BandPlane>>

/** One side's map by effective leverage: plane j holds what stands in the class whose centre is leverage[j]. */
export interface LeveragePlanes {
  /** class centres, rising */
  leverage: Float64Array
  planes: readonly PlaneData[]
}
