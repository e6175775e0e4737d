import { audit } from '@faultline/db/repositories/audit'
import { endSession } from '@faultline/db/repositories/sessions'
import type { Services } from '../services.ts'
import { actorOf } from '../trpc.ts'
import type { SessionClaims } from './session-claims.ts'

/** Ends the session that these claims name; one that has ended before stays so. */
export async function signOut(services: Pick<Services, 'db' | 'sessions'>, claims: SessionClaims): Promise<void> {
  const session = await services.sessions.ofClaims(claims)
  if (!session) return
  const { user } = session
  const actor = actorOf(user)
  await endSession(services.db, actor, user.sessionId)
  services.sessions.forget(user.userId)
  await audit(services.db, actor, { action: 'session.ended', target: user.email, actor: user.email, details: { by: 'sign-out' } })
}
