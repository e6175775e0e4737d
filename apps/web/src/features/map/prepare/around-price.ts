import { binOf } from '@faultline/market/price-grid'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'

/** The rows of the grid within ± `span` per cent of the price. No bytes are copied. */
export function aroundPrice(grid: HeatGridPair, price: number, span: number): HeatGridPair {
  const row = (bin: number) => Math.min(grid.bins, Math.max(0, bin - grid.firstBin))
  const [from, to] = [row(binOf(price * (1 - span / 100))), row(binOf(price * (1 + span / 100)) + 1)]
  const rows = (plane: Uint8Array) => plane.subarray(from * grid.columns, to * grid.columns)
  return { ...grid, firstBin: grid.firstBin + from, bins: to - from, long: rows(grid.long), short: rows(grid.short) }
}
