import { asActor } from '@faultline/db/actor'
import { accountByEmail, createAccount } from '@faultline/db/repositories/accounts'
import { audit } from '@faultline/db/repositories/audit'
import { signUpPolicy } from '@faultline/db/repositories/settings'
import { createToken, dropTokens, findToken, useToken } from '@faultline/db/repositories/tokens'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { joining } from '../../../messages/joining.ts'
import { newPassword } from '../../../server/auth/password-rules.ts'
import { anyone } from '../../../server/trpc.ts'
import { safeCallbackPath } from '../../account/prepare/safe-callback-path.ts'
import { joinTokenOf } from '../../teams/prepare/join-path.ts'
import { emailField, knownPassword, nameField, tokenField } from './fields.ts'
import { LINK_LIFE_MS, linkTo, openLink, usedLink } from './links.ts'
import { sendMail } from './send-mail.ts'
import { steadily } from './steady-answer.ts'

const AUTHENTICATOR = { kind: 'authenticator' } as const
const NOT_OPEN = {
  invitation: 'Accounts are made by invitation here. Ask an administrator for one.',
  closed: 'No new accounts are made here at the moment. Ask an administrator.',
}
const TAKEN = 'This address cannot be used for a new account. If it is yours, sign in or set a new password; otherwise choose another.'

/** Who may make an account, and whether an address is confirmed by e-mail. */
export const policyProcedure = anyone
  .output(z.object({ mode: z.enum(['open', 'invitation', 'closed']), mail: z.boolean() }))
  .query(async ({ ctx }) => ({ mode: (await signUpPolicy(ctx.services.db)).mode, mail: ctx.services.mail }))

/**
 * A new account, where everybody may make one. With e-mail nothing exists until the link in the message was used: the answer is
 * the same whether or not the address has an account, and its owner is told. Without e-mail the account is there at once, and
 * an address that has one is refused: there is no other way to tell only its owner. Whoever came by the invitation of a team
 * (`target`, its path) is led back to it by the message.
 * @throws forbidden where sign-up is not open; conflict (without e-mail only) for a taken address; rate_limited
 */
export const signUpProcedure = anyone
  .input(z.object({ name: nameField, email: emailField, password: newPassword, target: z.string().max(2_000).optional() }))
  .output(z.object({ next: z.enum(['sign in', 'look into mail']) }))
  .mutation(({ ctx: { services, ip }, input }) =>
    steadily(async () => {
      const { db, limits, mail, passwords, publicUrl } = services
      const policy = await signUpPolicy(db)
      if (policy.mode !== 'open') throw new FaultlineError('forbidden', NOT_OPEN[policy.mode])
      await limits.take('signUpIp', ip ?? 'unknown')
      if (mail) await limits.take('mailTo', `sign-up:${input.email}`)
      const passwordHash = await passwords.hash(input.password)
      const { name, email } = input
      // No other path: the message must not be what a stranger writes to somebody else's address.
      const target = joinTokenOf(safeCallbackPath(input.target)) === null ? null : safeCallbackPath(input.target)
      const plan = policy.defaultPlan
      if (!mail) {
        const made = await asActor(db, AUTHENTICATOR, (tx) => createAccount(tx, { email, name, passwordHash, plan, emailVerified: false }))
        await audit(db, AUTHENTICATOR, { action: 'user.signed_up', actor: email, target: email, ip, allowed: made !== null })
        if (made === null) throw new FaultlineError('conflict', TAKEN)
        return { next: 'sign in' as const }
      }
      await asActor(db, AUTHENTICATOR, async (tx) => {
        if (await accountByEmail(tx, email))
          return sendMail(
            services,
            tx,
            email,
            joining.mail.signUpTaken({
              signIn: leadingTo(new URL('/sign-in', publicUrl).href, target),
              reset: new URL('/reset', publicUrl).href,
            }),
          )
        const { token } = await createToken(tx, {
          kind: 'verify_email',
          userId: null,
          email,
          details: { name, passwordHash, plan },
          lifeMs: LINK_LIFE_MS.verify_email,
        })
        await sendMail(services, tx, email, joining.mail.signUp({ link: leadingTo(linkTo(publicUrl, 'verify_email', token), target) }))
      })
      return { next: 'look into mail' as const }
    }),
  )

const leadingTo = (link: string, target: string | null): string =>
  target === null ? link : `${link}?callbackUrl=${encodeURIComponent(target)}`

/**
 * Makes the account that was asked for, with the link that came by e-mail and the password that was chosen: so nobody finishes
 * unseen what a stranger began with their address.
 * @throws not_found for a link that cannot be used; bad_input for another password; conflict; forbidden; rate_limited
 */
export const confirmSignUpProcedure = anyone
  .input(z.object({ token: tokenField, password: knownPassword }))
  .output(z.object({ email: z.string() }))
  .mutation(async ({ ctx: { services, ip }, input: { token, password } }) => {
    const { db, limits, passwords } = services
    await limits.take('tokenIp', ip ?? 'unknown')
    const asked = openLink(await asActor(db, AUTHENTICATOR, (tx) => findToken(tx, token)), 'verify_email')
    const details = pendingSignUp.safeParse(asked.details)
    if (asked.userId !== null || !details.success)
      throw new FaultlineError('bad_input', 'This link confirms an address and needs no password.')
    if ((await signUpPolicy(db)).mode !== 'open') throw new FaultlineError('forbidden', NOT_OPEN.closed)
    if (!(await passwords.verify(details.data.passwordHash, password)))
      throw new FaultlineError('bad_input', 'This is not the password that was chosen at sign-up. If you forgot it, sign up again.')
    const { email } = asked
    await asActor(db, AUTHENTICATOR, async (tx) => {
      usedLink(await useToken(tx, 'verify_email', token))
      if ((await createAccount(tx, { ...details.data, email, emailVerified: true })) === null)
        throw new FaultlineError('conflict', 'There is an account with this address by now. Sign in with it.')
      await dropTokens(tx, ['verify_email', 'invitation'], { email })
    })
    await audit(db, AUTHENTICATOR, { action: 'user.signed_up', actor: email, target: email, ip })
    return { email }
  })

export const pendingSignUp = z.object({ name: z.string(), passwordHash: z.string(), plan: z.string() })
