/**
 * Whose something is, and what the actor may do with it: asked before every procedure that is given an id. Row-level security
 * answers; what it hides does not exist.
 */
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { TeamRole } from '../generated/prisma/client.ts'

export type { TeamRole } from '../generated/prisma/client.ts'

/** rising */
export const TEAM_ROLES: readonly TeamRole[] = ['viewer', 'editor', 'owner']
export const mayAct = (role: TeamRole, needed: TeamRole): boolean => TEAM_ROLES.indexOf(role) >= TEAM_ROLES.indexOf(needed)

/** Kinds of things that are one person's or one team's. */
export const ENTITIES = ['item', 'shareLink', 'comment', 'alertRule', 'alertChannel', 'apiKey', 'session'] as const
export type EntityKind = (typeof ENTITIES)[number]

export interface Access {
  id: string
  /** exactly one of the two is null */
  ownerId: string | null
  teamId: string | null
  /** of the actor there; `owner` of what is one's own */
  role: TeamRole
}

/** null: there is no such team, or none that the actor may see. */
export function teamAccess(db: Database, actor: UserActor, teamId: string): Promise<{ id: string; name: string; role: TeamRole } | null> {
  return withActor(db, actor, async (tx) => {
    const [found] = await tx.$queryRaw<{ id: string; name: string; role: TeamRole }[]>`
      select t.id, t.name, m.role from team t join membership m on m.team_id = t.id and m.user_id = actor_id()
       where t.id = ${teamId}::uuid`
    return found ?? null
  })
}

/** null: there is no such thing, or none that the actor may see. */
export function entityAccess(db: Database, actor: UserActor, kind: EntityKind, id: string): Promise<Access | null> {
  return withActor(db, actor, async (tx) => {
    const found = await ownerOf(tx, kind, id)
    if (!found) return null
    const { ownerId, teamId } = found
    if (teamId === null) return ownerId === actor.userId ? { id, ownerId, teamId, role: 'owner' } : null
    const membership = await tx.membership.findUnique({ where: { teamId_userId: { teamId, userId: actor.userId } } })
    return membership && { id, ownerId, teamId, role: membership.role }
  })
}

type Tx = Parameters<Parameters<typeof withActor>[2]>[0]
type Owner = { ownerId: string | null; teamId: string | null } | null

async function ownerOf(tx: Tx, kind: EntityKind, id: string): Promise<Owner> {
  const select = { ownerId: true, teamId: true } as const
  switch (kind) {
    case 'item':
      return tx.savedItem.findUnique({ where: { id }, select })
    case 'shareLink':
      return (await tx.shareLink.findUnique({ where: { id }, select: { item: { select } } }))?.item ?? null
    case 'comment':
      return (await tx.comment.findUnique({ where: { id }, select: { item: { select } } }))?.item ?? null
    case 'alertRule':
      return tx.alertRule.findUnique({ where: { id }, select })
    case 'alertChannel':
      return tx.alertChannel.findUnique({ where: { id }, select })
    case 'apiKey':
      return personal(await tx.apiKey.findUnique({ where: { id }, select: { userId: true } }))
    case 'session':
      return personal(await tx.userSession.findUnique({ where: { id }, select: { userId: true } }))
  }
}

const personal = (row: { userId: string } | null): Owner => row && { ownerId: row.userId, teamId: null }
