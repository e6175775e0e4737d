import type { LiquidationEvent } from '@faultline/market/event'
import type { MarginTier } from '@faultline/market/instrument'
import { continuousTable, solveLinear } from './linear.ts'

/**
 * The price at which a printed liquidation was triggered: where the map had it. A bankruptcy price lies beyond that by what must be kept of
 * the margin, LP = (B ∓ c/q)/(1 ∓ m) with the tier of what was printed; a long's trigger is above it, a short's below. What was filled,
 * ordered or given as a trigger stands as it is: slippage is not known.
 */
export function triggerPrice({ side, price, priceKind, quantity }: LiquidationEvent, tiers: readonly MarginTier[]): number {
  if (priceKind !== 'bankruptcy') return price
  // Bankrupt means no margin left: as if it had been entered here without any.
  return solveLinear({ side, entry: price, size: quantity, margin: 0 }, continuousTable(tiers)).price ?? price
}
