/** Accounts of other sites that sign people in. */
import { FaultlineError } from '@faultline/market/errors'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { type SignInUser, signInUserOf } from './users.ts'

export type IdentityProvider = 'github' | 'google'

/** As the provider names it: never by an address, which may change hands. */
export interface Identity {
  provider: IdentityProvider
  accountId: string
}

const AUTHENTICATOR = { kind: 'authenticator' } as const

/** Whom an identity signs in; null when it belongs to nobody here. */
export const findByIdentity = (db: Database, { provider, accountId }: Identity): Promise<SignInUser | null> =>
  withActor(db, AUTHENTICATOR, async (tx) => {
    const found = await tx.oauthIdentity.findUnique({ where: { provider_accountId: { provider, accountId } }, include: { user: true } })
    return found && signInUserOf(found.user)
  })

/** The actor's own, the oldest first. */
export const listIdentities = (db: Database, actor: UserActor): Promise<{ provider: string; createdAt: Date }[]> =>
  withActor(db, actor, (tx) =>
    tx.oauthIdentity.findMany({
      where: { userId: actor.userId },
      select: { provider: true, createdAt: true },
      orderBy: { createdAt: 'asc' },
    }),
  )

/**
 * Lets an identity sign the actor in. Once more is fine.
 * @throws FaultlineError conflict when it, or another one of this provider, is in the way
 */
export async function linkIdentity(db: Database, actor: UserActor, { provider, accountId }: Identity): Promise<void> {
  const { userId } = actor
  try {
    await withActor(db, actor, async (tx) => {
      const own = await tx.oauthIdentity.findFirst({ where: { userId, provider } })
      if (own?.accountId === accountId) return
      if (own) throw new FaultlineError('conflict', 'Another account of this provider is linked already. Unlink it first.')
      await tx.oauthIdentity.createMany({ data: [{ provider, accountId, userId }] })
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new FaultlineError('conflict', 'This identity signs somebody else in.', { cause: error })
  }
}

/**
 * Takes away the actor's way in through a provider; false when there was none.
 * @throws FaultlineError conflict when it is the only one that they have
 */
export const unlinkIdentity = (db: Database, actor: UserActor, provider: IdentityProvider): Promise<boolean> =>
  withActor(db, actor, async (tx) => {
    // one at a time, or two could take away the last two
    await tx.$queryRaw`select id from app_user where id = ${actor.userId}::uuid for update`
    const user = await tx.user.findUnique({ where: { id: actor.userId }, include: { identities: true } })
    const others = user?.identities.filter((identity) => identity.provider !== provider) ?? []
    if (user?.passwordHash === null && others.length === 0)
      throw new FaultlineError(
        'conflict',
        'This is your only way to sign in. Set a password first, with “Forgot your password?” on the sign-in page.',
      )
    const { count } = await tx.oauthIdentity.deleteMany({ where: { userId: actor.userId, provider } })
    return count > 0
  })

/**
 * Makes a person whose address a provider vouches for. Null when the address, or the identity, is somebody's already: an
 * account is never taken over.
 */
export async function createByIdentity(
  db: Database,
  identity: Identity,
  person: { email: string; name: string; planKey: string },
): Promise<{ userId: string; email: string; name: string; sessionVersion: number } | null> {
  const email = person.email.trim().toLowerCase()
  try {
    return await withActor(db, AUTHENTICATOR, async (tx) => {
      // the plan of new accounts may have been set by hand to one that is not there
      const plan = await tx.plan.findUnique({ where: { key: person.planKey } })
      const { id, name, sessionVersion } = await tx.user.create({
        data: { email, name: person.name, planKey: plan?.key ?? 'free', emailVerifiedAt: new Date() },
      })
      await tx.oauthIdentity.createMany({ data: [{ ...identity, userId: id }] })
      return { userId: id, email, name, sessionVersion }
    })
  } catch (error) {
    if (isDuplicate(error)) return null
    throw error
  }
}

const isDuplicate = (error: unknown): boolean => error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
