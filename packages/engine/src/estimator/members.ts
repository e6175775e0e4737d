/** The ensemble: every mix on every set of books, weighted by how well it told the prints before they came. */
import { exp, ln, power } from '@faultline/market/portable-math'
import { DAY_MS } from '@faultline/market/units'
import type { LeverageClasses } from './classes.ts'
import { Filter } from './filter.ts'
import { type Mix, tellsLevel } from './mix.ts'
import { heldByClass, ObservedPrior, type SeenStock } from './observed-evidence.ts'
import type { PlaneSums } from './plane.ts'
import { BOOKS, type Ingredient, MIXES } from './settings.ts'

const SCORE_HALF_LIFE_MS = 8 * DAY_MS
/** Prints of neighbouring buckets are no independent witnesses. */
const TEMPER = 0.05
/** Added to a prediction, as a share of its running mean: a member that foresaw nothing is wrong, not impossible. */
const FLOOR = 0.05

export interface Member {
  readonly name: string
  readonly filter: Filter
  readonly mix: Mix
  /** weight before prints have told anything, with a feed and without one */
  readonly prior: number
  readonly silentPrior: number
}

export class Members {
  readonly filters: readonly Filter[]
  readonly all: readonly Member[]
  /** log scores, faded; only differences count */
  readonly scores: Float64Array
  /** sum to 1 */
  readonly weights: Float64Array
  /** per member and side, USD expected in print in the bucket at hand */
  readonly predicted: Float64Array
  /** per filter and class: what a class counts in the blended map, the same for both sides */
  readonly combined: readonly Float64Array[]
  private readonly classes: LeverageClasses
  /** made when positions are first observed */
  private observedPrior: ObservedPrior | null = null

  constructor(classes: LeverageClasses, left: ReadonlySet<Ingredient>) {
    this.classes = classes
    const books = left.has('ensemble') ? BOOKS.slice(0, 1) : BOOKS
    let mixes = MIXES.filter((mix) => !(left.has('menu') && mix.menu) && !(left.has('thinning') && mix.shape === 'thinned'))
    if (left.has('ensemble')) mixes = mixes.slice(0, 1)
    this.filters = books.map((settings) => new Filter(classes, settings, mixes))
    this.all = this.filters.flatMap((filter) =>
      filter.mixes.map((mix) => ({
        name: `${filter.settings.name} ${mix.settings.name}`,
        filter,
        mix,
        prior: filter.settings.weight * mix.settings.weight,
        silentPrior: filter.settings.silentWeight * mix.settings.silentWeight,
      })),
    )
    this.scores = new Float64Array(this.all.length)
    this.weights = new Float64Array(this.all.length)
    this.predicted = new Float64Array(2 * this.all.length)
    this.combined = this.filters.map(() => new Float64Array(classes.count))
    this.weigh(false)
  }

  /** After the sweep and before anything is learned: USD expected in print, per side. */
  predict(): [number, number] {
    const sums: [number, number] = [0, 0]
    this.all.forEach((member, m) => {
      for (const side of [0, 1] as const) {
        const usd = member.mix.predictPrinted(member.filter.swept[side] as Float64Array)
        this.predicted[2 * m + side] = usd
        sums[side] += (this.weights[m] as number) * usd
      }
    })
    return sums
  }

  /** USD that is thought to be liquidated in the bucket at hand, shown by the feed or not, per side. */
  liquidated(): [number, number] {
    const sums: [number, number] = [0, 0]
    this.all.forEach((member, m) => {
      for (const side of [0, 1] as const)
        sums[side] += ((this.weights[m] as number) * (this.predicted[2 * m + side] as number)) / member.mix.coverage
    })
    return sums
  }

  /** One side's prints of the bucket against what each member expected. */
  score(side: 0 | 1, printed: number, unit: number): void {
    let mean = 0
    for (const filter of this.filters) mean += filter.evidence.meanPrediction / this.filters.length
    const floor = FLOOR * mean
    let top = Number.NEGATIVE_INFINITY
    for (let m = 0; m < this.all.length; m++) {
      const expected = (this.predicted[2 * m + side] as number) + floor
      if (expected > 0) this.scores[m] = (this.scores[m] as number) + (TEMPER * (printed * ln(expected) - expected)) / unit
      top = Math.max(top, this.scores[m] as number)
    }
    for (let m = 0; m < this.all.length; m++) this.scores[m] = (this.scores[m] as number) - top
  }

