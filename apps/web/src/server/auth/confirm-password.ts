import { findForSignIn } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import type { Services } from '../services.ts'
import type { SessionUser } from './sessions.ts'

/**
 * Asks a signed-in person for their password once more, before what a stolen session must not do. Wrong ones are counted as
 * at sign-in.
 * @throws FaultlineError bad_input when it is wrong, or there is none; rate_limited
 */
export async function confirmPassword(
  services: Pick<Services, 'db' | 'passwords' | 'limits'>,
  user: Pick<SessionUser, 'userId' | 'email'>,
  password: string,
  wrong = 'The password is not right.',
): Promise<void> {
  const subject = `confirm ${user.userId}`
  await services.limits.take('signInAccount', subject)
  const stored = await findForSignIn(services.db, user.email)
  if (stored && stored.passwordHash === null)
    throw new FaultlineError(
      'bad_input',
      'Your account has no password yet. Set one first, with “Forgot your password?” on the sign-in page.',
    )
  if (!(await services.passwords.verify(stored?.passwordHash ?? null, password))) throw new FaultlineError('bad_input', wrong)
  await services.limits.forgive('signInAccount', subject)
}
