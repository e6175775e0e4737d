/** The second factor of people: a sealed secret of one-time codes, the last code that was taken, and recovery codes. */
import { FaultlineError } from '@faultline/market/errors'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma } from '../generated/prisma/client.ts'

export interface SecondFactor {
  /** sealed, see src/secret-box.ts */
  sealed: Uint8Array
  /** false: set up, and not confirmed by a code yet */
  enabled: boolean
  /** the last time step whose code was taken; null: none yet */
  lastStep: number | null
  recoveryCodesLeft: number
}

const AUTHENTICATOR = { kind: 'authenticator' } as const

/** Null when none has been set up. */
export const secondFactorOf = (db: Database, userId: string): Promise<SecondFactor | null> =>
  withActor(db, AUTHENTICATOR, async (tx) => {
    const user = await tx.user.findUnique({
      where: { id: userId },
      select: { totpSecret: true, totpEnabledAt: true, totpLastStep: true },
    })
    if (!user?.totpSecret) return null
    return {
      sealed: user.totpSecret,
      enabled: user.totpEnabledAt !== null,
      lastStep: user.totpLastStep === null ? null : Number(user.totpLastStep),
      recoveryCodesLeft: await tx.recoveryCode.count({ where: { userId, usedAt: null } }),
    }
  })

/**
 * Keeps the secret of a factor that the actor has yet to confirm; an earlier one that was not confirmed is gone.
 * @throws FaultlineError conflict when a factor is in use
 */
export async function prepareSecondFactor(db: Database, actor: UserActor, sealed: Uint8Array<ArrayBuffer>): Promise<void> {
  const { count } = await withActor(db, actor, (tx) =>
    tx.user.updateMany({ where: { id: actor.userId, totpEnabledAt: null }, data: { totpSecret: sealed, totpLastStep: null } }),
  )
  if (count === 0) throw new FaultlineError('conflict', 'A second factor is in use already. Turn it off before you set up another one.')
}

/**
 * Puts the prepared factor into use, with its recovery codes. `step` is that of the code that confirmed it: it is used up.
 * @throws FaultlineError conflict when it was put into use meanwhile, or another one was prepared
 */
export const enableSecondFactor = (
  db: Database,
  actor: UserActor,
  given: { sealed: Uint8Array<ArrayBuffer>; step: number; recoveryHashes: readonly Uint8Array<ArrayBuffer>[] },
): Promise<void> =>
  withActor(db, actor, async (tx) => {
    const { count } = await tx.user.updateMany({
      where: { id: actor.userId, totpEnabledAt: null, totpSecret: given.sealed },
      data: { totpEnabledAt: new Date(), totpLastStep: given.step },
    })
    if (count === 0) throw new FaultlineError('conflict', 'This set-up is out of date. Begin anew.')
    await replaceCodes(tx, actor.userId, given.recoveryHashes)
  })

/** Uses up the code of a time step; false when it, or a later one, has been used. Of two that try at once, one succeeds. */
export const takeStep = (db: Database, userId: string, step: number): Promise<boolean> =>
  withActor(db, AUTHENTICATOR, async (tx) => {
    const { count } = await tx.user.updateMany({
      where: { id: userId, totpEnabledAt: { not: null }, OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }] },
      data: { totpLastStep: step },
    })
    return count > 0
  })

/** Uses up a recovery code; null when there is no such one left, otherwise how many remain. */
export const takeRecoveryCode = (db: Database, userId: string, hash: Uint8Array<ArrayBuffer>): Promise<number | null> =>
  withActor(db, AUTHENTICATOR, async (tx) => {
    const { count } = await tx.recoveryCode.updateMany({ where: { userId, hash, usedAt: null }, data: { usedAt: new Date() } })
    return count === 0 ? null : tx.recoveryCode.count({ where: { userId, usedAt: null } })
  })

/** Gives the actor other recovery codes; the earlier ones no longer work. */
export const replaceRecoveryCodes = (db: Database, actor: UserActor, hashes: readonly Uint8Array<ArrayBuffer>[]): Promise<void> =>
  withActor(db, actor, (tx) => replaceCodes(tx, actor.userId, hashes))

/** Takes the factor and its recovery codes away: the actor's own, or as an administrator somebody's. False: there was none. */
export const removeSecondFactor = (db: Database, actor: UserActor, userId: string): Promise<boolean> =>
  withActor(db, actor, async (tx) => {
    const { count } = await tx.user.updateMany({
      where: { id: userId, totpSecret: { not: null } },
      data: { totpSecret: null, totpEnabledAt: null, totpLastStep: null },
    })
    await tx.recoveryCode.deleteMany({ where: { userId } })
    return count > 0
  })

async function replaceCodes(tx: Prisma.TransactionClient, userId: string, hashes: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
  await tx.recoveryCode.deleteMany({ where: { userId } })
  await tx.recoveryCode.createMany({ data: hashes.map((hash) => ({ userId, hash })) })
}
