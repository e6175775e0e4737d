import { findForSignIn } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import type { SessionUser } from '../../../server/auth/sessions.ts'
import type { Services } from '../../../server/services.ts'

/**
 * For what a borrowed browser must not do. Wrong ones count as wrong sign-ins do.
 * @throws FaultlineError bad_input for a wrong password, or where there is none; rate_limited
 */
export async function checkOwnPassword(
  services: Pick<Services, 'db' | 'passwords' | 'limits'>,
  user: SessionUser,
  password: string,
): Promise<void> {
  const { db, limits, passwords } = services
  await limits.take('signInAccount', user.email)
  const stored = await findForSignIn(db, user.email)
  if (stored?.passwordHash === null)
    throw new FaultlineError(
      'bad_input',
      'Your account has no password yet. Set one first, with “Forgot your password?” on the sign-in page.',
    )
  if (!(await passwords.verify(stored?.passwordHash ?? null, password))) throw new FaultlineError('bad_input', 'The password is not right.')
  await limits.forgive('signInAccount', user.email)
}
