import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import { binOf } from '@faultline/market/price-grid'
import { DAY_MS, HOUR_MS, isoTime, MINUTE_MS, SIDES, type Side } from '@faultline/market/units'
import type { BucketInput } from '../estimator/bucket-input.ts'
import type { HeatMap } from '../map/heat-map.ts'
import { triggerPrice } from '../margin/trigger-price.ts'
import { DistanceNull, type DistanceRates, rateAt } from './distance-null.ts'
import {
  blurred,
  type DistanceProfile,
  distanceBins,
  mirrored,
  overSwept,
  profileOf,
  REACH_BINS,
  type SweptBins,
} from './distance-profile.ts'
import { Ladder } from './ladder.ts'
import { readScorer, writeScorer } from './scorer-checkpoint.ts'

/** A map is frozen at each multiple of this. */
export const FREEZE_MS = 15 * MINUTE_MS
/** How long after it a frozen map is looked at. Longer horizons are dominated by positions that were not open yet. */
export const HORIZONS_MS = [FREEZE_MS, HOUR_MS] as const
/** What the map is compared with, see docs/score.md. */
export const NULLS = ['uniform', 'distanceOnly', 'stale', 'mirrored', 'ladder'] as const
export type Null = (typeof NULLS)[number]

export interface ScoredBucket extends BucketInput {
  /**
   * share of the bucket in which the feed of prints was listened to, 0–1, not how much the venue leaves out of it; where left out 1, or 0
   * where `printsKnown` is false
   */
  listened?: number
}

/** A forecast of at least `usd` liquidated, both sides together, within `horizonMs` of the moment at which it was made. */
export interface CascadeForecast {
  /** names the threshold in the reliability table */
  id: string
  /** one of HORIZONS_MS */
  horizonMs: number
  usd: number
  probability: number
}

/** What was known with the frozen map and is scored with it. */
export interface FrozenReadings {
  cascadeProbabilities?: readonly CascadeForecast[]
  riskIndex?: number | null
  openInterestUsd?: number | null
}

export interface Gain {
  /** log density of the map less that of the null, nats, over the outcome's events */
  sum: number
  perEvent: number
}

/** What came of one frozen map after one horizon. JSON-safe. */
export interface Outcome {
  /** UTC ms */
  frozenAt: number
  horizonMs: number
  /** prints within the swept bins, and all prints of the horizon in USD */
  events: number
  usd: number
  longUsd: number
  shortUsd: number
  /** prints that are not scored: on the other side of the price, or beyond what price went through (positions opened since, prints astray) */
  unplaced: number
  /** what the frozen map held in the swept bins */
  predictedUsd: number
  predictedLongUsd: number
  predictedShortUsd: number
  sweptBins: SweptBins
  /** per null; null where there is no event, or nothing to compare with yet */
  gain: Readonly<Record<Null, Gain | null>>
  brier: { id: string; probability: number; happened: boolean }[]
  riskIndex: number | null
  openInterestUsd: number | null
}

/** A map that waits for its horizon. */
export interface PendingMap {
  frozenAt: number
  horizonMs: number
  price: number
  /** standard deviation of log price over the horizon, as known at the freeze */
  sigma: number
  map: DistanceProfile
  stale: DistanceProfile | null
  ladder: DistanceProfile | null
  rates: DistanceRates
  readings: FrozenReadings
  low: number
  high: number
  coveredMs: number
  listenedMs: number
  /** per side and bin of distance: count of prints, sum of √USD, USD */
  counts: Readonly<Record<Side, Float64Array>>
  roots: Readonly<Record<Side, Float64Array>>
  usd: { long: number; short: number }
  unplaced: number
}

export interface ScorerState {
  lastBucket: number | null
  lastClose: number
  /** exponentially weighted variance of log price per ms */
  variance: number
  /** outcomes that came to nothing: buckets were missing, or the feed of prints was not listened to */
  dropped: number
  pending: PendingMap[]
  /** the map's own profiles, one per hour, of the last 25 hours */
  past: { time: number; profile: DistanceProfile }[]
  nulls: DistanceNull[]
  ladder: Ladder
}

