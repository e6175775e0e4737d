import type { Database } from '@faultline/db/database'
import { touchAggregate } from '@faultline/db/repositories/aggregates'
import { readCoverage } from '@faultline/db/repositories/coverage'
import type { ChannelStatuses, FeedChannel } from '@faultline/market/feed'
import { isSumVenue } from '@faultline/market/sum'
import { tileEnd, tileIndexOf } from '@faultline/market/tile-build'
import { VENUES } from '@faultline/market/venue'
import { readSum } from '../../venues/server/read-sum.ts'
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
  const lineMs = lineStep(input.range)
  const isSum = isSumVenue(instrument.venue)
  if (isSum) await touchAggregate(db, instrument.id)
  const whole = Math.min(to, Math.max(from, build.thinnedTo ?? from))
  const [series, gaps, thinned, columns, channels] = await Promise.all([
    isSum
      ? readSum(db, { instrument, build }, { from, to: end, resolutionMs, lineMs })
      : readOwnSeries(db, span, { end, sourceMs: build.bucketMs, resolutionMs, lineMs }),
    readGaps(db, span),
    whole > from ? countColumns(db, { ...span, to: whole, buildId: build.id }) : 0,
    countColumns(db, { ...span, from: whole, buildId: build.id }),
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
    candles: series.candles,
    openInterest: series.openInterest,
    funding: series.funding,
    gaps,
    // What retention has thinned is not missing.
    coverage: { columns: thinned + columns, expected: thinned + Math.round((to - whole) / bucketMs) },
    channels,
    liquidationsSampled: feed !== null && VENUES[venue].liquidations === 'sample',
    sum: series.facts,
    gapsKnown: feed?.gaps ?? '',
    serverTime: Date.now(),
  }
}

async function readOwnSeries(
  db: Database,
  span: { instrumentId: number; from: number; to: number },
  { end, sourceMs, resolutionMs, lineMs }: { end: number; sourceMs: number; resolutionMs: number; lineMs: number },
): Promise<Pick<HeatmapView, 'candles' | 'openInterest' | 'funding'> & { facts: null }> {
  const [candles, openInterest, funding] = await Promise.all([
    readCandles(db, { ...span, to: end, sourceMs, intervalMs: resolutionMs }),
    // a figure stamped with the very end of the window belongs to its last bucket
    readOpenInterest(db, { ...span, to: span.to + 1, binMs: lineMs }),
    readFunding(db, { ...span, to: span.to + 1 }),
  ])
  return { candles, openInterest, funding, facts: null }
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
