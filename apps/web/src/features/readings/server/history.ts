import { signedIn } from '../../../server/trpc.ts'
import { historyReadings, historyReadingsInput } from './schema.ts'

/** What the columns of a stretch of history said, each with what was known then, and what came of it. */
export const historyReadingsProcedure = signedIn
  .input(historyReadingsInput)
  .output(historyReadings)
  .query(({ ctx, input }) => ctx.services.readings.history(input.instrument, input.from, input.to))
