import type { Database } from '@faultline/db/database'
import { readCoverage } from '@faultline/db/repositories/coverage'
import type { ChannelStatuses, FeedChannel } from '@faultline/market/feed'
import { tileEnd, tileIndexOf } from '@faultline/market/tile-build'
import { VENUES } from '@faultline/market/venue'
import { RANGE_MS } from '../prepare/ranges.ts'
import { chooseWindow, lineStep } from './choose-resolution.ts'
import { countColumns } from './read-columns.ts'
import { readCandles, readFunding, readGapAhead, readGaps, readOpenInterest } from './read-series.ts'
import type { HeatmapRange, HeatmapView } from './schema.ts'
import { servedBuild } from './served-build.ts'

/** Of these the picture says how much of the time they cover. */
const COVERED: readonly FeedChannel[] = ['candle', 'openInterest', 'liquidation']

/** What is known of the instrument's feed at the moment; null where it has none. */
export type KnownFeed = { channels: ChannelStatuses; gaps: string } | null

/** @throws FaultlineError not_found when there is no such instrument or it has no column yet */
export async function readHeatmapView(
  db: Database,
  input: { instrument: string; range: HeatmapRange },
  feedOf: (instrumentKey: string) => Promise<KnownFeed>,
): Promise<HeatmapView> {
  const { instrument, build } = await servedBuild(db, input.instrument)
  const { resolutionMs, from, to: end } = chooseWindow(input.range, build)
  // before the gaps are read: what is shown may be newer than this says, never older
  const feed = await feedOf(instrument.key)
  // A gap that grows stands beside the data. However long it gets, it takes at most half of the picture.
  const to = Math.min(await readGapAhead(db, { instrumentId: instrument.id, end }), end + RANGE_MS[input.range])
  const span = { instrumentId: instrument.id, from, to }
  const [candles, openInterest, funding, gaps, columns, channels] = await Promise.all([
    readCandles(db, { ...span, to: end, sourceMs: build.bucketMs, intervalMs: resolutionMs }),
    // a figure stamped with the very end of the window belongs to its last bucket
    readOpenInterest(db, { ...span, to: to + 1, binMs: lineStep(input.range) }),
    readFunding(db, { ...span, to: to + 1 }),
    readGaps(db, span),
    countColumns(db, { ...span, buildId: build.id }),
    readChannels(db, span, feed),
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
    tiles: tilesOf(resolutionMs, Math.max(from, firstBucket), end),
    candles,
    openInterest,
    funding,
    gaps,
    coverage: { columns, expected: Math.round((to - from) / bucketMs) },
    channels,
    liquidationsSampled: feed !== null && VENUES[venue].liquidations === 'sample',
    gapsKnown: feed?.gaps ?? '',
    serverTime: Date.now(),
  }
}

async function readChannels(
  db: Database,
  span: { instrumentId: number; from: number; to: number },
  feed: KnownFeed,
): Promise<HeatmapView['channels']> {
  const windows = COVERED.flatMap((channel) => {
    const status = feed?.channels[channel]
    return status ? [{ ...span, channel, coveredTo: status.coveredTo, limitMs: status.limitMs }] : []
  })
  const covered = await readCoverage(db, windows, span.to - span.from)
  return covered.flatMap(({ channel, coveredMs, expectedMs }) => (expectedMs > 0 ? [{ channel, coveredMs, expectedMs }] : []))
}

/** Tiles that hold anything of [from, to); one is closed when the last bucket, which ends at `to`, covers its end. */
function tilesOf(resolutionMs: number, from: number, to: number): HeatmapView['tiles'] {
  const tiles: HeatmapView['tiles'] = []
  for (let index = tileIndexOf(from, resolutionMs); index <= tileIndexOf(to - 1, resolutionMs); index++)
    tiles.push({ index, closed: tileEnd(index, resolutionMs) <= to })
  return tiles
}
