import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import type { BreakoutMark, ClusterLabel, HeatmapData } from '@faultline/ui/chart/heatmap-data'
import type { HeatmapView } from '../server/schema.ts'
import { RANGE_MS } from './ranges.ts'

/** What is read off the map, and drawn on it. */
export interface ChartReadings {
  risk?: HeatmapData['risk']
  breakouts?: readonly BreakoutMark[]
  clusters?: readonly ClusterLabel[]
  /** of a replay */
  moment?: number
}

/** How a picture begins: another `key` is another picture. Prices are left out where the chart is to choose them. */
export interface Opening {
  key: string
  /** null: the range */
  screen: { from: number; to: number; priceLow?: number; priceHigh?: number } | null
}

/** What the chart draws of a view; `heat` null while its tiles are on their way. */
export function chartData(view: HeatmapView, heat: HeatGridPair | null, opening: Opening, readings: ChartReadings = {}): HeatmapData {
  const rangeMs = RANGE_MS[view.range]
  return {
    symbol: view.instrument.symbol,
    simulated: view.instrument.simulated,
    from: view.from,
    to: view.to,
    history: view.history,
    viewKey: opening.key,
    opening: opening.screen ?? { from: view.history.to - rangeMs, to: view.history.to },
    lastBucket: view.build.lastBucket,
    rangeMs,
    resolutionMs: view.resolutionMs,
    bucketMs: view.build.bucketMs,
    heat,
    candles: view.candles,
    openInterest: view.openInterest,
    funding: view.funding,
    predictedFunding: view.predictedFunding,
    flow: view.candles.rows.map(([time], i) => [time, view.takerBuy[i] ?? null]),
    liquidations: { binMs: view.resolutionMs, sampled: view.liquidationsSampled, rows: view.liquidations },
    ratios: view.ratios,
    gaps: view.gaps,
    ...readings,
  }
}
