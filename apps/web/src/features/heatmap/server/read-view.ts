import type { Database } from '@faultline/db/database'
import { touchAggregate } from '@faultline/db/repositories/aggregates'
import { readCoverage } from '@faultline/db/repositories/coverage'
import type { ChannelStatuses, FeedChannel } from '@faultline/market/feed'
import { isSumVenue } from '@faultline/market/sum'
import { tileEnd, tileIndexOf } from '@faultline/market/tile-build'
import { VENUES } from '@faultline/market/venue'
import { readSum } from '../../venues/server/read-sum.ts'
import { RANGE_MS } from '../prepare/ranges.ts'
import { askedWindow, lineStep } from './choose-resolution.ts'
import { countColumns } from './read-columns.ts'
import {
  type CandleSeries,
  readCandles,
  readFunding,
  readGapAhead,
  readGaps,
  readLiquidations,
  readOpenInterest,
  readPredictedFunding,
  readRatios,
} from './read-series.ts'
import type { HeatmapView, HeatmapViewInput } from './schema.ts'
import { servedBuild } from './served-build.ts'

/** Of these the picture says how much of the time they cover. */
const COVERED: readonly FeedChannel[] = ['candle', 'openInterest', 'liquidation']

/** What is known of the instrument's feed at the moment; null where it has none. */
export type KnownFeed = { channels: ChannelStatuses; gaps: string } | null

/** @throws FaultlineError not_found when there is no such instrument or it has no column yet */
export async function readHeatmapView(
  db: Database,
  input: HeatmapViewInput,
  feedOf: (instrumentKey: string) => Promise<KnownFeed>,
): Promise<HeatmapView> {
  const { instrument, build } = await servedBuild(db, input.instrument)
  const { resolutionMs, from, to: end } = askedWindow(input, build)
  const newest = build.lastBucket + build.bucketMs
  // before the gaps are read: what is shown may be newer than this says, never older
  const feed = await feedOf(instrument.key)
  // A gap that grows stands beside the data. However long it gets, it takes at most half of the picture.
  const ahead = Math.min(await readGapAhead(db, { instrumentId: instrument.id, end: newest }), newest + RANGE_MS[input.range])
  const to = end === newest ? ahead : end
  const span = { instrumentId: instrument.id, from, to }
  const lineMs = lineStep(end - from)
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
    history: { from: Math.min(firstBucket, newest - RANGE_MS[input.range]), to: ahead },
    tiles: tilesOf(resolutionMs, Math.max(from, firstBucket), end, newest),
    candles: { intervalMs: resolutionMs, rows: series.candles.rows },
    takerBuy: series.candles.takerBuy,
    liquidations: series.liquidations,
    ratios: series.ratios,
    predictedFunding: series.predictedFunding,
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
): Promise<
  Pick<HeatmapView, 'openInterest' | 'funding' | 'liquidations' | 'ratios' | 'predictedFunding'> & { candles: CandleSeries; facts: null }
> {
  const [candles, openInterest, funding, liquidations, ratios, predictedFunding] = await Promise.all([
    readCandles(db, { ...span, to: end, sourceMs, intervalMs: resolutionMs }),
    // a figure stamped with the very end of the window belongs to its last bucket
    readOpenInterest(db, { ...span, to: span.to + 1, binMs: lineMs }),
    readFunding(db, { ...span, to: span.to + 1 }),
    readLiquidations(db, { instrumentIds: [span.instrumentId], from: span.from, to: span.to, binMs: resolutionMs }),
    readRatios(db, { ...span, to: span.to + 1, binMs: lineMs }),
    readPredictedFunding(db, { instrumentId: span.instrumentId, end }),
  ])
  return { candles, openInterest, funding, liquidations, ratios, predictedFunding, facts: null }
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

/** Tiles that hold anything of [from, to); one is closed when the last bucket, which ends at `newest`, covers its end. */
function tilesOf(resolutionMs: number, from: number, to: number, newest: number): HeatmapView['tiles'] {
  const tiles: HeatmapView['tiles'] = []
  for (let index = tileIndexOf(from, resolutionMs); index <= tileIndexOf(to - 1, resolutionMs); index++)
    tiles.push({ index, closed: tileEnd(index, resolutionMs) <= newest })
  return tiles
}
