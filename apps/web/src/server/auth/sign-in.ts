import type { Database } from '@faultline/db/database'
import { startSession } from '@faultline/db/repositories/sessions'
import { findForSignIn } from '@faultline/db/repositories/users'
import { z } from 'zod'
import type { Passwords } from './passwords.ts'

const credentials = z.object({
  email: z.string().trim().toLowerCase().max(320),
  // longer than any password that can be set: hashing megabytes is work for nothing
  password: z.string().min(1).max(1_000),
})

/** What goes into the session token. */
export interface SignedIn {
  readonly userId: string
  readonly email: string
  readonly name: string
  readonly sessionVersion: number
  readonly sessionId: string
}

/** Where a sign-in comes from, for the list of sessions, limits and the audit log. */
export interface SignInFrom {
  readonly ip: string
  readonly userAgent: string
}

/** Null for a wrong password, an unknown address and a disabled person alike, after the same work. */
export async function signIn(services: { db: Database; passwords: Passwords }, given: unknown, from: SignInFrom): Promise<SignedIn | null> {
  const parsed = credentials.safeParse(given)
  if (!parsed.success) return null
  const { email, password } = parsed.data
  const user = await findForSignIn(services.db, email)
  const matches = await services.passwords.verify(user?.passwordHash ?? null, password)
  if (!user || !matches || user.disabled) return null
  const sessionId = await startSession(services.db, { userId: user.id, method: 'password', ...from })
  return { userId: user.id, email: user.email, name: user.name, sessionVersion: user.sessionVersion, sessionId }
}
