import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'
import { assertFinite, assertPositive, badMargin, continuousTable, type MarginTable, maintenanceMargin, solveLinear } from './linear.ts'

/**
 * Margin of Hyperliquid perpetuals. Sources: Hyperliquid documentation, pages "Liquidations" and "Margin tiers", and the
 * clearinghouseState response of its API. Maintenance is half the initial margin at the highest leverage that the tier allows,
 * l = 1/(2·maxLeverage), with deductions that make it continuous over the tiers; the leverage that was chosen plays no part in it.
 * Fees play none either.
 */

/** l = 1/(2·maxLeverage of the tier). */
export const hyperliquidMaintenanceRatio = (maxLeverage: number): number => 1 / (2 * maxLeverage)

/** Tiers as the venue applies them: their own maintMarginRatio gives way to l, and the deductions follow from it. */
export function hyperliquidTable(tiers: readonly MarginTier[]): MarginTable {
  for (const { maxLeverage } of tiers)
    if (!(Number.isFinite(maxLeverage) && maxLeverage >= 1)) throw badMargin('tiers', `a tier allows ${maxLeverage}×; at least 1 is needed`)
  return continuousTable(tiers.map((tier) => ({ ...tier, maintMarginRatio: hyperliquidMaintenanceRatio(tier.maxLeverage) })))
}

/** The one tier of an asset without a margin table. */
export const hyperliquidSingleTier = (maxLeverage: number): MarginTier => ({
  floorUsd: 0,
  capUsd: null,
  maintMarginRatio: hyperliquidMaintenanceRatio(maxLeverage),
  maxLeverage,
})

/** Maintenance margin (USD) of a position worth `notional` USD. */
export function hyperliquidMaintenance(tiers: readonly MarginTier[], notional: number): number {
  const table = hyperliquidTable(tiers)
  return maintenanceMargin(table.tiers, notional, table.amounts)
}

/**
 * The price at which an isolated position is liquidated, from what the account state shows: LP = −rawUsd/(szi·(1 − s·l)) in one tier.
 * `rawUsd` is the position's balance in USD without the coin, isolated margin − szi·entry; `szi` the signed size in coin.
 * Null where no positive price does it. FaultlineError `bad_input` on impossible numbers.
 */
export function hyperliquidIsolatedFromRaw(p: { rawUsd: number; szi: number; tiers: readonly MarginTier[] }): number | null {
  const { rawUsd, szi, tiers } = p
  assertFinite({ rawUsd, szi })
  if (szi === 0) throw badMargin('szi', '0 is no position')
  return solveLinear({ side: szi > 0 ? 'long' : 'short', entry: 0, size: Math.abs(szi), margin: rawUsd }, hyperliquidTable(tiers)).price
}

/**
 * The mark price at which a cross account is liquidated while its other positions stand still: in one tier
 * LP = mark − s·(accountValue − crossMaintenanceMarginUsed)/|szi|/(1 − l·s). The used maintenance is that of all cross positions,
 * this one included. Null where no positive price does it. FaultlineError `bad_input` on impossible numbers.
 */
export function hyperliquidCross(p: {
  side: Side
  /** coin, positive on both sides */
  size: number
  mark: number
  accountValue: number
  crossMaintenanceMarginUsed: number
  tiers: readonly MarginTier[]
}): number | null {
  const { side, size, mark, accountValue, crossMaintenanceMarginUsed, tiers } = p
  assertPositive({ size, mark })
  assertFinite({ accountValue, crossMaintenanceMarginUsed })
  const others = crossMaintenanceMarginUsed - hyperliquidMaintenance(tiers, size * mark)
  return solveLinear({ side, entry: mark, size, margin: accountValue - others }, hyperliquidTable(tiers)).price
}
