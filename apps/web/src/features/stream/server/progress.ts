import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'

/** httpSubscriptionLink adds it on reconnects; progress has no history to resume */
export const progressInput = z.object({ lastEventId: z.string().max(100).nullish() }).optional()

/** Progress of imports, builds and the sample market: what runs now, then every change. */
export const progressProcedure = signedIn.input(progressInput).subscription(async function* ({ ctx, signal }) {
  yield* ctx.services.hub.progress({ signal, session: ctx.session })
})