/** The volatility that distances are measured in follows price with this half-life. */
const SIGMA_HALF_LIFE_MS = 6 * HOUR_MS
/** 2 % a day until price has been seen to move; never below 0.2 % a day. */
const STARTING_VARIANCE = 0.02 ** 2 / DAY_MS
const LEAST_VARIANCE = 0.002 ** 2 / DAY_MS
/** An outcome counts when the feed was listened to for at least this share of its horizon. */
const LEAST_LISTENED = 0.9
/** Prints a little beyond the last swept bin are taken to lie in it: venues give prices of orders and fills, not of triggers. */
const TOLERANCE_BINS = 10

export interface ScorerConfig {
  bucketMs: number
  /** margin table of the instrument: where a bankruptcy price was triggered. Without it such a print lies where its price is. */
  tiers?: readonly MarginTier[]
}

/**
 * Scores a live map against the liquidations that follow, and never looks ahead: at each quarter of an hour the map is frozen, with its
 * nulls as they were known then, and looked at again after each horizon. Only bins that price went through since count, since nothing
 * can be liquidated elsewhere: the score is where within the sweep the prints came, not whether price moved.
 *
 * Per outcome, over the n prints in swept bins, with density q of the map and r of a null over these bins:
 *
 *   gain = Σ wᵢ ln(q(binᵢ)/r(binᵢ)),   wᵢ = n √USDᵢ / Σ √USD
 *
 * so that an outcome counts by its number of prints, and within it a print a hundred times as large counts ten times. Pure; resumable.
 */
export class PrequentialScorer {
  private readonly config: { bucketMs: number; tiers: readonly MarginTier[] | null }
  private readonly state: ScorerState

  constructor(config: ScorerConfig) {
    if (!Number.isSafeInteger(config.bucketMs) || config.bucketMs <= 0)
      throw new FaultlineError('bad_input', `${config.bucketMs} is not a bucket length in milliseconds`, { place: { field: 'bucketMs' } })
    this.config = { bucketMs: config.bucketMs, tiers: config.tiers ?? null }
    this.state = {
      lastBucket: null,
      lastClose: Number.NaN,
      variance: STARTING_VARIANCE,
      dropped: 0,
      pending: [],
      past: [],
      nulls: HORIZONS_MS.map(() => new DistanceNull()),
      ladder: new Ladder(),
    }
  }

  /** FaultlineError `bad_input` when the bytes are damaged or belong to another edition or bucket length. */
  static resume(config: ScorerConfig, checkpoint: Uint8Array): PrequentialScorer {
    const scorer = new PrequentialScorer(config)
    readScorer(checkpoint, config.bucketMs, scorer.state)
    return scorer
  }

  checkpoint(): Uint8Array {
    return writeScorer(this.config.bucketMs, this.state)
  }

  get lastBucket(): number | null {
    return this.state.lastBucket
  }

  /** Outcomes that were given up: buckets were missing, or the feed of prints was not listened to. */
  get dropped(): number {
    return this.state.dropped
  }

  /** Whether a map is frozen at the close of this bucket: only then are map and readings looked at. */
  freezesAt(bucketStart: number): boolean {
    return (bucketStart + this.config.bucketMs) % FREEZE_MS === 0
  }

  /**
   * One closed bucket, after the estimator has stepped it: `map` is the state at its close, null where nothing is known. Gives the outcomes
   * that have ripened. FaultlineError `bad_input` when the bucket does not come after the last one; the state is then as it was.
   */
  step(bucket: ScoredBucket, map: HeatMap | null, readings: FrozenReadings = {}): Outcome[] {
    const { state } = this
    const { bucketMs } = this.config
    const { bucketStart, close } = bucket
    if (state.lastBucket !== null && bucketStart <= state.lastBucket)
      throw new FaultlineError('bad_input', `does not come after the last bucket that was scored, ${isoTime(state.lastBucket)}`, {
        place: { field: 'bucketStart' },
      })
    const end = bucketStart + bucketMs
    for (const pending of state.pending) observe(pending, bucket, this.config)
    const outcomes = this.ripen(end)
    this.followPrice(bucketStart, close)
    state.ladder.step(bucket)
    state.lastBucket = bucketStart
    if (map !== null && this.freezesAt(bucketStart)) this.freeze(end, map, readings)
    return outcomes
  }

