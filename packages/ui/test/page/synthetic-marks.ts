import { binCentrePrice, binLowerPrice, binOf, binUpperPrice } from '@faultline/market/price-grid'
import { byteToUsd } from '@faultline/market/usd-scale'
import type { BreakoutMark, ClusterLabel, HeatmapData } from '../../src/chart/heatmap-data.ts'

/** Clusters of the newest column and breakouts, as the readings would say them: runs of dense bins, and candles that came to one. */
export function withMarks(data: HeatmapData): HeatmapData {
  const grid = data.heat
  const price = data.candles.rows.at(-1)?.[4]
  if (!grid || price === undefined) return data
  const clusters: ClusterLabel[] = []
  for (const side of ['long', 'short'] as const)
    for (let row = 2; row < grid.bins - 2; row += 12) {
      const usd = Array.from({ length: 12 }, (_, k) => byteToUsd(grid[side][(row + k) * grid.columns + grid.columns - 1] ?? 0)).reduce(
        (a, b) => a + b,
        0,
      )
      if (usd < 1e6) continue
      const at = binCentrePrice(grid.firstBin + row + 6)
      clusters.push({ side, price: at, usd, distance: at / price - 1 })
    }
  const breakouts: BreakoutMark[] = data.candles.rows
    .filter((_, i) => i % 97 === 40)
    .map(([time, open, high, low, close]) => {
      const side = close > open ? 'short' : 'long'
      const bin = binOf(side === 'short' ? high : low)
      return { time, side, lowPrice: binLowerPrice(bin), highPrice: binUpperPrice(bin + 3), usd: 1e6 * (1 + (time % 7)) }
    })
  return { ...data, clusters, breakouts }
}
