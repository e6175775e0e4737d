import { binOf } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import type { HeatMap } from '../map/heat-map.ts'

/** How far from its price a frozen map is looked at: 20 % of log price, more than any coin goes in an hour but for a few days a decade. */
export const REACH_BINS = 200

/**
 * A map seen from its own price: element k holds the USD of the bin that lies k bins away, below the price for longs, above it for shorts.
 * Bin 0 is the one that holds the price. Recentring a map is using its profile at another price.
 */
export type DistanceProfile = Readonly<Record<Side, Float32Array>>

/** Number of bins from 0 on that price went through, per side; 0 where it never went that way. */
export type SweptBins = Readonly<Record<Side, number>>

export const emptyProfile = (): DistanceProfile => ({ long: new Float32Array(REACH_BINS), short: new Float32Array(REACH_BINS) })

export const mirrored = (profile: DistanceProfile): DistanceProfile => ({ long: profile.short, short: profile.long })

/** Bins away from the bin of `price`, in the direction in which the side dies; negative on the other side. */
export const distanceBins = (side: Side, priceBin: number, price: number): number =>
  side === 'long' ? priceBin - binOf(price) : binOf(price) - priceBin

export function profileOf(map: HeatMap): DistanceProfile {
  const profile = emptyProfile()
  const priceBin = binOf(map.price)
  for (const side of SIDES) {
    const { firstBin, usd } = map[side]
    const out = profile[side]
    const sign = side === 'long' ? -1 : 1
    for (let k = 0; k < REACH_BINS; k++) out[k] = usd[priceBin + sign * k - firstBin] ?? 0
  }
  return profile
}

/** Standard deviation, in bins, of the error that is allowed between a print's price and the price at which its position died. */
const PRINT_ERROR_BINS = 2
const KERNEL = Array.from({ length: 6 * PRINT_ERROR_BINS + 1 }, (_, i) =>
  Math.exp(-0.5 * ((i - 3 * PRINT_ERROR_BINS) / PRINT_ERROR_BINS) ** 2),
)
const KERNEL_SUM = KERNEL.reduce((sum, w) => sum + w, 0)

/** Each side blurred by the error of print prices, reflected at the price so that nothing crosses to the other side. */
export function blurred(profile: DistanceProfile): DistanceProfile {
  const out = emptyProfile()
  const half = (KERNEL.length - 1) / 2
  for (const side of SIDES) {
    const from = profile[side]
    const to = out[side]
    for (let k = 0; k < REACH_BINS; k++) {
      let sum = 0
      for (let i = 0; i < KERNEL.length; i++) {
        const at = k + i - half
        sum += (KERNEL[i] as number) * (from[at < 0 ? -at - 1 : at] ?? 0)
      }
      to[k] = sum / KERNEL_SUM
    }
  }
  return out
}

/**
 * Share of a density that is spread evenly over the swept bins before logarithms are taken. It bounds what a single surprise costs, and
 * is the same for the map and for every null.
 */
const EVEN_SHARE = 0.05

/** The density over the swept bins of both sides together: sums to 1. `value(side, k)` is not negative; all zero gives the even one. */
export function overSwept(swept: SweptBins, value: (side: Side, k: number) => number): Readonly<Record<Side, Float64Array>> {
  const out = { long: new Float64Array(swept.long), short: new Float64Array(swept.short) }
  const bins = swept.long + swept.short
  let total = 0
  for (const side of SIDES)
    for (let k = 0; k < swept[side]; k++) {
      const v = value(side, k)
      out[side][k] = v
      total += v
    }
  const even = (total > 0 ? EVEN_SHARE : 1) / bins
  const scale = total > 0 ? (1 - EVEN_SHARE) / total : 0
  for (const side of SIDES) for (let k = 0; k < swept[side]; k++) out[side][k] = even + scale * (out[side][k] as number)
  return out
}
