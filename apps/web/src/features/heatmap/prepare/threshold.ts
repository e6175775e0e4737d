/**
 * The colour scale: which amounts are painted, and which in full colour. Chosen from what is in view, so that a coin with
 * $20 million of open interest shows as much as one with $5 billion; whoever moves a handle, or opens a link, overrides it.
 */
import { byteToUsd } from '@faultline/market/usd-scale'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import type { Threshold } from '@faultline/ui/chart/threshold'

export interface ColourScale {
  /** ends of the slider, USD */
  min: number
  max: number
  suggested: Threshold
  /** the largest amount in view, to the step of the tiles; 0 when there is none */
  topUsd: number
}

/** While nothing is loaded. */
const UNKNOWN: ColourScale = { min: 1e4, max: 1e8, suggested: { lowUsd: 1e5, highUsd: 1e7 }, topUsd: 0 }
/** Of one side's cells that hold anything, this share stays unpainted, and this share is below full colour. */
const LOW = 0.3
const HIGH = 0.99
/** A side with fewer of the cells than this does not set the low end: a few crumbs would paint everything of the other. */
const COUNTS = 0.05

/**
 * Each side on its own: where one is much larger than the other, a quantile of both together would leave the smaller one
 * unpainted. The low end suits the smaller side, the high end the larger. Rounded to two digits, so that it is steady while data grow.
 */
export function colourScale(grid: Pick<HeatGridPair, 'long' | 'short'> | null): ColourScale {
  const sides = grid ? [histogram(grid.long), histogram(grid.short)] : []
  const all = sides.reduce((sum, side) => sum + side.cells, 0)
  if (all === 0) return UNKNOWN
  const counting = sides.filter((side) => side.cells > COUNTS * all)
  const low = byteToUsd(Math.min(...counting.map((side) => quantile(side, LOW))))
  const high = byteToUsd(Math.max(...counting.map((side) => quantile(side, HIGH))))
  const top = byteToUsd(Math.max(...sides.map((side) => quantile(side, 1))))
  const lowUsd = roundUsd(Math.min(low, high / 4))
  const highUsd = roundUsd(high)
  return { min: roundUsd(lowUsd / 10), max: roundUsd(Math.max(1.5 * highUsd, top)), suggested: { lowUsd, highUsd }, topUsd: top }
}

/**
 * What the address says, and for what it leaves out the ends that suit the picture. An end that is no amount, or a pair in the
 * wrong order, counts as not said.
 */
export function thresholdOf(suggested: Threshold, asked: { lo: number | null; hi: number | null }): Threshold {
  const [lo, hi] = [sane(asked.lo), sane(asked.hi)]
  const lowUsd = lo ?? Math.min(suggested.lowUsd, (hi ?? Number.POSITIVE_INFINITY) / 2)
  const highUsd = hi ?? Math.max(suggested.highUsd, lowUsd * 2)
  return lowUsd < highUsd ? { lowUsd, highUsd } : suggested
}

const sane = (usd: number | null): number | null => (usd !== null && usd >= 1 && usd <= 1e11 ? usd : null)

/** Two significant digits: the address carries these. */
export const roundUsd = (usd: number): number => Number(usd.toPrecision(2))

interface Histogram {
  counts: Float64Array
  /** cells that hold anything */
  cells: number
}

function histogram(plane: Uint8Array): Histogram {
  const counts = new Float64Array(256)
  for (let i = 0; i < plane.length; i++) counts[plane[i] as number] = (counts[plane[i] as number] as number) + 1
  counts[0] = 0
  return { counts, cells: counts.reduce((sum, n) => sum + n, 0) }
}

/** The smallest byte that a share of `q` of the side's cells does not exceed; 0 for a side without any. */
function quantile({ counts, cells }: Histogram, q: number): number {
  if (cells === 0) return 0
  let sum = 0
  for (let byte = 1; byte < 256; byte++) {
    sum += counts[byte] as number
    if (sum >= q * cells) return byte
  }
  return 255
}
