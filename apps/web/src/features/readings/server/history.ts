import { signedIn } from '../../../server/trpc.ts'
import { historyReadings, historyReadingsInput } from './schema.ts'

/** What the columns of a stretch of history said, each with what was known then, and what came of it. */
export const historyReadingsProcedure = signedIn
  .input(historyReadingsInput)
  .output(historyReadings)
  .query(async ({ ctx, input }) => {
    await ctx.services.gate.market(ctx.user.allowance, input.instrument, input.from)
    return ctx.services.readings.history(input.instrument, input.from, input.to)
  })
