import { z } from 'zod'

const side = z.enum(['long', 'short'])
/** 10th, 50th and 90th percentile, USD */
export const bandSchema = z.object({ p10: z.number(), p50: z.number(), p90: z.number() })

/** USD per bin [firstBin, firstBin + length) of the global price grid. */
const planeSchema = z.object({ firstBin: z.int(), usd: z.array(z.number()) })

const sideProfile = z.object({
  /** the estimate */
  total: planeSchema,
  /** per class of LEVERAGE_BOUNDS and one more, over the bins of `total`; null where it is not known (a past moment) */
  leverage: z.array(z.array(z.number())).nullable(),
  /** per bin of `total`; null where it is not known */
  p10: z.array(z.number()).nullable(),
  p90: z.array(z.number()).nullable(),
})

export const clusterReading = z.object({
  side,
  lowPrice: z.number(),
  highPrice: z.number(),
  peakPrice: z.number(),
  /** signed ratio of the price */
  distance: z.number(),
  usd: z.number(),
  /** a cluster; false: only where the map stands out most (prominent stretches of docs/readings.md) */
  standsOut: z.boolean(),
  band: bandSchema.nullable(),
  /** share per class of leverage; null where it is not known */
  leverage: z.array(z.number()).nullable(),
})

export const currentReadingsInput = z.object({
  instrument: z.string().min(1).max(80),
  /** UTC ms: the newest column that was closed by then, and nothing that became known later; absent: the newest one */
  at: z.number().int().positive().optional(),
  /** without the draws and the book: they are for simulations, and most of the text */
  brief: z.boolean().optional(),
})

/** Everything that one column says, with bands and leverage where the estimator's state of that moment is at hand. Times in UTC ms. */
export const currentReadings = z.object({
  instrument: z.string(),
  simulated: z.boolean(),
  buildId: z.int(),
  modelVersion: z.string(),
  /** start of the column's bucket */
  bucket: z.number(),
  bucketMs: z.number(),
  price: z.number(),
  openInterestUsd: z.number().nullable(),
  /** per `fundingHours`; of a sum the mean per eight hours */
  fundingRate: z.number().nullable(),
  fundingHours: z.number().nullable(),
  profile: z.object({ long: sideProfile, short: sideProfile }),
  /** nearest first */
  clusters: z.array(clusterReading),
  /** what would be liquidated on the way to a price `distance` (signed ratio) away */
  whatIf: z.array(z.object({ distance: z.number(), usd: z.number(), band: bandSchema.nullable() })),
  /** within ± `within`: positive balance, more longs stand below than shorts above */
  asymmetry: z.array(z.object({ within: z.number(), longUsd: z.number(), shortUsd: z.number(), balance: z.number() })),
  maxPain: z.object({ side, price: z.number(), usd: z.number() }).nullable(),
  risk: z.object({ value: z.number(), version: z.string(), longUsd: z.number(), shortUsd: z.number(), branching: z.number() }).nullable(),
  /** volatility of log price per square root of a day, and what was traded in the last day, USD */
  sigmaDay: z.number().nullable(),
  volumeDayUsd: z.number().nullable(),
  /** the newest stored order book, `[price, base coin]` from the price outwards; null where there is none that is fresh */
  book: z
    .object({ time: z.number(), bids: z.array(z.tuple([z.number(), z.number()])), asks: z.array(z.tuple([z.number(), z.number()])) })
    .nullable(),
  /** maps drawn from what is thought possible, of equal weight; empty where the estimator's state is not at hand */
  draws: z.array(z.object({ long: planeSchema, short: planeSchema })),
})
export type CurrentReadings = z.infer<typeof currentReadings>
export type ClusterReading = z.infer<typeof clusterReading>

export const historyReadingsInput = z.object({
  instrument: z.string().min(1).max(80),
  from: z.number().int(),
  to: z.number().int(),
})

const fate = z.enum(['missed', 'turned', 'ran-through', 'within'])

/** What is read off columns of the past, each with what was known then. Sampled where there are more columns than that is worth. */
export const historyReadings = z.object({
  /** what was looked at: from the end of the first column to that of the last one, one column every `stepMs`; UTC ms */
  from: z.number(),
  to: z.number(),
  stepMs: z.number(),
  /** time, risk index */
  risk: z.array(z.tuple([z.number(), z.number()])),
  breakouts: z.array(z.object({ time: z.number(), side, lowPrice: z.number(), highPrice: z.number(), usd: z.number() })),
  /** what became of clusters that price came to, of those like the nearest ones now: same side, half to twice the USD */
  fates: z.object({ turned: z.int(), ranThrough: z.int(), missed: z.int(), within: z.int() }),
  /** all clusters that were seen within 10 % of the price, each once, as it stood when it was largest, and what became of it since */
  earlier: z.array(z.object({ time: z.number(), side, lowPrice: z.number(), highPrice: z.number(), usd: z.number(), fate })),
  /** the largest moves: how much of each was forced; null where no liquidations were published */
  moves: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      /** signed ratio */
      change: z.number(),
      forced: z.object({ share: z.number(), low: z.number(), high: z.number(), usd: z.number() }).nullable(),
    }),
  ),
  /** USD within 1 % of the price in stored books, mean by hour of the day (UTC) and venue; empty without books */
  liquidity: z.array(z.object({ venue: z.string(), byHour: z.array(z.number().nullable()) })),
})
export type HistoryReadings = z.infer<typeof historyReadings>
