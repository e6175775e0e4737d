import { chooseVenues } from '@faultline/db/repositories/aggregates'
import { FEED_VENUES, type FeedVenueId } from '@faultline/market/venue'
import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'

/** How many choices of venues an installation keeps; those that nobody looks at make room. */
const MOST_CHOICES = 200

const choice = z.object({
  /** as sums name it */
  baseAsset: z.string().min(1).max(40),
  simulated: z.boolean(),
  venues: z
    .array(z.enum(FEED_VENUES as [FeedVenueId, ...FeedVenueId[]]))
    .min(2)
    .max(FEED_VENUES.length),
})

/** The sum of the chosen venues, made where there is none: its key, for the address of its map. */
export const chooseProcedure = signedIn
  .input(choice)
  .output(z.object({ instrument: z.string() }))
  .mutation(async ({ ctx, input }) => {
    await ctx.services.gate.asset(ctx.user.allowance, input.baseAsset)
    ctx.services.choices.take(ctx.user.userId)
    const { key } = await chooseVenues(ctx.services.db, input, MOST_CHOICES)
    ctx.services.instruments.forget()
    return { instrument: key }
  })
