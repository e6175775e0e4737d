/** The map at chosen times, from events alone. Pure: no clock, no file. */
import { type BucketInput, Estimator } from '@faultline/engine/estimator/estimator'
import type { Bands, HeatMap } from '@faultline/engine/map/heat-map'
import { COLUMN_FLOOR_USD, type PlaneData } from '@faultline/market/column'
import type { MarginTier } from '@faultline/market/instrument'
import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { SIDES } from '@faultline/market/units'

const PERCENTILES = ['p10', 'p50', 'p90'] as const

/** Names of the columns; with bands the percentiles follow, side by side. */
export const estimateHeader = (bands = false): string =>
  ['time', 'price', ...SIDES, ...(bands ? SIDES.flatMap((side) => PERCENTILES.map((percentile) => `${side}_${percentile}`)) : [])].join(',')

export interface EstimateOptions {
  bucketMs: number
  tiers: readonly MarginTier[]
  /** in order of time */
  inputs: Iterable<BucketInput>
  /** UTC ms, ascending and distinct */
  times: readonly number[]
  /** further columns: 10th, 50th and 90th percentile of each bin, per side */
  bands?: boolean
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
 * CSV rows under `estimateHeader` for each requested time: one row per bin of the price grid within ×0.5 to ×2 of the price in which any
 * of the row's numbers is at least 1 USD. A time sees the buckets that closed at or before it and nothing later. At most one map is in
 * memory at a time.
 */
export function* estimateRows(options: EstimateOptions): Generator<string, EstimateOutcome, undefined> {
  const { bucketMs, times } = options
  const estimator = new Estimator({ bucketMs, tiers: options.tiers })
  const outcome: EstimateOutcome = { before: [], after: [] }
  let next = 0
  let lastClose = Number.NEGATIVE_INFINITY
  let done = 0

  function* rowsUntil(end: number): Generator<string> {
    // All requested times before `end` see the same state: only their stamps differ.
    let tails: string[] | null = null
    for (; next < times.length && (times[next] as number) < end; next++) {
      const time = times[next] as number
      if (!tails) {
        const map = estimator.map()
        if (!map) {
          outcome.before.push(time)
          continue
        }
        tails = rowsOf(map, options.bands ? estimator.bands() : null)
      }
      if (time > lastClose && end === Number.POSITIVE_INFINITY) outcome.after.push(time)
      for (const tail of tails) yield `${time},${tail}`
    }
  }

  for (const input of options.inputs) {
    yield* rowsUntil(input.bucketStart + bucketMs)
    if (next === times.length) return outcome
    estimator.step(input)
    lastClose = input.bucketStart + bucketMs
    options.onStep?.(++done)
  }
  yield* rowsUntil(Number.POSITIVE_INFINITY)
  return outcome
}

/** The rows without their times, from the lowest price. */
function rowsOf(map: HeatMap, bands: Bands | null): string[] {
  const { price } = map
  const planes: PlaneData[] = SIDES.map((side) => map[side])
  if (bands)
    for (const side of SIDES)
      for (const percentile of PERCENTILES) planes.push({ firstBin: bands[side].firstBin, usd: bands[side][percentile] })
  const held = planes.filter(({ usd }) => usd.length > 0)
  const first = Math.max(binOf(price * 0.5), Math.min(...held.map(({ firstBin }) => firstBin)))
  const last = Math.min(binOf(price * 2), Math.max(...held.map(({ firstBin, usd }) => firstBin + usd.length - 1)))
  const rows: string[] = []
  for (let bin = first; bin <= last; bin++) {
    const numbers = planes.map(({ firstBin, usd }) => usd[bin - firstBin] ?? 0)
    if (numbers.every((usd) => usd < COLUMN_FLOOR_USD)) continue
    const centre = binCentrePrice(bin)
    if (centre < price * 0.5 || centre > price * 2) continue
    rows.push([decimal(centre, 10), ...numbers.map(cents)].join(','))
  }
  return rows
}

/** A positive number with `digits` significant digits, never in exponential form. */
export function decimal(value: number, digits: number): string {
  const before = Math.floor(Math.log10(value)) + 1
  return value.toFixed(Math.min(100, Math.max(0, digits - before)))
}

const cents = (usd: number): string => String(Math.round(usd * 100) / 100)
