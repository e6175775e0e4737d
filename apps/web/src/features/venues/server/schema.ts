import { z } from 'zod'

/** Kinds of prices that prints of liquidations carry, as in packages/market. */
const priceKind = z.enum(['fill', 'order', 'bankruptcy', 'trigger'])

/** What a picture of a sum says of one of its venues. Times in UTC ms. */
export const sumVenue = z.object({
  venue: z.string(),
  /** keys of the instruments that are added up; several where a venue trades one coin against several dollars */
  instruments: z.array(z.string()),
  /** its columns are in the newest column of the sum */
  included: z.boolean(),
  /** since when it is missing; null while it is in, and where it never was */
  missingSince: z.number().nullable(),
  /** within the range, since the sum begins: how long it was in */
  coveredMs: z.number(),
  expectedMs: z.number(),
  /** the newest figure, while it is fresh; null: unknown, and not in the sum of open interest */
  openInterestUsd: z.number().nullable(),
  /** the newest settlement as if per eight hours; null: unknown */
  fundingRate8h: z.number().nullable(),
  /** prints that the venue published in the range; null: it publishes none, which says nothing about what was liquidated */
  liquidations: z
    .object({ count: z.number(), longUsd: z.number(), shortUsd: z.number(), priceKinds: z.array(priceKind), sampled: z.boolean() })
    .nullable(),
})
export type SumVenue = z.infer<typeof sumVenue>

export const sumFacts = z.object({
  baseAsset: z.string(),
  /** venue whose prices the candles have; where it has none, those of the next in open interest */
  reference: z.string().nullable(),
  /** end of the newest column, UTC ms: what "now" is here */
  end: z.number(),
  venues: z.array(sumVenue),
})
export type SumFacts = z.infer<typeof sumFacts>
