/** The audit log, for administrators. */
import { type AuditRow, auditActions, listAudit } from '@faultline/db/repositories/audit-log'
import { z } from 'zod'
import { admin } from '../../../server/trpc.ts'

const PAGE = 100
const time = z.int().min(0).max(8.64e15)

export const auditFilter = z.object({
  /** a part of the address of whoever acted, or of what it was done to */
  person: z.string().max(320).optional(),
  /** a whole action, or all of a kind: `user.` */
  action: z.string().max(100).optional(),
  refusedOnly: z.boolean().optional(),
  /** UTC ms; `to` is not part of it */
  from: time.optional(),
  to: time.optional(),
})
export type AuditFilter = z.infer<typeof auditFilter>

export const auditEntry = z.object({
  /** digits */
  id: z.string(),
  time: z.number(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  ip: z.string(),
  allowed: z.boolean(),
  /** `name: value`, in the order in which it was recorded */
  details: z.array(z.object({ name: z.string(), value: z.string() })),
})
export type AuditEntry = z.infer<typeof auditEntry>

export function entryOf({ id, time: at, details, ...rest }: AuditRow): AuditEntry {
  const named = details !== null && typeof details === 'object' && !Array.isArray(details) ? Object.entries(details) : []
  return {
    ...rest,
    id: String(id),
    time: at.getTime(),
    details: named.map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) })),
  }
}

/** The newest first, 100 at a time. `cursor`: `next` of the page before. */
export const listAuditProcedure = admin
  .input(
    auditFilter.extend({
      cursor: z
        .string()
        .regex(/^\d{1,19}$/)
        .nullish(),
    }),
  )
  .output(z.object({ entries: z.array(auditEntry), next: z.string().nullable() }))
  .query(async ({ ctx, input: { cursor, ...filter } }) => {
    const page = await listAudit(ctx.services.db, ctx.actor, filter, { before: cursor ? BigInt(cursor) : undefined, limit: PAGE })
    return { entries: page.entries.map(entryOf), next: page.next === null ? null : String(page.next) }
  })

/** Every action that the log knows, by name. */
export const auditActionsProcedure = admin.output(z.array(z.string())).query(({ ctx }) => auditActions(ctx.services.db, ctx.actor))
