import { findDataSource } from '@faultline/db/repositories/data-sources'
import { listQuarantine } from '@faultline/db/repositories/quarantine'
import { z } from 'zod'
import { admin } from '../../../server/trpc.ts'

export const quarantineInput = z.object({ id: z.int().positive().max(0x7fffffff), limit: z.int().min(1).max(100).default(50) })

const quarantinedMessage = z.object({
  id: z.string(),
  /** UTC ms, our clock */
  receivedAt: z.number(),
  reason: z.string(),
  /** as it came, of anybody's making: text, and never anything else */
  payload: z.string(),
})
export type QuarantinedMessage = z.infer<typeof quarantinedMessage>

/** The newest messages of a source that no mapper could read. */
export const quarantineProcedure = admin
  .input(quarantineInput)
  .output(z.array(quarantinedMessage))
  .query(async ({ ctx, input: { id, limit } }) => {
    await findDataSource(ctx.services.db, id)
    return await listQuarantine(ctx.services.db, id, limit)
  })
