import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import type { HeatmapData } from '@faultline/ui/chart/heatmap-data'
import type { HeatmapView } from '../server/schema.ts'
import { RANGE_MS } from './ranges.ts'

/** What the chart draws of a view; `heat` null while its tiles are on their way. */
export const chartData = (view: HeatmapView, heat: HeatGridPair | null): HeatmapData => ({
  symbol: view.instrument.symbol,
  simulated: view.instrument.simulated,
  from: view.from,
  to: view.to,
  lastBucket: view.build.lastBucket,
  rangeMs: RANGE_MS[view.range],
  resolutionMs: view.resolutionMs,
  bucketMs: view.build.bucketMs,
  heat,
  candles: view.candles,
  openInterest: view.openInterest,
  funding: view.funding,
  gaps: view.gaps,
})
