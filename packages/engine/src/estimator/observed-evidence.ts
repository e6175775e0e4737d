/**
 * What positions that were seen say about the leverage mix. They are a sample of the stock itself, not of what died, so they may move the
 * shape of the mix farther than prints may; and they tell its level, which prints cannot tell from the feed's coverage. Who is seen is not
 * typical (leaderboards list winners), so the sample counts as a small one however many accounts are in it, unless it holds nearly all
 * that there is.
 */
import { exp, ln, power } from '@faultline/market/portable-math'
import { BIN_LOG_STEP } from '@faultline/market/price-grid'
import { DAY_MS, SIDES } from '@faultline/market/units'
import type { Book } from './book.ts'
import type { LeverageClasses, SideClasses } from './classes.ts'
import { invertSymmetric, solveSymmetric } from './linear-algebra.ts'
import type { ObservedSide, ObservedStock } from './observed-stock.ts'
import type { PlaneSums } from './plane.ts'

/**
 * Who is seen differs from who is not, and the less is seen the more there is that may differ: log weights of classes, and the logarithm of the
 * level, by these standard deviations times (what is not seen)/(what is seen).
 */
const SELECTION_SD = 0.07
const SELECTION_LEVEL_SD = 0.15
/** Nor does a sample of everything say more than this: figures are rounded, and of different moments. */
const MOST_COUNT = 5000
const LEAST_LEVEL_SD = 0.05
/** Half-life of what was seen once. */
const HALF_LIFE_MS = DAY_MS
/** Prior of how far a crowd's shape is from that of the simulated ones: standard deviations of its slope, and of each stretch. */
const SLOPE_SD = 0.4
const SLOPE_LENGTH = 1.2
const STRETCH_SD = 0.2

const MAX_STEPS = 25

const square = (x: number) => x * x

/** What was seen last, by stretch. */
export interface SeenStock {
  time: number
  long: SeenSide
  short: SeenSide
}

export interface SeenSide {
  share: number
  effective: number
  /** base coin per stretch of leverage, and what nothing liquidates */
  stretches: Float64Array
  safe: number
}

/** Observed shape and level of one mix. */
export interface ObservedFit {
  /** added to the logarithm of each stretch's weight */
  shift: Float64Array
  /** logarithm of what is within reach of liquidation, as seen over as the map has it, both as shares of open interest; and its precision */
  level: number
  precision: number
}

/** Sorts what was seen into the instrument's stretches; null when nothing was. */
export function seenStock(classes: LeverageClasses, { time, long, short }: ObservedStock): SeenStock | null {
  if (long.share === 0 && short.share === 0) return null
  return { time, long: seenSide(classes, classes.long, long), short: seenSide(classes, classes.short, short) }
}

function seenSide({ stretches: count }: LeverageClasses, { from, to }: SideClasses, side: ObservedSide): SeenSide {
  const stretches = new Float64Array(count)
  let { safe } = side
  const reach = (j: number) => (from[j] === to[j] ? 0 : Math.max(Math.abs(0.5 - (from[j] as number)), Math.abs(0.5 - (to[j] as number))))
  side.distances.forEach((distance, i) => {
    const bins = distance / BIN_LOG_STEP
    let j = count - 1
    while (j >= 0 && !(bins <= reach(j))) j--
    if (j < 0) safe += side.sizes[i] as number
    else stretches[j] = (stretches[j] as number) + (side.sizes[i] as number)
  })
  return { share: side.share, effective: side.effective, stretches, safe }
}

/** Base coin that stands in each class, thinned by how far under water it is, as the map counts it at weight 1. */
export function heldByClass(planes: PlaneSums, book: Book, priceBin: number | null): Float64Array {
  const one = new Float64Array(book.count)
  return Float64Array.from({ length: book.count }, (_, j) => {
    one.fill(0)
    one[j] = 1
    return planes.begin([book]).add(book, one, priceBin).total()
  })
}

/** Counts of the sample, both sides: how much they weigh at `now`. */
export function sampleCount({ share, effective }: SeenSide, ageMs: number): number {
  if (!(share > 0 && effective > 0)) return 0
  const unseen = Math.max(0, 1 - share)
  const variance = unseen / effective + square((SELECTION_SD * unseen) / share) + 1 / MOST_COUNT
  return power(2, -Math.max(0, ageMs) / HALF_LIFE_MS) / variance
}

export class ObservedPrior {
  private readonly precision: Float64Array
  private readonly count: number

  constructor({ leverage, stretches }: LeverageClasses) {
    const n = stretches
    const covariance = new Float64Array(n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const apart = ln((leverage[i] as number) / (leverage[j] as number)) / SLOPE_LENGTH
        covariance[i * n + j] = SLOPE_SD * SLOPE_SD * exp(-0.5 * apart * apart) + (i === j ? STRETCH_SD * STRETCH_SD : 0)
      }
    this.count = n
    this.precision = invertSymmetric(covariance, n)
  }

