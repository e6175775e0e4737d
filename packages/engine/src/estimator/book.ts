import type { LeverageClasses, SideClasses } from './classes.ts'
import type { Profile } from './profile.ts'

/**
 * The book of one side: exposure in base coin by leverage class and liquidation bin, M[class, bin], and the residual.
 *
 * Layout. A class keeps its bins as rows: row = liquidation bin − centre of the class, which is about the bin of the entry price.
 * So all classes share one window of rows, and "entered below the price" is the same stretch of rows for each of them. What stands
 * is raw × multiplier; a multiplier belongs to a class and a region (rows below `boundary`, rows from it on), so that closing a
 * share of everything costs two multiplications per class. Raw values are single precision (they are also the checkpoint), their sums
 * per region are kept in double precision from the differences as stored, so that they stay exact.
 */

/** Multipliers outside [1/FOLD, FOLD] are folded into the raw values, which keeps the ratio of two regions far from overflow. */
const FOLD = 1e6
/** Raw values below this are dropped when folding: they would become denormal, which is slow, and no coin is that large. */
const DUST = 1e-30
/** A sum that fell below this share of what it was is counted anew. */
const RECOUNT_BELOW = 1e-4
/** Edge rows with less than this share of the side's total are dropped when trimming. */
const TRIM_SHARE = 1e-12
/** Rows made free on each side of what is needed when the window grows. */
const SLACK = 128

export class Book {
  readonly classes: SideClasses
  readonly count: number
  /** liquidation bins of longs lie below the price: they are swept from the top */
  readonly long: boolean

  /** class j, row r: raw[j × size + r − base] */
  raw: Float32Array = new Float32Array(0)
  base = 0
  size = 0
  /** rows lo..hi of a class hold something; lo > hi: nothing */
  readonly lo: Int32Array
  readonly hi: Int32Array
  /** per class and region: [2j] rows below the boundary, [2j + 1] the others */
  readonly multiplier: Float64Array
  readonly sums: Float64Array
  boundary = 0
  residual = 0
  /** base coin per class that the last sweep emptied */
  readonly swept: Float64Array

  constructor(classes: LeverageClasses, side: SideClasses) {
    this.classes = side
    this.count = classes.count
    this.long = side.side === 'long'
    this.lo = new Int32Array(this.count)
    this.hi = new Int32Array(this.count)
    this.multiplier = new Float64Array(2 * this.count)
    this.sums = new Float64Array(2 * this.count)
    this.swept = new Float64Array(this.count)
    this.clear()
  }

  /** Base coin on this side, residual included. */
  total(): number {
    let total = this.residual
    for (let k = 0; k < this.sums.length; k++) total += (this.multiplier[k] as number) * (this.sums[k] as number)
    return total
  }

  clear(): void {
    this.raw.fill(0)
    this.lo.fill(0)
    this.hi.fill(-1)
    this.multiplier.fill(1)
    this.sums.fill(0)
    this.residual = 0
  }

  /** Base coin that stands in class j. */
  standing(j: number): number {
    const below = (this.multiplier[2 * j] as number) * (this.sums[2 * j] as number)
    return below + (this.multiplier[2 * j + 1] as number) * (this.sums[2 * j + 1] as number)
  }

  /** Multiplies everything: the last correction of the balance. */
  scale(factor: number): void {
    for (let k = 0; k < this.multiplier.length; k++) this.multiplier[k] = (this.multiplier[k] as number) * factor
    this.residual *= factor
  }

  /** Empties the levels that price crossed: longs from bin `edge` upwards, shorts from it downwards. */
  sweep(edge: number): void {
    this.swept.fill(0)
    for (let j = 0; j < this.count; j++) {
      const lo = this.lo[j] as number
      const hi = this.hi[j] as number
      const row = edge - (this.classes.centre[j] as number)
      if (this.long) {
        if (hi < row) continue
        const from = Math.max(lo, row)
        this.swept[j] = this.empty(j, from, hi)
        this.hi[j] = from - 1
      } else {
        if (lo > row) continue
        const to = Math.min(hi, row)
        this.swept[j] = this.empty(j, lo, to)
        this.lo[j] = to + 1
      }
      this.settle(j)
    }
  }

