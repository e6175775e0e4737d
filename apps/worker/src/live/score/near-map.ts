import type { HeatMap } from '@faultline/engine/map/heat-map'
import type { Column, PlaneData } from '@faultline/market/column'
import { binOf } from '@faultline/market/price-grid'

/** The map that a column holds, seen from `price`. */
export const mapOf = ({ bucketStart, bucketMs, planes }: Column, price: number): HeatMap => ({
  time: bucketStart + bucketMs,
  price,
  long: planes.long,
  short: planes.short,
})

/** Bins within which price moves in an hour, cascade included: 30 % of log price. */
const REACH_BINS = 300

/** The part of a map that the next hour may reach: the rest of its thousands of bins costs time and decides nothing. Copies nothing. */
export function nearMap(map: HeatMap): HeatMap {
  const bin = binOf(map.price)
  return {
    ...map,
    long: within(map.long, bin - REACH_BINS, bin + REACH_BINS),
    short: within(map.short, bin - REACH_BINS, bin + REACH_BINS),
  }
}

function within({ firstBin, usd }: PlaneData, from: number, to: number): PlaneData {
  const first = Math.max(0, from - firstBin)
  return { firstBin: firstBin + first, usd: usd.subarray(first, Math.max(first, to + 1 - firstBin)) }
}
