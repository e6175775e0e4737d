import { binCentrePrice, binLowerPrice, binOf, binUpperPrice } from '@faultline/market/price-grid'
import { byteToUsd } from '@faultline/market/usd-scale'
import { coveredColumns, type HeatGridPair } from './heat-grid.ts'
import type { CandleRow } from './heatmap-data.ts'

/** Room on each side of the last price: a multiple of how far candles reach, within these limits. */
const LEAST_MARGIN = 0.045
const MOST_MARGIN = 0.09
/** Dense heat up to this far from the last price is worth stretching the picture for. */
const HEAT_REACH = 0.1
/** A bin counts as dense from this part of the strongest one within reach. */
const DENSE_PART = 0.6

/**
 * The price range shown at first: all candles, some room around the last price, and the densest heat near it.
 * Null when there is neither a candle nor heat.
 */
export function defaultPriceRange(rows: readonly CandleRow[], heat: HeatGridPair | null): { low: number; high: number } | null {
  if (rows.length === 0) return fullPriceRange(rows, heat)
  let low = Number.POSITIVE_INFINITY
  let high = 0
  for (const [, , h, l] of rows) {
    if (l < low) low = l
    if (h > high) high = h
  }
  const last = (rows[rows.length - 1] as CandleRow)[4]
  const reach = Math.max(high / last - 1, 1 - low / last)
  const margin = Math.min(MOST_MARGIN, Math.max(LEAST_MARGIN, 1.5 * reach))
  const dense = heat && denseSpan(heat, last)
  const bottom = Math.min(low, last * (1 - margin), dense?.low ?? Number.POSITIVE_INFINITY)
  const top = Math.max(high, last * (1 + margin), dense?.high ?? 0)
  return { low: bottom * 0.995, high: top * 1.005 }
}

/** Everything that can be reached by zooming out: all rows of the heat and all candles. */
export function fullPriceRange(rows: readonly CandleRow[], heat: HeatGridPair | null): { low: number; high: number } | null {
  let low = heat && heat.bins > 0 ? binLowerPrice(heat.firstBin) : Number.POSITIVE_INFINITY
  let high = heat && heat.bins > 0 ? binUpperPrice(heat.firstBin + heat.bins - 1) : 0
  for (const [, , h, l] of rows) {
    if (l < low) low = l
    if (h > high) high = h
  }
  return high > low ? { low: low * 0.98, high: high * 1.02 } : high > 0 && high === low ? { low: low * 0.95, high: high * 1.05 } : null
}

/** Prices between which the newest column's dense bins lie, within reach of `last`. */
function denseSpan(heat: HeatGridPair, last: number): { low: number; high: number } | null {
  const column = coveredColumns(heat).last
  if (column < 0) return null
  const from = Math.max(0, binOf(last * (1 - HEAT_REACH)) - heat.firstBin)
  const to = Math.min(heat.bins, binOf(last * (1 + HEAT_REACH)) - heat.firstBin + 1)
  const strength = (row: number) =>
    Math.max(heat.long[row * heat.columns + column] as number, heat.short[row * heat.columns + column] as number)
  let strongest = 0
  for (let row = from; row < to; row++) strongest = Math.max(strongest, strength(row))
  if (strongest === 0) return null
  const limit = byteToUsd(strongest) * DENSE_PART
  let low = Number.POSITIVE_INFINITY
  let high = 0
  for (let row = from; row < to; row++) {
    if (byteToUsd(strength(row)) < limit) continue
    low = Math.min(low, binCentrePrice(heat.firstBin + row))
    high = binCentrePrice(heat.firstBin + row)
  }
  return { low, high }
}
