/**
 * The map beside what distance alone says. Its own running profile over distance from the price is a null that is hard to beat at
 * short horizons; the blend keeps the share β of the map and gives the rest to the profile. β is learned from which of both
 * would have told the prints better, and published: β = 0 would mean that the map says nothing beyond distance.
 */
import { exp, ln, power } from '@faultline/market/portable-math'
import { DAY_MS } from '@faultline/market/units'
import type { PlaneSums } from './plane.ts'

/** The profile: cells of this many bins, out to a factor of two. */
const CELL_BINS = 5
const CELLS = 139
const REACH_BINS = CELL_BINS * CELLS
const PROFILE_HALF_LIFE_MS = 3 * DAY_MS
const SCORE_HALF_LIFE_MS = 8 * DAY_MS
const BETAS = [0, 0.25, 0.5, 0.75, 1] as const
const BETA_PRIOR = [0.02, 0.08, 0.2, 0.4, 0.3] as const
/** Prints of neighbouring buckets are no independent witnesses. */
const TEMPER = 0.5

/** One side: share of what stands per cell of distance, and what that is a share of. */
export class SideProfile {
  readonly cells = new Float64Array(CELLS)
  usd = 0

  /** Follows the plane (USD, price in bin `priceBin`) with the profile's half-life; `elapsedMs` since the last time. */
  follow(plane: PlaneSums, priceBin: number, long: boolean, elapsedMs: number): void {
    const now = new Float64Array(CELLS)
    let total = 0
    for (let i = 0; i < plane.length; i++) {
      const bin = plane.firstBin + i
      const away = long ? priceBin - bin - 1 : bin - priceBin - 1
      if (away < 0 || away >= REACH_BINS) continue
      const cell = Math.floor(away / CELL_BINS)
      now[cell] = (now[cell] as number) + (plane.sums[i] as number)
      total += plane.sums[i] as number
    }
    if (!(total > 0)) return
    const keep = this.usd > 0 ? power(2, -elapsedMs / PROFILE_HALF_LIFE_MS) : 0
    for (let c = 0; c < CELLS; c++) this.cells[c] = (this.cells[c] as number) * keep + ((now[c] as number) / total) * (1 - keep)
    this.usd = total
  }

  /** USD that distance alone puts within `bins` of the price. */
  within(bins: number): number {
    let share = 0
    for (let c = 0; c * CELL_BINS < bins && c < CELLS; c++)
      share += (this.cells[c] as number) * Math.min(1, (bins - c * CELL_BINS) / CELL_BINS)
    return share * this.usd
  }

  /** Turns the plane (USD) into β of itself and 1 − β of the profile, of the same total within the profile's reach. */
  mix(plane: PlaneSums, priceBin: number, long: boolean, beta: number): void {
    if (beta === 1 || !(this.usd > 0)) return
    const { sums, length, firstBin } = plane
    let total = 0
    const from = Math.max(0, (long ? priceBin - REACH_BINS : priceBin + 1) - firstBin)
    const to = Math.min(length, (long ? priceBin : priceBin + 1 + REACH_BINS) - firstBin)
    for (let i = from; i < to; i++) total += sums[i] as number
    const each = ((1 - beta) * total) / CELL_BINS
    for (let i = from; i < to; ) {
      const bin = firstBin + i
      const away = long ? priceBin - bin - 1 : bin - priceBin - 1
      const given = each * (this.cells[(away / CELL_BINS) | 0] as number)
      // As far as the cell goes on: towards the price for longs, away from it for shorts.
      const next = Math.min(to, i + (long ? (away % CELL_BINS) + 1 : CELL_BINS - (away % CELL_BINS)))
      for (; i < next; i++) sums[i] = beta * (sums[i] as number) + given
    }
  }
}

export class Blend {
  readonly long = new SideProfile()
  readonly short = new SideProfile()
  /** log scores of BETAS, faded */
  readonly scores = new Float64Array(BETAS.length)
  /** printed, predicted by the map, predicted by the profile, USD, faded */
  readonly sums = new Float64Array(3)

  /** Posterior mean over the grid. */
  get beta(): number {
    let sum = 0
    let mean = 0
    const top = Math.max(...this.scores)
    for (let i = 0; i < BETAS.length; i++) {
      const weight = (BETA_PRIOR[i] as number) * exp((this.scores[i] as number) - top)
      sum += weight
      mean += weight * (BETAS[i] as number)
    }
    return mean / sum
  }

  /** A bucket in which both predicted something, USD; `unit` is the variance of prints over their mean. */
  learn(printed: number, byMap: number, byProfile: number, unit: number): void {
    const [y, map, profile] = this.sums as unknown as [number, number, number]
    if (y > 0 && map > 0 && profile > 0) {
      for (let i = 0; i < BETAS.length; i++) {
        const beta = BETAS[i] as number
        const expected = (beta * byMap * y) / map + ((1 - beta) * byProfile * y) / profile
        if (expected > 0) this.scores[i] = (this.scores[i] as number) + (TEMPER * (printed * ln(expected) - expected)) / unit
      }
      // Only differences count.
      const top = Math.max(...this.scores)
      for (let i = 0; i < BETAS.length; i++) this.scores[i] = (this.scores[i] as number) - top
    }
    this.sums[0] = y + printed
    this.sums[1] = map + byMap
    this.sums[2] = profile + byProfile
  }

  fade(elapsedMs: number): void {
    const keep = power(2, -elapsedMs / SCORE_HALF_LIFE_MS)
    for (let i = 0; i < this.scores.length; i++) this.scores[i] = (this.scores[i] as number) * keep
    for (let i = 0; i < this.sums.length; i++) this.sums[i] = (this.sums[i] as number) * keep
  }
}
