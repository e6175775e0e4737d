import { BIN_LOG_STEP } from '@faultline/market/price-grid'
import type { Side } from '@faultline/market/units'
import type { HeatMap } from '../map/heat-map.ts'

/**
 * One side of a map from the price outwards: a level per bin that holds something, at the bin's centre. Distances are natural log of
 * price, never negative and rising; 0.01 is about 1 %.
 */
export interface Levels {
  bin: Int32Array
  /** |ln(bin's centre / price)| */
  distance: Float64Array
  /** USD of the level itself */
  usd: Float64Array
  /** USD of the level and all nearer ones */
  cumulative: Float64Array
}

/** Log coordinate of a bin's centre. */
const centreOf = (bin: number): number => (bin + 0.5) * BIN_LOG_STEP

/** Log distance of a bin's centre from `price` on that side: longs below, shorts above. Negative where it lies on the other one. */
export function binDistance(side: Side, bin: number, price: number): number {
  const ahead = centreOf(bin) - Math.log(price)
  return side === 'long' ? -ahead : ahead
}

/** The price at a log distance on that side. */
export const priceAt = (side: Side, distance: number, price: number): number => price * Math.exp(side === 'long' ? -distance : distance)

/**
 * The levels of one side. A level in the price's own bin counts as at the price even where the bin's centre lies on the other side of it;
 * what lies farther on the wrong side is no level that price could still reach, and is left out.
 */
export function levelsOf(map: HeatMap, side: Side): Levels {
  const { firstBin, usd } = map[side]
  const bins: number[] = []
  for (let i = 0; i < usd.length; i++) {
    const at = side === 'long' ? usd.length - 1 - i : i
    if ((usd[at] as number) > 0 && binDistance(side, firstBin + at, map.price) >= -BIN_LOG_STEP / 2) bins.push(firstBin + at)
  }
  const levels: Levels = {
    bin: Int32Array.from(bins),
    distance: new Float64Array(bins.length),
    usd: new Float64Array(bins.length),
    cumulative: new Float64Array(bins.length),
  }
  let sum = 0
  bins.forEach((bin, i) => {
    const value = usd[bin - firstBin] as number
    sum += value
    levels.distance[i] = Math.max(0, binDistance(side, bin, map.price))
    levels.usd[i] = value
    levels.cumulative[i] = sum
  })
  return levels
}

/** How many levels lie at or within a log distance. */
export const countWithin = (levels: Levels, distance: number): number => firstIndex(levels.distance, (x) => x > distance)

/** USD of the levels at or within a log distance. */
export function usdWithin(levels: Levels, distance: number): number {
  const count = countWithin(levels, distance)
  return count === 0 ? 0 : (levels.cumulative[count - 1] as number)
}

/** First index whose value passes a test that all later ones pass too; the length where none does. */
export function firstIndex(values: Float64Array, passes: (value: number) => boolean): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (passes(values[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}
