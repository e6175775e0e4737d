import { type TokenKind, type TokenRow, type TokenState, tokenState } from '@faultline/db/repositories/tokens'
import { FaultlineError } from '@faultline/market/errors'

const HOUR_MS = 3_600_000
/** How long links live. A link that is handed over has to find its person first. */
export const LINK_LIFE_MS = {
  verify_email: 24 * HOUR_MS,
  reset_password: HOUR_MS,
  change_email: HOUR_MS,
  invitation: 7 * 24 * HOUR_MS,
  handedOverReset: 24 * HOUR_MS,
} as const

const PATHS: Record<TokenKind, string> = {
  verify_email: 'verify',
  change_email: 'verify',
  reset_password: 'reset',
  invitation: 'invitation',
}
export const linkTo = (publicUrl: URL, kind: TokenKind, token: string): string => new URL(`/${PATHS[kind]}/${token}`, publicUrl).href

const WHY_NOT: Record<Exclude<TokenState, 'open'> | 'unknown', string> = {
  unknown: 'This link is not known. Check that it was copied whole; it may also have been taken back, or replaced by a newer one.',
  used: 'This link has been used already. Each works once.',
  expired: 'This link has expired. Ask for a new one.',
}
export const refusedLink = (state: keyof typeof WHY_NOT): FaultlineError => new FaultlineError('not_found', WHY_NOT[state])

/** @throws FaultlineError not_found for a link that cannot be used, or not for this */
export function openLink(row: TokenRow | null, ...kinds: TokenKind[]): TokenRow {
  if (!row || !kinds.includes(row.kind)) throw refusedLink('unknown')
  const state = tokenState(row)
  if (state !== 'open') throw refusedLink(state)
  return row
}

/** The row that useToken() gave; without one somebody else was quicker. @throws FaultlineError not_found */
export function usedLink(row: TokenRow | null): TokenRow {
  if (!row) throw refusedLink('used')
  return row
}
