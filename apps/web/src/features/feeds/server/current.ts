import { signedIn } from '../../../server/trpc.ts'
import { forReader } from '../../stream/server/for-reader.ts'

/** How all feeds and sources are now: what a page shows before its stream has said anything. */
export const currentProcedure = signedIn.query(async ({ ctx }) =>
  (await ctx.services.hub.current()).map((news) => forReader(ctx.user, news)),
)
