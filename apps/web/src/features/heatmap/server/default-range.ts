import { signedIn } from '../../../server/trpc.ts'
import { chooseDefaultRange } from './choose-range.ts'
import { heatmapRange, instrumentInput } from './schema.ts'

/** The range to open an instrument at: 3d unless that shows fewer than 150 columns of data and another one shows more. */
export const defaultRangeProcedure = signedIn
  .input(instrumentInput)
  .output(heatmapRange)
  .query(({ ctx, input }) => chooseDefaultRange(ctx.services.db, input.instrument))
