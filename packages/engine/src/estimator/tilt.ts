/**
 * Crowding as funding and the accounts' ratio show it: their z-scores tilt the leverage of what opens, longs one way and shorts the
 * other, by a weight that is learned from how the prints of the two sides differ from what was predicted. It starts at zero.
 */
import { exp, ln, power } from '@faultline/market/portable-math'
import { DAY_MS, HOUR_MS } from '@faultline/market/units'

const MEAN_HALF_LIFE_MS = 7 * DAY_MS
const WEIGHT_HALF_LIFE_MS = 8 * DAY_MS
/** What opened during this time is what a bucket's prints are mostly of. */
const RECENT_HALF_LIFE_MS = 8 * HOUR_MS
/** standard deviation of the weight's prior */
const WEIGHT_SD = 0.05
const MAX_WEIGHT = 0.5
const MAX_Z = 3
/** leverage that the tilt turns about */
const PIVOT_LEVERAGE = 7
const MAX_LOG_LEVERAGE = 2
/** Figures before a z-score means anything. */
const MIN_COUNT = 48

/** Fading mean and variance of one series. */
interface Series {
  count: number
  mean: number
  variance: number
}

export class Tilt {
  readonly series: readonly [Series, Series] = [
    { count: 0, mean: 0, variance: 0 },
    { count: 0, mean: 0, variance: 0 },
  ]
  /** mean z-score of the last hours, positive where longs are crowded */
  recent = 0
  /** normal equation of the weight */
  products = 0
  squares = 0
  private arms: { of: Float64Array; values: Float64Array } | null = null

  get weight(): number {
    return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, this.products / (this.squares + 1 / (WEIGHT_SD * WEIGHT_SD))))
  }

  /** What is known of funding (per interval) and of longs per short; elapsedMs since the bucket before. */
  observe(fundingRate: number | undefined, ratio: number | undefined, elapsedMs: number): void {
    let sum = 0
    let known = 0
    const values = [fundingRate, ratio !== undefined && ratio > 0 ? ln(ratio) : undefined]
    values.forEach((value, i) => {
      if (value === undefined) return
      const z = score(this.series[i] as Series, value, elapsedMs)
      if (z === null) return
      sum += z
      known++
    })
    const keep = power(2, -elapsedMs / RECENT_HALF_LIFE_MS)
    this.recent = this.recent * keep + (known > 0 ? sum / known : 0) * (1 - keep)
  }

  /** What was printed against what was predicted, per side; `unit` is the variance of prints over their mean. */
  learn(printed: Sides, predicted: Sides, unit: number): void {
    for (const [side, sign] of [
      ['long', 1],
      ['short', -1],
    ] as const) {
      const z = sign * this.recent
      this.products += (z * (printed[side] - predicted[side])) / unit
      this.squares += (z * z * predicted[side]) / unit
    }
  }

  fade(elapsedMs: number): void {
    const keep = power(2, -elapsedMs / WEIGHT_HALF_LIFE_MS)
    this.products *= keep
    this.squares *= keep
  }

  /** Factors on the shares of openings per class for one side. */
  fill(factors: Float64Array, leverage: Float64Array, sign: 1 | -1): void {
    const slope = sign * this.weight * Math.max(-MAX_Z, Math.min(MAX_Z, this.recent))
    if (slope === 0) {
      factors.fill(1)
      return
    }
    const arms = this.armsOf(leverage)
    for (let j = 0; j < factors.length; j++) factors[j] = exp(slope * (arms[j] as number))
  }

  /** Per class how far it is from the pivot, in log leverage; worked out when the classes are new. */
  private armsOf(leverage: Float64Array): Float64Array {
    if (this.arms?.of !== leverage) {
      const arm = (l: number) => Math.max(-MAX_LOG_LEVERAGE, Math.min(MAX_LOG_LEVERAGE, ln(l / PIVOT_LEVERAGE)))
      this.arms = { of: leverage, values: leverage.map(arm) }
    }
    return this.arms.values
  }
}

interface Sides {
  long: number
  short: number
}

/** z-score of `value` against what came before, which it then joins. */
function score(series: Series, value: number, elapsedMs: number): number | null {
  const difference = value - series.mean
  const z = series.count >= MIN_COUNT && series.variance > 0 ? difference / Math.sqrt(series.variance) : null
  const share = Math.max(1 / (series.count + 1), 1 - power(2, -elapsedMs / MEAN_HALF_LIFE_MS))
  series.count++
  series.mean += share * difference
  series.variance = (1 - share) * (series.variance + share * difference * difference)
  return z === null ? null : Math.max(-MAX_Z, Math.min(MAX_Z, z))
}