  /** Teaches every set of books one side's prints; the prediction is that of its own mixes. */
  teach(side: 0 | 1, printed: number, unit: number, elapsedMs: number): void {
    for (const filter of this.filters) {
      let predicted = 0
      let weight = 0
      this.all.forEach((member, m) => {
        if (member.filter !== filter) return
        predicted += (this.weights[m] as number) * (this.predicted[2 * m + side] as number)
        weight += this.weights[m] as number
      })
      filter.evidence.observe(filter.swept[side] as Float64Array, weight > 0 ? predicted / weight : 0, printed, unit, elapsedMs)
    }
  }

  /** Once an hour: what was learned fades, mixes go to their mode, members are weighed anew. */
  fit(elapsedMs: number): void {
    const keep = power(2, -elapsedMs / SCORE_HALF_LIFE_MS)
    for (let m = 0; m < this.scores.length; m++) this.scores[m] = (this.scores[m] as number) * keep
    for (const filter of this.filters) {
      filter.evidence.fade(elapsedMs)
      for (const mix of filter.mixes) mix.fit(filter.evidence)
    }
    this.weigh(true)
  }

  /**
   * Every mix takes in what was seen of the stock, given what its books hold at `now` (UTC ms, in `planes`' bins around `priceBin`); null:
   * nothing is seen any more, and what was is taken back.
   */
  observe(seen: SeenStock | null, planes: PlaneSums, priceBin: number | null, openInterest: number, now: number): void {
    const { classes } = this
    const { count, stretches, uncompressed } = classes
    const stretchOf = stretchesOf(classes)
    const shift = new Float64Array(count)
    if (seen) this.observedPrior ??= new ObservedPrior(classes)
    for (const filter of this.filters) {
      const held = seen ? filter.books.map((book) => heldByClass(planes, book, priceBin)) : null
      for (const mix of filter.mixes) {
        shift.fill(0)
        if (!held || !seen || !this.observedPrior) {
          mix.observe(filter.evidence, shift, 0, 0)
          continue
        }
        const start = mix.shift.slice(0, stretches)
        const expected = held.map((standing) => {
          const sums = new Float64Array(stretches)
          for (let j = 0; j < count; j++) {
            const stretch = stretchOf[j] as number
            const weight = j < mix.shift.length ? (mix.weights[j] as number) * exp(-(mix.shift[j] as number)) : 0
            sums[stretch] = (sums[stretch] as number) + weight * (standing[j] as number)
          }
          return sums
        }) as [Float64Array, Float64Array]
        const fit = this.observedPrior.fit(seen, expected, openInterest, now, start)
        // The classes by which prints tell the level keep it: how much there is of everything is not the shape's business.
        let mean = 0
        let telling = 0
        for (let g = 0; g < stretches; g++)
          if (tellsLevel(uncompressed[g] as number)) {
            mean += fit.shift[g] as number
            telling++
          }
        mean /= telling
        for (let j = 0; j < count; j++) shift[j] = (fit.shift[stretchOf[j] as number] as number) - mean
        mix.observe(filter.evidence, shift, fit.level + mean, fit.precision)
      }
    }
    this.combine()
  }

  /** Weights of members from their scores, and of classes. */
  private weigh(feed: boolean): void {
    const top = Math.max(...this.scores)
    let sum = 0
    this.all.forEach((member, m) => {
      this.weights[m] = (feed ? member.prior : member.silentPrior) * exp((this.scores[m] as number) - top)
      sum += this.weights[m] as number
    })
    for (let m = 0; m < this.all.length; m++) this.weights[m] = (this.weights[m] as number) / sum
    this.combine()
  }

  /** Weights of classes from those of members and the mixes. */
  combine(): void {
    for (const combined of this.combined) combined.fill(0)
    this.all.forEach((member, m) => {
      const combined = this.combined[this.filters.indexOf(member.filter)] as Float64Array
      for (let j = 0; j < combined.length; j++)
        combined[j] = (combined[j] as number) + (this.weights[m] as number) * (member.mix.weights[j] as number)
    })
  }
}

/** Per class the stretch that it lies in. */
export function stretchesOf({ leverage, stretches }: LeverageClasses): Int32Array {
  return Int32Array.from(leverage, (l, j) => {
    let best = Math.min(j, stretches - 1)
    if (j >= stretches)
      for (let i = 0; i < stretches; i++)
        if (Math.abs(ln((leverage[i] as number) / l)) < Math.abs(ln((leverage[best] as number) / l))) best = i
    return best
  })
}
