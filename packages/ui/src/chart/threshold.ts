import { byteToUsd } from '@faultline/market/usd-scale'
import type { HeatGridPair } from './heat-grid.ts'

export interface Threshold {
  lowUsd: number
  highUsd: number
}

/** What stands when nothing is loaded yet. */
export const DEFAULT_THRESHOLD: Threshold = { lowUsd: 1e5, highUsd: 1e7 }

/** Share of the cells that hold anything which stays dark, and which reaches the brightest colour. */
const LOW_QUANTILE = 0.5
const HIGH_QUANTILE = 0.995

/**
 * A threshold for this grid: the faint half of the cells is not drawn, one in 200 is fully bright. Rounded to two digits,
 * so that it reads well and does not jitter while data grow.
 */
export function suggestThreshold(grid: HeatGridPair | null): Threshold {
  const counts = cellCounts(grid)
  const total = counts.reduce((sum, n) => sum + n, 0)
  if (total === 0) return DEFAULT_THRESHOLD
  const lowUsd = twoDigits(byteToUsd(quantile(counts, total * LOW_QUANTILE)))
  const highUsd = twoDigits(byteToUsd(quantile(counts, total * HIGH_QUANTILE)))
  return highUsd > lowUsd * 2 ? { lowUsd, highUsd } : { lowUsd: twoDigits(highUsd / 4), highUsd }
}

/** Ends of a slider's scale for this grid: a tenth of the suggested low handle, and the strongest cell. */
export function thresholdDomain(grid: HeatGridPair | null): { min: number; max: number } {
  const suggested = suggestThreshold(grid)
  const counts = cellCounts(grid)
  const top = counts.findLastIndex((n) => n > 0)
  const max = Math.max(suggested.highUsd * 1.5, top > 0 ? byteToUsd(top) : 0)
  return { min: twoDigits(suggested.lowUsd / 10), max: twoDigits(max) }
}

/** Cells per byte value, both sides together; nothing is counted at 0. Every 7th cell is enough for quantiles. */
export function cellCounts(grid: HeatGridPair | null): Float64Array {
  const counts = new Float64Array(256)
  if (!grid) return counts
  const stride = grid.long.length > 2e5 ? 7 : 1
  for (const cells of [grid.long, grid.short])
    for (let i = 0; i < cells.length; i += stride) {
      const byte = cells[i] as number
      counts[byte] = (counts[byte] as number) + 1
    }
  counts[0] = 0
  return counts
}

function quantile(counts: Float64Array, target: number): number {
  let sum = 0
  for (let byte = 1; byte < 256; byte++) {
    sum += counts[byte] as number
    if (sum >= target) return byte
  }
  return 255
}

const twoDigits = (value: number): number => Number(value.toPrecision(2))
