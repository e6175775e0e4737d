import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'

const account = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(['admin', 'member']),
  /** the generated first password is still in use: suggest changing it */
  passwordIsInitial: z.boolean(),
})

export const meProcedure = signedIn.output(account).query(({ ctx }) => ({
  id: ctx.user.userId,
  email: ctx.user.email,
  name: ctx.user.name,
  role: ctx.user.role,
  passwordIsInitial: ctx.user.passwordIsInitial,
}))
