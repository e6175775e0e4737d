import { z } from 'zod'

const figure = z.number().nullable()
const cluster = z.object({
  price: z.number(),
  usd: z.number(),
  /** signed ratio of the price */
  distance: z.number(),
})

/** What the newest column of an instrument said. Ratios are signed, amounts USD, times UTC ms; null: not known. */
const reading = z.object({
  /** start of the column's bucket */
  bucket: z.number(),
  bucketMs: z.number(),
  price: figure,
  change24h: figure,
  /** 0 to 100 */
  risk: figure,
  /** within ±5 % */
  longUsd: figure,
  shortUsd: figure,
  below: cluster.nullable(),
  above: cluster.nullable(),
  openInterestUsd: figure,
  openInterestChange24h: figure,
  /** per eight hours, where the interval is known; else per interval */
  funding8h: figure,
  /** prints of a day; null: no venue publishes any */
  liquidatedLongUsd: figure,
  liquidatedShortUsd: figure,
  /** closes of a day, evenly spaced, between the lowest (0) and the highest (100) */
  sparkline: z.array(z.int()),
})

export const screenerRow = z.object({
  /** `venue:SYMBOL`, the name in URLs */
  key: z.string(),
  venue: z.string(),
  /** of a sum the coin */
  symbol: z.string(),
  baseAsset: z.string(),
  simulated: z.boolean(),
  /** adds up venues, which are in the list by themselves */
  sum: z.boolean(),
  /** null until there is a map of it that was read */
  reading: reading.nullable(),
  /** why there is no reading: nothing was estimated yet, or it was and is read next */
  waiting: z.enum(['map', 'reading']).nullable(),
  /** the plan of who asks does not show this market: there is no reading of it, whatever there is */
  locked: z.boolean(),
})
export type ScreenerRow = z.infer<typeof screenerRow>
export type ScreenerReading = z.infer<typeof reading>

export const screenerListInput = z.object({
  /** `asOf` of an earlier answer: only what has changed since, and what has no reading */
  since: z.number().optional(),
})
export const screenerList = z.object({
  rows: z.array(screenerRow),
  /** to ask with later */
  asOf: z.number(),
})
export type ScreenerList = z.infer<typeof screenerList>

export const screenerBreakout = z.object({
  key: z.string(),
  venue: z.string(),
  symbol: z.string(),
  simulated: z.boolean(),
  side: z.enum(['long', 'short']),
  /** UTC ms of the market */
  time: z.number(),
  /** how long ago by that market's own clock, ms, when its newest column was read */
  age: z.number(),
  low: z.number(),
  high: z.number(),
  usd: z.number(),
  /** branching ratio over the zone */
  n: z.number(),
})
export type ScreenerBreakout = z.infer<typeof screenerBreakout>
