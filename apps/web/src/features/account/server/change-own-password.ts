import { changePassword } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import { confirmPassword } from '../../../server/auth/confirm-password.ts'
import type { SessionUser } from '../../../server/auth/sessions.ts'
import type { Services } from '../../../server/services.ts'

/** @throws FaultlineError bad_input when the current password is wrong or the new one is the same */
export async function changeOwnPassword(
  services: Pick<Services, 'db' | 'passwords' | 'sessions' | 'limits'>,
  user: SessionUser,
  given: { currentPassword: string; newPassword: string },
): Promise<void> {
  await confirmPassword(services, user, given.currentPassword, 'The current password is not right.')
  if (given.newPassword === given.currentPassword) throw new FaultlineError('bad_input', 'The new password is the same as the current one.')
  const passwordHash = await services.passwords.hash(given.newPassword)
  await changePassword(services.db, { kind: 'user', userId: user.userId, role: user.role }, { passwordHash })
  // the NOTIFY does it for other processes, and here for what it reaches first
  services.sessions.forget(user.userId)
}
