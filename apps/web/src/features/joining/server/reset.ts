import { asActor } from '@faultline/db/actor'
import { accountByEmail, accountById, resetPassword } from '@faultline/db/repositories/accounts'
import { audit } from '@faultline/db/repositories/audit'
import { createToken, dropTokens, findToken, pendingTokens, useToken } from '@faultline/db/repositories/tokens'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { joining } from '../../../messages/joining.ts'
import { newPassword } from '../../../server/auth/password-rules.ts'
import { record } from '../../../server/record.ts'
import { admin, anyone } from '../../../server/trpc.ts'
import { emailField, tokenField } from './fields.ts'
import { LINK_LIFE_MS, linkTo, openLink, usedLink } from './links.ts'
import { sendMail } from './send-mail.ts'
import { steadily } from './steady-answer.ts'

const AUTHENTICATOR = { kind: 'authenticator' } as const
/** How long administrators see that somebody without e-mail asked for a new password. */
const REQUEST_MS = 7 * 24 * 3_600_000

/**
 * Asks for a new password. The answer is always the same. With e-mail a link comes; without, administrators see the request and
 * hand a link over.
 * @throws rate_limited
 */
export const requestResetProcedure = anyone
  .input(z.object({ email: emailField }))
  .output(z.object({ mail: z.boolean() }))
  .mutation(({ ctx: { services, ip }, input: { email } }) =>
    steadily(async () => {
      const { db, limits, mail, publicUrl } = services
      await limits.take('signUpIp', ip ?? 'unknown')
      await limits.take('mailTo', `reset:${email}`)
      const found = await asActor(db, AUTHENTICATOR, async (tx) => {
        const account = await accountByEmail(tx, email)
        if (!account || account.disabled) return false
        if (!mail) await tx.query(FORGET_REQUESTS, [account.id])
        const { token } = await createToken(tx, {
          kind: 'reset_password',
          userId: account.id,
          email,
          // of a request nobody learns the token: an administrator makes the link
          details: mail ? { mailed: true } : { request: true },
          lifeMs: mail ? LINK_LIFE_MS.reset_password : REQUEST_MS,
        })
        if (mail) await sendMail(services, tx, email, joining.mail.reset({ link: linkTo(publicUrl, 'reset_password', token) }))
        return true
      })
      await audit(db, AUTHENTICATOR, { action: 'password.reset_requested', actor: 'anonymous', target: email, ip, allowed: found })
      return { mail }
    }),
  )
const FORGET_REQUESTS = `delete from one_time_token where user_id = $1 and kind = 'reset_password' and used_at is null and details ? 'request'`

/**
 * Sets a new password with a link. Every session of the person ends; the second factor stays.
 * @throws not_found for a link that cannot be used; forbidden for a disabled account; rate_limited
 */
export const resetProcedure = anyone
  .input(z.object({ token: tokenField, password: newPassword }))
  .output(z.object({ email: z.string() }))
  .mutation(async ({ ctx: { services, ip }, input: { token, password } }) => {
    const { db, limits, mail, passwords, sessions } = services
    await limits.take('tokenIp', ip ?? 'unknown')
    openLink(await asActor(db, AUTHENTICATOR, (tx) => findToken(tx, token)), 'reset_password')
    const passwordHash = await passwords.hash(password)
    const { userId, email } = await asActor(db, AUTHENTICATOR, async (tx) => {
      const row = usedLink(await useToken(tx, 'reset_password', token))
      const account = row.userId && (await accountById(tx, row.userId))
      const emailVerified = account !== '' && account?.email === row.email && row.details.mailed === true
      if (!account || !(await resetPassword(tx, account.id, { passwordHash, emailVerified })))
        throw new FaultlineError('forbidden', 'This account is disabled. Ask an administrator.')
      if (mail) await sendMail(services, tx, account.email, joining.mail.passwordChanged({ ip: ip ?? 'unknown' }))
      return { userId: account.id, email: account.email }
    })
    sessions.forget(userId)
    // whoever forgot the password has tried often
    await limits.forgive('signInAccount', email)
    await audit(db, AUTHENTICATOR, { action: 'password.reset', actor: email, target: email, ip })
    return { email }
  })

/** Those who asked for a new password where no e-mail is sent, newest first. */
export const resetRequestsProcedure = admin
  .output(z.array(z.object({ userId: z.uuid(), email: z.string(), requestedAt: z.date() })))
  .query(({ ctx }) =>
    asActor(ctx.services.db, ctx.actor, async (tx) => {
      const rows = await pendingTokens(tx, 'reset_password')
      const waiting = rows.filter((row) => row.details.request === true && row.expiresAt.getTime() > Date.now())
      return waiting.flatMap(({ userId, email, createdAt }) => (userId === null ? [] : [{ userId, email, requestedAt: createdAt }]))
    }),
  )

/**
 * A link with which a person sets a new password, to be handed over: shown once, good for a day. Earlier links and requests of
 * that person end.
 * @throws not_found; conflict for a disabled account
 */
export const createResetLinkProcedure = admin
  .input(z.object({ userId: z.uuid() }))
  .output(z.object({ url: z.string(), email: z.string(), expiresAt: z.date() }))
  .mutation(async ({ ctx, input }) => {
    const { db, publicUrl } = ctx.services
    const made = await asActor(db, ctx.actor, async (tx) => {
      const account = await accountById(tx, input.userId)
      if (!account) throw new FaultlineError('not_found', 'There is no such person any more.')
      if (account.disabled) throw new FaultlineError('conflict', 'This account is disabled. Enable it first.')
      await dropTokens(tx, ['reset_password'], { userId: account.id })
      const { token, expiresAt } = await createToken(tx, {
        kind: 'reset_password',
        userId: account.id,
        email: account.email,
        createdBy: ctx.user.userId,
        lifeMs: LINK_LIFE_MS.handedOverReset,
      })
      return { url: linkTo(publicUrl, 'reset_password', token), email: account.email, expiresAt }
    })
    await record(ctx, { action: 'password.reset_link_created', target: made.email })
    return made
  })
