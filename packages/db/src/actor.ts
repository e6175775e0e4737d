import { type Database, inTransaction, type Transaction } from './database.ts'
import type { Prisma } from './generated/prisma/client.ts'

/**
 * Who is asking. Row-level security on people's rows follows from it:
 * a user sees and changes the own rows and those of the teams they are in, as their role there allows, an administrator
 * (checked against the table) accounts, plans and settings of all, but not what people make; the authenticator signs people in
 * and up and checks sessions; the operator makes the first administrator; the worker evaluates alerts and delivers; billing
 * sets plans.
 */
export type Actor = UserActor | { kind: 'authenticator' | 'operator' | 'worker' | 'billing' }
export interface UserActor {
  kind: 'user'
  userId: string
  role: 'admin' | 'member'
}

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
  }, PATIENCE)
}

/** Prisma's own two and five seconds turn a busy moment into errors; the pool and the statement timeout bound both anyway. */
const PATIENCE = { maxWait: 8_000, timeout: 30_000 }

/** The same with a plain client, for what is said in SQL and for jobs that are sent with the commit. */
export function asActor<T>(db: Database, actor: Actor, work: (client: Transaction) => Promise<T>): Promise<T> {
  const [id, role] = actor.kind === 'user' ? [actor.userId, actor.role] : ['', '']
  return inTransaction(db, async (client) => {
    await client.query(
      `select set_config('faultline.actor_kind', $1, true), set_config('faultline.actor_id', $2, true), set_config('faultline.actor_role', $3, true)`,
      [actor.kind, id, role],
    )
    return work(client)
  })
}