  private ripen(end: number): Outcome[] {
    const outcomes: Outcome[] = []
    const ripe = this.state.pending.filter((p) => p.frozenAt + p.horizonMs <= end)
    this.state.pending = this.state.pending.filter((p) => p.frozenAt + p.horizonMs > end)
    for (const pending of ripe) {
      if (pending.coveredMs < pending.horizonMs || pending.listenedMs < LEAST_LISTENED * pending.horizonMs) {
        this.state.dropped++
        continue
      }
      const { outcome, weights } = outcomeOf(pending)
      outcomes.push(outcome)
      const h = HORIZONS_MS.indexOf(pending.horizonMs as (typeof HORIZONS_MS)[number])
      this.state.nulls[h]?.learn(end, pending.sigma, outcome.sweptBins, weights)
    }
    return outcomes
  }

  private followPrice(bucketStart: number, close: number): void {
    const { state } = this
    if (state.lastBucket !== null) {
      const elapsed = bucketStart - state.lastBucket
      const rate = Math.log(close / state.lastClose) ** 2 / elapsed
      const keep = 0.5 ** (elapsed / SIGMA_HALF_LIFE_MS)
      state.variance = Math.max(LEAST_VARIANCE, keep * state.variance + (1 - keep) * rate)
    }
    state.lastClose = close
  }

  private freeze(time: number, map: HeatMap, readings: FrozenReadings): void {
    const { state } = this
    const own = profileOf(map)
    const ladder = state.ladder.map(time, map.price)
    const stale = state.past.findLast((p) => p.time <= time - DAY_MS && p.time > time - DAY_MS - 2 * HOUR_MS)
    HORIZONS_MS.forEach((horizonMs, h) => {
      // A horizon that is no whole number of buckets cannot be seen to its end.
      if (horizonMs % this.config.bucketMs !== 0) return
      state.pending.push({
        frozenAt: time,
        horizonMs,
        price: map.price,
        sigma: Math.sqrt(state.variance * horizonMs),
        map: own,
        stale: stale?.profile ?? null,
        ladder: ladder && profileOf(ladder),
        rates: (state.nulls[h] as DistanceNull).rates(),
        readings,
        low: map.price,
        high: map.price,
        coveredMs: 0,
        listenedMs: 0,
        counts: { long: new Float64Array(REACH_BINS), short: new Float64Array(REACH_BINS) },
        roots: { long: new Float64Array(REACH_BINS), short: new Float64Array(REACH_BINS) },
        usd: { long: 0, short: 0 },
        unplaced: 0,
      })
    })
    if (time % HOUR_MS === 0) state.past = [...state.past.filter((p) => p.time >= time - 25 * HOUR_MS), { time, profile: own }]
  }
}

function observe(
  pending: PendingMap,
  bucket: ScoredBucket,
  { bucketMs, tiers }: { bucketMs: number; tiers: readonly MarginTier[] | null },
): void {
  // What came in a bucket that was missing is gone, and the horizon cannot be judged: only buckets inside it count towards it.
  if (bucket.bucketStart + bucketMs > pending.frozenAt + pending.horizonMs) return
  pending.coveredMs += bucketMs
  pending.listenedMs += bucketMs * (bucket.listened ?? (bucket.printsKnown === false ? 0 : 1))
  pending.low = Math.min(pending.low, bucket.low)
  pending.high = Math.max(pending.high, bucket.high)
  const priceBin = binOf(pending.price)
  for (const print of bucket.liquidations ?? []) {
    pending.usd[print.side] += print.quantityUsd
    const k = distanceBins(print.side, priceBin, tiers ? triggerPrice(print, tiers) : print.price)
    if (k < 0 || k >= REACH_BINS) {
      pending.unplaced++
      continue
    }
    const [counts, roots] = [pending.counts[print.side], pending.roots[print.side]]
    counts[k] = (counts[k] as number) + 1
    roots[k] = (roots[k] as number) + Math.sqrt(print.quantityUsd)
  }
}