  /**
   * The mode of: per side a multinomial of the shares seen per stretch, those expected being what the map holds there (`held`, at the
   * weights without this shift) times exp(shift), with the shift's Gaussian process before it. The likelihood's curvature is that of a
   * log-sum-exp, so this is convex. `openInterest` is one side's, in the unit of `held`.
   */
  fit(seen: SeenStock, held: readonly [Float64Array, Float64Array], openInterest: number, now: number, start: Float64Array): ObservedFit {
    const n = this.count
    const sides = SIDES.map((side, s) => {
      const { stretches } = seen[side]
      const expected = held[s as 0 | 1]
      // What was seen where the map holds nothing cannot be said by a weight.
      const shares = stretches.map((size, g) => ((expected[g] as number) > 0 ? size : 0))
      const total = shares.reduce((sum, size) => sum + size, 0)
      const count = total > 0 ? sampleCount(seen[side], now - seen.time) : 0
      return { expected, shares: shares.map((size) => (total > 0 ? size / total : 0)), count }
    })
    const shift = Float64Array.from(start)
    const trial = new Float64Array(n)
    const gradient = new Float64Array(n)
    const hessian = new Float64Array(n * n)
    const objective = (at: Float64Array, derive: boolean): number => {
      let sum = 0
      if (derive) {
        hessian.set(this.precision)
        gradient.fill(0)
      }
      for (let i = 0; i < n; i++) {
        let pull = 0
        for (let j = 0; j < n; j++) pull += (this.precision[i * n + j] as number) * (at[j] as number)
        sum += 0.5 * pull * (at[i] as number)
        if (derive) gradient[i] = pull
      }
      for (const { expected, shares, count } of sides) {
        if (count === 0) continue
        const mass = expected.map((e, g) => e * exp(at[g] as number))
        const total = mass.reduce((a, b) => a + b, 0)
        for (let i = 0; i < n; i++) {
          const share = shares[i] as number
          const q = (mass[i] as number) / total
          if (share > 0) sum -= count * share * ln(q)
          if (!derive) continue
          gradient[i] = (gradient[i] as number) + count * (q - share)
          hessian[i * n + i] = (hessian[i * n + i] as number) + count * q
          for (let j = 0; j < n; j++) hessian[i * n + j] = (hessian[i * n + j] as number) - (count * q * (mass[j] as number)) / total
        }
      }
      return sum
    }
    let value = objective(shift, true)
    for (let step = 0; step < MAX_STEPS; step++) {
      const direction = solveSymmetric(hessian, gradient, n)
      let size = 1
      let next = Number.POSITIVE_INFINITY
      for (let attempt = 0; attempt < 10 && !(next < value); attempt++, size *= 0.4) {
        for (let i = 0; i < n; i++) trial[i] = (shift[i] as number) - size * Math.max(-2, Math.min(2, direction[i] as number))
        next = objective(trial, false)
      }
      if (!(next < value)) break
      const gained = value - next
      shift.set(trial)
      value = objective(shift, true)
      if (gained < 1e-9 + 1e-9 * Math.abs(value)) break
    }
    return { shift, ...this.level(seen, held, shift, openInterest, now) }
  }

  /** How much of the open interest is within reach of liquidation, as seen over as the map has it. */
  private level(
    seen: SeenStock,
    held: readonly [Float64Array, Float64Array],
    shift: Float64Array,
    openInterest: number,
    now: number,
  ): Pick<ObservedFit, 'level' | 'precision'> {
    let counts = 0
    let shares = 0
    let actual = 0
    let expected = 0
    SIDES.forEach((side, s) => {
      const { stretches, safe, share } = seen[side]
      const count = sampleCount(seen[side], now - seen.time)
      const within = stretches.reduce((sum, size) => sum + size, 0)
      const mass = (held[s as 0 | 1] as Float64Array).reduce((sum, size, g) => sum + size * exp(shift[g] as number), 0)
      if (count === 0 || !(within + safe > 0)) return
      counts += count
      shares += count * share
      actual += (count * within) / (within + safe)
      expected += (count * mass) / openInterest
    })
    if (!(actual > 0 && expected > 0)) return { level: 0, precision: 0 }
    const part = actual / counts
    const seenShare = shares / counts
    const selection = square((SELECTION_LEVEL_SD * (1 - seenShare)) / seenShare)
    const variance = selection + (1 - part) / (part * counts) + square(LEAST_LEVEL_SD)
    return { level: ln(actual / expected), precision: power(2, -Math.max(0, now - seen.time) / HALF_LIFE_MS) / variance }
  }
}
