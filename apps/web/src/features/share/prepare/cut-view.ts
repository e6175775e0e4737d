import type { HeatmapView } from '../../heatmap/server/schema.ts'

const floorTo = (time: number, step: number): number => Math.floor(time / step) * step

/**
 * A view as a link may show it: of its stretch alone, and (`until`, UTC ms) with nothing that was not known then. Columns and candles
 * that had not closed are left out whole: their later part would show.
 */
export function cutView(view: HeatmapView, until: number | null): HeatmapView {
  const { build, resolutionMs } = view
  const shown = { ...view, sum: null, gapsKnown: '', history: { from: view.from, to: view.to } }
  if (until === null) return shown
  const to = Math.max(view.from + build.bucketMs, Math.min(view.to, floorTo(until, build.bucketMs)))
  const candles = view.candles.rows.filter(([time]) => time + view.candles.intervalMs <= until)
  const known = <T extends readonly [number, ...unknown[]]>(rows: readonly T[]): T[] => rows.filter(([time]) => time <= until)
  return {
    ...shown,
    to,
    history: { from: view.from, to },
    build: { ...build, lastBucket: Math.min(build.lastBucket, to - build.bucketMs) },
    tiles: view.tiles.filter(({ index }) => index * 256 * resolutionMs < to),
    candles: { ...view.candles, rows: candles },
    takerBuy: view.takerBuy.slice(0, candles.length),
    openInterest: known(view.openInterest),
    funding: known(view.funding),
    liquidations: view.liquidations.filter(([time]) => time + resolutionMs <= until),
    ratios: view.ratios.map(({ kind, rows }) => ({ kind, rows: known(rows) })),
    predictedFunding: null,
    gaps: view.gaps.filter(({ from }) => from < to).map((gap) => ({ ...gap, to: Math.min(gap.to, to) })),
    // both count what came after, too
    channels: [],
    coverage: { columns: 0, expected: 0 },
  }
}
