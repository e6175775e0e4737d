import { FEED_VENUES, type FeedVenueId } from '@faultline/market/venue'
import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'

export const instrumentListItem = z.object({
  id: z.int(),
  /** `venue:SYMBOL`, the name in URLs */
  key: z.string(),
  venue: z.string(),
  symbol: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  simulated: z.boolean(),
  currentBuildId: z.int().nullable(),
  /** of the build that is served; null before the first column. Times in UTC ms. */
  bucketMs: z.number().nullable(),
  firstBucket: z.number().nullable(),
  lastBucket: z.number().nullable(),
  columnCount: z.number(),
  lastClose: z.number().nullable(),
  /** fraction: 0.01 is one per cent */
  change24h: z.number().nullable(),
  openInterestUsd: z.number().nullable(),
  /** per funding interval; of a sum the mean, weighted by open interest, as if per eight hours */
  fundingRate: z.number().nullable(),
  fundingHours: z.number().nullable(),
  /** under which name it is added up with other venues' instruments; null where it is added to nothing */
  summedAs: z.string().nullable(),
  /** of sums: the chosen venues, none for all of them; null of one venue's instrument */
  sumOf: z.array(z.enum(FEED_VENUES as [FeedVenueId, ...FeedVenueId[]])).nullable(),
  /** of the build that is served */
  status: z.enum(['building', 'complete', 'retired']).nullable(),
})
export type InstrumentListItem = z.infer<typeof instrumentListItem>

/** All instruments, those with the freshest data first; among the equally fresh by name. */
export const listProcedure = signedIn.output(z.array(instrumentListItem)).query(({ ctx }) => ctx.services.instruments.read())
