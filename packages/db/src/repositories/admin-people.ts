/** What administrators see of people and do about them. Every act is in the audit log, in the same transaction. */
import { FaultlineError } from '@faultline/market/errors'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import { type AuditEntry, auditIn } from './audit.ts'

/** An administrator who acts, as the audit log names them. */
export interface Administrator {
  actor: UserActor
  email: string
  ip: string | null
}

export interface PersonRow {
  id: string
  email: string
  name: string
  role: 'admin' | 'member'
  planKey: string
  planUntil: Date | null
  secondFactor: boolean
  emailVerified: boolean
  disabled: boolean
  lastSeenAt: Date | null
  createdAt: Date
}

export interface PersonDetail extends PersonRow {
  sessions: number
  hasPassword: boolean
  teams: { id: string; name: string; role: 'viewer' | 'editor' | 'owner' }[]
}

export interface PeopleFilter {
  /** a part of the address or the name, in any case */
  search?: string
  role?: 'admin' | 'member'
  planKey?: string
  state?: 'active' | 'disabled'
}

const SELECT = {
  id: true,
  email: true,
  name: true,
  role: true,
  planKey: true,
  planUntil: true,
  totpEnabledAt: true,
  emailVerifiedAt: true,
  disabledAt: true,
  lastSeenAt: true,
  createdAt: true,
} as const satisfies Prisma.UserSelect

/** By address. `after`: the last address of the page before. `total` counts all that the filter lets through. */
export function listPeople(
  db: Database,
  actor: UserActor,
  filter: PeopleFilter,
  page: { after?: string | undefined; limit: number },
): Promise<{ people: PersonRow[]; total: number; next: string | null }> {
  const where = whereOf(filter)
  return withActor(db, actor, async (tx) => {
    const rows = await tx.user.findMany({
      where: page.after === undefined ? where : { AND: [where, { email: { gt: page.after } }] },
      orderBy: { email: 'asc' },
      take: page.limit + 1,
      select: SELECT,
    })
    const shown = rows.slice(0, page.limit)
    return {
      people: shown.map(rowOf),
      total: await tx.user.count({ where }),
      next: rows.length > page.limit ? (shown.at(-1)?.email ?? null) : null,
    }
  })
}

/** @throws FaultlineError not_found */
export function findPerson(db: Database, actor: UserActor, id: string): Promise<PersonDetail> {
  return withActor(db, actor, async (tx) => {
    const user = await tx.user.findUnique({
      where: { id },
      select: {
        ...SELECT,
        passwordHash: true,
        memberships: { select: { role: true, team: { select: { id: true, name: true } } }, orderBy: { joinedAt: 'asc' } },
        _count: { select: { sessions: { where: { endedAt: null } } } },
      },
    })
    if (!user) throw gone()
    return {
      ...rowOf(user),
      sessions: user._count.sessions,
      hasPassword: user.passwordHash !== null,
      teams: user.memberships.map(({ role, team }) => ({ ...team, role })),
    }
  })
}

/** Takes effect at once. @throws FaultlineError forbidden for oneself; not_found */
export const changeRole = (db: Database, by: Administrator, id: string, role: 'admin' | 'member'): Promise<void> =>
  act(db, by, id, 'user.role_changed', async (tx, person) => {
    notOneself(by, id, 'Your own role can only be changed by another administrator.')
    if (person.role === role) return null
    await tx.user.update({ where: { id }, data: { role } })
    return { from: person.role, to: role }
  })

/** Disabling ends the sessions at once; they do not come back with enabling. @throws FaultlineError forbidden for oneself; not_found */
export const setDisabled = (db: Database, by: Administrator, id: string, disabled: boolean): Promise<void> =>
  act(db, by, id, disabled ? 'user.disabled' : 'user.enabled', async (tx, person) => {
    notOneself(by, id, 'You cannot disable your own account. Another administrator can.')
    if ((person.disabledAt !== null) === disabled) return null
    await tx.user.update({
      where: { id },
      data: disabled ? { disabledAt: new Date(), sessionVersion: { increment: 1 } } : { disabledAt: null },
    })
    if (disabled) await endSessions(tx, id)
    return {}
  })

/** Ends every session of this person, also one's own. @throws FaultlineError not_found */
export const signOutEverywhere = (db: Database, by: Administrator, id: string): Promise<void> =>
  act(db, by, id, 'user.signed_out', async (tx) => {
    await tx.user.update({ where: { id }, data: { sessionVersion: { increment: 1 } } })
    return { sessions: await endSessions(tx, id) }
  })

