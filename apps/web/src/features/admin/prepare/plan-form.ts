/** The form of a plan: fields as they are typed, and what they say. Pure. */
import { admin } from '../../../messages/admin.ts'
import type { PlanItem, PlanTerms } from '../server/plans.ts'

export const LIMITS = ['alertRules', 'savedItems', 'teams', 'teamMembers', 'shareLinks'] as const
export type Limit = (typeof LIMITS)[number]

export interface PlanFields {
  name: string
  ranges: readonly string[]
  allMarkets: boolean
  coins: string
  api: boolean
  limits: Readonly<Record<Limit, string>>
}

export const fieldsOf = (plan: PlanItem): PlanFields => ({
  name: plan.name,
  ranges: plan.ranges,
  allMarkets: plan.baseAssets === null,
  coins: (plan.baseAssets ?? []).join(', '),
  api: plan.api,
  limits: Object.fromEntries(LIMITS.map((name) => [name, plan[name] === null ? '' : String(plan[name])])) as Record<Limit, string>,
})

/** What is typed as terms, or what is wrong with it. The server looks again. */
export function readFields({ name, ranges, allMarkets, coins, api, limits }: PlanFields): { terms: PlanTerms } | { problem: string } {
  if (ranges.length === 0) return { problem: admin.plans.noRange }
  const numbers: Partial<Record<Limit, number | null>> = {}
  for (const limit of LIMITS) {
    const text = limits[limit].trim()
    if (text !== '' && !/^\d{1,7}$/.test(text)) return { problem: admin.plans.badNumber(admin.plans.fields[limit]) }
    numbers[limit] = text === '' ? null : Number(text)
  }
  return {
    terms: {
      name: name.trim(),
      ranges: [...ranges] as PlanTerms['ranges'],
      baseAssets: allMarkets ? null : coins.split(/[\s,;]+/).filter(Boolean),
      api,
      ...(numbers as Record<Limit, number | null>),
    },
  }
}
