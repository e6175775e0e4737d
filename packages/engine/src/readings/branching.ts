import { FaultlineError } from '@faultline/market/errors'
import type { Side } from '@faultline/market/units'
import type { Depth } from './depth.ts'
import { type Levels, usdWithin } from './levels.ts'

/** Length over which both densities are taken, natural log of price: a bin of 10 bp is finer than what either is known to. */
export const BRANCHING_WIDTH = 0.005

/**
 * Branching ratio of a stretch of price: n = η·ΔF/ΔD, the USD that its crossing forces into the book per USD that the book holds there.
 * At 1 a cascade feeds itself. Infinity where levels stand and the book holds nothing, 0 where no level stands.
 * `from` < `to` are log distances; a level at `from` is not part of the stretch, one at `to` is.
 */
export function branchingBetween(side: Side, levels: Levels, depth: Depth, passThrough: number, from: number, to: number): number {
  const forced = passThrough * (usdWithin(levels, to) - (from > 0 ? usdWithin(levels, from) : 0))
  const held = depth.within(side, to) - (from > 0 ? depth.within(side, from) : 0)
  if (!(forced > 0)) return 0
  return held > 0 ? forced / held : Number.POSITIVE_INFINITY
}

/**
 * n(x) = η·ρ(x)/d(x) at log distances x: ρ is the USD liquidated per unit of log distance, d the depth per unit, both over `width` around
 * x (over what of it lies on this side of the price). FaultlineError `bad_input` unless `width` is positive and `passThrough` is not negative.
 */
export function branchingRatios(
  side: Side,
  levels: Levels,
  depth: Depth,
  options: { passThrough: number; distances: readonly number[]; width?: number },
): Float64Array {
  const { passThrough, distances, width = BRANCHING_WIDTH } = options
  if (!(width > 0)) throw new FaultlineError('bad_input', `${width} is not a positive log distance`, { place: { field: 'width' } })
  if (!(passThrough >= 0))
    throw new FaultlineError('bad_input', `${passThrough} is not a number of at least 0`, { place: { field: 'passThrough' } })
  return Float64Array.from(distances, (x) => branchingBetween(side, levels, depth, passThrough, Math.max(0, x - width / 2), x + width / 2))
}
