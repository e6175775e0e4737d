import { signedIn } from '../../../server/trpc.ts'
import { readScoreSummary } from './read-summary.ts'
import { SCORE_HORIZONS, scoreSummary, scoreSummaryInput } from './schema.ts'

/** What the live maps of an instrument were worth against the liquidations that followed: lift over the nulls, and its probabilities. */
export const summaryProcedure = signedIn
  .input(scoreSummaryInput)
  .output(scoreSummary)
  .query(({ ctx, input }) => readScoreSummary(ctx.services.db, input.instrument, SCORE_HORIZONS[input.horizon]))
