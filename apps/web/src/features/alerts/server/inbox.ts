/** Procedures of the inbox and of the log of deliveries. */
import { markRead, readInbox } from '@faultline/db/repositories/alert-inbox'
import { readLog } from '@faultline/db/repositories/deliveries'
import { z } from 'zod'
import { selfOrTeam, signedIn } from '../../../server/trpc.ts'
import { logPlace } from './schema.ts'

const PAGE = 30

export const inboxProcedure = signedIn
  .input(z.object({ before: z.number().min(0).max(8.64e15).nullable() }).optional())
  .query(({ ctx, input }) => readInbox(ctx.services.db, ctx.actor, PAGE, input?.before ?? null))

/** Without `ids`: all. */
export const markReadProcedure = signedIn
  .input(z.object({ ids: z.array(z.uuid()).min(1).max(100).nullable() }))
  .mutation(({ ctx, input }) => markRead(ctx.services.db, ctx.actor, input.ids))

export const logProcedure = selfOrTeam('viewer')
  .input(z.object({ problems: z.boolean().default(false), cursor: logPlace.nullish() }))
  .query(({ ctx, input }) =>
    readLog(ctx.services.db, ctx.actor, ctx.owner, { problems: input.problems, before: input.cursor ?? null, most: PAGE }),
  )
