/** What plans allow: one table, which administrators change. */
import { type Actor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Plan } from '../generated/prisma/client.ts'

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
