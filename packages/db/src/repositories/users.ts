/** People who sign in. Every access says who is asking, see actor.ts. */
import { FaultlineError } from '@faultline/market/errors'
import { type Actor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Plan, Prisma, User } from '../generated/prisma/client.ts'
import { type Allowance, allowanceOf } from './plans.ts'

export interface SignInUser {
  id: string
  email: string
  name: string
  /** null: signs in by another way only */
  passwordHash: string | null
  role: 'admin' | 'member'
  sessionVersion: number
  passwordIsInitial: boolean
  disabled: boolean
  /** a second factor is asked for after the password */
  secondFactor: boolean
}

/** What a session has to agree with, read at each request that matters. */
export interface SessionState {
  email: string
  name: string
  role: 'admin' | 'member'
  sessionVersion: number
  passwordIsInitial: boolean
  disabled: boolean
  emailVerified: boolean
  /** a second factor is asked for at sign-in */
  secondFactor: boolean
  allowance: Allowance
}

/** Addresses are compared and stored in this form. */
const normalEmail = (email: string): string => email.trim().toLowerCase()

/** For signing in: upper and lower case of the address do not matter. */
export async function findForSignIn(db: Database, email: string): Promise<SignInUser | null> {
  const user = await withActor(db, { kind: 'authenticator' }, (tx) => tx.user.findUnique({ where: { email: normalEmail(email) } }))
  return user && signInUserOf(user)
}

export function signInUserOf(user: User): SignInUser {
  const { id, email, name, passwordHash, role, sessionVersion, passwordIsInitial, disabledAt, totpEnabledAt } = user
  const [disabled, secondFactor] = [disabledAt !== null, totpEnabledAt !== null]
  return { id, email, name, passwordHash, role, sessionVersion, passwordIsInitial, disabled, secondFactor }
}

/** Null for an unknown person, also for something that is no id at all. */
export async function sessionState(db: Database, userId: string): Promise<SessionState | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(userId)) return null
  return withActor(db, { kind: 'authenticator' }, async (tx) => {
    const user = await tx.user.findUnique({ where: { id: userId }, include: { plan: true } })
    return user && stateOf(tx, user)
  })
}

/** The same of a row that has been read, in the transaction that read it. */
export async function stateOf(tx: Prisma.TransactionClient, user: User & { plan: Plan }): Promise<SessionState> {
  const { email, name, role, sessionVersion, passwordIsInitial, disabledAt, emailVerifiedAt, totpEnabledAt, plan, planUntil } = user
  const over = planUntil !== null && planUntil.getTime() <= Date.now()
  return {
    email,
    name,
    role,
    sessionVersion,
    passwordIsInitial,
    disabled: disabledAt !== null,
    emailVerified: emailVerifiedAt !== null,
    secondFactor: totpEnabledAt !== null,
    allowance: allowanceOf(over ? await tx.plan.findUniqueOrThrow({ where: { key: 'free' } }) : plan, role),
  }
}

/**
 * Makes the first administrator, with a generated password, in a database without users; false (and nothing happens) where
 * there is one already. Of several processes that try at once, one succeeds.
 */
export function createFirstAdministrator(db: Database, person: { email: string; name: string; passwordHash: string }): Promise<boolean> {
  return withActor(db, { kind: 'operator' }, async (tx) => {
    // Waits for others that are just doing the same, see the function in the migration.
    const [answer] = await tx.$queryRaw<{ empty: boolean }[]>`select no_user_yet() as empty`
    if (!answer?.empty) return false
    await tx.user.create({
      data: {
        email: normalEmail(person.email),
        name: person.name,
        passwordHash: person.passwordHash,
        role: 'admin',
        passwordIsInitial: true,
      },
    })
    return true
  })
}

/**
 * Sets the actor's own password and ends all sessions, the present one included, and every link that could change the account: its
 * caller makes a new session of the version returned.
 * @throws FaultlineError not_found when the person is gone
 */
export async function changePassword(
  db: Database,
  actor: Extract<Actor, { kind: 'user' }>,
  change: { passwordHash: string },
): Promise<{ sessionVersion: number }> {
  const [user] = await withActor(db, actor, async (tx) => {
    await tx.userSession.updateMany({ where: { userId: actor.userId, endedAt: null }, data: { endedAt: new Date() } })
    await tx.oneTimeToken.deleteMany({ where: { userId: actor.userId, kind: { in: ['reset_password', 'change_email'] }, usedAt: null } })
    return tx.user.updateManyAndReturn({
      where: { id: actor.userId },
      data: { passwordHash: change.passwordHash, passwordIsInitial: false, sessionVersion: { increment: 1 } },
      select: { sessionVersion: true },
    })
  })
  if (!user) throw new FaultlineError('not_found', 'This account no longer exists.')
  return user
}
