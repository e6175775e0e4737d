import type { MarginTier } from '@faultline/market/instrument'
import type { Side } from '@faultline/market/units'
import { hyperliquidTable } from './hyperliquid.ts'
import { inverseBankruptcyPrice, solveInverse } from './inverse.ts'
import {
  assertFinite,
  assertLeverage,
  assertPositive,
  badMargin,
  bankruptcyPrice,
  continuousTable,
  type MarginTable,
  solveLinear,
} from './linear.ts'
import { type MarginVenue, venueTiers } from './venue-tiers.ts'

/**
 * The margin rules of each venue in one place. Formulas, sources and what is not modelled: docs/margin.md.
 */

/**
 * What the taker fee does to the liquidation price.
 * - `none`: the venue's formula has no fee (Binance, Hyperliquid), or reserves it with the margin and counts it with the maintenance,
 *   both at the bankruptcy price, where the two cancel (Bybit).
 * - `beside-ratio`: it is kept beside the maintenance ratio (OKX, Gate).
 * - `reserved`: beside the ratio, and the margin of an isolated position holds the fee of closing at the bankruptcy price (Phemex).
 */
export type FeeRule = 'none' | 'beside-ratio' | 'reserved'

export interface VenueIsolatedPosition {
  side: Side
  /** average entry price */
  entry: number
  /** base coin, positive on both sides */
  size: number
  leverage: number
  /** lowest first; the venue's default table (venueTiers) without them */
  tiers?: readonly MarginTier[]
  /** the tiers' deductions, USD; without them those that make the maintenance margin continuous. Hyperliquid derives its own. */
  amounts?: readonly number[]
  /** ratio, e.g. 0.0005; the venue's usual one without it. Plays no part where the rule is `none`. */
  takerFee?: number
}

export interface LiquidationResult {
  /** null where no positive price liquidates the position */
  liquidationPrice: number | null
  /** where the initial margin is lost, before fees; 0 for a long at 1× */
  bankruptcyPrice: number
  /** of the tier, without the fee */
  maintMarginRatio: number
  /** the tier of the notional at the liquidation price */
  tier: MarginTier
}

/** An inverse short at 1× is worth the same coin at any price: it has neither price. */
export interface InverseLiquidationResult extends Omit<LiquidationResult, 'bankruptcyPrice'> {
  bankruptcyPrice: number | null
}

export interface VenueCrossPosition {
  side: Side
  /** the price at which the account was measured: the entry where `walletBalance` is without this position's profit, else the mark */
  entry: number
  size: number
  walletBalance: number
  /** maintenance margin of all OTHER cross positions, with their closing fees where the venue counts them */
  otherMaintenance?: number
  /** unrealised profit of all OTHER cross positions */
  otherUnrealised?: number
  tiers?: readonly MarginTier[]
  amounts?: readonly number[]
  takerFee?: number
}

/** A coin-margined contract worth a fixed number of USD. Floors, caps and deductions are in COIN; there is no default table. */
export interface VenueInversePosition {
  side: Side
  entry: number
  /** contract value in USD, positive on both sides */
  quantityUsd: number
  leverage: number
  tiers: readonly MarginTier[]
  amounts?: readonly number[]
  takerFee?: number
}

/** The same in a cross account: balances in coin, what is meant by them as in VenueCrossPosition. */
export interface VenueInverseCrossPosition extends Omit<VenueInversePosition, 'leverage'> {
  walletBalance: number
  otherMaintenance?: number
  otherUnrealised?: number
}

export interface VenueMargin {
  readonly venue: MarginVenue
  readonly feeRule: FeeRule
  /** what a usual customer pays as a taker, where the rule counts it; else 0 */
  readonly takerFee: number
  /** where the formula and the fee come from */
  readonly source: string
  /**
   * An isolated position with nothing added to its initial margin. FaultlineError `bad_input` on impossible numbers, and where the
   * position would be liquidated as it opens.
   */
  isolatedLiquidation(position: VenueIsolatedPosition): LiquidationResult
  /** A cross position while everything else in the account stands still; null where the account covers any loss. Errors as above. */
  crossLiquidationPrice(position: VenueCrossPosition): number | null
  /** The same for inverse contracts; null where the venue has none or its rule is not known here. */
  readonly inverse: {
    isolatedLiquidation(position: VenueInversePosition): InverseLiquidationResult
    crossLiquidationPrice(position: VenueInverseCrossPosition): number | null
  } | null
}

