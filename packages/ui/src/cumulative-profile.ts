/** What stands on the way from the price outwards, per side. */
import { binOf } from '@faultline/market/price-grid'

export type MapSide = 'long' | 'short'

/** USD of bins [firstBin, firstBin + usd.length). */
export interface BinPlane {
  firstBin: number
  usd: ArrayLike<number>
}

/** Whether a bin of this side can hold anything at this price: the price's own bin counts for both. */
export const isAhead = (side: MapSide, bin: number, priceBin: number): boolean => (side === 'long' ? bin <= priceBin : bin >= priceBin)

/** USD that would be liquidated on the way from the price, a value per bin of the side's plane: it rises with the distance. */
export interface Cumulative {
  firstBin: number
  usd: Float64Array
}

/** Running totals of a side’s plane from `price` outwards; 0 in bins on the other side of the price. */
export function cumulative(plane: BinPlane, side: MapSide, price: number): Cumulative {
  const { firstBin, usd } = plane
  const priceBin = binOf(price)
  const out = new Float64Array(usd.length)
  let sum = 0
  for (let k = 0; k < usd.length; k++) {
    const i = side === 'long' ? usd.length - 1 - k : k
    if (isAhead(side, firstBin + i, priceBin)) sum += usd[i] as number
    out[i] = sum
  }
  return { firstBin, usd: out }
}

/** The running total with this bin in it; beyond the farthest bin all of it, before the nearest nothing. */
export function cumulativeAt({ firstBin, usd }: Cumulative, side: MapSide, bin: number): number {
  if (usd.length === 0) return 0
  const i = bin - firstBin
  if (side === 'long') return i >= usd.length ? 0 : (usd[Math.max(0, i)] as number)
  return i < 0 ? 0 : (usd[Math.min(usd.length - 1, i)] as number)
}
