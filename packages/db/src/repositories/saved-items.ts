/**
 * Layouts, views and watchlists: of one person or one team. Every change names the version that it was made on, so that of two
 * editors the second is told and nothing is overwritten unseen; what was there before is kept for undo.
 */
import { FaultlineError } from '@faultline/market/errors'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { ItemKind, Prisma, SavedItem } from '../generated/prisma/client.ts'

export type { ItemKind, SavedItem } from '../generated/prisma/client.ts'

export type ItemOwner = { ownerId: string; teamId: null } | { ownerId: null; teamId: string }
export interface ItemFilter {
  kind?: ItemKind
  /** of this team only; null: one's own only; absent: both, of all teams */
  teamId?: string | null
}

/** Versions that are kept besides the present one. */
const KEPT_VERSIONS = 50
const STEP = 1024

/** Without their content: in the order in which they stand. */
export function listItems(db: Database, actor: UserActor, filter: ItemFilter = {}): Promise<Omit<SavedItem, 'content'>[]> {
  const { kind, teamId } = filter
  return withActor(db, actor, (tx) =>
    tx.savedItem.findMany({
      where: { ...(kind ? { kind } : {}), ...(teamId === undefined ? {} : teamId === null ? { ownerId: actor.userId } : { teamId }) },
      omit: { content: true },
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    }),
  )
}

/** The same with content. */
export function readItems(db: Database, actor: UserActor, filter: ItemFilter): Promise<SavedItem[]> {
  const { kind, teamId } = filter
  return withActor(db, actor, (tx) =>
    tx.savedItem.findMany({
      where: { ...(kind ? { kind } : {}), ...(teamId === undefined ? {} : teamId === null ? { ownerId: actor.userId } : { teamId }) },
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    }),
  )
}

/** @throws FaultlineError not_found */
export async function readItem(db: Database, actor: UserActor, id: string): Promise<SavedItem> {
  return found(await withActor(db, actor, (tx) => tx.savedItem.findUnique({ where: { id } })))
}

/**
 * @param most how many items the owner may have; null: any number
 * @throws FaultlineError forbidden when there are so many already
 */
