/** Accounts for those who are invited into a team by e-mail and have none: the invitation is what lets them make one. */
import { asActor } from '@faultline/db/actor'
import { createAccount } from '@faultline/db/repositories/accounts'
import { audit } from '@faultline/db/repositories/audit'
import { signUpPolicy } from '@faultline/db/repositories/settings'
import { acceptInvitation, type TeamOffer, teamInvitationOf } from '@faultline/db/repositories/team-invitations'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { newPassword } from '../../../server/auth/password-rules.ts'
import type { Services } from '../../../server/services.ts'
import { anyone } from '../../../server/trpc.ts'
import { nameField } from '../../joining/server/fields.ts'
import { joinToken } from './schema.ts'

const AUTHENTICATOR = { kind: 'authenticator' } as const

/** What whoever is not signed in may know of an invitation that they have the link of. */
export type SignUpOffer = Pick<TeamOffer, 'teamName' | 'inviter' | 'role' | 'expiresAt'> & { email: string }

async function offerOf(services: Services, token: string): Promise<SignUpOffer | null> {
  const offer = await teamInvitationOf(services.db, token)
  if (offer?.state !== 'open' || offer.email === null || (await signUpPolicy(services.db)).mode === 'closed') return null
  const { teamName, inviter, role, expiresAt, email } = offer
  return { teamName, inviter, role, expiresAt, email }
}

/** Null: this link lets nobody make an account. It is of no one address, it ended, or sign-up is closed. */
export const signUpOfferProcedure = anyone.input(z.object({ token: joinToken })).query(async ({ ctx: { services, ip }, input }) => {
  await services.limits.take('tokenIp', ip ?? 'unknown')
  return offerOf(services, input.token)
})

/**
 * Makes the account of the invited address and joins the team. The address counts as not confirmed: the link was also shown to
 * whoever invited.
 * @throws not_found for a link that cannot be used; conflict where the address has an account; rate_limited
 */
export const signUpProcedure = anyone
  .input(z.object({ token: joinToken, name: nameField, password: newPassword }))
  .mutation(async ({ ctx: { services, ip }, input: { token, name, password } }) => {
    const { db, limits, passwords } = services
    await limits.take('tokenIp', ip ?? 'unknown')
    const offer = await offerOf(services, token)
    if (!offer) throw new FaultlineError('not_found', 'This invitation cannot be used to make an account any more. Ask whoever sent it.')
    await limits.take('signUpIp', ip ?? 'unknown')
    const { email } = offer
    const passwordHash = await passwords.hash(password)
    const { defaultPlan } = await signUpPolicy(db)
    const userId = await asActor(db, AUTHENTICATOR, (tx) =>
      createAccount(tx, { email, name, passwordHash, plan: defaultPlan, emailVerified: false }),
    )
    await audit(db, AUTHENTICATOR, { action: 'user.signed_up', actor: email, target: email, ip, allowed: userId !== null })
    if (userId === null) throw new FaultlineError('conflict', 'There is an account with this address already. Sign in with it to join.')
    const actor = { kind: 'user', userId, role: 'member' } as const
    const { state, teamId } = await acceptInvitation(db, actor, token)
    await audit(db, actor, {
      action: 'team.joined',
      actor: email,
      target: offer.teamName,
      ip,
      allowed: state === 'joined',
      details: { state },
    })
    return { email, state, teamId }
  })