  /** Moves the boundary between the regions; rows that change region keep what stands on them. */
  setBoundary(boundary: number): void {
    const before = this.boundary
    if (boundary === before) return
    this.boundary = boundary
    const up = boundary > before
    const first = up ? before : boundary
    const last = (up ? boundary : before) - 1
    for (let j = 0; j < this.count; j++) {
      const from = Math.max(this.lo[j] as number, first)
      const to = Math.min(this.hi[j] as number, last)
      if (from <= to) {
        const source = up ? 2 * j + 1 : 2 * j
        const target = up ? 2 * j : 2 * j + 1
        const ratio = (this.multiplier[source] as number) / (this.multiplier[target] as number)
        const at = j * this.size - this.base
        let taken = 0
        let given = 0
        for (let r = from; r <= to; r++) {
          const old = this.raw[at + r] as number
          taken += old
          this.raw[at + r] = old * ratio
          given += this.raw[at + r] as number
        }
        this.take(source, taken)
        this.sums[target] = (this.sums[target] as number) + given
      }
      this.settle(j)
    }
  }

  /** Share (0 to 1) of class j's levels, opened along `profile`, that stands on the right side of bin `edge` (not on it). */
  aliveShare(j: number, profile: Profile, edge: number): number {
    const from = this.classes.from[j] as number
    const width = (this.classes.to[j] as number) - from
    if (width === 0) return 0
    const { first, length, cumulative } = profile
    if (this.long ? first + length - 1 + from + width - 1 < edge : first + from > edge) return 1
    let alive = 0
    for (let i = 0; i < length; i++) {
      const share = (cumulative[i + 1] as number) - (cumulative[i] as number)
      const level = first + i + from
      const standing = this.long ? edge - level : level + width - 1 - edge
      alive += share * Math.min(1, Math.max(0, standing / width))
    }
    return alive
  }

  /** Adds `amount` base coin of class j, entered along `profile`, leaving out the levels at or beyond bin `edge`. */
  place(j: number, profile: Profile, amount: number, edge: number): void {
    const from = this.classes.from[j] as number
    const width = (this.classes.to[j] as number) - from
    if (width === 0 || !(amount > 0)) return
    const centre = this.classes.centre[j] as number
    const { first, length } = profile
    // rows on which something lands: [start, stop)
    const origin = first + from - centre
    let start = origin
    let stop = origin + length + width - 1
    if (this.long) stop = Math.min(stop, edge - centre)
    else start = Math.max(start, edge - centre + 1)
    if (start >= stop) return
    this.reserve(start, stop - 1)
    if ((this.lo[j] as number) > (this.hi[j] as number)) {
      this.lo[j] = start
      this.hi[j] = stop - 1
    } else {
      if (start < (this.lo[j] as number)) this.lo[j] = start
      if (stop - 1 > (this.hi[j] as number)) this.hi[j] = stop - 1
    }
    const split = Math.min(stop, Math.max(start, this.boundary))
    const each = amount / width
    this.add(2 * j, j, start, split, origin, width, profile, each / (this.multiplier[2 * j] as number))
    this.add(2 * j + 1, j, split, stop, origin, width, profile, each / (this.multiplier[2 * j + 1] as number))
  }

  /** Folds multipliers that left [1/FOLD, FOLD] into the raw values. */
  fold(): void {
    for (let k = 0; k < this.multiplier.length; k++) {
      const m = this.multiplier[k] as number
      if (m >= 1 / FOLD && m <= FOLD) continue
      this.multiplier[k] = 1
      const at = (k >> 1) * this.size - this.base
      const last = this.regionLast(k)
      for (let r = this.regionFirst(k); r <= last; r++) {
        const value = (this.raw[at + r] as number) * m
        this.raw[at + r] = value < DUST ? 0 : value
      }
      this.recount(k)
    }
  }

  /** Drops rows at the edges that hold next to nothing, so that loops stay as short as the market is wide. */
  trim(): void {
    const least = this.total() * TRIM_SHARE
    for (let j = 0; j < this.count; j++) {
      const at = j * this.size - this.base
      const dust = (r: number) => (this.raw[at + r] as number) * (this.multiplier[r < this.boundary ? 2 * j : 2 * j + 1] as number) < least
      let lo = this.lo[j] as number
      let hi = this.hi[j] as number
      while (lo <= hi && dust(lo)) lo++
      while (hi >= lo && dust(hi)) hi--
      this.empty(j, this.lo[j] as number, lo - 1)
      this.empty(j, hi + 1, this.hi[j] as number)
      this.lo[j] = lo
      this.hi[j] = hi
      this.settle(j)
    }
  }

