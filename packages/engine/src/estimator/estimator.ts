import type { Column, PlaneData } from '@faultline/market/column'
import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import { exp, power } from '@faultline/market/portable-math'
import { BIN_LOG_STEP, binCoordinate, binOf } from '@faultline/market/price-grid'
import { HOUR_MS, SIDES, type Side } from '@faultline/market/units'
import type { Band, BandPlane, Bands, HeatMap, LeveragePlanes, WeightedMap } from '../map/heat-map.ts'
import { assertTiers } from '../margin/tiers.ts'
import { bandOf, emptyBands, normalQuantile } from './bands.ts'
import { Blend } from './blend.ts'
import { type BucketInput, checkBucket } from './bucket-input.ts'
import { type EstimatorState, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { type LeverageClasses, leverageClasses } from './classes.ts'
import { HeldBars } from './held-bars.ts'
import { type Member, Members, stretchesOf } from './members.ts'
import { seenStock } from './observed-evidence.ts'
import type { ObservedStock } from './observed-stock.ts'
import { PlaneSums } from './plane.ts'
import { type PrintTally, tallyPrints } from './prints.ts'
import { INGREDIENTS, type Ingredient } from './settings.ts'
import { Tilt } from './tilt.ts'
import { Turnover } from './turnover.ts'

export type { BucketInput } from './bucket-input.ts'

/** Names the arithmetic. It changes whenever any byte of a column or a checkpoint may change. */
export const MODEL_VERSION = 'ensemble-1'

export interface EstimatorConfig {
  bucketMs: number
  /** margin table of the instrument, lowest tier first */
  tiers: readonly MarginTier[]
  /** ingredients to leave out, to see what each gives; none by default */
  without?: readonly Ingredient[]
}

/** What the last step expected to be liquidated before it learned anything, USD per side. */
export interface Prediction {
  bucketStart: number
  /** liquidated, whether the feed shows it or not */
  liquidated: Record<Side, number>
  /** shown by the feed */
  printed: Record<Side, number>
}

/** What the estimator has learned. */
export interface EstimatorReport {
  model: string
  /** share of the map that is not its own running distance profile, 0 to 1 */
  beta: number
  /** every member with its weight; they sum to 1 */
  members: { name: string; weight: number }[]
  /** share of liquidations that the feed is thought to show; null before the first print */
  coverage: number | null
  /** how unsure the level of the whole map is: standard deviation of its logarithm */
  levelSd: number
  /** weight of funding and the accounts' ratio in the leverage of what opens */
  tilt: number
  prints: { seen: number; outsideCandle: number }
}

/** Open interest below this many coins is none. */
const MIN_BASE = 1e-9
/** Variance of prints over their mean before any came, as a share of open interest. */
const UNIT_SHARE = 1e-4
const UNIT_HALF_LIFE_MS = 8 * 24 * HOUR_MS
/** How lumpy positions are: variance over mean of what stands in a bin and in a range, as a share of open interest. */
const BIN_LUMP = 9e-4
const RANGE_LUMP = 1e-3
/** Without prints nothing was measured: the level and the shape are the prior's. */
const UNMEASURED_SD = 0.8
/**
 * What members disagree by is not all that can be wrong with the shape. Close to the price it is most uncertain: who stands there has
 * survived, and how many do differs most between crowds. Log standard deviation by log distance.
 */
const SHAPE_SD_FAR = 0.5
const SHAPE_SD_NEAR = 1.1
const SHAPE_REACH = 0.02
const shapeSd = (distance: number) => SHAPE_SD_FAR + SHAPE_SD_NEAR * exp(-Math.max(0, distance) / SHAPE_REACH)
/** of a whole map */
const SHAPE_SD = 0.5

/**
 * The liquidation map of one instrument, stepped once per closed bucket. Pure: the same buckets give the same bytes, from the start or
 * from a checkpoint, in Node and in a browser. What it computes: docs/method.md.
 */
export class Estimator {
  private readonly config: EstimatorConfig
  private readonly left: ReadonlySet<Ingredient>
  private readonly classes: LeverageClasses
  private readonly state: EstimatorState
  private readonly planes = new PlaneSums()
  private prediction: Prediction | null = null

  /** FaultlineError `bad_input` when the bucket's length or the margin table is impossible. */
  constructor(config: EstimatorConfig) {
    if (!Number.isSafeInteger(config.bucketMs) || config.bucketMs <= 0)
      throw new FaultlineError('bad_input', `${config.bucketMs} is not a bucket length in milliseconds`, { place: { field: 'bucketMs' } })
    assertTiers(config.tiers)
    const without = INGREDIENTS.filter((ingredient) => config.without?.includes(ingredient))
    this.config = { bucketMs: config.bucketMs, tiers: config.tiers.map((tier) => ({ ...tier })), without }
    this.left = new Set(without)
    this.classes = leverageClasses(this.config.tiers)
    this.state = {
      lastBucket: null,
      close: 0,
      figure: null,
      held: new HeldBars(),
      turnover: new Turnover(),
      members: new Members(this.classes, this.left),
      blend: new Blend(),
      tilt: new Tilt(),
      prints: { seen: 0, outside: 0, squares: 0, usd: 0 },
      seen: null,
    }
  }

  /** FaultlineError `bad_input` when the checkpoint is damaged or belongs to another model, bucket length or margin table. */
  static resume(config: EstimatorConfig, checkpoint: Uint8Array): Estimator {
    const estimator = new Estimator(config)
    readCheckpoint(checkpoint, estimator.head(), estimator.state)
    return estimator
  }

  /** Start of the last bucket that was stepped. */
  get lastBucket(): number | null {
    return this.state.lastBucket
  }

  /** Base coin that each set of books holds, residual included; equal to the newest open interest after a step that brought one. */
  get totals(): { long: number; short: number } {
    const { filters } = this.state.members
    const mean = (side: 0 | 1) => filters.reduce((sum, filter) => sum + filter.books[side].total(), 0) / filters.length
    return { long: mean(0), short: mean(1) }
  }

  /** What the last step expected, before it learned anything; null before the first step and after a resume. */
  get predicted(): Prediction | null {
    return this.prediction
  }

  /**
   * One closed bucket. Buckets come in time order; skipped ones are a gap. FaultlineError `bad_input` on numbers that no market can have
   * shown; the state is then as it was.
   */
  step(input: BucketInput): void {
    const { bucketMs } = this.config
    const { state, left } = this
    checkBucket(input, bucketMs, state.lastBucket, state.figure?.time ?? null)
    const { bucketStart, open, high, low, close, volume, openInterest } = input
    const elapsedMs = state.lastBucket === null ? bucketMs : bucketStart - state.lastBucket

    for (const filter of state.members.filters) filter.sweep(low, high)
    this.predictAndLearn(input, elapsedMs)
    if (!left.has('tilt')) state.tilt.observe(input.fundingRate, input.longShortRatio, elapsedMs)
    state.turnover.observe(volume, bucketMs, elapsedMs)
    state.held.push(open, high, low, close, volume, bucketMs)
    const hours = Math.floor((bucketStart + bucketMs) / HOUR_MS) - Math.floor(((state.lastBucket ?? bucketStart) + bucketMs) / HOUR_MS)
    state.lastBucket = bucketStart
    state.close = close
    if (openInterest) {
      const base = openInterest.base < MIN_BASE ? 0 : openInterest.base
      const now = { time: openInterest.time, base }
      const tilt = left.has('tilt') ? null : state.tilt
      for (const filter of state.members.filters)
        filter.explain(state.figure, now, close, state.held, state.turnover, tilt, !left.has('prior stock'))
      state.held.clear()
      state.figure = now
    }
    if (hours > 0) this.eachHour(hours * HOUR_MS)
    if (input.observed) this.takeIn(input.observed)
    else if (hours > 0 && state.seen) this.observe()
  }

  /** State at the close of the last bucket; null until an open interest is known. */
  column(): Column | null {
    const map = this.map()
    return (
      map && { bucketStart: map.time - this.config.bucketMs, bucketMs: this.config.bucketMs, planes: { long: map.long, short: map.short } }
    )
  }

  /** The blended estimate at the close of the last bucket, the numbers of `column`; null until an open interest is known. */
  map(): HeatMap | null {
    const { lastBucket, figure, close } = this.state
    if (lastBucket === null || figure === null) return null
    const time = lastBucket + this.config.bucketMs
    return { time, price: close, long: this.blended(0).toPlane(), short: this.blended(1).toPlane() }
  }

  /**
   * How sure the map is, per bin; null until an open interest is known. Costs a reading of every member: for a look, not for every bucket.
   */
  bands(): Bands | null {
    const { figure } = this.state
    if (figure === null) return null
    const [long, short] = this.spreads()
    return { long: this.bandPlane(long), short: this.bandPlane(short) }
  }

  /** How sure the sums from the price outwards are: per log distance, USD. Null until an open interest is known. */
  cumulativeBands(distances: readonly number[]): Record<Side, Band[]> | null {
    const { figure, close } = this.state
    if (figure === null) return null
    const lump = RANGE_LUMP * figure.base * close
    const spreads = this.spreads()
    const order = distances.map((_, i) => i).sort((a, b) => (distances[a] as number) - (distances[b] as number))
    const read = (side: 0 | 1) => {
      const bands: Band[] = []
      // What stands within a distance stands within a longer one too, however much surer the longer one is.
      let least: Band = { p10: 0, p50: 0, p90: 0 }
      for (const i of order) {
        const { p10, p50, p90 } = this.rangeBand(spreads[side], side, distances[i] as number, lump)
        least = { p10: Math.max(least.p10, p10), p50: Math.max(least.p50, p50), p90: Math.max(least.p90, p90) }
        bands[i] = least
      }
      return bands
    }
    return { long: read(0), short: read(1) }
  }

  /**
   * `count` maps drawn from what is thought possible, of equal weight: members by their weights, the level by its uncertainty, log-normal
   * with the map as its mean, like the bands. The same state gives the same draws. Empty until an open interest is known.
   */
  draws(count: number): WeightedMap[] {
    const { lastBucket, figure, close, members } = this.state
    if (lastBucket === null || figure === null) return []
    const maps = members.all.map((member) => SIDES.map((_, side) => this.memberPlane(member, side as 0 | 1).toPlane()))
    const sd = Math.sqrt(square(this.levelSd()) + square(SHAPE_SD))
    const draws: WeightedMap[] = []
    let m = 0
    let below = 0
    for (let i = 0; i < count; i++) {
      const at = (i + 0.5) / count
      while (m < members.all.length - 1 && below + (members.weights[m] as number) < at) below += members.weights[m++] as number
      const [long, short] = maps[m] as [PlaneData, PlaneData]
      const factor = exp(sd * normalQuantile(radicalInverse(i + 1)) - (sd * sd) / 2)
      const map = { time: lastBucket + this.config.bucketMs, price: close, long: scaled(long, factor), short: scaled(short, factor) }
      draws.push({ weight: 1 / count, map })
    }
    return draws
  }

  /** The map by effective leverage, before the blend; lines count with the stretch that they lie in. Null until an open interest is known. */
  leveragePlanes(): Record<Side, LeveragePlanes> | null {
    if (this.state.figure === null) return null
    const { leverage, stretches, count } = this.classes
    const centres = leverage.slice(0, stretches)
    const nearest = stretchesOf(this.classes)
    const { members } = this.state
    const read = (side: 0 | 1): LeveragePlanes => {
      const factor = this.levelFactor(side)
      const planes = Array.from(centres, (_, stretch) => {
        const sums = this.planes.begin(this.booksOf(side))
        members.filters.forEach((filter, f) => {
          const weights = Float64Array.from({ length: count }, (_, j) =>
            nearest[j] === stretch ? ((members.combined[f] as Float64Array)[j] as number) : 0,
          )
          sums.add(filter.books[side], weights, this.survivalBin())
        })
        return sums.scale(factor).toUsd().toPlane()
      })
      return { leverage: centres, planes }
    }
    return { long: read(0), short: read(1) }
  }

  /** What was learned so far. */
  report(): EstimatorReport {
    const { members, blend, tilt, prints } = this.state
    const coverage = members.all.reduce((sum, member, m) => sum + (members.weights[m] as number) * member.mix.coverage, 0)
    return {
      model: MODEL_VERSION,
      beta: this.left.has('blend') ? 1 : blend.beta,
      members: members.all.map(({ name }, m) => ({ name, weight: members.weights[m] as number })),
      // a mean of shares, and the weights sum to 1 but for rounding
      coverage: prints.seen > 0 ? Math.min(1, coverage) : null,
      levelSd: this.levelSd(),
      tilt: tilt.weight,
      prints: { seen: prints.seen, outsideCandle: prints.outside },
    }
  }

  /** Everything that further steps depend on. Taking one changes nothing. */
  checkpoint(): Uint8Array {
    return writeCheckpoint(this.head(), this.state)
  }

  private head() {
    const { bucketMs, tiers, without } = this.config
    return { model: [MODEL_VERSION, ...(without ?? [])].join(' without '), bucketMs, tiers }
  }

  /** What is expected is recorded before the prints are looked at; then they teach. */
  private predictAndLearn(input: BucketInput, elapsedMs: number): void {
    const { state, left } = this
    const { members, blend, tilt, prints } = state
    const [long, short] = members.predict()
    const [longUsd, shortUsd] = members.liquidated()
    this.prediction = {
      bucketStart: input.bucketStart,
      printed: { long, short },
      liquidated: { long: longUsd, short: shortUsd },
    }
    if (left.has('prints')) return
    const tally = tallyPrints(input.liquidations ?? [], input.low, input.high, !left.has('throttle'), this.config.tiers)
    prints.seen += input.liquidations?.length ?? 0
    prints.outside += tally.outside
    // A feed that never said anything is none; from its first print on its silence is evidence too.
    if (prints.seen === 0 || state.figure === null || input.printsKnown === false) return
    const unit = this.observeUnit(tally, elapsedMs)
    const expected = { long, short }
    tilt.learn(tally.usd, expected, unit)
    SIDES.forEach((side, s) => {
      const at = s as 0 | 1
      if (!(expected[side] > 0)) return
      const profile = side === 'long' ? blend.long : blend.short
      const reach =
        side === 'long' ? binCoordinate(state.close) - binCoordinate(input.low) : binCoordinate(input.high) - binCoordinate(state.close)
      if (reach > 0) blend.learn(tally.usd[side], expected[side], profile.within(reach), unit)
      members.score(at, tally.usd[side], unit)
      members.teach(at, tally.usd[side], unit, elapsedMs)
    })
  }

  /** Variance of prints over their mean, USD. */
  private observeUnit(tally: PrintTally, elapsedMs: number): number {
    const { prints, figure, close } = this.state
    const keep = power(2, -elapsedMs / UNIT_HALF_LIFE_MS)
    prints.squares *= keep
    prints.usd *= keep
    for (const side of SIDES) {
      prints.squares += square(tally.usd[side])
      prints.usd += tally.usd[side]
    }
    const before = Math.max(1, UNIT_SHARE * (figure?.base ?? 0) * close)
    return (prints.squares + before * before) / (prints.usd + before)
  }

  private eachHour(elapsedMs: number): void {
    const { state, left } = this
    if (state.prints.seen > 0) {
      state.members.fit(elapsedMs)
      state.tilt.fade(elapsedMs)
      state.blend.fade(elapsedMs)
    }
    if (left.has('blend') || state.figure === null) return
    const bin = binOf(state.close)
    state.blend.long.follow(this.combined(0), bin, true, elapsedMs)
    state.blend.short.follow(this.combined(1), bin, false, elapsedMs)
  }

  private takeIn(stock: ObservedStock): void {
    const before = this.state.seen
    this.state.seen = seenStock(this.classes, stock)
    if (this.state.seen || before) this.observe()
  }

  /** What was seen last, against what the books hold now: it counts for less with every hour. */
  private observe(): void {
    const { seen, members, figure, lastBucket } = this.state
    if (figure === null || figure.base === 0 || lastBucket === null) return
    members.observe(seen, this.planes, this.survivalBin(), figure.base, lastBucket + this.config.bucketMs)
  }

  private booksOf(side: 0 | 1) {
    return this.state.members.filters.map((filter) => filter.books[side])
  }

  private survivalBin(): number | null {
    return this.left.has('survival') ? null : binOf(this.state.close)
  }

  /** The members' mean, USD per bin. */
  private combined(side: 0 | 1): PlaneSums {
    const { members } = this.state
    const sums = this.planes.begin(this.booksOf(side))
    members.filters.forEach((filter, f) => {
      sums.add(filter.books[side], members.combined[f] as Float64Array, this.survivalBin())
    })
    return sums.scale(this.levelFactor(side)).toUsd()
  }

  /** A map cannot hold more than the open interest that its books explain. */
  private levelFactor(side: 0 | 1): number {
    const { members, figure } = this.state
    let sum = 0
    members.filters.forEach((filter, f) => {
      sum += filter.weighted(side, members.combined[f] as Float64Array)
    })
    const most = figure?.base ?? 0
    return sum > most ? most / sum : 1
  }

  private blended(side: 0 | 1): PlaneSums {
    return this.mixIn(this.combined(side), side)
  }

  private mixIn(sums: PlaneSums, side: 0 | 1): PlaneSums {
    if (this.left.has('blend')) return sums
    const { blend, close } = this.state
    const profile = side === 0 ? blend.long : blend.short
    profile.mix(sums, binOf(close), side === 0, blend.beta)
    return sums
  }

  private memberPlane(member: Member, side: 0 | 1): PlaneSums {
    const { filter, mix } = member
    const held = filter.weighted(side, mix.weights)
    const most = this.state.figure?.base ?? 0
    const sums = this.planes.begin(this.booksOf(side)).add(filter.books[side], mix.weights, this.survivalBin())
    return this.mixIn(sums.scale(held > most ? most / held : 1).toUsd(), side)
  }

  private levelSd(): number {
    const { members, prints, seen } = this.state
    if (!seen && (prints.seen === 0 || this.left.has('prints'))) return UNMEASURED_SD
    return members.all.reduce((sum, member, m) => sum + (members.weights[m] as number) * member.mix.levelSd, 0)
  }

  /** Per side: the blended plane and every member's, over the same bins. */
  private spreads(): [Spread, Spread] {
    const { members } = this.state
    return SIDES.map((_, side) => {
      const blended = this.blended(side as 0 | 1)
      const { firstBin, length } = blended
      const mean = blended.sums.slice(0, length)
      const planes = members.all.map((member) => this.memberPlane(member, side as 0 | 1).sums.slice(0, length))
      return { firstBin, mean, planes }
    }) as [Spread, Spread]
  }

  private bandPlane({ firstBin, mean, planes }: Spread): BandPlane {
    const { members, figure, close } = this.state
    const lump = BIN_LUMP * (figure?.base ?? 0) * close
    const level = square(this.levelSd())
    const at = binCoordinate(close)
    const bands = emptyBands(firstBin, mean.length)
    for (let i = 0; i < mean.length; i++) {
      const middle = mean[i] as number
      const away = Math.abs(firstBin + i + 0.5 - at) * BIN_LOG_STEP
      let variance = middle * middle * (level + square(shapeSd(away))) + middle * lump
      for (let m = 0; m < planes.length; m++)
        variance += (members.weights[m] as number) * square(((planes[m] as Float64Array)[i] as number) - middle)
      const band = bandOf(middle, variance)
      bands.p10[i] = band.p10
      bands.p50[i] = band.p50
      bands.p90[i] = band.p90
    }
    return bands
  }

  private rangeBand({ firstBin, mean, planes }: Spread, side: 0 | 1, distance: number, lump: number): Band {
    const { members, close } = this.state
    const at = binCoordinate(close)
    const reach = distance / BIN_LOG_STEP
    const sum = (plane: Float64Array) => {
      let usd = 0
      for (let i = 0; i < plane.length; i++) {
        const away = (side === 0 ? at - (firstBin + i + 0.5) : firstBin + i + 0.5 - at) - reach
        // The bin that the distance falls into counts in part.
        usd += (plane[i] as number) * Math.min(1, Math.max(0, 0.5 - away))
      }
      return usd
    }
    const middle = sum(mean)
    let variance = middle * middle * (square(this.levelSd()) + square(shapeSd(distance))) + middle * lump
    for (let m = 0; m < planes.length; m++) variance += (members.weights[m] as number) * square(sum(planes[m] as Float64Array) - middle)
    return bandOf(middle, variance)
  }
}

interface Spread {
  firstBin: number
  mean: Float64Array
  planes: Float64Array[]
}

const square = (x: number) => x * x

function scaled({ firstBin, usd }: PlaneData, factor: number): PlaneData {
  const times = new Float32Array(usd.length)
  for (let i = 0; i < times.length; i++) times[i] = (usd[i] as number) * factor
  return { firstBin, usd: times }
}

/** Van der Corput's sequence in base 2: fills (0, 1) evenly from the first number on. */
function radicalInverse(index: number): number {
  let inverse = 0
  let part = 0.5
  for (let n = index; n > 0; n = Math.floor(n / 2), part /= 2) if (n % 2 === 1) inverse += part
  return inverse
}
