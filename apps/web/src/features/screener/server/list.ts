import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'
import { screenerBreakout, screenerList, screenerListInput } from './schema.ts'

/** Every instrument with its reading, sums among them; with `since` only what has changed. */
export const screenerListProcedure = signedIn
  .input(screenerListInput.optional())
  .output(screenerList)
  .query(({ ctx, input }) => ctx.services.screener.list(input?.since))

/** The newest breakouts of all instruments, by each market's own clock. */
export const screenerBreakoutsProcedure = signedIn.output(z.array(screenerBreakout)).query(({ ctx }) => ctx.services.screener.breakouts())
