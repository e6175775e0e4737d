import { FaultlineError } from '@faultline/market/errors'
import type { Side } from '@faultline/market/units'

/**
 * What the market takes on either side of the price: `side` is the side that is liquidated there, so 'long' means bids below the price
 * and 'short' asks above it. Distances are natural log of price from the price outwards, amounts USD.
 */
export interface Depth {
  /** USD at or nearer than `distance`: D(x), 0 at no distance of a smooth depth, never falling */
  within(side: Side, distance: number): number
  /** USD strictly nearer than `distance`. The same as `within` where there are no single levels. */
  before(side: Side, distance: number): number
  /** Where the last of `usd` is filled; 0 for nothing, Infinity where it is more than there is */
  reach(side: Side, usd: number): number
  /** The farthest distance that anything is known of; Infinity for a law */
  end(side: Side): number
}

/** Sums of what stands in cents and coins are equal when they differ by less than this share. */
export const SAME_USD = 1e-12

/** Y of the square-root law: near 1 in stocks, about a half here. Tóth et al. 2011; Donier & Bonart (arXiv 1412.4503) on Bitcoin. */
export const IMPACT_Y = 0.5

export interface ImpactLaw {
  /** volatility of log price per square root of a day */
  sigmaDay: number
  /** USD traded in a day, both sides */
  volumeDayUsd: number
  /** prefactor, IMPACT_Y without it */
  y?: number
}

/**
 * Depth where no book is known: the square-root law says that Q USD move the price by Y·σ·√(Q/V), so D(x) = V·(x / (Y·σ))².
 * FaultlineError `bad_input` unless all three are positive.
 */
export function impactDepth({ sigmaDay, volumeDayUsd, y = IMPACT_Y }: ImpactLaw): Depth {
  positive({ sigmaDay, volumeDayUsd, y })
  const scale = y * sigmaDay
  const within = (_side: Side, distance: number): number => (distance > 0 ? volumeDayUsd * (distance / scale) ** 2 : 0)
  return {
    within,
    before: within,
    reach: (_side, usd) => (usd > 0 ? scale * Math.sqrt(usd / volumeDayUsd) : 0),
    end: () => Number.POSITIVE_INFINITY,
  }
}

/** The same market with `factor` of its depth: 0.3 is a stressed one. FaultlineError `bad_input` unless positive. */
export function scaledDepth(depth: Depth, factor: number): Depth {
  positive({ factor })
  return {
    within: (side, distance) => factor * depth.within(side, distance),
    before: (side, distance) => factor * depth.before(side, distance),
    reach: (side, usd) => depth.reach(side, usd / factor),
    end: (side) => depth.end(side),
  }
}

/** A book as far as it is known, and beyond its last level the law: D(x) = book(end) + law(x) − law(end). */
export function extendedDepth(book: Depth, law: Depth): Depth {
  const beyond = (side: Side, distance: number): number =>
    distance > book.end(side) ? law.within(side, distance) - law.within(side, book.end(side)) : 0
  const bookUsd = (side: Side): number => book.within(side, book.end(side))
  return {
    within: (side, distance) => book.within(side, distance) + beyond(side, distance),
    before: (side, distance) => book.before(side, distance) + beyond(side, distance),
    reach(side, usd) {
      const inBook = book.reach(side, usd)
      if (inBook !== Number.POSITIVE_INFINITY) return inBook
      return law.reach(side, usd - bookUsd(side) + law.within(side, book.end(side)))
    },
    end: (side) => law.end(side),
  }
}

function positive(values: Record<string, number>): void {
  for (const [field, value] of Object.entries(values))
    if (!(Number.isFinite(value) && value > 0))
      throw new FaultlineError('bad_input', `${value} is not a positive number`, { place: { field } })
}