function outcomeOf(p: PendingMap): { outcome: Outcome; weights: Record<Side, Float64Array> } {
  const sweptBins = {
    long: p.low < p.price ? binsTo('long', p, p.low) : 0,
    short: p.high > p.price ? binsTo('short', p, p.high) : 0,
  }
  let { unplaced } = p
  let events = 0
  let roots = 0
  const weights = { long: new Float64Array(REACH_BINS), short: new Float64Array(REACH_BINS) }
  for (const side of SIDES) {
    const swept = sweptBins[side]
    for (let k = 0; k < REACH_BINS; k++) {
      const count = p.counts[side][k] as number
      if (count === 0) continue
      if (swept === 0 || k >= swept + TOLERANCE_BINS) {
        unplaced += count
        continue
      }
      const at = Math.min(k, swept - 1)
      events += count
      roots += p.roots[side][k] as number
      weights[side][at] = (weights[side][at] as number) + (p.roots[side][k] as number)
    }
  }
  if (roots > 0)
    for (const side of SIDES) for (let k = 0; k < REACH_BINS; k++) weights[side][k] = ((weights[side][k] as number) * events) / roots
  const predicted = { long: 0, short: 0 }
  for (const side of SIDES) for (let k = 0; k < sweptBins[side]; k++) predicted[side] += p.map[side][k] as number
  const usd = p.usd.long + p.usd.short
  const outcome: Outcome = {
    frozenAt: p.frozenAt,
    horizonMs: p.horizonMs,
    events,
    usd,
    longUsd: p.usd.long,
    shortUsd: p.usd.short,
    unplaced,
    predictedUsd: predicted.long + predicted.short,
    predictedLongUsd: predicted.long,
    predictedShortUsd: predicted.short,
    sweptBins,
    gain: gains(p, sweptBins, weights, events),
    brier: (p.readings.cascadeProbabilities ?? [])
      .filter((forecast) => forecast.horizonMs === p.horizonMs)
      .map(({ id, usd: threshold, probability }) => ({ id, probability, happened: usd >= threshold })),
    riskIndex: p.readings.riskIndex ?? null,
    openInterestUsd: p.readings.openInterestUsd ?? null,
  }
  return { outcome, weights }
}

const binsTo = (side: Side, p: PendingMap, price: number) => Math.min(REACH_BINS, distanceBins(side, binOf(p.price), price) + 1)

function gains(p: PendingMap, swept: SweptBins, weights: Record<Side, Float64Array>, events: number): Record<Null, Gain | null> {
  if (events === 0) return { uniform: null, distanceOnly: null, stale: null, mirrored: null, ladder: null }
  const densityOf = (profile: DistanceProfile) => {
    const soft = blurred(profile)
    return overSwept(swept, (side, k) => soft[side][k] as number)
  }
  const map = densityOf(p.map)
  const against = (other: Readonly<Record<Side, Float64Array>>): Gain => {
    let sum = 0
    for (const side of SIDES)
      for (let k = 0; k < swept[side]; k++) {
        const weight = weights[side][k] as number
        if (weight > 0) sum += weight * Math.log((map[side][k] as number) / (other[side][k] as number))
      }
    return { sum, perEvent: sum / events }
  }
  return {
    uniform: against(overSwept(swept, () => 1)),
    distanceOnly: against(overSwept(swept, (side, k) => rateAt(p.rates, side, k, p.sigma))),
    stale: p.stale && against(densityOf(p.stale)),
    mirrored: against(densityOf(mirrored(p.map))),
    ladder: p.ladder && against(densityOf(p.ladder)),
  }
}
