/** The audit log as administrators read it. What is added to it is in audit.ts. */
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import { escapeLike } from './admin-people.ts'

export interface AuditFilter {
  /** a part of the address of whoever acted, or of what it was done to */
  person?: string | undefined
  /** a whole action, or with a dot at the end all of its kind: `user.` */
  action?: string | undefined
  refusedOnly?: boolean | undefined
  /** UTC ms; `to` is not part of it */
  from?: number | undefined
  to?: number | undefined
}

export interface AuditRow {
  /** rises with time */
  id: bigint
  time: Date
  actor: string
  action: string
  target: string
  ip: string
  allowed: boolean
  details: Prisma.JsonValue
}

const SELECT = { id: true, time: true, actor: true, action: true, target: true, ip: true, allowed: true, details: true } as const

/** The newest first. `before`: the last id of the page before. */
export function listAudit(
  db: Database,
  actor: UserActor,
  filter: AuditFilter,
  page: { before?: bigint | undefined; limit: number },
): Promise<{ entries: AuditRow[]; next: bigint | null }> {
  const where = whereOf(filter)
  return withActor(db, actor, async (tx) => {
    const rows = await tx.auditEvent.findMany({
      where: page.before === undefined ? where : { AND: [where, { id: { lt: page.before } }] },
      orderBy: { id: 'desc' },
      take: page.limit + 1,
      select: SELECT,
    })
    const entries = rows.slice(0, page.limit)
    return { entries, next: rows.length > page.limit ? (entries.at(-1)?.id ?? null) : null }
  })
}

/** All that the filter lets through, the newest first, in pages: a log of any length takes little room. */
export async function* readAudit(db: Database, actor: UserActor, filter: AuditFilter, pageSize = 1_000): AsyncGenerator<AuditRow[]> {
  let before: bigint | undefined
  do {
    const page: Awaited<ReturnType<typeof listAudit>> = await listAudit(db, actor, filter, { before, limit: pageSize })
    if (page.entries.length > 0) yield page.entries
    before = page.next ?? undefined
  } while (before !== undefined)
}

/** Every action that the log knows, by name: from one to the next in the index, however many entries there are. */
export function auditActions(db: Database, actor: UserActor): Promise<string[]> {
  return withActor(db, actor, async (tx) => {
    const rows = await tx.$queryRaw<{ action: string }[]>`
      with recursive found as (
        (select action from audit_event order by action limit 1)
        union all
        select (select a.action from audit_event a where a.action > f.action order by a.action limit 1) from found f where f.action is not null)
      select action from found where action is not null`
    return rows.map(({ action }) => action)
  })
}

function whereOf({ person, action, refusedOnly, from, to }: AuditFilter): Prisma.AuditEventWhereInput {
  const text = person?.trim()
  const contains = text ? { contains: escapeLike(text), mode: 'insensitive' as const } : null
  return {
    ...(contains && { OR: [{ actor: contains }, { target: contains }] }),
    ...(action && { action: action.endsWith('.') ? { startsWith: escapeLike(action) } : action }),
    ...(refusedOnly && { allowed: false }),
    ...((from !== undefined || to !== undefined) && {
      time: { ...(from !== undefined && { gte: new Date(from) }), ...(to !== undefined && { lt: new Date(to) }) },
    }),
  }
}
