import { asActor } from '@faultline/db/actor'
import type { Transaction } from '@faultline/db/database'
import { accountByEmail, accountById, createAccount } from '@faultline/db/repositories/accounts'
import { audit } from '@faultline/db/repositories/audit'
import { signUpPolicy } from '@faultline/db/repositories/settings'
import { createToken, dropTokens, findToken, pendingTokens, takeBackToken, tokenState, useToken } from '@faultline/db/repositories/tokens'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { joining } from '../../../messages/joining.ts'
import { newPassword } from '../../../server/auth/password-rules.ts'
import type { SessionUser } from '../../../server/auth/sessions.ts'
import { record } from '../../../server/record.ts'
import type { Services } from '../../../server/services.ts'
import { admin, anyone } from '../../../server/trpc.ts'
import { emailField, nameField, tokenField } from './fields.ts'
import { LINK_LIFE_MS, linkTo, openLink, usedLink } from './links.ts'
import { sendMail } from './send-mail.ts'

const AUTHENTICATOR = { kind: 'authenticator' } as const
const CLOSED = 'Sign-up is closed: invitations do not work while it is. Change that in the settings first.'

const invitationMade = z.object({
  id: z.uuid(),
  email: z.string(),
  /** to hand over; it is not shown again */
  url: z.string(),
  /** it was sent by e-mail as well */
  mailed: z.boolean(),
  /** an earlier invitation of this address has ended with this one */
  replaced: z.boolean(),
  expiresAt: z.date(),
})
type Made = z.infer<typeof invitationMade>

const pendingInvitation = z.object({
  id: z.uuid(),
  email: z.string(),
  /** null: what new accounts begin with */
  plan: z.string().nullable(),
  invitedBy: z.string().nullable(),
  createdAt: z.date(),
  expiresAt: z.date(),
  state: z.enum(['open', 'expired']),
})

const details = z.object({ plan: z.string().nullable().catch(null), mailed: z.boolean().catch(false) })

/** Makes the invitation and, with e-mail, sends it; both or nothing. */
async function inviteIn(
  services: Pick<Services, 'box' | 'jobs' | 'mail' | 'publicUrl'>,
  tx: Transaction,
  given: { email: string; plan: string | null; by: SessionUser },
): Promise<Made> {
  const { mail, publicUrl } = services
  const { email, plan, by } = given
  if (await accountByEmail(tx, email)) throw new FaultlineError('conflict', `${email} has an account already.`)
  const replaced = (await dropTokens(tx, ['invitation'], { email })) > 0
  const { id, token, expiresAt } = await createToken(tx, {
    kind: 'invitation',
    userId: null,
    email,
    details: { plan, mailed: mail },
    createdBy: by.userId,
    lifeMs: LINK_LIFE_MS.invitation,
  })
  const url = linkTo(publicUrl, 'invitation', token)
  if (mail) await sendMail(services, tx, email, joining.mail.invitation({ inviter: by.name, host: publicUrl.host, link: url }))
  return { id, email, url, mailed: mail, replaced, expiresAt }
}

/**
 * Invites an address: by e-mail where that is configured, and with a link to hand over. A second invitation of the same address
 * takes the place of the first.
 * @throws conflict where the address has an account, or while sign-up is closed; bad_input for an unknown plan; rate_limited
 */
export const inviteProcedure = admin
  .input(z.object({ email: emailField, plan: z.string().max(60).nullable().default(null) }))
  .output(invitationMade)
  .mutation(async ({ ctx, input: { email, plan } }) => {
    const { db, limits } = ctx.services
    await limits.take('invite', ctx.user.userId)
    if ((await signUpPolicy(db)).mode === 'closed') throw new FaultlineError('conflict', CLOSED)
    const made = await asActor(db, ctx.actor, async (tx) => {
      if (plan !== null && (await tx.query('select from plan where key = $1', [plan])).rowCount === 0)
        throw new FaultlineError('bad_input', `There is no plan “${plan}”.`)
      return inviteIn(ctx.services, tx, { email, plan, by: ctx.user })
    })
    await record(ctx, { action: 'invitation.created', target: email, details: { plan, mailed: made.mailed, replaced: made.replaced } })
    return made
  })

