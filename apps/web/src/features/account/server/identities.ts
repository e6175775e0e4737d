import { listIdentities, unlinkIdentity } from '@faultline/db/repositories/identities'
import { secondFactorOf } from '@faultline/db/repositories/second-factor'
import { findForSignIn } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import { signedIn } from '../../../server/trpc.ts'

/** How the caller signs in: with a password, with other sites, with a second factor. */
export const securityProcedure = signedIn.query(async ({ ctx }) => {
  const { services, actor, user } = ctx
  const [stored, factor, linked] = await Promise.all([
    findForSignIn(services.db, user.email),
    secondFactorOf(services.db, user.userId),
    listIdentities(services.db, actor),
  ])
  const since = (provider: string) => linked.find((identity) => identity.provider === provider)?.createdAt.getTime() ?? null
  return {
    hasPassword: stored !== null && stored.passwordHash !== null,
    secondFactor: factor?.enabled ? { recoveryCodesLeft: factor.recoveryCodesLeft } : null,
    /** of those that this installation offers; `linkedAt` in ms since 1970 */
    providers: services.oauth.map(({ id }) => ({ id, linkedAt: since(id) })),
  }
})

/** CONFLICT when it is the caller's only way to sign in. */
export const unlinkIdentityProcedure = signedIn
  .input(z.object({ provider: z.enum(['github', 'google']) }))
  .mutation(async ({ ctx, input: { provider } }) => {
    if (!(await unlinkIdentity(ctx.services.db, ctx.actor, provider))) throw new FaultlineError('not_found', 'This identity is not linked.')
    await record(ctx, { action: 'identity.unlinked', target: ctx.user.email, details: { provider } })
    return { unlinked: true as const }
  })
