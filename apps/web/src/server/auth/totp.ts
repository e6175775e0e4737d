import { createHash, randomInt } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { RECOVERY_CODES } from '../../features/account/prepare/recovery-codes.ts'

/** Seconds for which one code stands (RFC 6238). */
export const STEP_SECONDS = 30
/** Steps before and after the present one whose codes are taken: clocks are never quite right, and typing takes a while. */
const SKEW_STEPS = 1
/** How far off a clock may be for the message to say so: an hour. */
const FAR_STEPS = 120

export type CodeCheck =
  | { is: 'right'; step: number }
  /** a code of another time: minutes by which the device's clock is ahead, negative when it is behind */
  | { is: 'off'; minutes: number }
  | { is: 'wrong' }

/** 160 bits in base32, as authenticator apps take it. */
export const newSecret = (): string => new Secret({ size: 20 }).base32

/** What a QR code carries, see https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export const keyUri = (secret: string, person: string): string => totpOf(secret, person).toString()

/** Is `code` the one of `now` (ms since 1970), give or take one step? */
export function checkCode(secret: string, code: string, now: number): CodeCheck {
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window: FAR_STEPS })
  if (delta === null) return { is: 'wrong' }
  if (Math.abs(delta) <= SKEW_STEPS) return { is: 'right', step: Math.floor(now / 1_000 / STEP_SECONDS) + delta }
  return { is: 'off', minutes: Math.sign(delta) * Math.max(1, Math.round((Math.abs(delta) * STEP_SECONDS) / 60)) }
}

const totpOf = (secret: string, label = ''): TOTP =>
  new TOTP({ issuer: 'Faultline', label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: STEP_SECONDS })

/** No letter or digit that is easily taken for another one. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Ten codes such as `k7mzp-h2wqd-9tcvb`: 74 bits each, so that a plain hash keeps them. */
export function newRecoveryCodes(): string[] {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: RECOVERY_CODES }, () => `${group()}-${group()}-${group()}`)
}

/** However it was typed: capitals, spaces and dashes do not matter. */
export const recoveryHash = (code: string): Buffer<ArrayBuffer> =>
  Buffer.from(
    createHash('sha256')
      .update(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
      .digest(),
  )

/** What was typed, as a code of an app (six digits), a recovery code, or neither. */
export function kindOfCode(typed: string): { kind: 'totp' | 'recovery'; code: string } | null {
  const code = typed.toLowerCase().replaceAll(/[\s-]/g, '')
  if (/^\d{6}$/.test(code)) return { kind: 'totp', code }
  return /^[a-z0-9]{15}$/.test(code) ? { kind: 'recovery', code } : null
}