  /** First and last row of region k that hold something; first > last: none. */
  regionFirst(k: number): number {
    const lo = this.lo[k >> 1] as number
    return k % 2 === 0 ? lo : Math.max(lo, this.boundary)
  }
  regionLast(k: number): number {
    const hi = this.hi[k >> 1] as number
    return k % 2 === 0 ? Math.min(hi, this.boundary - 1) : hi
  }

  /** Makes the window hold rows from..to. */
  reserve(from: number, to: number): void {
    if (from >= this.base && to < this.base + this.size) return
    let first = from
    let last = to
    for (let j = 0; j < this.count; j++) {
      if ((this.lo[j] as number) > (this.hi[j] as number)) continue
      first = Math.min(first, this.lo[j] as number)
      last = Math.max(last, this.hi[j] as number)
    }
    const base = first - SLACK
    const size = last - first + 1 + 2 * SLACK
    const raw = new Float32Array(this.count * size)
    for (let j = 0; j < this.count; j++) {
      const lo = this.lo[j] as number
      const hi = this.hi[j] as number
      if (lo <= hi) raw.set(this.raw.subarray(j * this.size + lo - this.base, j * this.size + hi + 1 - this.base), j * size + lo - base)
    }
    this.raw = raw
    this.base = base
    this.size = size
  }

  /** Adds each × (profile's share that reaches the row) on rows [start, stop) of region k, and keeps its sum as stored. */
  private add(k: number, j: number, start: number, stop: number, origin: number, width: number, profile: Profile, each: number): void {
    if (start >= stop) return
    const { cumulative, length } = profile
    const { raw, sums } = this
    const at = j * this.size - this.base
    const whole = (cumulative[length] as number) * each
    let sum = sums[k] as number
    // Row r is reached from the profile's bins (i − width, i], i = r − origin + 1: the sum rises, stays, or moves along, and falls.
    let r = start
    const risen = Math.min(stop, origin + Math.min(width, length))
    for (; r < risen; r++) sum += put(raw, at + r, (cumulative[r - origin + 1] as number) * each)
    const filled = Math.min(stop, origin + width)
    for (; r < filled; r++) sum += put(raw, at + r, whole)
    const moved = Math.min(stop, origin + length)
    for (; r < moved; r++)
      sum += put(raw, at + r, ((cumulative[r - origin + 1] as number) - (cumulative[r - origin + 1 - width] as number)) * each)
    for (; r < stop; r++) sum += put(raw, at + r, ((cumulative[length] as number) - (cumulative[r - origin + 1 - width] as number)) * each)
    sums[k] = sum
  }

  /** Base coin that stood there. */
  private empty(j: number, from: number, to: number): number {
    const at = j * this.size - this.base
    let below = 0
    let above = 0
    for (let r = from; r <= to; r++) {
      if (r < this.boundary) below += this.raw[at + r] as number
      else above += this.raw[at + r] as number
      this.raw[at + r] = 0
    }
    const taken = below * (this.multiplier[2 * j] as number) + above * (this.multiplier[2 * j + 1] as number)
    this.take(2 * j, below)
    this.take(2 * j + 1, above)
    return taken
  }

  /** Takes `mass` (of rows that are zero already, or another region's by now) off the sum of region k. */
  private take(k: number, mass: number): void {
    if (mass === 0) return
    const before = this.sums[k] as number
    const after = before - mass
    this.sums[k] = after
    // Where next to all of it went, the difference is mostly rounding.
    if (after < RECOUNT_BELOW * before) this.recount(k)
  }

  private recount(k: number): void {
    const at = (k >> 1) * this.size - this.base
    const last = this.regionLast(k)
    let sum = 0
    for (let r = this.regionFirst(k); r <= last; r++) sum += this.raw[at + r] as number
    this.sums[k] = sum
  }

  /** A region without rows holds exactly nothing, and none holds less: rounding is not carried along. */
  private settle(j: number): void {
    const lo = this.lo[j] as number
    const hi = this.hi[j] as number
    if (lo > hi || lo >= this.boundary || (this.sums[2 * j] as number) < 0) this.sums[2 * j] = 0
    if (lo > hi || hi < this.boundary || (this.sums[2 * j + 1] as number) < 0) this.sums[2 * j + 1] = 0
  }
}

/** Adds to a raw value; returns what it grew by as stored. */
function put(raw: Float32Array, at: number, amount: number): number {
  const old = raw[at] as number
  const now = Math.fround(old + amount)
  raw[at] = now
  return now - old
}
