/** Teams as administrators see them: that they are there, who is in them, how much they hold; not what they made. */
import { FaultlineError } from '@faultline/market/errors'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import { type Administrator, escapeLike } from './admin-people.ts'
import { auditIn } from './audit.ts'

export interface TeamOverview {
  id: string
  name: string
  members: number
  owners: string[]
  /** layouts, views and watchlists */
  items: number
  requireSecondFactor: boolean
  createdAt: Date
}

/** By name. `search`: a part of the name or of a member's address. `after`: the last team of the page before. */
export function listTeams(
  db: Database,
  actor: UserActor,
  { search, after, limit }: { search?: string | undefined; after?: { name: string; id: string } | undefined; limit: number },
): Promise<{ teams: TeamOverview[]; total: number; next: { name: string; id: string } | null }> {
  const text = search?.trim()
  const contains = text ? { contains: escapeLike(text), mode: 'insensitive' as const } : null
  const where = contains ? { OR: [{ name: contains }, { memberships: { some: { user: { email: contains } } } }] } : {}
  return withActor(db, actor, async (tx) => {
    const rows = await tx.team.findMany({
      where: after ? { AND: [where, { OR: [{ name: { gt: after.name } }, { name: after.name, id: { gt: after.id } }] }] } : where,
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: limit + 1,
      include: {
        _count: { select: { memberships: true } },
        memberships: { where: { role: 'owner' }, select: { user: { select: { email: true } } }, orderBy: { joinedAt: 'asc' }, take: 3 },
      },
    })
    const shown = rows.slice(0, limit)
    const counts = await tx.$queryRaw<{ team_id: string; items: number }[]>`
      select team_id, items from team_item_counts(${shown.map(({ id }) => id)}::uuid[])`
    const items = new Map(counts.map((row) => [row.team_id, row.items]))
    const last = shown.at(-1)
    return {
      teams: shown.map(({ id, name, requireSecondFactor, createdAt, memberships, _count }) => ({
        id,
        name,
        members: _count.memberships,
        owners: memberships.map(({ user }) => user.email),
        items: items.get(id) ?? 0,
        requireSecondFactor,
        createdAt,
      })),
      total: await tx.team.count({ where }),
      next: rows.length > limit && last ? { name: last.name, id: last.id } : null,
    }
  })
}

/** With all that it holds. @throws FaultlineError not_found */
export function deleteTeam(db: Database, by: Administrator, id: string): Promise<void> {
  return withActor(db, by.actor, async (tx) => {
    const team = await tx.team.findUnique({ where: { id }, include: { _count: { select: { memberships: true } } } })
    const { count } = await tx.team.deleteMany({ where: { id } })
    if (!team || count === 0) throw new FaultlineError('not_found', 'There is no such team. Perhaps somebody has just deleted it.')
    await auditIn(tx, by.actor, {
      action: 'team.deleted',
      target: team.name,
      actor: by.email,
      ip: by.ip,
      details: { id, members: team._count.memberships },
    })
  })
}
