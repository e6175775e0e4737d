/** Procedures of alert rules. */
import type { Database } from '@faultline/db/database'
import { sendTest } from '@faultline/db/repositories/alert-inbox'
import {
  type AlertAllowance,
  alertAllowance,
  createRule,
  deleteRule,
  listRules,
  type RuleOwner,
  readRule,
  updateRule,
} from '@faultline/db/repositories/alert-rules'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { FaultlineError } from '@faultline/market/errors'
import { entity, selfOrTeam } from '../../../server/trpc.ts'
import { ruleSettings, version } from './schema.ts'
import { testOf } from './test-facts.ts'

export const rulesProcedure = selfOrTeam('viewer').query(({ ctx }) => listRules(ctx.services.db, ctx.actor, ctx.owner))

export const createRuleProcedure = selfOrTeam('editor')
  .input(ruleSettings)
  .mutation(async ({ ctx, input }) => {
    const { db, limits } = ctx.services
    await limits.take('write', ctx.user.userId)
    const { teamId: _, ...given } = input
    const settings = ruleSettings.parse(given)
    const allowance = await alertAllowance(db, ctx.actor, ctx.owner)
    await checkMarket(db, allowance, settings.instrumentKey)
    return createRule(db, ctx.actor, ctx.owner, settings, allowance.most)
  })

/** CONFLICT when somebody else changed it since `version`. A rule that was changed arms first. */
export const updateRuleProcedure = entity('alertRule', 'editor')
  .input(ruleSettings.partial().extend({ version }))
  .mutation(async ({ ctx, input: { id, version, ...change } }) => {
    const { db, limits } = ctx.services
    await limits.take('write', ctx.user.userId)
    if (change.instrumentKey !== undefined)
      await checkMarket(db, await alertAllowance(db, ctx.actor, ctx.entity as RuleOwner), change.instrumentKey)
    const given = ruleSettings.partial().parse(change)
    return updateRule(db, ctx.actor, id, version, given as Parameters<typeof updateRule>[4])
  })

export const removeRuleProcedure = entity('alertRule', 'editor').mutation(({ ctx, input }) =>
  deleteRule(ctx.services.db, ctx.actor, input.id),
)

/** Through all of its channels, marked as a test; `queued`: how many that are. */
export const testRuleProcedure = entity('alertRule', 'editor').mutation(async ({ ctx, input }) => {
  const { db, jobs, limits, screener } = ctx.services
  await limits.take('alertTest', ctx.user.userId)
  const rule = await readRule(db, ctx.actor, input.id)
  const { rows } = await screener.list()
  const test = await testOf(db, rule, rows)
  return { queued: await sendTest(db, ctx.actor, jobs, { ruleId: rule.id, ...test }) }
})

/** @throws FaultlineError not_found, forbidden where the plan does not open it */
async function checkMarket(db: Database, { baseAssets }: AlertAllowance, key: string | null): Promise<void> {
  if (key === null) {
    if (baseAssets !== null) throw new FaultlineError('forbidden', 'The plan opens some markets only. Choose one of them for this rule.')
    return
  }
  const { baseAsset } = await findInstrument(db, key)
  if (baseAssets !== null && !baseAssets.includes(baseAsset))
    throw new FaultlineError('forbidden', `The plan does not open markets of ${baseAsset}. Choose another, or ask for a larger plan.`)
}
