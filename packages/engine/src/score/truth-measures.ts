import type { PlaneData } from '@faultline/market/column'
import { BIN_LOG_STEP } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import { correlation, mean, rankCorrelation } from './statistics.ts'

/** How two maps are laid side by side. All in log distance from price. */
export interface TruthOptions {
  /** as far as this is compared */
  span: number
  /** width of a bin of distance */
  bin: number
  /** standard deviation of the kernel that both are smoothed with */
  smooth: number
}

/** For markets whose every position is known. */
export const SIMULATED_OPTIONS: TruthOptions = { span: 0.15, bin: 0.002, smooth: 0.003 }
/** For a sample of real positions, which is thin. */
export const SAMPLE_OPTIONS: TruthOptions = { span: 0.4, bin: 0.005, smooth: 0.01 }

/** One side at one time: USD by bin of distance, smoothed. */
export interface TruthSample {
  time: number
  side: Side
  truth: Float64Array
  estimate: Float64Array
}

export interface SampleMeasures {
  time: number
  side: Side
  /** Wasserstein-1 distance of the two densities over log distance, per cent of price */
  emd: number
  spearman: number
  pearson: number
  /** intersection of the two densities, 0–1 */
  overlap: number
  /** share of the true mass in the tenth of the bins where the estimate is densest */
  topDecile: number
  /** |ln(estimated total/true total)| within the span */
  logRatio: number
  /** correlation of what is left of each density when its own side's mean over time is taken off: any static curve scores 0 */
  structure: number
}

export type TruthMeasure = Exclude<keyof SampleMeasures, 'time' | 'side'>
export const TRUTH_MEASURES = [
  'emd',
  'spearman',
  'pearson',
  'overlap',
  'topDecile',
  'logRatio',
  'structure',
] as const satisfies readonly TruthMeasure[]

export const binsOf = ({ span, bin }: TruthOptions): number => Math.round(span / bin)

/** USD by bin of log distance from `price`, downwards for longs and upwards for shorts, smoothed; `levels` calls back with price and USD. */
export function distanceHistogram(
  options: TruthOptions,
  price: number,
  side: Side,
  levels: (add: (logPrice: number, usd: number) => void) => void,
): Float64Array {
  const raw = new Float64Array(binsOf(options))
  const origin = Math.log(price)
  levels((logPrice, usd) => {
    const i = Math.floor((side === 'long' ? origin - logPrice : logPrice - origin) / options.bin)
    if (i >= 0 && i < raw.length) raw[i] = (raw[i] as number) + usd
  })
  return smoothed(raw, options)
}

/** The same of one plane of a map. */
export function planeHistogram(options: TruthOptions, price: number, side: Side, plane: PlaneData): Float64Array {
  return distanceHistogram(options, price, side, (add) => {
    plane.usd.forEach((usd, i) => {
      if (usd > 0) add((plane.firstBin + i + 0.5) * BIN_LOG_STEP, usd)
    })
  })
}

/** Each bin is spread by a Gaussian kernel over the offsets −⌈3σ⌉ … ⌊3σ⌋ bins, reflected at the price, lost beyond the span. */
function smoothed(raw: Float64Array, { bin, smooth }: TruthOptions): Float64Array {
  const reach = (3 * smooth) / bin
  const [from, to] = [-Math.ceil(reach), Math.floor(reach)]
  const kernel = Array.from({ length: to - from + 1 }, (_, i) => Math.exp(-0.5 * (((from + i) * bin) / smooth) ** 2))
  const norm = kernel.reduce((sum, w) => sum + w, 0)
  const out = new Float64Array(raw.length)
  raw.forEach((usd, i) => {
    if (usd === 0) return
    kernel.forEach((weight, k) => {
      const j = Math.abs(i + from + k)
      if (j < out.length) out[j] = (out[j] as number) + (usd * weight) / norm
    })
  })
  return out
}

/**
 * Measures of every sample. Samples without truth are left out; those whose estimate holds nothing within the span count as missing and are
 * left out too, so look at `missing` before you look at a mean.
 */
