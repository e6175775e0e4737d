/** What happened and who did it. Rows are added; the application can neither change nor delete them. */
import { type Actor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma } from '../generated/prisma/client.ts'

export interface AuditEntry {
  /** noun.verb in the past: session.started, session.refused, user.role_changed, source.updated … */
  action: string
  /** what it was done to, in words for people: an address, a name, a key */
  target?: string
  /** whoever acts, in words: an address; `anonymous`, `worker` … */
  actor: string
  ip?: string | null
  /** false: it was refused */
  allowed?: boolean
  /** never a secret */
  details?: Record<string, string | number | boolean | null>
}

/** As the database can keep it: strangers choose addresses and names, and no half of a character or zero byte may hide what they did. */
const keepable = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/** Adds one entry, in a transaction of its own: what was refused and rolled back is told as well. */
export const audit = (db: Database, actor: Actor, entry: AuditEntry): Promise<void> =>
  withActor(db, actor, (tx) => auditIn(tx, actor, entry))

/** The same inside a transaction of withActor(): there only if that commits. */
export async function auditIn(tx: Prisma.TransactionClient, actor: Actor, entry: AuditEntry): Promise<void> {
  const { action, target = '', ip = null, allowed = true, details = {} } = entry
  // createMany: a row that is returned is read, and whoever acts may add entries, not read them
  await tx.auditEvent.createMany({
    data: [
      {
        actorId: actor.kind === 'user' ? actor.userId : null,
        actor: keepable(entry.actor.slice(0, 320)),
        action,
        target: keepable(target.slice(0, 500)),
        ip: ip ?? '',
        allowed,
        details: Object.fromEntries(
          Object.entries(details).map(([key, value]) => [key, typeof value === 'string' ? keepable(value) : value]),
        ),
      },
    ],
  })
}
