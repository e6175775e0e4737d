import type { UserActor } from '@faultline/db/actor'
import { type AuditEntry, audit } from '@faultline/db/repositories/audit'
import type { SessionUser } from './auth/sessions.ts'
import type { Services } from './services.ts'

/** Adds to the audit log what a signed-in person did, under their address, from where they did it. */
export const record = (
  ctx: { services: Pick<Services, 'db'>; actor: UserActor; user: Pick<SessionUser, 'email'>; ip: string | null },
  entry: Omit<AuditEntry, 'actor' | 'ip'>,
): Promise<void> => audit(ctx.services.db, ctx.actor, { ...entry, actor: ctx.user.email, ip: ctx.ip })
