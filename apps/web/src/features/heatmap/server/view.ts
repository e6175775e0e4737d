import { signedIn } from '../../../server/trpc.ts'
import { heatmapView, heatmapViewInput } from './schema.ts'

/**
 * One instrument over one range, at the resolution that suits it. `not_found` for an instrument that has no column yet, `forbidden` for
 * what the plan does not show.
 */
export const viewProcedure = signedIn
  .input(heatmapViewInput)
  .output(heatmapView)
  .query(async ({ ctx, input }) => {
    await ctx.services.gate.view(ctx.user.allowance, input)
    return ctx.services.views.read(input)
  })
