import { asActor } from '@faultline/db/actor'
import { rename } from '@faultline/db/repositories/accounts'
import { deleteOwnAccount, exportOwnData } from '@faultline/db/repositories/own-data'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { confirmPassword } from '../../../server/auth/confirm-password.ts'
import { record } from '../../../server/record.ts'
import { signedIn } from '../../../server/trpc.ts'
import { knownPassword, nameField } from '../../joining/server/fields.ts'

/** Another name for oneself. */
export const renameProcedure = signedIn
  .input(z.object({ name: nameField }))
  .output(z.object({ name: z.string() }))
  .mutation(async ({ ctx, input: { name } }) => {
    await ctx.services.limits.take('write', ctx.user.userId)
    await asActor(ctx.services.db, ctx.actor, (tx) => rename(tx, ctx.user.userId, name))
    ctx.services.sessions.forget(ctx.user.userId)
    await record(ctx, { action: 'user.renamed', target: name })
    return { name }
  })

/**
 * All that is one's own, as the text of a JSON file. No password, key, token or address of a webhook is in it. A mutation, so that
 * no link of another site makes it and nothing keeps it.
 */
export const exportProcedure = signedIn.output(z.object({ json: z.string() })).mutation(async ({ ctx }) => {
  await ctx.services.limits.take('write', ctx.user.userId)
  const data = await exportOwnData(ctx.services.db, ctx.actor)
  await record(ctx, { action: 'user.exported', target: ctx.user.email })
  return { json: JSON.stringify({ exportedAt: new Date(), ...data }, null, 2) }
})

/**
 * Ends one's account with all that is one's own, see deleteOwnAccount().
 * @throws bad_input where address or password are not right; conflict for the last owner of a team with others in it, and for the last
 * administrator; rate_limited
 */
export const deleteAccountProcedure = signedIn
  .input(z.object({ email: z.string().max(2_000), password: knownPassword }))
  .output(z.object({ deleted: z.literal(true) }))
  .mutation(async ({ ctx, input }) => {
    const { db, sessions } = ctx.services
    if (input.email.trim().toLowerCase() !== ctx.user.email)
      throw new FaultlineError('bad_input', `Type the address of this account: ${ctx.user.email}.`)
    await confirmPassword(ctx.services, ctx.user, input.password)
    await deleteOwnAccount(db, ctx.actor, { email: ctx.user.email, ip: ctx.ip })
    sessions.forget(ctx.user.userId)
    return { deleted: true as const }
  })