interface Rule {
  feeRule: FeeRule
  takerFee: number
  /** kept beside the ratio in cross margin, where that differs from isolated */
  crossFee?: number
  inverse: boolean
  source: string
}

const RULES: Readonly<Record<MarginVenue, Rule>> = {
  binance: {
    feeRule: 'none',
    takerFee: 0,
    inverse: false,
    source: 'Binance FAQ b3c689c1f50a44cabb3a84e663b81d93 (liquidation price of USDⓈ-M futures)',
  },
  bybit: {
    feeRule: 'none',
    takerFee: 0,
    // In a unified account the fee of closing counts with the maintenance and nothing is reserved against it.
    crossFee: 0.00055,
    inverse: true,
    source: 'Bybit help centre, liquidation price in isolated mode (unified trading account), 2026-05-27',
  },
  okx: {
    feeRule: 'beside-ratio',
    takerFee: 0.0005,
    inverse: true,
    source: 'OKX help centre, isolated margin mode and tiered maintenance margin ratio rules, 2025-05-16; regular taker fee 0.05 %',
  },
  gate: {
    feeRule: 'beside-ratio',
    takerFee: 0.0005,
    inverse: true,
    source: 'Gate help centre 27724 (liquidation and bankruptcy price); VIP 0 taker fee 0.05 %',
  },
  hyperliquid: { feeRule: 'none', takerFee: 0, inverse: false, source: 'Hyperliquid documentation, "Liquidations" and "Margin tiers"' },
  phemex: {
    feeRule: 'reserved',
    takerFee: 0.0006,
    inverse: false,
    source: 'Phemex help centre, liq-price-for-USDTM; taker fee 0.06 % as in its example',
  },
  generic: { feeRule: 'beside-ratio', takerFee: 0, inverse: true, source: 'equity = maintenance margin, without fees unless one is given' },
}

/** Every venue with a rule of its own, and `generic`. */
export const MARGIN_VENUES = Object.keys(RULES) as readonly MarginVenue[]

/** The rules of a venue; of those without rules of their own here the generic ones. */
export function marginOf(venue: string): VenueMargin {
  const known = Object.hasOwn(RULES, venue) ? (venue as MarginVenue) : 'generic'
  const rule = RULES[known]
  return {
    venue: known,
    feeRule: rule.feeRule,
    takerFee: rule.takerFee,
    source: rule.source,
    isolatedLiquidation: (position) => isolated(known, position),
    crossLiquidationPrice: (position) => cross(known, position),
    inverse: rule.inverse
      ? {
          isolatedLiquidation: (position) => inverseIsolated(known, position),
          crossLiquidationPrice: (position) => inverseCross(known, position),
        }
      : null,
  }
}

function isolated(venue: MarginVenue, position: VenueIsolatedPosition): LiquidationResult {
  const { side, entry, size, leverage } = position
  assertPositive({ entry, size })
  assertLeverage(leverage)
  const notional = size * entry
  if (!Number.isFinite(notional)) throw badMargin('size', `${size} at ${entry} is no position`)
  const table = tableOf(venue, position)
  const closingFee = feeOf(venue, position.takerFee)
  const bankruptcy = bankruptcyPrice({ side, entry, leverage })
  const reserved = RULES[venue].feeRule === 'reserved' ? size * bankruptcy * closingFee : 0
  const { price, tier } = solveLinear({ side, entry, size, margin: notional / leverage + reserved, closingFee }, table)
  return { ...tierResult(side, entry, leverage, price, table, tier), bankruptcyPrice: bankruptcy }
}

