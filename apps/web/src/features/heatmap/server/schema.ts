import { FEED_CHANNELS } from '@faultline/market/feed'
import { z } from 'zod'
import { sumFacts } from '../../venues/server/schema.ts'

/** Named lengths of time that the page offers. */
export const RANGES = ['12h', '1d', '3d', '7d', '30d', '90d', '1y'] as const
export const heatmapRange = z.enum(RANGES)
export type HeatmapRange = z.infer<typeof heatmapRange>

export const instrumentInput = z.object({ instrument: z.string().min(1).max(80) })

/** Resolutions that may be asked for by name; a build has those that are multiples of its bucket. */
export const RESOLUTIONS = ['1m', '5m', '30m', '4h', '1d'] as const
export const heatmapResolution = z.enum(RESOLUTIONS)
export type HeatmapResolution = z.infer<typeof heatmapResolution>

const utcMs = z.int().min(0).max(8.64e15)
export const heatmapViewInput = instrumentInput.extend({
  range: heatmapRange,
  /** absent: the finest that gives a picture of usual width */
  resolution: heatmapResolution.optional(),
  /** a stretch of time other than the range that ends with the newest bucket; UTC ms, widened to whole columns, cut to the history */
  window: z
    .object({ from: utcMs, to: utcMs })
    .refine(({ from, to }) => to > from, 'from must be before to')
    .optional(),
})
export type HeatmapViewInput = z.infer<typeof heatmapViewInput>

/** Everything that one picture needs but the tiles themselves, which come from `/tiles/{build.id}/{resolution}/{index}`. Times in UTC ms. */
export const heatmapView = z.object({
  instrument: z.object({
    id: z.int(),
    key: z.string(),
    venue: z.string(),
    symbol: z.string(),
    baseAsset: z.string(),
    quoteAsset: z.string(),
    simulated: z.boolean(),
  }),
  build: z.object({
    id: z.int(),
    modelVersion: z.string(),
    generation: z.int(),
    bucketMs: z.number(),
    firstBucket: z.number(),
    lastBucket: z.number(),
    status: z.enum(['building', 'complete', 'retired']),
  }),
  range: heatmapRange,
  /** of the tiles and the candles; open interest is thinned to the step of the range */
  resolutionMs: z.number(),
  /** aligned to resolutionMs */
  from: z.number(),
  /** end of the last bucket; where candles are missing since then and may still come, the end of that gap */
  to: z.number(),
  /** what may be looked at: from the first bucket of the build, or of the range where that begins earlier, to the end */
  history: z.object({ from: z.number(), to: z.number() }),
  tiles: z.array(z.object({ index: z.int(), closed: z.boolean() })),
  candles: z.object({
    intervalMs: z.number(),
    /** open time, open, high, low, close, volume in base coin */
    rows: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])),
  }),
  /** time, base coin, USD where the venue gives it */
  openInterest: z.array(z.tuple([z.number(), z.number(), z.number().nullable()])),
  /** base coin that takers bought, one for each candle; null where it is not known of all of it */
  takerBuy: z.array(z.number().nullable()),
  /** prints, added up over `resolutionMs`: start, USD of longs, USD of shorts. Without those in which nothing was printed */
  liquidations: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** accounts' and traders' ratios of longs to shorts; of a sum those of the venue that its prices are of */
  ratios: z.array(z.object({ kind: z.string(), rows: z.array(z.tuple([z.number(), z.number()])) })),
  /** the next settlement and the rate that the venue expects; null where it says none */
  predictedFunding: z.object({ time: z.number(), rate: z.number() }).nullable(),
  /** settlement time, rate per interval, interval in hours where known */
  funding: z.array(z.tuple([z.number(), z.number(), z.number().nullable()])),
  /** what is missing and has not been filled, clipped to the range */
  gaps: z.array(z.object({ channel: z.string(), from: z.number(), to: z.number(), status: z.string() })),
  /** columns that are there and buckets that the range has */
  coverage: z.object({ columns: z.number(), expected: z.number() }),
  /** of a live feed, over the same time and since it began: what the gap ledger says was covered. Empty without a feed. */
  channels: z.array(z.object({ channel: z.enum(FEED_CHANNELS), coveredMs: z.number(), expectedMs: z.number() })),
  /** of a sum over venues: what is in it; null of one venue's instrument */
  sum: sumFacts.nullable(),
  /** prints of liquidations are a sample of what was liquidated */
  liquidationsSampled: z.boolean(),
  /** as in news of feeds: another text whenever the unfilled gaps change. Empty while there is no feed. */
  gapsKnown: z.string(),
  serverTime: z.number(),
})
export type HeatmapView = z.infer<typeof heatmapView>
