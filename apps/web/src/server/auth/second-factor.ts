import { secondFactorOf, takeRecoveryCode, takeStep } from '@faultline/db/repositories/second-factor'
import { FaultlineError } from '@faultline/market/errors'
import type { Services } from '../services.ts'
import { type CodeCheck, checkCode, kindOfCode, recoveryHash } from './totp.ts'

/** Names the person, so that one person's sealed secret is worth nothing in another's row. */
export const totpPurpose = (userId: string): string => `totp ${userId}`

export interface PassedFactor {
  by: 'totp' | 'recovery'
  recoveryCodesLeft: number
}

/**
 * Uses up a code of the person's second factor, or one of their recovery codes. Whoever calls this has limited how often.
 * Null when the person has no second factor in use.
 * @throws FaultlineError bad_input with what is wrong with the code
 */
export async function passSecondFactor(
  services: Pick<Services, 'db' | 'box'>,
  userId: string,
  typed: string,
  now = Date.now(),
): Promise<PassedFactor | null> {
  const factor = await secondFactorOf(services.db, userId)
  if (!factor?.enabled) return null
  const given = kindOfCode(typed)
  if (!given) throw new FaultlineError('bad_input', 'This is no code: it has 6 digits, or is one of your recovery codes.')
  if (given.kind === 'recovery') {
    const left = await takeRecoveryCode(services.db, userId, recoveryHash(given.code))
    if (left === null) throw new FaultlineError('bad_input', 'This recovery code is wrong, or it has been used.')
    return { by: 'recovery', recoveryCodesLeft: left }
  }
  const step = stepOf(checkCode(services.box.open(factor.sealed, totpPurpose(userId)), given.code, now))
  if (!(await takeStep(services.db, userId, step)))
    throw new FaultlineError('bad_input', 'This code has been used. Wait for the next one, and type that.')
  return { by: 'totp', recoveryCodesLeft: factor.recoveryCodesLeft }
}

/** @throws FaultlineError bad_input for a code that is not right, which says whose clock may be off */
export function stepOf(check: CodeCheck): number {
  if (check.is === 'right') return check.step
  if (check.is === 'wrong') throw new FaultlineError('bad_input', 'This code is wrong. Type the one that your app shows now.')
  const minutes = Math.abs(check.minutes)
  throw new FaultlineError(
    'bad_input',
    `This code is of another time: your device’s clock seems to be ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ${check.minutes > 0 ? 'fast' : 'slow'}. Set it to the right time (automatic date and time), then type the new code.`,
  )
}
