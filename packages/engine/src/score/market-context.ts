import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import type { BucketInput } from '../estimator/bucket-input.ts'
import { realisedVolatility } from '../readings/volatility.ts'

/** Volatility is the root of the mean variance over these: what comes next looks like the last hour, the last hours and the last day. */
const VOLATILITY_SPANS_MS = [HOUR_MS, 6 * HOUR_MS, DAY_MS] as const
/** Volatility of log price per square root of a day where price has not moved yet, and at the least. */
const STARTING_SIGMA = 0.03
const LEAST_SIGMA = 0.002
/** Hours of open interest and settlements of funding that "unusual" is measured against, and below which nothing is unusual. */
const INTEREST_HOURS = 168
export const FUNDING_RATES = 90
const LEAST_PAST = 12

/** What readings off a map need to know of the market: volatility, turnover, crowding. Stepped with the estimator; looks at the past only. */
export class MarketContext {
  private readonly bars: number
  private readonly bucketMs: number
  private closes: number[] = []
  private volumes: number[] = []
  private interest: number[] = []
  private rates: number[] = []
  private openInterest = Number.NaN
  private hour = Number.NaN

  constructor(bucketMs: number) {
    this.bucketMs = bucketMs
    this.bars = Math.max(2, Math.ceil(DAY_MS / bucketMs))
  }

  step(bucket: BucketInput): void {
    keep(this.closes, bucket.close, this.bars + 1)
    keep(this.volumes, bucket.volume * bucket.close, this.bars)
    if (bucket.openInterest) this.openInterest = bucket.openInterest.base
    const hour = Math.floor((bucket.bucketStart + this.bucketMs) / HOUR_MS)
    if (Number.isFinite(this.openInterest) && hour !== this.hour) keep(this.interest, this.openInterest, INTEREST_HOURS)
    this.hour = hour
    const rate = bucket.fundingRate
    if (rate !== undefined && rate !== this.rates.at(-1)) keep(this.rates, rate, FUNDING_RATES)
  }

  /** of log price, per square root of a day */
  get sigmaDay(): number {
    return volatilityAhead(this.closes, this.bucketMs)
  }

  /** USD traded in a day, at the rate of the last day; 0 where nothing was */
  get volumeDayUsd(): number {
    return (this.volumes.reduce((sum, v) => sum + v, 0) / Math.max(1, this.volumes.length)) * (DAY_MS / this.bucketMs)
  }

  /** USD of one side at the last close; NaN until a figure is known */
  get openInterestUsd(): number {
    return this.openInterest * (this.closes.at(-1) ?? Number.NaN)
  }

  get openInterestZ(): number {
    return unusual(this.interest)
  }

  get fundingZ(): number {
    return unusual(this.rates)
  }
}

function keep(list: number[], value: number, most: number): void {
  list.push(value)
  if (list.length > most) list.shift()
}

/** Of log price per square root of a day, from the closes of a day: what the next hour is expected to be like. */
export function volatilityAhead(closes: readonly number[], bucketMs: number): number {
  const variances = VOLATILITY_SPANS_MS.map((span) => {
    const bars = Math.max(1, Math.round(span / bucketMs))
    return realisedVolatility(closes.slice(-bars - 1), bucketMs) ** 2
  })
  const variance = variances.reduce((sum, v) => sum + v, 0) / variances.length
  return Number.isFinite(variance) ? Math.max(LEAST_SIGMA, Math.sqrt(variance)) : STARTING_SIGMA
}

/** By how many standard deviations the last of them lies above their mean; 0 of too few. */
export function unusual(values: readonly number[]): number {
  if (values.length < LEAST_PAST) return 0
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
  return deviation > 0 ? ((values.at(-1) as number) - mean) / deviation : 0
}
