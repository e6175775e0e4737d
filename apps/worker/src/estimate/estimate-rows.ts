/** The map at chosen times, from events alone. Pure: no clock, no file. */
import { type BucketInput, Estimator } from '@faultline/engine/estimator/estimator'
import { COLUMN_FLOOR_USD, type Column } from '@faultline/market/column'
import type { MarginTier } from '@faultline/market/instrument'
import { binCentrePrice, binOf } from '@faultline/market/price-grid'

export const ESTIMATE_HEADER = 'time,price,long,short'

export interface EstimateOptions {
  bucketMs: number
  tiers: readonly MarginTier[]
  /** in order of time */
  inputs: Iterable<BucketInput>
  /** UTC ms, ascending and distinct */
  times: readonly number[]
  /** after each step: buckets stepped so far */
  onStep?: (done: number) => void
}

export interface EstimateOutcome {
  /** requested times before anything was known: they have no rows */
  before: number[]
  /** requested times after the close of the last bucket: they carry the last state */
  after: number[]
}

/**
 * CSV rows `time,price,long,short` for each requested time: one row per bin of the price grid that holds at least 1 USD on
 * either side within ×0.5 to ×2 of the price. A time sees the buckets that closed at or before it and nothing later.
 */
export function* estimateRows(options: EstimateOptions): Generator<string, EstimateOutcome, undefined> {
  const { bucketMs, times } = options
  const estimator = new Estimator({ bucketMs, tiers: options.tiers })
  const outcome: EstimateOutcome = { before: [], after: [] }
  let next = 0
  let price = Number.NaN
  let lastClose = Number.NEGATIVE_INFINITY
  let done = 0

  function* rowsUntil(end: number): Generator<string> {
    // All requested times before `end` see the same state: only their stamps differ.
    let tails: string[] | null = null
    for (; next < times.length && (times[next] as number) < end; next++) {
      const time = times[next] as number
      const column: Column | null = tails ? null : estimator.column()
      if (!tails && !column) {
        outcome.before.push(time)
        continue
      }
      tails ??= column ? rowsOf(column, price) : []
      if (time > lastClose && end === Number.POSITIVE_INFINITY) outcome.after.push(time)
      for (const tail of tails) yield `${time},${tail}`
    }
  }

  for (const input of options.inputs) {
    yield* rowsUntil(input.bucketStart + bucketMs)
    if (next === times.length) return outcome
    estimator.step(input)
    price = input.close
    lastClose = input.bucketStart + bucketMs
    options.onStep?.(++done)
  }
  yield* rowsUntil(Number.POSITIVE_INFINITY)
  return outcome
}

/** `price,long,short` of the bins near the price, from the lowest. */
function rowsOf(column: Column, price: number): string[] {
  const { long, short } = column.planes
  const lowest = binOf(price * 0.5)
  const highest = binOf(price * 2)
  const first = Math.max(lowest, Math.min(...[long, short].filter((p) => p.usd.length > 0).map((p) => p.firstBin)))
  const last = Math.min(highest, Math.max(long.firstBin + long.usd.length, short.firstBin + short.usd.length) - 1)
  const rows: string[] = []
  for (let bin = first; bin <= last; bin++) {
    const longUsd = long.usd[bin - long.firstBin] ?? 0
    const shortUsd = short.usd[bin - short.firstBin] ?? 0
    if (longUsd < COLUMN_FLOOR_USD && shortUsd < COLUMN_FLOOR_USD) continue
    const centre = binCentrePrice(bin)
    if (centre < price * 0.5 || centre > price * 2) continue
    rows.push(`${decimal(centre, 10)},${cents(longUsd)},${cents(shortUsd)}`)
  }
  return rows
}

/** A positive number with `digits` significant digits, never in exponential form. */
export function decimal(value: number, digits: number): string {
  const before = Math.floor(Math.log10(value)) + 1
  return value.toFixed(Math.min(100, Math.max(0, digits - before)))
}

const cents = (usd: number): string => String(Math.round(usd * 100) / 100)
