import { signedIn } from '../../../server/trpc.ts'
import { currentReadings, currentReadingsInput } from './schema.ts'

/** All that the newest column says, or that one said which had closed by `at`. `not_found` for an instrument without a column by then. */
export const currentReadingsProcedure = signedIn
  .input(currentReadingsInput)
  .output(currentReadings)
  .query(async ({ ctx, input }) => {
    await ctx.services.gate.market(ctx.user.allowance, input.instrument, input.at)
    const readings = await ctx.services.readings.current(input.instrument, input.at)
    return input.brief ? { ...readings, draws: [], book: null } : readings
  })
