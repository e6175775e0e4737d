import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'

/**
 * Margin of Binance USDⓈ-M contracts (linear, one-way mode). Source: Binance FAQ "How to calculate the liquidation price of USDⓈ-M
 * futures contracts". Prices in quote per base coin, sizes in base coin, margins in quote. Fees and funding are ignored, as there.
 */

/** Deduction (`cum`) per tier that makes the maintenance margin continuous: cum[i] = cum[i−1] + floor[i]·(ratio[i] − ratio[i−1]). */
export function maintenanceAmounts(tiers: readonly MarginTier[]): number[] {
  let amount = 0
  return tiers.map((tier, i) => {
    const below = tiers[i - 1]
    if (below) amount += tier.floorUsd * (tier.maintMarginRatio - below.maintMarginRatio)
    return amount
  })
}

/** Maintenance margin of a position of `notional` USD. Above the last cap the last tier holds. */
export function maintenanceMargin(tiers: readonly MarginTier[], notional: number): number {
  const amounts = maintenanceAmounts(tiers)
  let i = 0
  while (i + 1 < tiers.length && notional >= (tiers[i + 1] as MarginTier).floorUsd) i++
  return notional * (tiers[i] as MarginTier).maintMarginRatio - (amounts[i] as number)
}

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
  positive({ entry, size })
  atLeastOne(leverage)
  if (!Number.isFinite(size * entry)) throw bad('size', `${size} at ${entry} is no position`)
  return solve(side, entry, size, (size * entry) / leverage, tiers)
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
  positive({ entry, size })
  for (const [field, value] of Object.entries({ walletBalance, otherMaintenance, otherUnrealised }))
    if (!Number.isFinite(value)) throw bad(field, `${value} is not a number`)
  return solve(side, entry, size, walletBalance - otherMaintenance + otherUnrealised, tiers)
}

/** The price at which the initial margin is lost: E(1 ∓ 1/L). 0 for a long at 1×. */
export function bankruptcyPrice({ side, entry, leverage }: { side: Side; entry: number; leverage: number }): number {
  positive({ entry })
  atLeastOne(leverage)
  return side === 'long' ? entry * (1 - 1 / leverage) : entry * (1 + 1 / leverage)
}

/**
 * The published formula for one given tier: LP = (margin + cum − s·q·E)/(q·m − s·q), s = +1 long, −1 short. Not the last word:
 * the tier depends on the price that comes out. May be negative.
 */
export function liquidationPriceInTier(p: {
  side: Side
  entry: number
  size: number
  /** equity of the position at its entry price */
  margin: number
  maintMarginRatio: number
  maintenanceAmount: number
}): number {
  const s = p.side === 'long' ? 1 : -1
  return (p.margin + p.maintenanceAmount - s * p.size * p.entry) / (p.size * p.maintMarginRatio - s * p.size)
}

/**
 * Margin less maintenance is continuous and strictly monotone in price (rising for longs, falling for shorts), so its root lies in
 * the last tier whose lower edge it has not yet passed. That is what iterating "price → notional → tier → price" converges to,
 * without the cycles it can fall into at an edge.
 */
function solve(side: Side, entry: number, size: number, margin: number, tiers: readonly MarginTier[]): number | null {
  if (tiers.length === 0) throw bad('tiers', 'the margin table is empty')
  const s = side === 'long' ? 1 : -1
  const amounts = maintenanceAmounts(tiers)
  const excess = (price: number, i: number) =>
    margin + s * size * (price - entry) - (size * price * (tiers[i] as MarginTier).maintMarginRatio - (amounts[i] as number))
  const atZero = excess(0, 0)
  if (side === 'long' && atZero >= 0) return null
  if (side === 'short' && atZero <= 0)
    throw bad('margin', 'the account owes more than the position brought in; no price above zero keeps it open')
  let i = 0
  while (i + 1 < tiers.length && s * excess((tiers[i + 1] as MarginTier).floorUsd / size, i + 1) <= 0) i++
  const tier = tiers[i] as MarginTier
  return liquidationPriceInTier({
    side,
    entry,
    size,
    margin,
    maintMarginRatio: tier.maintMarginRatio,
    maintenanceAmount: amounts[i] as number,
  })
}

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })

function positive(values: Record<string, number>): void {
  for (const [field, value] of Object.entries(values))
    if (!(Number.isFinite(value) && value > 0)) throw bad(field, `${value} is not a positive number`)
}

function atLeastOne(leverage: number): void {
  if (!(Number.isFinite(leverage) && leverage >= 1)) throw bad('leverage', `${leverage} is not a number of at least 1`)
}
