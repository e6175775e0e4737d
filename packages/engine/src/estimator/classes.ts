import type { MarginTier } from '@faultline/market/instrument'
import { ln, power } from '@faultline/market/portable-math'
import { BIN_LOG_STEP } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import { isolatedLiquidationPrice } from '../margin/binance.ts'
import { maxLeverage } from '../margin/tiers.ts'

/**
 * Effective-leverage classes and the prior over them. A class is a stretch of log leverage, not a rung: its positions are
 * spread evenly over the liquidation bins between those of its two edges. Beside the stretches there are lines, narrow classes at the
 * leverages that people click; how much really lies on them the prints have to say. "Effective" means that a class stands for a distance,
 * whatever made it: a 20× position with as much again in reserve sits in a lower class.
 */

/** Class centres on a venue that allows REFERENCE_MAX_LEVERAGE; the edges are the geometric means of neighbours. */
const CLASS_LEVERAGES = [1.5, 2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 56, 80, 115] as const
const REFERENCE_MAX_LEVERAGE = 125

/** What sliders and buttons of venues offer: many click these, so part of what opens lies on lines and not on a stretch. */
const MENU_LEVERAGES = [3, 5, 10, 20, 25, 50, 75, 100, 125] as const
/** A line reaches from L/(1 + this) to L·(1 + this): maintenance and fees differ with the size. */
const LINE_WIDTH = 0.03
/** What opens on a line, beside shares that sum to 1.1 on the stretches; fewer click the high ones. */
const lineInflow = (leverage: number) => 0.06 / Math.sqrt(leverage / 5)

/** Shares of newly opened exposure. With hazards ∝ leverage they make a stock of 38 % below 3×, 47 % at 3–7× and 15 % above. */
const INFLOW = [0.041, 0.054, 0.054, 0.072, 0.09, 0.126, 0.07, 0.07, 0.07, 0.07, 0.07, 0.07, 0.07, 0.07] as const
const RESIDUAL_INFLOW = 0.003
/** Effective leverage of the residual class: what it holds is never liquidated, but is closed like a position at 1×. */
export const RESIDUAL_LEVERAGE = 1

/** The maintenance rate of a class is that of a position of this size, or of the largest that its leverage is allowed for. */
const REFERENCE_NOTIONAL_USD = 20_000

/** Levels farther than this in log price (a factor of 5) are not kept: what would stand there counts as residual. */
const MAX_LEVEL_DISTANCE = 1.609

export interface LeverageClasses {
  /** stretches and lines together */
  readonly count: number
  /** the first so many classes are stretches, the others lines */
  readonly stretches: number
  /** centres of the stretches on a venue that allows REFERENCE_MAX_LEVERAGE: which of its own leverages a class stands for */
  readonly uncompressed: readonly number[]
  /** centre of each class: of the stretches after compression, rising; of the lines, rising */
  readonly leverage: Float64Array
  readonly long: SideClasses
  readonly short: SideClasses
}

/** What differs by side. Level bins are relative to the bin of the entry price. */
export interface SideClasses {
  readonly side: Side
  /** share of openings per class; with `residualInflow` they sum to 1 */
  readonly inflow: Float64Array
  readonly residualInflow: number
  /** share of a standing stock per class: inflow/leverage, normalised with `residualStock` to 1 */
  readonly stock: Float64Array
  readonly residualStock: number
  /** liquidation bins [from, to) of a class; from === to where it has none */
  readonly from: Int32Array
  readonly to: Int32Array
  /** middle of [from, to): a row of the book is liquidation bin − centre, about the entry bin */
  readonly centre: Int32Array
}

/**
 * Exponent that compresses leverages into what the instrument allows: L → L^g with g = ln(max)/ln(125), never stretched. Traders on a
 * venue that stops at 20× are not those of a 125× venue cut off at 20: truncation did much worse on coins with low caps.
 */
export function compression(tiers: readonly MarginTier[]): number {
  return Math.min(1, ln(maxLeverage(tiers)) / ln(REFERENCE_MAX_LEVERAGE))
}

