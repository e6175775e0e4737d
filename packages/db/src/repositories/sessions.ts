/** Sign-ins: one row each, which the session cookie names. A cookie is worth something as long as its row has not ended. */
import { randomUUID } from 'node:crypto'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma, UserSession } from '../generated/prisma/client.ts'
import { type SessionState, stateOf } from './users.ts'

export type { UserSession } from '../generated/prisma/client.ts'

export type SignInMethod = 'password' | 'github' | 'google'

export interface NewSession {
  userId: string
  method: SignInMethod
  /** of who signs in; empty when it is not known */
  ip: string
  /** as the browser says it; kept to its first 400 characters */
  userAgent: string
}

/** What a request has to agree with: the row of its session, and the person as they are now. */
export interface LivingSession {
  userId: string
  lastSeenAt: Date
  state: SessionState
}

const AUTHENTICATOR = { kind: 'authenticator' } as const
/** Cookies last two weeks. */
const KEPT_MS = 90 * 86_400_000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Begins a session, and gives its id (a UUID of version 7: in the order of time). */
export function startSession(db: Database, given: NewSession): Promise<string> {
  const id = uuid7(Date.now())
  const { userId, method } = given
  return withActor(db, AUTHENTICATOR, async (tx) => {
    await tx.userSession.create({
      data: { id, userId, method, ip: given.ip.slice(0, 64), userAgent: given.userAgent.slice(0, 400) },
    })
    await tx.user.updateMany({ where: { id: userId }, data: { lastSeenAt: new Date() } })
    // what no cookie can belong to any more; the audit log keeps that it was
    await tx.userSession.deleteMany({ where: { userId, lastSeenAt: { lt: new Date(Date.now() - KEPT_MS) } } })
    return id
  })
}

/** Null when there is no such session, it has ended, or its person is gone; also for something that is no id at all. */
export async function livingSession(db: Database, sessionId: string): Promise<LivingSession | null> {
  if (!UUID.test(sessionId)) return null
  return withActor(db, AUTHENTICATOR, async (tx) => {
    const row = await tx.userSession.findUnique({ where: { id: sessionId }, include: { user: { include: { plan: true } } } })
    if (!row || row.endedAt !== null) return null
    return { userId: row.userId, lastSeenAt: row.lastSeenAt, state: await stateOf(tx, row.user) }
  })
}

/** Writes down that a session, and with it its person, has been here. */
export async function touchSession(db: Database, session: { sessionId: string; userId: string }): Promise<void> {
  const lastSeenAt = new Date()
  await withActor(db, AUTHENTICATOR, async (tx) => {
    await tx.userSession.updateMany({ where: { id: session.sessionId, endedAt: null }, data: { lastSeenAt } })
    await tx.user.updateMany({ where: { id: session.userId }, data: { lastSeenAt } })
  })
}

/** The actor's own that have not ended and were used since `since`; the latest used first. */
export const listSessions = (db: Database, actor: UserActor, since: Date): Promise<UserSession[]> =>
  withActor(db, actor, (tx) =>
    tx.userSession.findMany({
      where: { userId: actor.userId, endedAt: null, lastSeenAt: { gt: since } },
      orderBy: [{ lastSeenAt: 'desc' }, { id: 'desc' }],
      take: 200,
    }),
  )

/** Ends one of the actor's own; false when it has ended before or is not theirs. */
export const endSession = (db: Database, actor: UserActor, sessionId: string): Promise<boolean> =>
  withActor(db, actor, async (tx) => {
    const { count } = await tx.userSession.updateMany({
      where: { id: sessionId, userId: actor.userId, endedAt: null },
      data: { endedAt: new Date() },
    })
    return count > 0
  })

/** Ends the actor's own but `keep`. Returns how many. */
export const endOtherSessions = (db: Database, actor: UserActor, keep: string): Promise<number> =>
  withActor(db, actor, (tx) => endSessionsIn(tx, actor.userId, keep))

/** Ends a person's sessions, all but `keep`, inside a transaction that may do it. Returns how many. */
export async function endSessionsIn(tx: Prisma.TransactionClient, userId: string, keep?: string): Promise<number> {
  const { count } = await tx.userSession.updateMany({
    where: { userId, endedAt: null, ...(keep === undefined ? {} : { id: { not: keep } }) },
    data: { endedAt: new Date() },
  })
  return count
}

/** RFC 9562, version 7: 48 bits of milliseconds, then chance. */
function uuid7(now: number): string {
  const time = now.toString(16).padStart(12, '0')
  const random = randomUUID()
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`
}
