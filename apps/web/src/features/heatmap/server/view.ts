import { signedIn } from '../../../server/trpc.ts'
import { heatmapView, heatmapViewInput } from './schema.ts'

/** One instrument over one range, at the resolution that suits it. `not_found` for an instrument that has no column yet. */
export const viewProcedure = signedIn
  .input(heatmapViewInput)
  .output(heatmapView)
  .query(({ ctx, input }) => ctx.services.views.read(input))
