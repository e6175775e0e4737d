/** The screen as somebody last had it, one per person. What is in it, the web says and checks. */
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma } from '../generated/prisma/client.ts'

export interface StoredWorkingState {
  state: unknown
  version: number
}

/** null: nothing was kept yet. */
export async function readWorkingState(db: Database, actor: UserActor): Promise<StoredWorkingState | null> {
  return withActor(db, actor, (tx) =>
    tx.workingState.findUnique({ where: { userId: actor.userId }, select: { state: true, version: true } }),
  )
}

/**
 * Keeps `state` where nothing was kept since `version` (null: where nothing is there). Else it leaves what is there and gives it:
 * two machines of one person bring theirs together and try again.
 */
export async function putWorkingState(
  db: Database,
  actor: UserActor,
  version: number | null,
  state: object,
): Promise<{ kept: true; version: number } | ({ kept: false } & StoredWorkingState)> {
  return withActor(db, actor, async (tx) => {
    const { userId } = actor
    const json = state as Prisma.InputJsonObject
    // of two that come at once the second waits, and then finds another version
    const { count } =
      version === null
        ? await tx.workingState.createMany({ data: { userId, state: json }, skipDuplicates: true })
        : await tx.workingState.updateMany({
            where: { userId, version },
            data: { state: json, version: { increment: 1 }, updatedAt: new Date() },
          })
    if (count === 1) return { kept: true, version: (version ?? 0) + 1 }
    const there = await tx.workingState.findUnique({ where: { userId }, select: { state: true, version: true } })
    // it was taken away since: begun anew
    return there ? { kept: false, ...there } : { kept: false, state: null, version: 0 }
  })
}
