/**
 * The leverage mix of one member: per class a weight w, what stands there over what the books hold, and the share κ of liquidations
 * that the feed shows. Prints tell only κ·w. Its logarithm has a Gaussian-process prior over log leverage: a level that all classes
 * share (κ is in it), a slope that neighbours share, and little of its own; the mode is found by Newton.
 */
import { exp, ln, power } from '@faultline/market/portable-math'
import type { LeverageClasses } from './classes.ts'
import type { Evidence } from './evidence.ts'
import { invertSymmetric, solveSymmetric } from './linear-algebra.ts'
import type { MixSettings } from './settings.ts'

/**
 * Shares of the inflow that simulated crowds leave standing, by effective leverage: few hold more than 30× for long, and who does is soon
 * closed by hand. Interpolated in log leverage. From regressions of true on estimated maps on the tuning seeds.
 */
const THINNING: readonly (readonly [leverage: number, share: number])[] = [
  [3, 1],
  [4, 1.5],
  [5, 1.1],
  [7, 0.5],
  [10, 1.4],
  [14, 1.2],
  [20, 0.9],
  [28, 0.7],
  [40, 0.35],
  [56, 0.2],
  [80, 0.15],
  [115, 0.05],
]
/** 'low' holds this power of leverage/7 fewer than 'thinned' */
const LOW_POWER = 0.7
/** mean weight of a class over its share above, before prints say otherwise */
const LEVEL = 1.6
/** share of the inflow on lines that is thought to stand */
const LINE_SHARE = 0.9
/** prior of κ·LEVEL: what prints of a class at the shares above would be over what was swept */
const LOG_YIELD = ln(0.208)
/** standard deviations of the prior: of the level, of the slope, of each stretch, of each line */
const LEVEL_SD = 1
const SLOPE_SD = 0.1
const SLOPE_LENGTH = 1.75
const STRETCH_SD = 0.05
const LINE_SD = 0.15
/** Of the level that prints show, how much is κ and how much is w: log κ ~ N(log 0.35, 0.5²), log w ~ N(log LEVEL, 0.6²). */
const LOG_COVERAGE = ln(0.35)
const COVERAGE_SD = 0.5
const WEIGHT_SD = 0.6
/** Classes whose level is looked at: those that are swept often enough and live long enough. */
const LEVEL_FROM = 5
const LEVEL_TO = 30
/** So many of these classes have to be known before what they show counts in full. */
const KNOWN_ENOUGH = 2

const MAX_STEPS = 12

const square = (x: number) => x * x

export class Mix {
  readonly settings: MixSettings
  /** log of κ·w per class */
  readonly log: Float64Array
  /** share of liquidations that reach the feed */
  coverage: number
  /** per class; 0 on lines without a menu */
  readonly weights: Float64Array
  /** standard deviation of the level's logarithm */
  levelSd: number
  /** what observed positions add to the prior per class; all 0 where there are none */
  readonly shift: Float64Array
  /** logarithm of the level of w as observed positions show it, and its precision; 0 where there are none */
  readonly observed = { level: 0, precision: 0 }
  private readonly prior: Float64Array
  private readonly precision: Float64Array
  private readonly classes: LeverageClasses
  /** classes that take part: without a menu the stretches only */
  private readonly active: number

  constructor(classes: LeverageClasses, settings: MixSettings) {
    this.settings = settings
    this.classes = classes
    this.active = settings.menu ? classes.count : classes.stretches
    const { leverage, stretches } = classes
    const n = this.active
    this.prior = Float64Array.from({ length: n }, (_, j) => LOG_YIELD + ln(shapeAt(leverage[j] as number, settings, j < stretches)))
    const covariance = new Float64Array(n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const apart = ln((leverage[i] as number) / (leverage[j] as number)) / SLOPE_LENGTH
        const both = i < stretches && j < stretches
        const own = i === j ? square(i < stretches ? STRETCH_SD : LINE_SD) : 0
        covariance[i * n + j] = square(LEVEL_SD) + (both ? square(SLOPE_SD) * exp(-0.5 * apart * apart) : 0) + own
      }
    this.precision = invertSymmetric(covariance, n)
    this.log = Float64Array.from(this.prior)
    this.shift = new Float64Array(n)
    this.weights = new Float64Array(classes.count)
    this.coverage = exp(LOG_YIELD - ln(LEVEL))
    this.levelSd = WEIGHT_SD
    this.apply()
  }

