/**
 * What liquidation prints have said about the leverage mix: the normal equations of printed USD against the USD that price swept per
 * class, weighted by the overdispersed Poisson's variance and fading. One per set of books; every mix is fitted to it.
 */
import { power } from '@faultline/market/portable-math'
import { DAY_MS } from '@faultline/market/units'

/** Half-life of what was learned. */
const HALF_LIFE_MS = 8 * DAY_MS
/** The mean of a bucket's prediction, which small predictions are measured against, follows with this half-life of time in which a side was swept. */
const MEAN_HALF_LIFE_MS = DAY_MS

export class Evidence {
  readonly count: number
  /** Σ x·xᵀ/v, count × count */
  readonly squares: Float64Array
  /** Σ x·y/v */
  readonly products: Float64Array
  /** running mean of what a swept bucket was predicted to print, USD */
  meanPrediction = 0

  constructor(count: number) {
    this.count = count
    this.squares = new Float64Array(count * count)
    this.products = new Float64Array(count)
  }

  /**
   * A bucket in which price swept `swept` USD per class, `predicted` USD were expected in print and `printed` came. `unit` is the
   * variance of prints over their mean, USD.
   */
  observe(swept: Float64Array, predicted: number, printed: number, unit: number, elapsedMs: number): void {
    const { count, squares, products } = this
    const keep = power(2, -elapsedMs / MEAN_HALF_LIFE_MS)
    this.meanPrediction = this.meanPrediction * keep + predicted * (1 - keep)
    const variance = unit * (predicted + this.meanPrediction)
    if (!(variance > 0)) return
    for (let i = 0; i < count; i++) {
      const x = swept[i] as number
      if (x === 0) continue
      products[i] = (products[i] as number) + (x * printed) / variance
      const weight = x / variance
      for (let j = 0; j < count; j++) squares[i * count + j] = (squares[i * count + j] as number) + weight * (swept[j] as number)
    }
  }

  fade(elapsedMs: number): void {
    const keep = power(2, -elapsedMs / HALF_LIFE_MS)
    for (let i = 0; i < this.squares.length; i++) this.squares[i] = (this.squares[i] as number) * keep
    for (let i = 0; i < this.count; i++) this.products[i] = (this.products[i] as number) * keep
  }
}
