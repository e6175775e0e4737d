import { signedIn } from '../../../server/trpc.ts'
import { allowedRange } from '../../plans/prepare/allowed.ts'
import { chooseDefaultRange } from './choose-range.ts'
import { heatmapRange, instrumentInput } from './schema.ts'

/** The range to open an instrument at: 3d unless that shows fewer than 150 columns of data and another one shows more; one that the plan allows. */
export const defaultRangeProcedure = signedIn
  .input(instrumentInput)
  .output(heatmapRange)
  .query(async ({ ctx, input }) => {
    const { allowance } = ctx.user
    await ctx.services.gate.market(allowance, input.instrument)
    const suits = await chooseDefaultRange(ctx.services.db, input.instrument)
    return allowedRange(allowance, suits) ?? suits
  })
