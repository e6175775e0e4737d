import { readOwnPlanEnd } from '@faultline/db/repositories/plans'
import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'

const limit = z.int().nullable()
const terms = z.object({
  name: z.string(),
  ranges: z.array(z.string()),
  /** null: all */
  baseAssets: z.array(z.string()).nullable(),
})

/** What the pages know of plans: one's own, and what the others would allow. null: without a limit */
export const myPlan = terms.extend({
  key: z.string(),
  /** UTC ms; null: without an end */
  until: z.number().nullable(),
  /** no plan limits an administrator */
  administrator: z.boolean(),
  api: z.boolean(),
  alertRules: limit,
  savedItems: limit,
  teams: limit,
  teamMembers: limit,
  shareLinks: limit,
  /** in their order */
  plans: z.array(terms),
})
export type MyPlan = z.infer<typeof myPlan>

/** The plan of who asks: what it allows, until when, and where the rest would be. */
export const mineProcedure = signedIn.output(myPlan).query(async ({ ctx }) => {
  const { plan: key, ...allowance } = ctx.user.allowance
  const [plans, end] = await Promise.all([ctx.services.gate.plans(), readOwnPlanEnd(ctx.services.db, ctx.actor)])
  // one that has ended is not the plan that is in force
  const until = end !== null && end.getTime() > Date.now() ? end.getTime() : null
  return {
    ...allowance,
    key,
    until,
    administrator: ctx.user.role === 'admin',
    plans: plans.map((plan) => ({ ...plan, ranges: [...plan.ranges], baseAssets: plan.baseAssets && [...plan.baseAssets] })),
  }
})
