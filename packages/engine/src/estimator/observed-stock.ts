/**
 * Positions that were seen, as evidence of the leverage mix: how far from their entry they are liquidated, as a share of how much open
 * interest, and how few they are. Places are not in it: the map stays an estimate, and the positions themselves are shown beside it.
 */
import { FaultlineError } from '@faultline/market/errors'
import { exp, ln } from '@faultline/market/portable-math'
import { SIDES, type Side } from '@faultline/market/units'

/** One position as a venue shows it. */
export interface SeenPosition {
  side: Side
  entry: number
  /** null: no price liquidates it */
  liquidation: number | null
  /** base coin */
  size: number
}

/** One side of what was seen at one moment. */
export interface ObservedSide {
  /** of this side's open interest, 0 to 1 */
  share: number
  /** (Σ size)²/Σ size²: so many positions of one size would say as much */
  effective: number
  /** log distances from entry to liquidation, positive, and the base coin liquidated that far away */
  distances: readonly number[]
  sizes: readonly number[]
  /** base coin that nothing within reach liquidates */
  safe: number
}

export interface ObservedStock {
  /** UTC ms, the venue's */
  time: number
  long: ObservedSide
  short: ObservedSide
}

/** Distances are added up in cells of this log width: a ninth of a leverage class. */
const CELL = 0.05
/** What is liquidated nearer than this, or on the wrong side of its entry, counts as this near; what is farther than the other is safe. */
const NEAREST = 1e-3
const FARTHEST = 1.609

const NOTHING: ObservedSide = { share: 0, effective: 0, distances: [], sizes: [], safe: 0 }

/** What it means that nothing is seen any more: the estimate goes back to what it knows without. */
export const nothingObserved = (time: number): ObservedStock => ({ time, long: NOTHING, short: NOTHING })

/**
 * Sums up the positions of one instrument; `openInterest` is one side's, base coin. More seen than there is (figures of different moments)
 * counts as all of it.
 */
export function observedStock(time: number, positions: Iterable<SeenPosition>, openInterest: number): ObservedStock {
  const sums: Record<Side, { total: number; squares: number; safe: number; cells: Map<number, number> }> = {
    long: { total: 0, squares: 0, safe: 0, cells: new Map() },
    short: { total: 0, squares: 0, safe: 0, cells: new Map() },
  }
  for (const { side, entry, liquidation, size } of positions) {
    if (!(size > 0 && entry > 0)) continue
    const sum = sums[side]
    sum.total += size
    sum.squares += size * size
    const way = liquidation === null || !(liquidation > 0) ? Number.POSITIVE_INFINITY : ln(liquidation / entry)
    const distance = Math.max(NEAREST, side === 'long' ? -way : way)
    if (liquidation === null || !(liquidation > 0) || distance > FARTHEST) sum.safe += size
    else {
      const cell = Math.floor(ln(distance) / CELL)
      sum.cells.set(cell, (sum.cells.get(cell) ?? 0) + size)
    }
  }
  const [long, short] = SIDES.map((side): ObservedSide => {
    const { total, squares, safe, cells } = sums[side]
    if (!(total > 0 && openInterest > 0)) return NOTHING
    const sorted = [...cells].sort(([a], [b]) => a - b)
    return {
      share: Math.min(1, total / openInterest),
      effective: (total * total) / squares,
      distances: sorted.map(([cell]) => exp((cell + 0.5) * CELL)),
      sizes: sorted.map(([, size]) => size),
      safe,
    }
  }) as [ObservedSide, ObservedSide]
  return { time, long, short }
}

/** Refuses what nobody can have seen: FaultlineError `bad_input` with the field. */
export function checkObserved(stock: ObservedStock): void {
  const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field: `observed.${field}` } })
  if (!Number.isSafeInteger(stock.time) || stock.time < 0) throw bad('time', `${stock.time} is not a time in UTC milliseconds`)
  for (const side of SIDES) {
    const { share, effective, distances, sizes, safe } = stock[side]
    if (!(share >= 0 && share <= 1)) throw bad(`${side}.share`, `${share} is not a share from 0 to 1`)
    if (!(Number.isFinite(effective) && effective >= 0)) throw bad(`${side}.effective`, `${effective} is not a count of positions`)
    if (!isSize(safe)) throw bad(`${side}.safe`, `${safe} is not a size in base coin`)
    if (distances.length !== sizes.length) throw bad(`${side}.sizes`, `there are ${sizes.length} sizes for ${distances.length} distances`)
    distances.forEach((distance, i) => {
      if (!(Number.isFinite(distance) && distance > 0)) throw bad(`${side}.distances[${i}]`, `${distance} is not a distance above 0`)
      if (!isSize(sizes[i] as number)) throw bad(`${side}.sizes[${i}]`, `${sizes[i]} is not a size in base coin`)
    })
  }
}

const isSize = (value: number) => Number.isFinite(value) && value >= 0 && value <= 1e24
