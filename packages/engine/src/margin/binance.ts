import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'
import { assertFinite, assertLeverage, assertPositive, badMargin, continuousTable, solveLinear } from './linear.ts'

/**
 * Margin of Binance USDⓈ-M contracts (linear, one-way mode). Source: Binance FAQ "How to calculate the liquidation price of USDⓈ-M
 * futures contracts". Prices in quote per base coin, sizes in base coin, margins in quote. Fees and funding are ignored, as there.
 */

export { bankruptcyPrice, liquidationPriceInTier, maintenanceAmounts, maintenanceMargin } from './linear.ts'

export interface IsolatedPosition {
  side: Side
  /** average entry price */
  entry: number
  /** base coin, positive on both sides */
  size: number
  leverage: number
  tiers: readonly MarginTier[]
}

/**
 * The mark price at which an isolated position opened at `leverage` is liquidated, or null where no positive price does it (a
 * long at 1×). The tier is that of the notional at the liquidation price itself. FaultlineError `bad_input` on impossible numbers.
 */
export function isolatedLiquidationPrice({ side, entry, size, leverage, tiers }: IsolatedPosition): number | null {
  assertPositive({ entry, size })
  assertLeverage(leverage)
  if (!Number.isFinite(size * entry)) throw badMargin('size', `${size} at ${entry} is no position`)
  return solveLinear({ side, entry, size, margin: (size * entry) / leverage }, continuousTable(tiers)).price
}

export interface CrossPosition {
  side: Side
  entry: number
  size: number
  /** wallet balance of the cross account */
  walletBalance: number
  /** maintenance margin of all OTHER cross positions; 0 when there are none */
  otherMaintenance?: number
  /** unrealised profit of all OTHER cross positions */
  otherUnrealised?: number
  tiers: readonly MarginTier[]
}

/**
 * The mark price at which a cross position is liquidated while everything else in the account stands still, or null where no
 * positive price does it (the wallet covers the whole loss). FaultlineError `bad_input` on impossible numbers.
 */
export function crossLiquidationPrice(position: CrossPosition): number | null {
  const { side, entry, size, walletBalance, otherMaintenance = 0, otherUnrealised = 0, tiers } = position
  assertPositive({ entry, size })
  assertFinite({ walletBalance, otherMaintenance, otherUnrealised })
  return solveLinear({ side, entry, size, margin: walletBalance - otherMaintenance + otherUnrealised }, continuousTable(tiers)).price
}
