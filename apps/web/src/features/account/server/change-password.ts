import { z } from 'zod'
import { newPassword } from '../../../server/auth/password-rules.ts'
import { record } from '../../../server/record.ts'
import { signedIn } from '../../../server/trpc.ts'
import { changeOwnPassword } from './change-own-password.ts'

export const changePasswordInput = z.object({ currentPassword: z.string().min(1).max(1_000), newPassword })
export const changePasswordOutput = z.object({ signedOut: z.literal(true) })

/**
 * Changes the password and ends every session of this person at once, the asking one included: sign in again with the
 * new password. `bad_input` (BAD_REQUEST) when the current password is wrong or the new one is weak.
 */
export const changePasswordProcedure = signedIn
  .input(changePasswordInput)
  .output(changePasswordOutput)
  .mutation(async ({ ctx, input }) => {
    await changeOwnPassword(ctx.services, ctx.user, input)
    await record(ctx, { action: 'password.changed', target: ctx.user.email })
    return { signedOut: true as const }
  })