/** Those that were neither accepted nor taken back, newest first; expired ones too. */
export const invitationsProcedure = admin.output(z.array(pendingInvitation)).query(({ ctx }) =>
  asActor(ctx.services.db, ctx.actor, async (tx) => {
    const rows = await pendingTokens(tx, 'invitation')
    const names = new Map<string, string | null>()
    for (const { createdBy } of rows)
      if (createdBy !== null && !names.has(createdBy)) names.set(createdBy, (await accountById(tx, createdBy))?.name ?? null)
    return rows.map((row) => ({
      id: row.id,
      email: row.email,
      plan: details.parse(row.details).plan,
      invitedBy: row.createdBy === null ? null : (names.get(row.createdBy) ?? null),
      createdAt: row.createdAt,
      expiresAt: row.expiresAt,
      state: tokenState(row) === 'expired' ? ('expired' as const) : ('open' as const),
    }))
  }),
)

/** The same invitation anew: another link, another seven days; the earlier link ends. @throws not_found; conflict; rate_limited */
export const resendInvitationProcedure = admin
  .input(z.object({ id: z.uuid() }))
  .output(invitationMade)
  .mutation(async ({ ctx, input }) => {
    const { db, limits } = ctx.services
    await limits.take('invite', ctx.user.userId)
    if ((await signUpPolicy(db)).mode === 'closed') throw new FaultlineError('conflict', CLOSED)
    const made = await asActor(db, ctx.actor, async (tx) => {
      const before = await takeBackToken(tx, 'invitation', input.id)
      if (!before) throw new FaultlineError('not_found', 'This invitation was accepted or taken back meanwhile.')
      const { plan } = details.parse(before.details)
      return { ...(await inviteIn(ctx.services, tx, { email: before.email, plan, by: ctx.user })), replaced: true }
    })
    await record(ctx, { action: 'invitation.renewed', target: made.email, details: { mailed: made.mailed } })
    return made
  })

/** Its link stops working. @throws not_found where it was accepted or taken back before */
export const revokeInvitationProcedure = admin
  .input(z.object({ id: z.uuid() }))
  .output(z.object({ email: z.string() }))
  .mutation(async ({ ctx, input }) => {
    const gone = await asActor(ctx.services.db, ctx.actor, (tx) => takeBackToken(tx, 'invitation', input.id))
    if (!gone) throw new FaultlineError('not_found', 'This invitation was accepted or taken back meanwhile.')
    await record(ctx, { action: 'invitation.revoked', target: gone.email })
    return { email: gone.email }
  })

/**
 * Makes the account that an invitation offers. Its address counts as confirmed where the link came by e-mail.
 * @throws not_found for a link that cannot be used; conflict where the address has an account by now; forbidden while sign-up is
 * closed; rate_limited
 */
export const acceptInvitationProcedure = anyone
  .input(z.object({ token: tokenField, name: nameField, password: newPassword }))
  .output(z.object({ email: z.string() }))
  .mutation(async ({ ctx: { services, ip }, input: { token, name, password } }) => {
    const { db, limits, passwords } = services
    await limits.take('tokenIp', ip ?? 'unknown')
    openLink(await asActor(db, AUTHENTICATOR, (tx) => findToken(tx, token)), 'invitation')
    const policy = await signUpPolicy(db)
    if (policy.mode === 'closed')
      throw new FaultlineError('forbidden', 'No new accounts are made here at the moment. Ask whoever invited you.')
    const passwordHash = await passwords.hash(password)
    const email = await asActor(db, AUTHENTICATOR, async (tx) => {
      const row = usedLink(await useToken(tx, 'invitation', token))
      const { plan, mailed } = details.parse(row.details)
      const made = await createAccount(tx, {
        email: row.email,
        name,
        passwordHash,
        plan: plan ?? policy.defaultPlan,
        emailVerified: mailed,
      })
      if (made === null) throw new FaultlineError('conflict', 'There is an account with this address already. Sign in with it.')
      await dropTokens(tx, ['verify_email', 'invitation'], { email: row.email })
      return row.email
    })
    await audit(db, AUTHENTICATOR, { action: 'invitation.accepted', actor: email, target: email, ip })
    return { email }
  })
