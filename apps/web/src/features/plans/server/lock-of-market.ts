import type { Allowance } from '@faultline/db/repositories/plans'
import type { Caller } from '../../../server/caller.ts'
import { allowsAsset, assetLock } from '../prepare/allowed.ts'

/** Why the plan does not show a market, for its page; null: it does. */
export async function lockOfMarket(api: Caller, allowance: Allowance, baseAsset: string): Promise<string | null> {
  return allowsAsset(allowance, baseAsset) ? null : assetLock(allowance, (await api.plans.mine()).plans, baseAsset)
}