  /** USD in print when price sweeps `swept` USD per class. */
  predictPrinted(swept: Float64Array): number {
    let sum = 0
    for (let j = 0; j < this.active; j++) sum += (this.weights[j] as number) * (swept[j] as number)
    return sum * this.coverage
  }

  /** Goes to the mode of the posterior, from where it stands. */
  fit(evidence: Evidence): void {
    const n = this.active
    const { count, squares, products } = evidence
    const { log, precision } = this
    const work = workspaceOf(n)
    const { weights, predicted, pull, gradient, hessian, trial } = work
    let value = this.objective(evidence, log, work)
    for (let step = 0; step < MAX_STEPS; step++) {
      for (let i = 0; i < n; i++) {
        const wi = weights[i] as number
        for (let j = 0; j <= i; j++)
          hessian[i * n + j] = wi * ((squares[i * count + j] as number) * (weights[j] as number)) + (precision[i * n + j] as number)
        const slope = wi * ((predicted[i] as number) - (products[i] as number))
        gradient[i] = slope + (pull[i] as number)
        // Leaving out negative curvature keeps the step a descent.
        hessian[i * n + i] = (hessian[i * n + i] as number) + Math.max(0, slope)
      }
      const direction = solveSymmetric(hessian, gradient, n, work.lower, work.direction)
      let size = 1
      let next = value
      for (let attempt = 0; attempt < 12 && !(next < value); attempt++, size *= 0.4) {
        for (let i = 0; i < n; i++) trial[i] = (log[i] as number) - size * Math.max(-2, Math.min(2, direction[i] as number))
        next = this.objective(evidence, trial, work)
      }
      if (!(next < value)) break
      const gained = value - next
      for (let i = 0; i < n; i++) log[i] = trial[i] as number
      value = next
      if (gained < 1e-9 + 1e-6 * Math.abs(value)) break
    }
    this.split(evidence)
    this.apply()
  }

  /**
   * Takes in what observed positions show, or takes it back (all 0): `shift` per class as its stretch has it, `above` the level that they
   * show over the present one. What prints have taught stays, beside it.
   */
  observe(evidence: Evidence, shift: Float64Array, above: number, precision: number): void {
    this.observed.level = precision > 0 ? this.printedLevel(evidence).level - ln(this.coverage) + above : 0
    this.observed.precision = precision
    for (let j = 0; j < this.active; j++) {
      this.log[j] = (this.log[j] as number) - (this.shift[j] as number) + (shift[j] as number)
      this.shift[j] = shift[j] as number
    }
    this.split(evidence)
    this.apply()
  }

  /** What prints show of the level of log κ·w, and how many classes they know it of. */
  private printedLevel(evidence: Evidence): { known: number; level: number } {
    const { uncompressed, stretches } = this.classes
    const { count, squares } = evidence
    let known = 0
    let above = 0
    for (let j = 0; j < stretches; j++) {
      const l = uncompressed[j] as number
      if (!tellsLevel(l)) continue
      const information = (squares[j * count + j] as number) * exp(2 * (this.log[j] as number))
      const weight = information / (information + 1)
      known += weight
      above += weight * ((this.log[j] as number) - (this.prior[j] as number) - (this.shift[j] as number))
    }
    return { known, level: LOG_YIELD + (known > 0 ? above / known : 0) }
  }

