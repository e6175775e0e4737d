import type { UserActor } from '@faultline/db/actor'
import type { Administrator } from '@faultline/db/repositories/admin-people'
import type { SessionUser } from '../../../server/auth/sessions.ts'

/** Who acts, as repositories and the audit log want it. */
export const administratorOf = (ctx: { actor: UserActor; user: Pick<SessionUser, 'email'>; ip: string | null }): Administrator => ({
  actor: ctx.actor,
  email: ctx.user.email,
  ip: ctx.ip,
})
