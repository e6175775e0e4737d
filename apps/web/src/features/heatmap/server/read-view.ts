import type { Database } from '@faultline/db/database'
import { tileEnd, tileIndexOf } from '@faultline/market/tile-build'
import { chooseWindow, lineStep } from './choose-resolution.ts'
import { countColumns } from './read-columns.ts'
import { readCandles, readFunding, readGaps, readOpenInterest } from './read-series.ts'
import type { HeatmapRange, HeatmapView } from './schema.ts'
import { servedBuild } from './served-build.ts'

/** @throws FaultlineError not_found when there is no such instrument or it has no column yet */
export async function readHeatmapView(db: Database, input: { instrument: string; range: HeatmapRange }): Promise<HeatmapView> {
  const { instrument, build } = await servedBuild(db, input.instrument)
  const { resolutionMs, from, to } = chooseWindow(input.range, build)
  const span = { instrumentId: instrument.id, from, to }
  const [candles, openInterest, funding, gaps, columns] = await Promise.all([
    readCandles(db, { ...span, sourceMs: build.bucketMs, intervalMs: resolutionMs }),
    // a figure stamped with the very end of the window belongs to its last bucket
    readOpenInterest(db, { ...span, to: to + 1, binMs: lineStep(input.range) }),
    readFunding(db, { ...span, to: to + 1 }),
    readGaps(db, span),
    countColumns(db, { ...span, buildId: build.id }),
  ])
  const { id, key, venue, symbol, baseAsset, quoteAsset, simulated } = instrument
  const { modelVersion, generation, bucketMs, firstBucket, lastBucket, status } = build
  return {
    instrument: { id, key, venue, symbol, baseAsset, quoteAsset, simulated },
    build: { id: build.id, modelVersion, generation, bucketMs, firstBucket, lastBucket, status },
    range: input.range,
    resolutionMs,
    from,
    to,
    tiles: tilesOf(resolutionMs, Math.max(from, firstBucket), to),
    candles,
    openInterest,
    funding,
    gaps,
    coverage: { columns, expected: Math.round((to - from) / bucketMs) },
    serverTime: Date.now(),
  }
}

/** Tiles that hold anything of [from, to); one is closed when the last bucket, which ends at `to`, covers its end. */
function tilesOf(resolutionMs: number, from: number, to: number): HeatmapView['tiles'] {
  const tiles: HeatmapView['tiles'] = []
  for (let index = tileIndexOf(from, resolutionMs); index <= tileIndexOf(to - 1, resolutionMs); index++)
    tiles.push({ index, closed: tileEnd(index, resolutionMs) <= to })
  return tiles
}
