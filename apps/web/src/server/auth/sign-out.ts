import { audit } from '@faultline/db/repositories/audit'
import { endSession } from '@faultline/db/repositories/sessions'
import type { Services } from '../services.ts'
import { actorOf } from '../trpc.ts'
import type { SessionClaims } from './session-claims.ts'
import type { SignInFrom } from './sign-in.ts'

/** Ends the session that these claims name; one that has ended before stays so. */
export async function signOut(
  services: Pick<Services, 'db' | 'sessions'>,
  claims: SessionClaims,
  from: Pick<SignInFrom, 'ip'>,
): Promise<void> {
  const session = await services.sessions.ofClaims(claims)
  if (!session) return
  const { user } = session
  const actor = actorOf(user)
  await endSession(services.db, actor, user.sessionId)
  services.sessions.forget(user.userId)
  const entry = { action: 'session.ended', target: user.email, actor: user.email, ip: from.ip, details: { by: 'sign-out', sessions: 1 } }
  await audit(services.db, actor, entry)
}
