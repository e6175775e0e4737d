/** The screen as the caller left it, for their other machines and their next visit. */
import { putWorkingState, readWorkingState } from '@faultline/db/repositories/working-state'
import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'
import { readWorking, type WorkingState } from '../prepare/working.ts'
import { workingState } from './content.ts'

export interface KeptWorking {
  /** null: none, or of a version of the program that this one does not know */
  state: WorkingState | null
  /** null: nothing is kept */
  version: number | null
}

export const getWorkingProcedure = signedIn.query(async ({ ctx }): Promise<KeptWorking> => {
  const row = await readWorkingState(ctx.services.db, ctx.actor)
  return { state: readWorking(row?.state), version: row?.version ?? null }
})

/** `version`: of what it stands on. Where another machine kept something since, that comes back in its place and nothing is kept. */
export const putWorkingProcedure = signedIn
  .input(z.object({ version: z.int().positive().nullable(), state: workingState }))
  .mutation(async ({ ctx, input }): Promise<KeptWorking & { kept: boolean }> => {
    await ctx.services.limits.take('write', ctx.user.userId)
    const answer = await putWorkingState(ctx.services.db, ctx.actor, input.version, input.state)
    if (answer.kept) return { kept: true, state: null, version: answer.version }
    return { kept: false, state: readWorking(answer.state), version: answer.version || null }
  })