export function truthMeasures(samples: readonly TruthSample[], options: TruthOptions): { rows: SampleMeasures[]; missing: number } {
  const known = samples.filter((s) => sumOf(s.truth) > 0)
  const kept = known.filter((s) => sumOf(s.estimate) > 0)
  const rows: SampleMeasures[] = []
  for (const side of SIDES) {
    const own = kept.filter((s) => s.side === side).map((s) => ({ ...s, t: density(s.truth), e: density(s.estimate) }))
    const meanTruth = meanOf(own.map((s) => s.t))
    const meanEstimate = meanOf(own.map((s) => s.e))
    for (const { time, truth, estimate, t, e } of own) {
      rows.push({
        time,
        side,
        emd: wasserstein(t, e, options),
        spearman: rankCorrelation(truth, estimate),
        pearson: correlation(t, e),
        overlap: t.reduce((sum, v, i) => sum + Math.min(v, e[i] as number), 0),
        topDecile: densestShare(t, e),
        logRatio: Math.abs(Math.log(sumOf(estimate) / sumOf(truth))),
        structure: correlation(less(t, meanTruth), less(e, meanEstimate)),
      })
    }
  }
  rows.sort((a, b) => a.time - b.time)
  return { rows, missing: known.length - kept.length }
}

/** Mean of each measure; null where there is no row. */
export function meanMeasures(rows: readonly SampleMeasures[]): Record<TruthMeasure, number> | null {
  if (rows.length === 0) return null
  return Object.fromEntries(TRUTH_MEASURES.map((name) => [name, mean(rows.map((row) => row[name]))])) as Record<TruthMeasure, number>
}

/** Scales of the curves exp(±distance/scale) of which the best is chosen in hindsight. */
const CURVE_SCALES = [0.02, 0.035, 0.05, 0.08, 0.12, 0.2, 0.4, 1] as const

export interface CurveInHindsight {
  /** mean over samples of the curve that is best on average, per cent */
  emd: number
  spearman: number
  /** its values by bin, summing to 1 */
  curve: Float64Array
}

/** The best one of the curves exp(±distance/scale), chosen with the truth at hand: the strongest that knows distance only. */
export function curveInHindsight(samples: readonly TruthSample[], options: TruthOptions): CurveInHindsight | null {
  const truths = samples.filter((s) => sumOf(s.truth) > 0).map((s) => density(s.truth))
  if (truths.length === 0) return null
  let best: CurveInHindsight = { emd: Number.POSITIVE_INFINITY, spearman: -1, curve: new Float64Array(0) }
  for (const sign of [-1, 1]) {
    // A rising or a falling curve: ranks do not depend on the scale.
    const order = exponential(sign, 0.05, options)
    best = { ...best, spearman: Math.max(best.spearman, mean(truths.map((t) => rankCorrelation(t, order)))) }
    for (const scale of CURVE_SCALES) {
      const curve = exponential(sign, scale, options)
      const emd = mean(truths.map((t) => wasserstein(t, curve, options)))
      if (emd < best.emd) best = { ...best, emd, curve }
    }
  }
  return best
}

function exponential(sign: number, scale: number, options: TruthOptions): Float64Array {
  return density(Float64Array.from({ length: binsOf(options) }, (_, i) => Math.exp((sign * (i + 0.5) * options.bin) / scale)))
}

/** Wasserstein-1 of two densities on the same bins: the sum of differences of their cumulative sums, in per cent. */
function wasserstein(a: Float64Array, b: Float64Array, { bin }: TruthOptions): number {
  let ahead = 0
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    ahead += (a[i] as number) - (b[i] as number)
    sum += Math.abs(ahead)
  }
  return 100 * bin * sum
}

/** Bins that are equally dense share what is left of the tenth: an estimate that says nothing finds a tenth, not what lies nearest. */
function densestShare(truth: Float64Array, estimate: Float64Array): number {
  const count = Math.round(truth.length / 10)
  const least = [...estimate].sort((a, b) => b - a)[count - 1] as number
  const inside = { count: 0, mass: 0 }
  const tied = { count: 0, mass: 0 }
  estimate.forEach((value, i) => {
    if (value < least) return
    const bins = value > least ? inside : tied
    bins.count++
    bins.mass += truth[i] as number
  })
  return inside.mass + ((count - inside.count) / tied.count) * tied.mass
}

function density(values: Float64Array): Float64Array {
  const total = sumOf(values)
  return values.map((v) => v / total)
}

function meanOf(rows: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(rows[0]?.length ?? 0)
  for (const row of rows) for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + (row[i] as number) / rows.length
  return out
}

/** Share of a value below which a difference is rounding: it is all that a curve that never changes differs from its mean by. */
const ROUNDING = 1e-9

function less(values: Float64Array, means: Float64Array): Float64Array {
  return values.map((v, i) => {
    const rest = v - (means[i] as number)
    return Math.abs(rest) > ROUNDING * v ? rest : 0
  })
}

const sumOf = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0)
