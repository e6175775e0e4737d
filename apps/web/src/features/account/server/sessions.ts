import { endOtherSessions, endSession, listSessions } from '@faultline/db/repositories/sessions'
import { FaultlineError } from '@faultline/market/errors'
import { SESSION_SECONDS } from '../../../server/auth/session-claims.ts'
import { record } from '../../../server/record.ts'
import { entity, signedIn } from '../../../server/trpc.ts'
import { describeBrowser } from '../prepare/describe-browser.ts'

export interface SessionEntry {
  id: string
  /** the one that asks */
  current: boolean
  /** "Firefox on Windows"; null when it is not known */
  browser: string | null
  method: string
  ip: string
  /** ms since 1970 */
  startedAt: number
  /** ms since 1970; written every five minutes at most */
  lastSeenAt: number
}

/** Where the caller is signed in; this session first. */
export const sessionsProcedure = signedIn.query(async ({ ctx }): Promise<SessionEntry[]> => {
  const rows = await listSessions(ctx.services.db, ctx.actor, new Date(Date.now() - SESSION_SECONDS * 1_000))
  const entries = rows.map((row) => ({
    id: row.id,
    current: row.id === ctx.user.sessionId,
    browser: describeBrowser(row.userAgent),
    method: row.method,
    ip: row.ip,
    startedAt: row.createdAt.getTime(),
    lastSeenAt: row.lastSeenAt.getTime(),
  }))
  return entries.sort((a, b) => Number(b.current) - Number(a.current))
})

/** Ends one of the caller's sessions: its cookie, and every copy of it, is worth nothing from now on. */
export const endSessionProcedure = entity('session', 'owner').mutation(async ({ ctx, input }) => {
  if (!(await endSession(ctx.services.db, ctx.actor, input.id))) throw new FaultlineError('not_found', 'This session has ended already.')
  ctx.services.sessions.forget(ctx.user.userId)
  await record(ctx, { action: 'session.ended', target: ctx.user.email, details: { by: 'list', sessions: 1 } })
  return { ended: 1 }
})

/** Signs the caller out everywhere else. */
export const endOtherSessionsProcedure = signedIn.mutation(async ({ ctx }) => {
  const ended = await endOtherSessions(ctx.services.db, ctx.actor, ctx.user.sessionId)
  ctx.services.sessions.forget(ctx.user.userId)
  await record(ctx, { action: 'session.ended', target: ctx.user.email, details: { by: 'others', sessions: ended } })
  return { ended }
})
