import { DAY_MS } from '@faultline/market/units'
import { quantile } from '../readings/quantile.ts'

export interface Interval {
  low: number
  high: number
}

export interface BootstrapOptions {
  /** 1000 unless said otherwise */
  draws?: number
  /** 0.95 unless said otherwise */
  level?: number
  seed?: number
}

/** Blocks of whole days (UTC): what lies within a day hangs together, and is drawn together. */
export function byDay<T>(items: Iterable<T>, timeOf: (item: T) => number): T[][] {
  const days = new Map<number, T[]>()
  for (const item of items) {
    const day = Math.floor(timeOf(item) / DAY_MS)
    const block = days.get(day)
    if (block) block.push(item)
    else days.set(day, [item])
  }
  return [...days.values()]
}

/**
 * Percentile interval of a statistic under a bootstrap that draws whole blocks with replacement (Künsch 1989, blocks that do not overlap).
 * Draws whose statistic is not a number are left out; null where there are fewer than two blocks or no draw is left. Deterministic.
 */
export function blockBootstrap<T>(
  blocks: readonly (readonly T[])[],
  statistic: (items: readonly T[]) => number,
  { draws = 1000, level = 0.95, seed = 1 }: BootstrapOptions = {},
): Interval | null {
  if (blocks.length < 2) return null
  const random = uniform(seed)
  const values: number[] = []
  for (let d = 0; d < draws; d++) {
    const items: T[] = []
    for (let i = 0; i < blocks.length; i++)
      for (const item of blocks[Math.floor(random() * blocks.length)] as readonly T[]) items.push(item)
    const value = statistic(items)
    if (Number.isFinite(value)) values.push(value)
  }
  if (values.length === 0) return null
  values.sort((a, b) => a - b)
  const at = (share: number) => quantile(values, share)
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) }
}

/** A sum and what it is to be divided by, of one moment: gains and events, errors and their count. */
export interface Ratio {
  time: number
  sum: number
  count: number
}

export interface Estimate {
  value: number
  interval: Interval | null
}

/** Σ sum / Σ count with its day-block interval; null where nothing was counted. */
export function ratioWithInterval(items: readonly Ratio[], options: BootstrapOptions = {}): Estimate | null {
  // Days are summed first: a draw then costs as many additions as there are days.
  const days = byDay(items, (item) => item.time).map((block) => [{ sum: total(block, (i) => i.sum), count: total(block, (i) => i.count) }])
  const statistic = (parts: readonly { sum: number; count: number }[]) => total(parts, (p) => p.sum) / total(parts, (p) => p.count)
  const value = statistic(days.flat())
  return Number.isFinite(value) ? { value, interval: blockBootstrap(days, statistic, options) } : null
}

/** Ranks from 0, ties at their mean. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number))
  const out = new Float64Array(values.length)
  for (let i = 0; i < order.length; ) {
    let end = i + 1
    while (end < order.length && values[order[end] as number] === values[order[i] as number]) end++
    for (let k = i; k < end; k++) out[order[k] as number] = (i + end - 1) / 2
    i = end
  }
  return out
}

/** Pearson's correlation; 0 where one of the two does not vary. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length
  let meanA = 0
  let meanB = 0
  for (let i = 0; i < n; i++) {
    meanA += a[i] as number
    meanB += b[i] as number
  }
  meanA /= n
  meanB /= n
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const x = (a[i] as number) - meanA
    const y = (b[i] as number) - meanB
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return varies(aa, meanA, n) && varies(bb, meanB, n) ? ab / Math.sqrt(aa * bb) : 0
}

/** Whether squared deviations are more than the rounding of the mean. */
const varies = (squares: number, mean: number, n: number): boolean => squares > n * (1e-14 * mean) ** 2

/** Spearman's rank correlation. */
export const rankCorrelation = (a: ArrayLike<number>, b: ArrayLike<number>): number => correlation(ranks(a), ranks(b))

export interface Pair {
  time: number
  x: number
  y: number
}

const rankCorrelationOf = (pairs: readonly Pair[]) =>
  pairs.length < 3
    ? Number.NaN
    : rankCorrelation(
        pairs.map((p) => p.x),
        pairs.map((p) => p.y),
      )

/** Rank correlation with its day-block interval; null with fewer than three pairs. `days`: length of a block, one day unless said otherwise. */
export function rankCorrelationWithInterval(pairs: readonly Pair[], options: BootstrapOptions & { days?: number } = {}): Estimate | null {
  const value = rankCorrelationOf(pairs)
  const { days = 1 } = options
  return Number.isFinite(value)
    ? {
        value,
        interval: blockBootstrap(
          byDay(pairs, (p) => p.time / days),
          rankCorrelationOf,
          options,
        ),
      }
    : null
}

export interface Forecast {
  time: number
  probability: number
  happened: boolean
}

export interface BrierScore {
  count: number
  /** how often it happened */
  baseRate: number
  /** mean squared error of the probability */
  brier: number
  /** 1 − brier/brier of always saying the base rate, which is known in hindsight only; 0 where it always or never happened */
  skill: number
  interval: Interval | null
}

export function brierScore(forecasts: readonly Forecast[], options: BootstrapOptions = {}): BrierScore | null {
  if (forecasts.length === 0) return null
  const sums = (items: readonly Forecast[]) => ({
    count: items.length,
    happened: total(items, (f) => Number(f.happened)),
    error: total(items, (f) => (f.probability - Number(f.happened)) ** 2),
  })
  const skill = (parts: readonly ReturnType<typeof sums>[]) => {
    const count = total(parts, (p) => p.count)
    const rate = total(parts, (p) => p.happened) / count
    return rate > 0 && rate < 1 ? 1 - total(parts, (p) => p.error) / count / (rate * (1 - rate)) : Number.NaN
  }
  const days = byDay(forecasts, (f) => f.time).map((block) => [sums(block)])
  const { count, happened, error } = sums(forecasts)
  const value = skill(days.flat())
  return {
    count,
    baseRate: happened / count,
    brier: error / count,
    skill: Number.isFinite(value) ? value : 0,
    interval: blockBootstrap(days, skill, options),
  }
}

export interface ReliabilityRow {
  from: number
  to: number
  count: number
  meanProbability: number
  /** how often it happened */
  frequency: number
}

/** Forecasts by probability, in `bins` classes of equal width; classes without a forecast are left out. */
export function reliability(forecasts: readonly Pick<Forecast, 'probability' | 'happened'>[], bins = 10): ReliabilityRow[] {
  const classes = Array.from({ length: bins }, () => ({ count: 0, sum: 0, happened: 0 }))
  for (const { probability, happened } of forecasts) {
    const c = classes[Math.min(bins - 1, Math.max(0, Math.floor(probability * bins)))] as (typeof classes)[number]
    c.count++
    c.sum += probability
    c.happened += Number(happened)
  }
  return classes.flatMap(({ count, sum, happened }, i) =>
    count === 0 ? [] : [{ from: i / bins, to: (i + 1) / bins, count, meanProbability: sum / count, frequency: happened / count }],
  )
}

export const mean = (values: readonly number[]): number => total(values, (v) => v) / values.length

function total<T>(items: readonly T[], of: (item: T) => number): number {
  let sum = 0
  for (const item of items) sum += of(item)
  return sum
}

/** Uniform on [0, 1), 32 bits of a Weyl sequence mixed by Murmur3's finaliser. */
function uniform(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let x = state ^ (state >>> 16)
    x = Math.imul(x, 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    return ((x ^ (x >>> 16)) >>> 0) / 4_294_967_296
  }
}