function cross(venue: MarginVenue, position: VenueCrossPosition): number | null {
  const { side, entry, size, walletBalance, otherMaintenance = 0, otherUnrealised = 0 } = position
  assertPositive({ entry, size })
  assertFinite({ walletBalance, otherMaintenance, otherUnrealised })
  const margin = walletBalance - otherMaintenance + otherUnrealised
  return solveLinear({ side, entry, size, margin, closingFee: crossFeeOf(venue, position.takerFee) }, tableOf(venue, position)).price
}

function inverseIsolated(venue: MarginVenue, position: VenueInversePosition): InverseLiquidationResult {
  const { side, entry, quantityUsd, leverage, tiers, amounts } = position
  assertPositive({ entry, quantityUsd })
  assertLeverage(leverage)
  const table = amounts ? { tiers, amounts } : continuousTable(tiers)
  // As solveInverse values it, so that a short at 1× loses exactly its margin, and not by a rounding less.
  const margin = (quantityUsd * (1 / entry)) / leverage
  const { price, tier } = solveInverse({ side, entry, quantityUsd, margin, closingFee: feeOf(venue, position.takerFee) }, table)
  return { ...tierResult(side, entry, leverage, price, table, tier), bankruptcyPrice: inverseBankruptcyPrice({ side, entry, leverage }) }
}

function inverseCross(venue: MarginVenue, position: VenueInverseCrossPosition): number | null {
  const { side, entry, quantityUsd, walletBalance, otherMaintenance = 0, otherUnrealised = 0, tiers, amounts } = position
  assertPositive({ entry, quantityUsd })
  assertFinite({ walletBalance, otherMaintenance, otherUnrealised })
  const margin = walletBalance - otherMaintenance + otherUnrealised
  const table = amounts ? { tiers, amounts } : continuousTable(tiers)
  return solveInverse({ side, entry, quantityUsd, margin, closingFee: crossFeeOf(venue, position.takerFee) }, table).price
}

function tierResult(
  side: Side,
  entry: number,
  leverage: number,
  liquidationPrice: number | null,
  { tiers }: MarginTable,
  index: number,
): Omit<LiquidationResult, 'bankruptcyPrice'> {
  const tier = tiers[index] as MarginTier
  if (liquidationPrice !== null && (side === 'long' ? liquidationPrice >= entry : liquidationPrice <= entry))
    throw badMargin(
      'leverage',
      `at ${leverage}× the margin of ${percent(1 / leverage)} is no more than must be kept: the position would be liquidated as it opens; ` +
        `its tier asks for ${percent(tier.maintMarginRatio)} and allows at most ${tier.maxLeverage}×`,
    )
  return { liquidationPrice, maintMarginRatio: tier.maintMarginRatio, tier }
}

function tableOf(venue: MarginVenue, { tiers, amounts }: Pick<VenueIsolatedPosition, 'tiers' | 'amounts'>): MarginTable {
  if (tiers === undefined) return venueTiers(venue)
  if (venue === 'hyperliquid') return hyperliquidTable(tiers)
  return amounts ? { tiers, amounts } : continuousTable(tiers)
}

function feeOf(venue: MarginVenue, given: number | undefined): number {
  const { feeRule, takerFee } = RULES[venue]
  const fee = checkedFee(given) ?? takerFee
  return feeRule === 'none' ? 0 : fee
}

function crossFeeOf(venue: MarginVenue, given: number | undefined): number {
  const { crossFee } = RULES[venue]
  return crossFee === undefined ? feeOf(venue, given) : (checkedFee(given) ?? crossFee)
}

function checkedFee(given: number | undefined): number | undefined {
  if (given !== undefined && !(given >= 0 && given < 0.05))
    throw badMargin('takerFee', `${given} is not between 0 and 0.05; five hundredths of a per cent are written 0.0005`)
  return given
}

const percent = (ratio: number) => `${Number((ratio * 100).toPrecision(4))} %`