  /** Tells coverage from weight: both are only known by their priors, and the level that prints show is their sum. */
  private split(evidence: Evidence): void {
    const { known, level } = this.printedLevel(evidence)
    const a = 1 / square(COVERAGE_SD)
    const own = 1 / square(WEIGHT_SD)
    const { observed } = this
    // Observed positions tell w where prints cannot.
    const b = own + observed.precision
    const weight = observed.precision > 0 ? (own * ln(LEVEL) + observed.precision * observed.level) / b : ln(LEVEL)
    const shown = (a * LOG_COVERAGE + b * (level - weight)) / (a + b)
    // A few prints must not move the whole map in an hour: from the prior to what they show in proportion to what is known.
    const share = Math.min(1, known / KNOWN_ENOUGH)
    this.coverage = Math.min(1, exp((1 - share) * (LOG_YIELD - weight) + share * shown))
    this.levelSd = (1 - share) * (observed.precision > 0 ? Math.sqrt(1 / b) : WEIGHT_SD) + share * Math.sqrt(1 / (a + b))
  }

  /** Weights from the logarithms and the coverage. */
  apply(): void {
    for (let j = 0; j < this.active; j++) this.weights[j] = exp(this.log[j] as number) / this.coverage
  }

  /** Negative log posterior of `log`, up to a constant. Leaves what it is made of in `work`, where the next step finds it. */
  private objective(evidence: Evidence, log: Float64Array, work: Workspace): number {
    const n = this.active
    const { count, squares, products } = evidence
    const { weights, apart } = work
    for (let i = 0; i < n; i++) {
      weights[i] = exp(log[i] as number)
      apart[i] = (log[i] as number) - (this.prior[i] as number) - (this.shift[i] as number)
    }
    let sum = 0
    for (let i = 0; i < n; i++) {
      const wi = weights[i] as number
      let predicted = 0
      let pull = 0
      for (let j = 0; j < n; j++) {
        predicted += (squares[i * count + j] as number) * (weights[j] as number)
        pull += (this.precision[i * n + j] as number) * (apart[j] as number)
      }
      work.predicted[i] = predicted
      work.pull[i] = pull
      sum += 0.5 * wi * predicted - (products[i] as number) * wi + 0.5 * pull * (apart[i] as number)
    }
    return sum
  }
}

/** Where a fit is worked out: per class, and class × class. */
interface Workspace {
  /** κ·w at the place looked at, and how far its logarithm is from the prior's */
  readonly weights: Float64Array
  readonly apart: Float64Array
  /** what the evidence and the prior pull with there */
  readonly predicted: Float64Array
  readonly pull: Float64Array
  readonly gradient: Float64Array
  readonly direction: Float64Array
  readonly trial: Float64Array
  readonly hessian: Float64Array
  readonly lower: Float64Array
}

const workspaces = new Map<number, Workspace>()
/** One for all mixes of as many classes: nothing is kept in it between fits. */
function workspaceOf(n: number): Workspace {
  let work = workspaces.get(n)
  if (!work) {
    const vector = () => new Float64Array(n)
    work = {
      weights: vector(),
      apart: vector(),
      predicted: vector(),
      pull: vector(),
      gradient: vector(),
      direction: vector(),
      trial: vector(),
      hessian: new Float64Array(n * n),
      lower: new Float64Array(n * n),
    }
    workspaces.set(n, work)
  }
  return work
}

/** Whether the level is looked at on a stretch of this leverage (before compression). */
export const tellsLevel = (leverage: number) => leverage >= LEVEL_FROM && leverage <= LEVEL_TO

/** Share of a class's inflow that is thought to stand, before the level. */
function shapeAt(leverage: number, { shape }: MixSettings, stretch: boolean): number {
  if (shape === 'flat') return stretch ? 1 : LINE_SHARE
  const share = stretch ? thinned(leverage) : LINE_SHARE
  return shape === 'low' ? share * power(leverage / 7, -LOW_POWER) : share
}

function thinned(leverage: number): number {
  const [first, last] = [THINNING[0], THINNING.at(-1)] as [readonly [number, number], readonly [number, number]]
  if (leverage <= first[0]) return first[1]
  for (let i = 1; i < THINNING.length; i++) {
    const [below, lower] = THINNING[i - 1] as readonly [number, number]
    const [above, upper] = THINNING[i] as readonly [number, number]
    if (leverage <= above) return lower * power(upper / lower, ln(leverage / below) / ln(above / below))
  }
  return last[1]
}
