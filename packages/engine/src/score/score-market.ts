import { type Column, PLANES } from '@faultline/market/column'
import type { MarginTier } from '@faultline/market/instrument'
import { BIN_LOG_STEP } from '@faultline/market/price-grid'
import { DAY_MS, HOUR_MS, SIDES, type Side } from '@faultline/market/units'
import type { BucketInput } from '../estimator/bucket-input.ts'
import type { Bands, HeatMap } from '../map/heat-map.ts'
import { COVERAGE_DISTANCES, type CoverageCounts, type CumulativeBands, countBins, countCumulative, noCoverage } from './band-coverage.ts'
import { Ladder } from './ladder.ts'
import { type FrozenReadings, type Outcome, PrequentialScorer } from './prequential.ts'
import type { TruthMap } from './truth-map.ts'
import {
  binsOf,
  type CurveInHindsight,
  curveInHindsight,
  distanceHistogram,
  planeHistogram,
  type SampleMeasures,
  type TruthOptions,
  type TruthSample,
  truthMeasures,
} from './truth-measures.ts'

/** What is scored: an Estimator, or anything that is stepped and read like one. */
export interface ScoredEstimator {
  /** what the last step expected to be liquidated before it learned anything, USD */
  readonly predicted?: { liquidated: Readonly<Record<Side, number>> } | null
  step(input: BucketInput): void
  column(): Column | null
  bands?(): Bands | null
  cumulativeBands?(distances: readonly number[]): CumulativeBands | null
}

export interface ScoreMarketOptions<E extends ScoredEstimator> {
  estimator: E
  bucketMs: number
  /** margin table of the instrument, for prints at bankruptcy prices; without it these count where they are */
  tiers?: readonly MarginTier[]
  /** in order of time */
  inputs: Iterable<BucketInput>
  /** in order of time; only times at which a bucket closes are compared */
  truth?: readonly TruthMap[]
  truthOptions: TruthOptions
  /** days after the first bucket before which nothing is scored: the first ones rest on the prior of the start */
  fromDay: number
  /** what is scored beside the map, read off the estimator when a map is frozen */
  readings?: (estimator: E, bucket: BucketInput) => FrozenReadings
  /** also sum up, per day, what the map held where price then went: costs reading a column at every bucket */
  daily?: boolean
  onStep?: (done: number) => void
}

export const TRUTH_NULLS = ['uniform', 'curve', 'stale', 'mirrored', 'ladder'] as const
export type TruthNull = (typeof TRUTH_NULLS)[number]

export interface TruthScore {
  rows: SampleMeasures[]
  /** sides of times at which the estimate held nothing within the span */
  missing: number
  /** times of the truth at which no bucket closes, and those before anything was known */
  skippedTimes: number
  /** the best curve over distance, chosen in hindsight; null where nothing could be compared */
  curve: CurveInHindsight | null
  nulls: Readonly<Record<TruthNull, SampleMeasures[]>>
  /** mean USD per bin of distance over the times that were compared */
  profile: Readonly<Record<Side, { truth: Float64Array; estimate: Float64Array }>>
  /** null where the estimator has no bands */
  coverage: CoverageCounts | null
}

/** One day (UTC) of what the map held in the bins that price swept, and of what the prints showed. */
export interface DayFlow {
  day: number
  sweptLongUsd: number
  sweptShortUsd: number
  /** what the estimator itself expected there, before it saw any print; 0 where it gives no such figure */
  predictedLongUsd: number
  predictedShortUsd: number
  printedLongUsd: number
  printedShortUsd: number
}

export interface MarketScore {
  buckets: number
  prints: number
  truth: TruthScore | null
  outcomes: Outcome[]
  dropped: number
  days: DayFlow[]
}

/** Steps an estimator through a market and scores it on the way: against truth where there is one, and on the prints that follow. */
export function scoreMarket<E extends ScoredEstimator>(options: ScoreMarketOptions<E>): MarketScore {
  const { estimator, bucketMs, truth, fromDay } = options
  const scorer = new PrequentialScorer({ bucketMs, ...(options.tiers && { tiers: options.tiers }) })
  const against = truth ? new TruthRun(truth, options.truthOptions) : null
  const flow = new DailyFlow()
  const outcomes: Outcome[] = []
  const ladder = new Ladder()
  let from = Number.NaN
  let buckets = 0
  let prints = 0
  for (const input of options.inputs) {
    if (buckets === 0) from = input.bucketStart + fromDay * DAY_MS
    const end = input.bucketStart + bucketMs
    if (options.daily) flow.step(input)
    estimator.step(input)
    if (options.daily) flow.expect(estimator)
    prints += input.liquidations?.length ?? 0
    const freezes = scorer.freezesAt(input.bucketStart)
    const compared = against?.compares(end) ?? false
    const column = options.daily || freezes || compared ? estimator.column() : null
    const map: HeatMap | null = column && { time: end, price: input.close, long: column.planes[PLANES[0]], short: column.planes[PLANES[1]] }
    if (options.daily) flow.map = map
    const readings = freezes && map && options.readings ? options.readings(estimator, input) : {}
    for (const outcome of scorer.step(input, freezes ? map : null, readings)) if (outcome.frozenAt >= from) outcomes.push(outcome)
    ladder.step(input)
    if (compared) against?.compare(end, input.close, map, ladder.map(end, input.close), estimator, end >= from)
    buckets++
    options.onStep?.(buckets)
  }
  return { buckets, prints, truth: against?.result() ?? null, outcomes, dropped: scorer.dropped, days: flow.days }
}

