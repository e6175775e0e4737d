import {
  enableSecondFactor,
  prepareSecondFactor,
  removeSecondFactor,
  replaceRecoveryCodes,
  secondFactorOf,
} from '@faultline/db/repositories/second-factor'
import { findForSignIn } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import { toString as drawQrCode } from 'qrcode'
import { z } from 'zod'
import { confirmPassword } from '../../../server/auth/confirm-password.ts'
import { passSecondFactor, stepOf, totpPurpose } from '../../../server/auth/second-factor.ts'
import type { SessionUser } from '../../../server/auth/sessions.ts'
import { checkCode, keyUri, kindOfCode, newRecoveryCodes, newSecret, recoveryHash } from '../../../server/auth/totp.ts'
import { record } from '../../../server/record.ts'
import type { Services } from '../../../server/services.ts'
import { signedIn } from '../../../server/trpc.ts'

const code = z.string().trim().min(1, 'is missing').max(100)

/**
 * A new secret, which counts once confirmSecondFactor has seen a code of it. `secret` in base32 for typing, `qr` the same as an
 * SVG of a key URI. CONFLICT when a factor is in use.
 */
export const beginSecondFactorProcedure = signedIn.mutation(async ({ ctx }) => {
  const { services, actor, user } = ctx
  const secret = newSecret()
  await prepareSecondFactor(services.db, actor, services.box.seal(secret, totpPurpose(user.userId)))
  return { secret, qr: await drawQrCode(keyUri(secret, user.email), { type: 'svg', errorCorrectionLevel: 'M', margin: 2 }) }
})

/** Puts the factor into use. The recovery codes are told here, and never again. */
export const confirmSecondFactorProcedure = signedIn.input(z.object({ code })).mutation(async ({ ctx, input }) => {
  const { services, actor, user } = ctx
  const recoveryCodes = newRecoveryCodes()
  await limited(ctx, async () => {
    const factor = await secondFactorOf(services.db, user.userId)
    if (!factor || factor.enabled) throw new FaultlineError('conflict', 'This set-up is out of date. Begin anew.')
    const given = kindOfCode(input.code)
    if (given?.kind !== 'totp') throw new FaultlineError('bad_input', 'Type the code of 6 digits that your app shows.')
    const step = stepOf(checkCode(services.box.open(factor.sealed, totpPurpose(user.userId)), given.code, Date.now()))
    const sealed = Uint8Array.from(factor.sealed)
    await enableSecondFactor(services.db, actor, { sealed, step, recoveryHashes: recoveryCodes.map(recoveryHash) })
  })
  services.sessions.forget(user.userId)
  await record(ctx, { action: 'second_factor.enabled', target: user.email })
  return { recoveryCodes }
})

/** Other recovery codes; the earlier ones no longer work. */
export const renewRecoveryCodesProcedure = signedIn.input(z.object({ code })).mutation(async ({ ctx, input }) => {
  await passed(ctx, input.code)
  const recoveryCodes = newRecoveryCodes()
  await replaceRecoveryCodes(ctx.services.db, ctx.actor, recoveryCodes.map(recoveryHash))
  await record(ctx, { action: 'second_factor.codes_renewed', target: ctx.user.email })
  return { recoveryCodes }
})

/** Takes the factor away. Wants a code, and the password of whoever has one. */
export const disableSecondFactorProcedure = signedIn
  .input(z.object({ password: z.string().max(1_000), code }))
  .mutation(async ({ ctx, input }) => {
    const { services, actor, user } = ctx
    const stored = await findForSignIn(services.db, user.email)
    if (stored?.passwordHash !== null) await confirmPassword(services, user, input.password)
    await passed(ctx, input.code)
    await removeSecondFactor(services.db, actor, user.userId)
    services.sessions.forget(user.userId)
    await record(ctx, { action: 'second_factor.disabled', target: user.email })
    return { disabled: true as const }
  })

type Asking = { services: Services; user: SessionUser }

async function passed(ctx: Asking, typed: string): Promise<void> {
  const factor = await limited(ctx, () => passSecondFactor(ctx.services, ctx.user.userId, typed))
  if (!factor) throw new FaultlineError('conflict', 'No second factor is in use.')
}

/** Codes are tried no more often than at sign-in. */
async function limited<T>({ services, user }: Asking, work: () => Promise<T>): Promise<T> {
  const subject = `code ${user.userId}`
  await services.limits.take('signInAccount', subject)
  const result = await work()
  await services.limits.forgive('signInAccount', subject)
  return result
}
