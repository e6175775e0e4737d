import { FaultlineError } from '@faultline/market/errors'
import type { Side } from '@faultline/market/units'
import { type Depth, SAME_USD } from './depth.ts'
import { countWithin, firstIndex, type Levels } from './levels.ts'

/** What a move sets off: the levels that it triggers are closed by market orders, which move the price on to further levels. */
export interface CascadeEnd {
  /** where the price comes to rest, log distance from where it began */
  distance: number
  /** USD of the levels that were triggered: F at that distance */
  liquidatedUsd: number
  /** the book held less than was sold into it: the price stands at its last level, and where it would go is not known */
  bookExhausted: boolean
}

/**
 * Levels of one side against a depth, prepared once for any number of shocks: per level i what must be sold to get there, D(xᵢ) of all
 * that lies strictly nearer; Infinity beyond the end of the book, where no order can push the price.
 */
export interface PreparedCascade {
  side: Side
  levels: Levels
  depth: Depth
  needed: Float64Array
}

export function prepareCascade(side: Side, levels: Levels, depth: Depth): PreparedCascade {
  const end = depth.end(side)
  const needed = levels.distance.map((x) => (x > end ? Number.POSITIVE_INFINITY : depth.before(side, x) * (1 + SAME_USD)))
  return { side, levels, depth, needed }
}

/**
 * The cascade in closed form, exact on the levels. With n levels triggered the price has been pushed by Q₀ + η·F(xₙ), so level n + 1 holds
 * where D(xₙ₊₁) − η·F(xₙ) ≥ Q₀: the first such level ends it. Its index is found by binary search in the running maximum of the left
 * side, which depends on η and not on the shock.
 */
export class Cascade {
  private readonly prepared: PreparedCascade
  private readonly passThrough: number
  private readonly runningMaximum: Float64Array

  /** `passThrough` η: share of a liquidation that reaches the book as a market order. FaultlineError `bad_input` where negative. */
  constructor(prepared: PreparedCascade, passThrough: number) {
    notNegative('passThrough', passThrough)
    this.prepared = prepared
    this.passThrough = passThrough
    let most = Number.NEGATIVE_INFINITY
    this.runningMaximum = prepared.needed.map((needed, i) => {
      most = Math.max(most, needed - passThrough * sumBefore(prepared.levels, i))
      return most
    })
  }

  /** Someone sells (or buys, on the side of shorts) `usd` at market. */
  volumeShock(usd: number): CascadeEnd {
    notNegative('usd', usd)
    const count = firstIndex(this.runningMaximum, (most) => most >= usd)
    return settle(this.prepared, usd, 0, count, this.passThrough)
  }

  /** Price moves by a log distance for whatever reason, and eats the book up to there; what it triggers eats what lies beyond. */
  priceShock(distance: number): CascadeEnd {
    notNegative('distance', distance)
    const { side, levels, depth, needed } = this.prepared
    const eaten = depth.within(side, distance)
    const triggered = countWithin(levels, distance)
    // Levels within the shock are triggered by the shock itself, even one that lies between the last eaten level of the book and its price.
    let count = Math.max(
      triggered,
      firstIndex(this.runningMaximum, (most) => most >= eaten),
    )
    while (count < needed.length && (needed[count] as number) - this.passThrough * sumBefore(levels, count) < eaten) count++
    return settle(this.prepared, eaten, distance, count, this.passThrough)
  }
}

/** The same by going from level to level: for a single shock with its own η, as in a Monte Carlo, cheaper than a running maximum. */
export function cascadeOnce(prepared: PreparedCascade, usd: number, distance: number, triggered: number, passThrough: number): CascadeEnd {
  const { needed, levels } = prepared
  let count = triggered
  while (count < needed.length && (needed[count] as number) < usd + passThrough * sumBefore(levels, count)) count++
  return settle(prepared, usd, distance, count, passThrough)
}

function settle(prepared: PreparedCascade, usd: number, distance: number, count: number, passThrough: number): CascadeEnd {
  const { side, levels, depth } = prepared
  const liquidatedUsd = sumBefore(levels, count)
  const forced = passThrough * liquidatedUsd
  // Nothing forced: a price shock stays where it is, though its book may end before it.
  if (forced === 0 && distance > 0) return { distance, liquidatedUsd, bookExhausted: false }
  const reached = depth.reach(side, usd + forced)
  const bookExhausted = reached === Number.POSITIVE_INFINITY
  return { distance: Math.max(distance, bookExhausted ? depth.end(side) : reached), liquidatedUsd, bookExhausted }
}

const sumBefore = ({ cumulative }: Levels, i: number): number => (i === 0 ? 0 : (cumulative[i - 1] as number))

function notNegative(field: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0))
    throw new FaultlineError('bad_input', `${value} is not a number of at least 0`, { place: { field } })
}