/** The next sign-in asks for the password alone; sessions end. @throws FaultlineError forbidden for oneself; not_found */
export const resetSecondFactor = (db: Database, by: Administrator, id: string): Promise<void> =>
  act(db, by, id, 'user.second_factor_reset', async (tx, person) => {
    notOneself(by, id, 'Your own second factor is changed on your account page, with a code of it.')
    if (person.totpEnabledAt === null) throw new FaultlineError('bad_input', 'This person has no second factor.')
    await tx.recoveryCode.deleteMany({ where: { userId: id } })
    await tx.user.update({
      where: { id },
      data: { totpSecret: null, totpEnabledAt: null, totpLastStep: null, sessionVersion: { increment: 1 } },
    })
    await endSessions(tx, id)
    return {}
  })

/** `until` null: without an end; after it the plan is `free`. @throws FaultlineError bad_input for an unknown plan; not_found */
export const grantPlan = (db: Database, by: Administrator, id: string, plan: { key: string; until: Date | null }): Promise<void> =>
  act(db, by, id, 'user.plan_granted', async (tx, person) => {
    if (!(await tx.plan.findUnique({ where: { key: plan.key } }))) throw new FaultlineError('bad_input', `There is no plan "${plan.key}".`)
    await tx.user.update({ where: { id }, data: { planKey: plan.key, planUntil: plan.until } })
    return { from: person.planKey, to: plan.key, until: plan.until?.toISOString() ?? null }
  })

/**
 * The person and all that is theirs. Teams that would be left to nobody go too.
 * @throws FaultlineError forbidden for oneself; conflict where others would be left in a team without an owner; not_found
 */
export const deletePerson = (db: Database, by: Administrator, id: string): Promise<void> =>
  act(db, by, id, 'user.deleted', async (tx) => {
    notOneself(by, id, 'Your own account is deleted on your account page.')
    const orphaned = await tx.team.findMany({
      where: {
        memberships: { some: { userId: { not: id } }, none: { userId: { not: id }, role: 'owner' } },
        AND: { memberships: { some: { userId: id, role: 'owner' } } },
      },
      select: { name: true },
      orderBy: { name: 'asc' },
    })
    if (orphaned.length > 0)
      throw new FaultlineError(
        'conflict',
        `This person is the only owner of ${orphaned.map(({ name }) => `“${name}”`).join(', ')}, where others are members. They hand it over first, or you delete the team.`,
      )
    await tx.user.delete({ where: { id } })
    return {}
  })

type Tx = Prisma.TransactionClient

/** One at a time: of two administrators who take each other's role the second has lost theirs by then. */
function act(
  db: Database,
  by: Administrator,
  id: string,
  action: string,
  work: (tx: Tx, person: Prisma.UserGetPayload<object>) => Promise<AuditEntry['details'] | null>,
): Promise<void> {
  return withActor(db, by.actor, async (tx) => {
    await tx.$queryRaw`select pg_advisory_xact_lock(1178687596, hashtext('administration'))::text`
    await stillAdministrator(tx)
    const person = await tx.user.findUnique({ where: { id } })
    if (!person) throw gone()
    // null: it is so already, and nothing has happened
    const details = await work(tx, person)
    if (details) await auditIn(tx, by.actor, { action, target: person.email, actor: by.email, ip: by.ip, details })
  })
}

/** Under the lock: what was true when the request came may not be any more. */
async function stillAdministrator(tx: Tx): Promise<void> {
  const [answer] = await tx.$queryRaw<{ still: boolean }[]>`select actor_is_admin() as still`
  if (!answer?.still) throw new FaultlineError('forbidden', 'Only an administrator may do this.')
}

const endSessions = async (tx: Tx, userId: string): Promise<number> =>
  (await tx.userSession.updateMany({ where: { userId, endedAt: null }, data: { endedAt: new Date() } })).count

function notOneself(by: Administrator, id: string, message: string): void {
  if (by.actor.userId === id) throw new FaultlineError('forbidden', message)
}

const gone = () => new FaultlineError('not_found', 'There is no such person. Perhaps somebody has just deleted them.')

function whereOf({ search, role, planKey, state }: PeopleFilter): Prisma.UserWhereInput {
  const text = search?.trim()
  const contains = text ? { contains: escapeLike(text), mode: 'insensitive' as const } : null
  return {
    ...(contains && { OR: [{ email: contains }, { name: contains }] }),
    ...(role && { role }),
    ...(planKey && { planKey }),
    ...(state && { disabledAt: state === 'disabled' ? { not: null } : null }),
  }
}

/** What a person types stands for itself. */
export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&')

function rowOf({ totpEnabledAt, emailVerifiedAt, disabledAt, ...rest }: Prisma.UserGetPayload<{ select: typeof SELECT }>): PersonRow {
  const { id, email, name, role, planKey, planUntil, lastSeenAt, createdAt } = rest
  return {
    id,
    email,
    name,
    role,
    planKey,
    planUntil,
    secondFactor: totpEnabledAt !== null,
    emailVerified: emailVerifiedAt !== null,
    disabled: disabledAt !== null,
    lastSeenAt,
    createdAt,
  }
}