type Histograms = Readonly<Record<Side, Float64Array>>

class TruthRun {
  private readonly truth: Map<number, TruthMap>
  private readonly options: TruthOptions
  private readonly samples: TruthSample[] = []
  private readonly others: Record<'stale' | 'mirrored' | 'ladder', TruthSample[]> = { stale: [], mirrored: [], ladder: [] }
  private readonly past = new Map<number, Histograms>()
  private readonly counts = noCoverage()
  private seen = 0

  constructor(truth: readonly TruthMap[], options: TruthOptions) {
    this.truth = new Map(truth.map((t) => [t.time, t]))
    this.options = options
  }

  compares(time: number): boolean {
    return this.truth.has(time)
  }

  compare(time: number, price: number, map: HeatMap | null, ladder: HeatMap | null, estimator: ScoredEstimator, scored: boolean): void {
    const truth = this.truth.get(time) as TruthMap
    this.seen++
    const own = this.histograms(map, price)
    this.past.set(time, own)
    this.past.delete(time - DAY_MS - HOUR_MS)
    if (!scored) return
    const stale = this.past.get(time - DAY_MS)
    const rungs = this.histograms(ladder, price)
    for (const side of SIDES) {
      const usd = truth[side]
      const known = distanceHistogram(this.options, price, side, (add) => {
        for (let i = 0; i < usd.length; i++) add(Math.log(truth.price[i] as number), usd[i] as number)
      })
      const sample = { time, side, truth: known, estimate: own[side] }
      this.samples.push(sample)
      this.others.mirrored.push({ ...sample, estimate: own[side === 'long' ? 'short' : 'long'] })
      this.others.ladder.push({ ...sample, estimate: rungs[side] })
      if (stale) this.others.stale.push({ ...sample, estimate: stale[side] })
    }
    const bands = estimator.bands?.()
    if (bands) countBins(this.counts, truth, price, bands, this.options.span)
    const cumulative = estimator.cumulativeBands?.(COVERAGE_DISTANCES)
    if (cumulative) countCumulative(this.counts, truth, price, cumulative)
  }

  result(): TruthScore {
    const { options, samples } = this
    const { rows, missing } = truthMeasures(samples, options)
    const curve = curveInHindsight(samples, options)
    const flat = new Float64Array(binsOf(options)).fill(1)
    const always = (estimate: Float64Array) =>
      truthMeasures(
        samples.map((s) => ({ ...s, estimate })),
        options,
      ).rows
    return {
      rows,
      missing,
      skippedTimes: this.truth.size - this.seen,
      curve,
      nulls: {
        uniform: always(flat),
        curve: curve ? always(curve.curve) : [],
        stale: truthMeasures(this.others.stale, options).rows,
        mirrored: truthMeasures(this.others.mirrored, options).rows,
        ladder: truthMeasures(this.others.ladder, options).rows,
      },
      profile: { long: this.profileOf('long'), short: this.profileOf('short') },
      coverage: this.counts.bins.length > 0 ? this.counts : null,
    }
  }

  private profileOf(side: Side): { truth: Float64Array; estimate: Float64Array } {
    const own = this.samples.filter((s) => s.side === side)
    const meanOf = (of: 'truth' | 'estimate') => {
      const out = new Float64Array(binsOf(this.options))
      for (const s of own) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (s[of][i] as number) / own.length
      return out
    }
    return { truth: meanOf('truth'), estimate: meanOf('estimate') }
  }

  private histograms(map: HeatMap | null, price: number): Histograms {
    const of = (side: Side) => (map ? planeHistogram(this.options, price, side, map[side]) : new Float64Array(binsOf(this.options)))
    return { long: of('long'), short: of('short') }
  }
}

class DailyFlow {
  readonly days: DayFlow[] = []
  /** state at the close of the bucket before */
  map: HeatMap | null = null

  step(input: BucketInput): void {
    const day = Math.floor(input.bucketStart / DAY_MS) * DAY_MS
    if (this.days.at(-1)?.day !== day)
      this.days.push({
        day,
        sweptLongUsd: 0,
        sweptShortUsd: 0,
        predictedLongUsd: 0,
        predictedShortUsd: 0,
        printedLongUsd: 0,
        printedShortUsd: 0,
      })
    const flow = this.days.at(-1) as DayFlow
    if (this.map) {
      flow.sweptLongUsd += heldBetween(this.map.long, input.low, Number.POSITIVE_INFINITY)
      flow.sweptShortUsd += heldBetween(this.map.short, 0, input.high)
    }
    for (const print of input.liquidations ?? []) {
      if (print.side === 'long') flow.printedLongUsd += print.quantityUsd
      else flow.printedShortUsd += print.quantityUsd
    }
  }

  expect(estimator: ScoredEstimator): void {
    const flow = this.days.at(-1)
    const liquidated = estimator.predicted?.liquidated
    if (!flow || !liquidated) return
    flow.predictedLongUsd += liquidated.long
    flow.predictedShortUsd += liquidated.short
  }
}

/** USD of the bins whose centre lies between two prices. */
function heldBetween(plane: HeatMap['long'], low: number, high: number): number {
  let usd = 0
  const [from, to] = [Math.log(low) / BIN_LOG_STEP - 0.5, Math.log(high) / BIN_LOG_STEP - 0.5]
  const first = Math.max(0, Math.ceil(from - plane.firstBin))
  const last = Math.min(plane.usd.length - 1, Math.floor(to - plane.firstBin))
  for (let i = first; i <= last; i++) usd += plane.usd[i] as number
  return usd
}
