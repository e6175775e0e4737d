/**
 * Links to saved views for people without an account. The token itself is known to whoever made the link and to nobody here: a row
 * has its hash. Rows are those of the item's one owner, or of the editors of its team.
 */
import { createHash } from 'node:crypto'
import { FaultlineError } from '@faultline/market/errors'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma } from '../generated/prisma/client.ts'

export interface ShareLink {
  id: string
  itemId: string
  itemName: string
  teamId: string | null
  /** the last characters of the token */
  hint: string
  /** null: live */
  frozenAt: Date | null
  embed: boolean
  createdBy: string | null
  createdAt: Date
  expiresAt: Date
  revokedAt: Date | null
  visits: number
  lastVisitAt: Date | null
}

/** What a link shows, as it is saved now. */
export interface OpenShare {
  linkId: string
  itemName: string
  content: unknown
  /** of the layout that the view stands on; null without one */
  layout: unknown
  version: number
  frozenAt: Date | null
  embed: boolean
  createdAt: Date
  expiresAt: Date
  /** who made it; null: somebody who is gone */
  createdBy: string | null
}

/** SHA-256 of a token: 192 random bits need no slower one. */
export const hashOfShare = (token: string): Buffer<ArrayBuffer> => Buffer.from(createHash('sha256').update(token).digest())

const FIELDS = { omit: { hash: true }, include: { item: { select: { name: true, teamId: true } } } } as const
type Row = Omit<ShareLink, 'itemName' | 'teamId'> & { item: { name: string; teamId: string | null } }
const linkOf = ({ item, ...row }: Row): ShareLink => ({ ...row, itemName: item.name, teamId: item.teamId })

/** Links to one item, or to all of a team; newest first, with those that have ended. */
export async function listShareLinks(db: Database, actor: UserActor, of: { itemId: string } | { teamId: string }): Promise<ShareLink[]> {
  const where = 'itemId' in of ? { itemId: of.itemId } : { item: { teamId: of.teamId } }
  const rows = await withActor(db, actor, (tx) => tx.shareLink.findMany({ where, ...FIELDS, orderBy: { id: 'desc' }, take: 500 }))
  return rows.map(linkOf)
}

/**
 * @param most how many living links the actor may have made; null: any number
 * @throws FaultlineError bad_input for what is no view, forbidden when there are so many already, not_found
 */
export async function createShareLink(
  db: Database,
  actor: UserActor,
  given: { itemId: string; hash: Buffer<ArrayBuffer>; hint: string; frozenAt: Date | null; embed: boolean; expiresAt: Date },
  most: number | null,
): Promise<ShareLink> {
  return withActor(db, actor, async (tx) => {
    const item = await tx.savedItem.findUnique({ where: { id: given.itemId }, select: { kind: true } })
    if (!item) throw new FaultlineError('not_found', 'This view does not exist any more, or is not yours to see.')
    if (item.kind !== 'view') throw new FaultlineError('bad_input', 'Only a saved view can be shared by a link.')
    await checkRoom(tx, actor, most)
    return linkOf(await tx.shareLink.create({ data: { ...given, createdBy: actor.userId }, ...FIELDS }))
  })
}

/** Until `expiresAt`, also where it has run out. @throws FaultlineError conflict for a revoked one, forbidden, not_found */
export async function extendShareLink(
  db: Database,
  actor: UserActor,
  id: string,
  expiresAt: Date,
  most: number | null,
): Promise<{ link: ShareLink; hash: Uint8Array }> {
  return withActor(db, actor, async (tx) => {
    const before = found(await tx.shareLink.findUnique({ where: { id } }))
    if (before.revokedAt) throw new FaultlineError('conflict', 'This link was revoked, and stays so. Make a new one.')
    if (before.expiresAt.getTime() <= Date.now()) await checkRoom(tx, actor, most)
    const [row] = await tx.shareLink.updateManyAndReturn({ where: { id, revokedAt: null }, data: { expiresAt } })
    if (!row) throw new FaultlineError('conflict', 'This link was revoked, and stays so. Make a new one.')
    return { link: linkOf(found(await tx.shareLink.findUnique({ where: { id }, ...FIELDS }))), hash: before.hash }
  })
}

/** For good. Once more changes nothing. @throws FaultlineError not_found */
export async function revokeShareLink(db: Database, actor: UserActor, id: string): Promise<{ link: ShareLink; hash: Uint8Array }> {
  return withActor(db, actor, async (tx) => {
    await tx.shareLink.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } })
    const { hash, ...row } = found(await tx.shareLink.findUnique({ where: { id }, include: FIELDS.include }))
    return { link: linkOf(row), hash }
  })
}

/** Null for what is no link, has run out or was revoked. Needs nobody to be signed in. `visit`: it is counted. */
export async function openShareLink(db: Database, hash: Uint8Array, { visit }: { visit: boolean }): Promise<OpenShare | null> {
  const { rows } = await db.pool.query<OpenShare>(
    `SELECT link_id AS "linkId", item_name AS "itemName", content, layout, version, frozen_at AS "frozenAt", embed,
            created_at AS "createdAt", expires_at AS "expiresAt", created_by AS "createdBy" FROM open_share($1, $2)`,
    [Buffer.from(hash), visit],
  )
  return rows[0] ?? null
}

async function checkRoom(tx: Prisma.TransactionClient, actor: UserActor, most: number | null): Promise<void> {
  if (most === null) return
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${actor.userId}, 8))::text`
  const living = await tx.shareLink.count({ where: { createdBy: actor.userId, revokedAt: null, expiresAt: { gt: new Date() } } })
  if (living >= most)
    throw new FaultlineError('forbidden', `The plan allows ${most} share links at a time. Revoke one, or ask for a larger plan.`)
}

const found = <T>(row: T | null): T => {
  if (row === null) throw new FaultlineError('not_found', 'This link does not exist any more, or is not yours to see.')
  return row
}