/** Classes of an instrument with these margin tiers (checked ones: see assertTiers). */
export function leverageClasses(tiers: readonly MarginTier[]): LeverageClasses {
  const exponent = compression(tiers)
  const stretches = CLASS_LEVERAGES.map((l) => power(l, exponent))
  const ends = classEdges().map((l) => power(l, exponent))
  const edges = stretches.map((_, j): Edges => [ends[j] as number, ends[j + 1] as number])
  const shares: number[] = [...INFLOW]
  const max = maxLeverage(tiers)
  const lines = MENU_LEVERAGES.filter((l) => l <= max)
  for (const line of lines) {
    edges.push([line / (1 + LINE_WIDTH), line * (1 + LINE_WIDTH)])
    shares.push(lineInflow(line))
  }
  const leverage = Float64Array.from([...stretches, ...lines])
  const [long, short] = SIDES.map((side) => sideClasses(side, leverage, edges, shares, tiers)) as [SideClasses, SideClasses]
  return { count: leverage.length, stretches: stretches.length, uncompressed: CLASS_LEVERAGES, leverage, long, short }
}

/** lowest and highest leverage of a class */
type Edges = readonly [number, number]

function classEdges(): number[] {
  const centres: readonly number[] = CLASS_LEVERAGES
  const at = (i: number) => centres[i] as number
  const last = centres.length - 1
  const edges = [at(0) * Math.sqrt(at(0) / at(1))]
  for (let i = 0; i < last; i++) edges.push(Math.sqrt(at(i) * at(i + 1)))
  edges.push(Math.min(REFERENCE_MAX_LEVERAGE, at(last) * Math.sqrt(at(last) / at(last - 1))))
  return edges
}

function sideClasses(side: Side, leverage: Float64Array, edges: Edges[], shares: number[], tiers: readonly MarginTier[]): SideClasses {
  const count = leverage.length
  const from = new Int32Array(count)
  const to = new Int32Array(count)
  const centre = new Int32Array(count)
  const inflow = new Float64Array(count)
  let residualInflow = RESIDUAL_INFLOW
  for (let j = 0; j < count; j++) {
    const [lowest, highest] = edges[j] as Edges
    const far = logDistance(side, lowest, tiers)
    const near = logDistance(side, highest, tiers)
    const share = shares[j] as number
    if (near >= MAX_LEVEL_DISTANCE) {
      residualInflow += share
      continue
    }
    const [a, b] = levelBins(side, Math.min(far, MAX_LEVEL_DISTANCE), near)
    from[j] = a
    to[j] = b
    centre[j] = Math.round((a + b - 1) / 2)
    inflow[j] = share
  }
  const opened = sum(inflow) + residualInflow
  for (let j = 0; j < count; j++) inflow[j] = (inflow[j] as number) / opened
  residualInflow /= opened
  // In the steady state of openings against a hazard ∝ leverage, what stands is inflow/leverage.
  const stock = inflow.map((share, j) => share / (leverage[j] as number))
  const standing = sum(stock) + residualInflow / RESIDUAL_LEVERAGE
  return {
    side,
    inflow,
    residualInflow,
    stock: stock.map((share) => share / standing),
    residualStock: residualInflow / RESIDUAL_LEVERAGE / standing,
    from,
    to,
    centre,
  }
}

/** Way from entry to liquidation in log price, positive; Infinity where no price liquidates. */
function logDistance(side: Side, leverage: number, tiers: readonly MarginTier[]): number {
  let allowed = REFERENCE_NOTIONAL_USD
  for (const tier of tiers) if (tier.maxLeverage >= leverage) allowed = tier.capUsd ?? Number.POSITIVE_INFINITY
  const size = Math.min(REFERENCE_NOTIONAL_USD, allowed)
  const price = isolatedLiquidationPrice({ side, entry: 1, size, leverage: Math.max(1, leverage), tiers })
  return price === null ? Number.POSITIVE_INFINITY : Math.abs(ln(price))
}

/** An entry lies on average in the middle of its bin, hence the half. At least one bin, never the entry's own. */
function levelBins(side: Side, far: number, near: number): [number, number] {
  if (side === 'long') {
    const to = Math.min(0, Math.round(0.5 - near / BIN_LOG_STEP))
    return [Math.min(to - 1, Math.round(0.5 - far / BIN_LOG_STEP)), to]
  }
  const from = Math.max(1, Math.round(0.5 + near / BIN_LOG_STEP))
  return [from, Math.max(from + 1, Math.round(0.5 + far / BIN_LOG_STEP))]
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