export function createItem(
  db: Database,
  actor: UserActor,
  owner: ItemOwner,
  given: { kind: ItemKind; name: string; content: object },
  most: number | null,
): Promise<SavedItem> {
  return withActor(db, actor, async (tx) => {
    const of = owner.teamId === null ? { ownerId: owner.ownerId } : { teamId: owner.teamId }
    if (most !== null) {
      await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${owner.teamId ?? owner.ownerId}, 7))::text`
      if ((await tx.savedItem.count({ where: of })) >= most)
        throw new FaultlineError(
          'forbidden',
          `The plan allows ${most} saved layouts, views and watchlists${owner.teamId ? ' of a team' : ''}. Delete one, or ask for a larger plan.`,
        )
    }
    const last = await tx.savedItem.aggregate({ where: { ...of, kind: given.kind }, _max: { position: true } })
    return tx.savedItem.create({
      data: {
        ...owner,
        kind: given.kind,
        name: given.name,
        content: given.content as Prisma.InputJsonObject,
        position: (last._max.position ?? 0) + STEP,
        createdBy: actor.userId,
        updatedBy: actor.userId,
      },
    })
  })
}

/**
 * Changes name, content or both, if nobody else did since `version`; what it was is kept.
 * @throws FaultlineError conflict, not_found, forbidden
 */
export function updateItem(
  db: Database,
  actor: UserActor,
  id: string,
  version: number,
  change: { name?: string; content?: object },
): Promise<SavedItem> {
  return withActor(db, actor, async (tx) => {
    const before = found(await tx.savedItem.findUnique({ where: { id } }))
    if (before.version !== version) throw conflict(before)
    const [after] = await tx.savedItem.updateManyAndReturn({
      where: { id, version },
      data: {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.content === undefined ? {} : { content: change.content as Prisma.InputJsonObject }),
        version: { increment: 1 },
        updatedBy: actor.userId,
        updatedAt: new Date(),
      },
    })
    if (!after) throw await whyNot(tx, before)
    const { name, content, updatedBy, updatedAt } = before
    await tx.itemVersion.create({
      data: { itemId: id, version, name, content: content as Prisma.InputJsonObject, savedBy: updatedBy, savedAt: updatedAt },
    })
    await tx.itemVersion.deleteMany({ where: { itemId: id, version: { lt: version - KEPT_VERSIONS + 1 } } })
    return after
  })
}

/** Whoever may see it and not change it finds no row to update, and neither does whoever came second. */
async function whyNot(tx: Prisma.TransactionClient, before: SavedItem): Promise<FaultlineError> {
  const now = await tx.savedItem.findUnique({ where: { id: before.id } })
  if (!now) return new FaultlineError('not_found', GONE)
  return now.version === before.version
    ? new FaultlineError('forbidden', 'Only editors and owners of this team may change it.')
    : conflict(now)
}

/** Puts it between others of its kind: no change of its content, and no new version. @throws FaultlineError not_found */
export async function moveItem(db: Database, actor: UserActor, id: string, position: number): Promise<void> {
  const { count } = await withActor(db, actor, (tx) => tx.savedItem.updateMany({ where: { id }, data: { position } }))
  if (count !== 1) throw new FaultlineError('not_found', GONE)
}

/** @throws FaultlineError not_found */
export async function deleteItem(db: Database, actor: UserActor, id: string): Promise<void> {
  const { count } = await withActor(db, actor, (tx) => tx.savedItem.deleteMany({ where: { id } }))
  if (count !== 1) throw new FaultlineError('not_found', GONE)
}

export interface EarlierVersion {
  version: number
  name: string
  savedBy: string | null
  savedAt: number
}

/** Newest first, without the present one. */
export async function listVersions(db: Database, actor: UserActor, id: string): Promise<EarlierVersion[]> {
  const rows = await withActor(db, actor, (tx) =>
    tx.itemVersion.findMany({ where: { itemId: id }, omit: { content: true, itemId: true }, orderBy: { version: 'desc' } }),
  )
  return rows.map((row) => ({ ...row, savedAt: row.savedAt.getTime() }))
}

/** One of them with its content. @throws FaultlineError not_found when it is not kept any more */
export async function readVersion(
  db: Database,
  actor: UserActor,
  id: string,
  version: number,
): Promise<EarlierVersion & { kind: ItemKind; content: unknown }> {
  const row = await withActor(db, actor, (tx) =>
    tx.itemVersion.findUnique({ where: { itemId_version: { itemId: id, version } }, include: { item: { select: { kind: true } } } }),
  )
  if (!row) throw new FaultlineError('not_found', NOT_KEPT)
  const { name, content, savedBy, savedAt, item } = row
  return { version, name, content, savedBy, savedAt: savedAt.getTime(), kind: item.kind }
}

/** Makes an earlier version the present one again, as a change like any other. @throws FaultlineError conflict, not_found */
export async function restoreVersion(db: Database, actor: UserActor, id: string, version: number, earlier: number): Promise<SavedItem> {
  const old = await withActor(db, actor, (tx) => tx.itemVersion.findUnique({ where: { itemId_version: { itemId: id, version: earlier } } }))
  if (!old) throw new FaultlineError('not_found', NOT_KEPT)
  return updateItem(db, actor, id, version, { name: old.name, content: old.content as object })
}

const NOT_KEPT = 'This earlier version is not kept any more.'
const GONE = 'This does not exist any more, or is not yours to see.'
const found = <T>(row: T | null): T => {
  if (row === null) throw new FaultlineError('not_found', GONE)
  return row
}
const conflict = (now: SavedItem): FaultlineError =>
  new FaultlineError(
    'conflict',
    `"${now.name}" was changed by somebody else meanwhile (it is at version ${now.version}). Look at their change, then save yours over it or as a copy.`,
  )
