/** What plans allow, for administrators. */
import { countByPlan, listPlans, type Plan, updatePlan } from '@faultline/db/repositories/plans'
import { z } from 'zod'
import { admin } from '../../../server/trpc.ts'
import { heatmapRange, RANGES } from '../../heatmap/server/schema.ts'
import { administratorOf } from './administrator.ts'

const MOST = 1_000_000
/** null: without a limit */
const limit = z
  .int('must be a whole number, or empty for no limit')
  .min(0, 'must not be below 0')
  .max(MOST, 'must be at most 1,000,000')
  .nullable()

const terms = z.object({
  name: z.string().trim().min(1, 'must not be empty').max(60, 'must have at most 60 characters'),
  ranges: z.array(heatmapRange).min(1, 'at least one is needed: a plan without a range shows no map'),
  /** null: all */
  baseAssets: z
    .array(
      z
        .string()
        .trim()
        .toUpperCase()
        .regex(/^[^\s,;]{1,40}$/, 'must be coins such as BTC'),
    )
    .max(1_000, 'must be at most 1,000 coins')
    .nullable(),
  api: z.boolean(),
  alertRules: limit,
  savedItems: limit,
  teams: limit,
  teamMembers: z
    .int('must be a whole number, or empty for no limit')
    .min(1, 'must be at least 1')
    .max(MOST, 'must be at most 1,000,000')
    .nullable(),
  shareLinks: limit,
})
export type PlanTerms = z.infer<typeof terms>

export const planItem = terms.extend({
  key: z.string(),
  ranges: z.array(z.string()),
  baseAssets: z.array(z.string()).nullable(),
  /** who have been given it, those whose time with it is over included */
  people: z.int(),
})
export type PlanItem = z.infer<typeof planItem>

const itemOf = (
  { key, name, ranges, allAssets, baseAssets, api, alertRules, savedItems, teams, teamMembers, shareLinks }: Plan,
  people: number,
) => ({
  key,
  name,
  ranges,
  baseAssets: allAssets ? null : baseAssets,
  api,
  alertRules,
  savedItems,
  teams,
  teamMembers,
  shareLinks,
  people,
})

/** In their order. */
export const listPlansProcedure = admin.output(z.array(planItem)).query(async ({ ctx }) => {
  const { db } = ctx.services
  const [plans, people] = await Promise.all([listPlans(db, ctx.actor), countByPlan(db, ctx.actor)])
  return plans.map((plan) => itemOf(plan, people.get(plan.key) ?? 0))
})

/** Holds for everybody on the plan within seconds. */
export const updatePlanProcedure = admin
  .input(terms.extend({ key: z.string().min(1).max(60) }))
  .mutation(async ({ ctx, input: { key, baseAssets, ranges, ...rest } }) => {
    const { db, gate, sessions } = ctx.services
    await updatePlan(db, administratorOf(ctx), key, {
      ...rest,
      ranges: RANGES.filter((name) => ranges.includes(name)),
      allAssets: baseAssets === null,
      baseAssets: [...new Set(baseAssets ?? [])],
    })
    gate.forgetPlans()
    sessions.forget()
  })
