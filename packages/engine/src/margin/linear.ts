import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'

/**
 * What the margin rules of all venues rest on, for linear contracts: a position is liquidated at the price where its equity has
 * fallen to what must be kept. Prices in quote per base coin, sizes in base coin, margins in quote.
 */

/**
 * Tiers, lowest first, and the amount that each deducts: maintenance margin = notional × maintMarginRatio − amount. It may jump up
 * from one tier to the next (less deducted than continuity asks for) but not down.
 */
export interface MarginTable {
  readonly tiers: readonly MarginTier[]
  /** USD, one per tier (`cum` at Binance, `mmDeduction` at Bybit, `deduction` at Gate) */
  readonly amounts: readonly number[]
}

/** Deduction (`cum`) per tier that makes the maintenance margin continuous: cum[i] = cum[i−1] + floor[i]·(ratio[i] − ratio[i−1]). */
export function maintenanceAmounts(tiers: readonly MarginTier[]): number[] {
  let amount = 0
  return tiers.map((tier, i) => {
    const below = tiers[i - 1]
    if (below) amount += tier.floorUsd * (tier.maintMarginRatio - below.maintMarginRatio)
    return amount
  })
}

/** Tiers with the deductions that make the maintenance margin continuous. */
export const continuousTable = (tiers: readonly MarginTier[]): MarginTable => ({ tiers, amounts: maintenanceAmounts(tiers) })

/** Index of the tier that a notional (USD) falls into; its floor belongs to a tier. Above the last cap the last tier holds. */
export function tierIndexAt(tiers: readonly MarginTier[], notional: number): number {
  let i = 0
  while (i + 1 < tiers.length && notional >= (tiers[i + 1] as MarginTier).floorUsd) i++
  return i
}

/** Maintenance margin of a position of `notional` USD, with the deductions of the table or else the continuous ones. */
export function maintenanceMargin(
  tiers: readonly MarginTier[],
  notional: number,
  amounts: readonly number[] = maintenanceAmounts(tiers),
): number {
  const i = tierIndexAt(tiers, notional)
  return notional * (tiers[i] as MarginTier).maintMarginRatio - (amounts[i] as number)
}

/** The price at which the initial margin is lost: E(1 ∓ 1/L). 0 for a long at 1×. */
export function bankruptcyPrice({ side, entry, leverage }: { side: Side; entry: number; leverage: number }): number {
  assertPositive({ entry })
  assertLeverage(leverage)
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

export interface LinearEquity {
  side: Side
  /** the price at which `margin` is the equity: the entry, or the mark price of a cross account */
  entry: number
  size: number
  margin: number
  /** charged on the notional at liquidation, beside the maintenance ratio; 0 without it */
  closingFee?: number
}

/**
 * The first price, on the way from safety to ruin, at which equity no longer exceeds maintenance plus closing fee, and the index of
 * the tier that holds there; null where no positive price does it. The tier is that of the notional at this price itself.
 *
 * With continuous deductions equity less maintenance is strictly monotone and the answer is its root. Where the table's own amounts
 * make the maintenance jump, a short that is still sound below an edge and no longer sound above it is liquidated on the edge.
 * FaultlineError `bad_input` on a table without tiers, on a ratio and fee that reach 1 together, and on a short account that owes
 * more than its position brought in.
 */
export function solveLinear(equity: LinearEquity, { tiers, amounts }: MarginTable): { price: number | null; tier: number } {
  const { side, entry, size, margin, closingFee = 0 } = equity
  if (tiers.length === 0) throw badMargin('tiers', 'the margin table is empty')
  if (amounts.length !== tiers.length) throw badMargin('amounts', `there are ${amounts.length} deductions for ${tiers.length} tiers`)
  const s = side === 'long' ? 1 : -1
  const ratioOf = (i: number) => (tiers[i] as MarginTier).maintMarginRatio + closingFee
  const edge = (i: number) => (tiers[i] as MarginTier).floorUsd / size
  const excess = (price: number, i: number) => margin + s * size * (price - entry) - (size * price * ratioOf(i) - (amounts[i] as number))
  const root = (i: number) =>
    liquidationPriceInTier({ side, entry, size, margin, maintMarginRatio: ratioOf(i), maintenanceAmount: amounts[i] as number })
  const top = tiers.length - 1
  if (ratioOf(top) >= 1)
    throw badMargin('takerFee', `maintenance ratio and fee are ${ratioOf(top)} of the position; they must stay below 1`)

  if (side === 'long') {
    let i = top
    while (i > 0 && excess(edge(i), i) > 0) i--
    if (i === 0 && excess(0, 0) >= 0) return { price: null, tier: 0 }
    return { price: root(i), tier: i }
  }
  if (excess(0, 0) <= 0) throw badMargin('margin', 'the account owes more than the position brought in; no price above zero keeps it open')
  let i = 0
  while (i < top && excess(edge(i + 1), i + 1) >= 0) i++
  const price = root(i)
  return i < top && price > edge(i + 1) ? { price: edge(i + 1), tier: i + 1 } : { price, tier: i }
}

export const badMargin = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })

export function assertPositive(values: Record<string, number>): void {
  for (const [field, value] of Object.entries(values))
    if (!(Number.isFinite(value) && value > 0)) throw badMargin(field, `${value} is not a positive number`)
}

export function assertFinite(values: Record<string, number>): void {
  for (const [field, value] of Object.entries(values)) if (!Number.isFinite(value)) throw badMargin(field, `${value} is not a number`)
}

export function assertLeverage(leverage: number): void {
  if (!(Number.isFinite(leverage) && leverage >= 1)) throw badMargin('leverage', `${leverage} is not a number of at least 1`)
}
