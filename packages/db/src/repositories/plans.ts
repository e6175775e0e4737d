/** What plans allow: one table, which administrators change. */
import { FaultlineError } from '@faultline/market/errors'
import { type Actor, type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Plan, Prisma } from '../generated/prisma/client.ts'
import type { Administrator } from './admin-people.ts'
import { auditIn } from './audit.ts'

export type { Plan } from '../generated/prisma/client.ts'

/** What a person may do and have; null: without a limit. */
export interface Allowance {
  /** key of the plan */
  plan: string
  name: string
  /** ranges of the heatmap, as their buttons are named */
  ranges: string[]
  /** base assets whose markets may be opened; null: all */
  baseAssets: string[] | null
  api: boolean
  alertRules: number | null
  /** layouts, views and watchlists of one's own, and of each team that one owns */
  savedItems: number | null
  /** teams that one may own */
  teams: number | null
  teamMembers: number | null
  shareLinks: number | null
}

const ALL_RANGES = ['12h', '1d', '3d', '7d', '30d', '90d', '1y']
const UNLIMITED = { alertRules: null, savedItems: null, teams: null, teamMembers: null, shareLinks: null }

/** Administrators run the installation: no plan limits them. */
export function allowanceOf(plan: Plan, role: 'admin' | 'member'): Allowance {
  const { key, name, ranges, baseAssets, allAssets, api, alertRules, savedItems, teams, teamMembers, shareLinks } = plan
  if (role === 'admin') return { plan: key, name, ranges: ALL_RANGES, baseAssets: null, api: true, ...UNLIMITED }
  return { plan: key, name, ranges, baseAssets: allAssets ? null : baseAssets, api, alertRules, savedItems, teams, teamMembers, shareLinks }
}

/** In the order in which they are shown. Everybody may see what there is. */
export const listPlans = (db: Database, actor: Actor): Promise<Plan[]> =>
  withActor(db, actor, (tx) => tx.plan.findMany({ orderBy: { position: 'asc' } }))

/** Until when the actor's plan lasts; null: without an end. */
export const readOwnPlanEnd = (db: Database, actor: UserActor): Promise<Date | null> =>
  withActor(
    db,
    actor,
    async (tx) => (await tx.user.findUnique({ where: { id: actor.userId }, select: { planUntil: true } }))?.planUntil ?? null,
  )

/** How many people are on which plan, by its key. */
export const countByPlan = (db: Database, actor: UserActor): Promise<Map<string, number>> =>
  withActor(
    db,
    actor,
    async (tx) => new Map((await tx.user.groupBy({ by: ['planKey'], _count: true })).map(({ planKey, _count }) => [planKey, _count])),
  )

/** What an administrator changes of a plan; its key and its place stay. */
export type PlanTerms = Omit<Plan, 'key' | 'position' | 'updatedAt'>

/**
 * Takes effect for everybody on the plan within seconds: sessions are believed no longer.
 * @throws FaultlineError not_found without such a plan
 */
export function updatePlan(db: Database, by: Administrator, key: string, terms: PlanTerms): Promise<Plan> {
  return withActor(db, by.actor, async (tx) => {
    const before = await tx.plan.findUnique({ where: { key } })
    const [plan] = await tx.plan.updateManyAndReturn({ where: { key }, data: { ...terms, updatedAt: new Date() } })
    if (!before || !plan) throw new FaultlineError('not_found', `There is no plan "${key}".`)
    await auditIn(tx, by.actor, { action: 'plan.changed', target: plan.name, actor: by.email, ip: by.ip, details: changes(before, plan) })
    return plan
  })
}

/** `ranges: 12h 1d → 12h 1d 3d`, of what differs. */
function changes(before: Plan, after: Plan): Record<string, string> {
  const words = (value: unknown) => (Array.isArray(value) ? value.join(' ') : value === null ? 'unlimited' : String(value))
  const names = (Object.keys(after) as (keyof Plan)[]).filter((name) => name !== 'updatedAt')
  return Object.fromEntries(
    names.flatMap((name) => {
      const [a, b] = [words(before[name]), words(after[name])]
      return a === b ? [] : [[name, `${a.slice(0, 500)} → ${b.slice(0, 500)}`]]
    }),
  )
}

/** What a payment provider says: who has which plan from now on, until when. */
export interface BillingMessage {
  /** the provider's own: the same one is taken once */
  id: string
  person: { email: string } | { userId: string }
  plan: string
  until: Date | null
}

/**
 * Sets a person's plan as the payment provider says, once per message. `taken` false: this message has been here before, and
 * nothing was changed.
 * @throws FaultlineError not_found for an unknown person; bad_input for an unknown plan. Then the message is not used up.
 */
export function applyBillingMessage(db: Database, message: BillingMessage, ip: string | null): Promise<{ taken: boolean }> {
  const actor: Actor = { kind: 'billing' }
  return withActor(db, actor, async (tx) => {
    const person = await tx.user.findUnique({
      where: 'email' in message.person ? { email: message.person.email.trim().toLowerCase() } : { id: message.person.userId },
      select: { id: true, email: true, planKey: true },
    })
    if (!person) throw new FaultlineError('not_found', 'There is no person of this address or id here.')
    if (!(await tx.plan.findUnique({ where: { key: message.plan } })))
      throw new FaultlineError('bad_input', `There is no plan "${message.plan}" here.`)
    const until = message.until?.toISOString() ?? null
    const details: Prisma.InputJsonObject = { plan: message.plan, until, before: person.planKey }
    // waits for the same message that is being taken at this moment, and then finds it there
    const { count } = await tx.planMessage.createMany({ data: [{ id: message.id, userId: person.id, details }], skipDuplicates: true })
    const entry = { target: person.email, actor: 'billing', ip }
    if (count === 0) {
      await auditIn(tx, actor, { ...entry, action: 'billing.repeated', details: { message: message.id.slice(0, 200) } })
      return { taken: false }
    }
    await tx.user.updateMany({ where: { id: person.id }, data: { planKey: message.plan, planUntil: message.until } })
    await auditIn(tx, actor, {
      ...entry,
      action: 'billing.plan_set',
      details: { from: person.planKey, to: message.plan, until, message: message.id.slice(0, 200) },
    })
    return { taken: true }
  })
}
