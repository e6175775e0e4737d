import { asActor } from '@faultline/db/actor'
import { accountByEmail, accountById, changeEmail, confirmEmail } from '@faultline/db/repositories/accounts'
import { audit } from '@faultline/db/repositories/audit'
import { createToken, dropTokens, findToken, useToken } from '@faultline/db/repositories/tokens'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { joining } from '../../../messages/joining.ts'
import { confirmPassword } from '../../../server/auth/confirm-password.ts'
import { record } from '../../../server/record.ts'
import { anyone, signedIn } from '../../../server/trpc.ts'
import { emailField, knownPassword, tokenField } from './fields.ts'
import { LINK_LIFE_MS, linkTo, openLink, usedLink } from './links.ts'
import { sendMail } from './send-mail.ts'

const AUTHENTICATOR = { kind: 'authenticator' } as const
const TAKEN = 'This address cannot be used. Choose another.'

/** Sends the link that confirms one's address, once more. @throws conflict where there is nothing to confirm, or no e-mail; rate_limited */
export const sendVerificationProcedure = signedIn.output(z.object({ email: z.string() })).mutation(async ({ ctx }) => {
  const { db, limits, mail, publicUrl } = ctx.services
  const { userId, email, emailVerified } = ctx.user
  if (!mail) throw new FaultlineError('conflict', 'This installation sends no e-mail, so there is nothing to confirm.')
  if (emailVerified) throw new FaultlineError('conflict', 'Your address is confirmed already.')
  await limits.take('mailTo', `verify:${email}`)
  await asActor(db, AUTHENTICATOR, async (tx) => {
    const { token } = await createToken(tx, { kind: 'verify_email', userId, email, lifeMs: LINK_LIFE_MS.verify_email })
    await sendMail(ctx.services, tx, email, joining.mail.verify({ link: linkTo(publicUrl, 'verify_email', token) }))
  })
  return { email }
})

/**
 * Gives oneself another address. With e-mail the new one counts from when its link was used, and the old one is told; the answer is
 * the same whether or not somebody has that address. Without e-mail it counts at once, unconfirmed.
 * @throws bad_input for a wrong password or the same address; conflict (without e-mail only) for a taken address; rate_limited
 */
export const changeEmailProcedure = signedIn
  .input(z.object({ password: knownPassword, email: emailField }))
  .output(z.object({ changed: z.boolean() }))
  .mutation(async ({ ctx, input }) => {
    const { db, limits, mail, publicUrl, sessions } = ctx.services
    const { userId, email: old } = ctx.user
    if (input.email === old) throw new FaultlineError('bad_input', 'This is the address that you have already.')
    await confirmPassword(ctx.services, ctx.user, input.password)
    if (!mail) {
      const changed = await asActor(db, ctx.actor, (tx) => changeEmail(tx, userId, { email: input.email, verified: false }))
      if (!changed) throw new FaultlineError('conflict', TAKEN)
      await asActor(db, AUTHENTICATOR, (tx) => dropTokens(tx, ['verify_email', 'reset_password', 'change_email'], { userId }))
      sessions.forget(userId)
      await record(ctx, { action: 'user.email_changed', target: input.email })
      return { changed }
    }
    await limits.take('mailTo', `change:${input.email}`)
    await asActor(db, AUTHENTICATOR, async (tx) => {
      if (await accountByEmail(tx, input.email)) await sendMail(ctx.services, tx, input.email, joining.mail.changeTaken())
      else {
        await dropTokens(tx, ['change_email'], { userId })
        const { token } = await createToken(tx, { kind: 'change_email', userId, email: input.email, lifeMs: LINK_LIFE_MS.change_email })
        await sendMail(ctx.services, tx, input.email, joining.mail.changeEmail({ link: linkTo(publicUrl, 'change_email', token) }))
      }
      await sendMail(ctx.services, tx, old, joining.mail.changeAsked({ email: input.email }))
    })
    await record(ctx, { action: 'user.email_change_requested', target: input.email })
    return { changed: false }
  })

/**
 * Uses a link that confirms an address, of an account that exists: the one it has, or the one it is to have.
 * @throws not_found for a link that cannot be used; conflict where the address has somebody else's account by now; rate_limited
 */
export const verifyProcedure = anyone
  .input(z.object({ token: tokenField }))
  .output(z.object({ email: z.string() }))
  .mutation(async ({ ctx: { services, ip }, input: { token } }) => {
    const { db, limits, mail, sessions } = services
    await limits.take('tokenIp', ip ?? 'unknown')
    const { userId, email, old } = await asActor(db, AUTHENTICATOR, async (tx) => {
      const asked = openLink(await findToken(tx, token), 'verify_email', 'change_email')
      if (asked.userId === null) throw new FaultlineError('bad_input', 'This link needs the password that was chosen at sign-up.')
      const row = usedLink(await useToken(tx, asked.kind, token))
      const account = await accountById(tx, asked.userId)
      const done =
        account &&
        (row.kind === 'verify_email'
          ? await confirmEmail(tx, account.id, row.email)
          : await changeEmail(tx, account.id, { email: row.email, verified: true }))
      if (!done) throw new FaultlineError('conflict', row.kind === 'verify_email' ? 'Your account has another address by now.' : TAKEN)
      if (row.kind === 'change_email') {
        await dropTokens(tx, ['verify_email', 'reset_password', 'change_email'], { userId: account.id })
        if (mail) await sendMail(services, tx, account.email, joining.mail.changed({ email: row.email }))
      }
      return { userId: account.id, email: row.email, old: account.email }
    })
    sessions.forget(userId)
    await audit(db, AUTHENTICATOR, { action: old === email ? 'user.email_confirmed' : 'user.email_changed', actor: old, target: email, ip })
    return { email }
  })
