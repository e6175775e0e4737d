import type { Database } from './database.ts'
import type { Prisma } from './generated/prisma/client.ts'

/**
 * Who is asking. Row-level security on people's rows follows from it:
 * a user sees and changes the own row, an administrator (checked against the table) all rows; the authenticator reads rows
 * to sign people in and to check sessions; the operator makes the first administrator.
 */
export type Actor = { kind: 'user'; userId: string; role: 'admin' | 'member' } | { kind: 'authenticator' } | { kind: 'operator' }

/**
 * The only way to people's rows: one transaction that says who is asking. Outside of it the application's role sees no row.
 * The settings end with the transaction, so a pooled connection carries nobody over to the next one.
 */
export function withActor<T>(db: Database, actor: Actor, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
  const [id, role] = actor.kind === 'user' ? [actor.userId, actor.role] : ['', '']
  return db.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`select set_config('faultline.actor_kind', ${actor.kind}, true),
                              set_config('faultline.actor_id', ${id}, true),
                              set_config('faultline.actor_role', ${role}, true)`
    return work(tx)
  })
}
