import { signedIn } from '../../../server/trpc.ts'

/** How all feeds and sources are now: what a page shows before its stream has said anything. */
export const currentProcedure = signedIn.query(({ ctx }) => ctx.services.hub.current())
