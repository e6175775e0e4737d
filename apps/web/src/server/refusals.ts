import { audit } from '@faultline/db/repositories/audit'
import type { SessionUser } from './auth/sessions.ts'
import type { Services } from './services.ts'

/** Who tries the same thing again and again within this time is told of once more, with how often: a script must not fill the log. */
const ROUND_MS = 60_000

/** How often since the one that was told, by person and procedure. */
const rounds = new Map<string, number>()

/**
 * Adds to the audit log that an administrator's procedure was refused: the first time at once, what comes within a minute after it
 * together, counted. Nobody waits for it.
 */
export function noteRefusal(
  ctx: { services: Pick<Services, 'db'>; user: Pick<SessionUser, 'userId' | 'email' | 'role'>; ip: string | null },
  procedure: string,
): void {
  const key = `${ctx.user.userId} ${procedure}`
  const more = rounds.get(key)
  if (more !== undefined) {
    rounds.set(key, more + 1)
    return
  }
  rounds.set(key, 0)
  setTimeout(() => {
    const times = rounds.get(key) ?? 0
    rounds.delete(key)
    if (times > 0) write(ctx, procedure, times)
  }, ROUND_MS).unref()
  write(ctx, procedure, 1)
}

function write(ctx: Parameters<typeof noteRefusal>[0], procedure: string, times: number): void {
  const { userId, role, email } = ctx.user
  audit(
    ctx.services.db,
    { kind: 'user', userId, role },
    { action: 'admin.refused', target: procedure, actor: email, ip: ctx.ip, allowed: false, details: times > 1 ? { times } : {} },
  )
    // the refusal stands, whether or not it could be told
    .catch((error: unknown) => process.stderr.write(`The refusal of ${procedure} could not be recorded: ${String(error)}\n`))
}
