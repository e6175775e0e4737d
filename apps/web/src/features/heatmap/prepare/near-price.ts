import { binOf } from '@faultline/market/price-grid'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'

/** What the chart shows at first around the prices that were traded. */
const MARGIN = 0.06

/**
 * The rows of the grid near the prices of `candles`: what is seen before anyone zooms out. The colour scale is chosen for it;
 * far away stand most of the rows, and their amounts say nothing about the ones in view. No bytes are copied.
 */
export function nearPrice(
  grid: HeatGridPair,
  candles: readonly (readonly [number, number, number, number, number, number])[],
): HeatGridPair {
  let low = Number.POSITIVE_INFINITY
  let high = 0
  for (const [, , h, l] of candles) {
    if (h > high) high = h
    if (l < low) low = l
  }
  if (!(high > 0)) return grid
  const from = clamp(binOf(low * (1 - MARGIN)) - grid.firstBin, grid.bins)
  const to = clamp(binOf(high * (1 + MARGIN)) + 1 - grid.firstBin, grid.bins)
  const rows = (plane: Uint8Array) => plane.subarray(from * grid.columns, to * grid.columns)
  return { ...grid, firstBin: grid.firstBin + from, bins: to - from, long: rows(grid.long), short: rows(grid.short) }
}

const clamp = (row: number, bins: number): number => Math.min(bins, Math.max(0, row))
