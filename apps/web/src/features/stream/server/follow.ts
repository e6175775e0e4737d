import { tracked } from '@trpc/server'
import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'
import { forReader } from './for-reader.ts'

export const followInput = z.object({
  /** key of one instrument: its columns and its feed, nothing else; everything without it */
  instrument: z.string().min(1).max(80).optional(),
  /** sent by the client when it reconnects */
  lastEventId: z.string().max(100).nullish(),
})

/**
 * News of columns, feeds, sources and jobs. It begins with the time and the present state (after a reconnect: with what changed since
 * `lastEventId`), then says each change, the newest state only when the reader is slow. So nothing that matters can be missed.
 */
export const followProcedure = signedIn.input(followInput.optional()).subscription(async function* ({ ctx, input, signal }) {
  for await (const { id, news } of ctx.services.hub.follow({
    instrument: input?.instrument,
    lastEventId: input?.lastEventId ?? undefined,
    signal,
    session: ctx.session,
  }))
    yield tracked(id, forReader(ctx.user, news))
})
