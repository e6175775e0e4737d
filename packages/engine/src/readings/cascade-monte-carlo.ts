import { FaultlineError } from '@faultline/market/errors'
import type { Side } from '@faultline/market/units'
import type { WeightedMap } from '../map/heat-map.ts'
import { cascadeOnce, type PreparedCascade, prepareCascade } from './cascade.ts'
import type { Depth } from './depth.ts'
import { countWithin, levelsOf, priceAt } from './levels.ts'
import { generatorOf } from './random.ts'

/** What sets a cascade off: a move of the price by a log distance, or an order at market. */
export type Shock = { distance: number } | { usd: number }

/** What is not known, and how little. The defaults are choices, not measurements: docs/readings.md says why; the score judges them. */
export interface CascadeUncertainty {
  /** η: median, and spread of its logit (a logit-normal: like a beta, between 0 and 1) */
  passThroughMedian: number
  passThroughSpread: number
  /** standard deviation of the log of the depth that is met, around what is known of it */
  depthSpread: number
  /** chance that the market is stressed, and what is left of the depth then */
  stressedShare: number
  stressedDepth: number
  /** how long the cascade takes, and after how long half of what was eaten is there again: calm and stressed, ms */
  durationMs: number
  calmHalfLifeMs: number
  stressedHalfLifeMs: number
}

export const UNCERTAINTY_DEFAULTS: CascadeUncertainty = {
  passThroughMedian: 0.7,
  passThroughSpread: 0.8,
  depthSpread: 0.5,
  stressedShare: 0.5,
  stressedDepth: 0.3,
  durationMs: 60_000,
  calmHalfLifeMs: 20_000,
  stressedHalfLifeMs: 120_000,
}

export interface MonteCarloInput {
  side: Side
  /** draws of the ensemble, all at the same price */
  maps: readonly WeightedMap[]
  depth: Depth
  shock: Shock
  /** how often, 1000 without it */
  draws?: number
  /** the same seed gives the same numbers */
  seed?: number
  uncertainty?: Partial<CascadeUncertainty>
}

/** Values over all draws, each rising by itself: read with `quantile` and `shareAtLeast`. */
export interface CascadeDistribution {
  liquidatedUsd: Float64Array
  /** log distance by which the price went beyond the shock; of an order at market, from where it stood */
  overshoot: Float64Array
  /** quote per base coin, rising */
  endPrice: Float64Array
  /** share of draws that sold more than the depth holds: their ends are the last that is known, not where price would go */
  exhaustedShare: number
}

/**
 * How much more depth a steady flow over `durationMs` meets when what was eaten comes back with that half-life:
 * r·T / (1 − e^(−r·T)), r = ln 2 / half-life. 1 for a cascade that takes no time. It is the exponential resilience of Obizhaeva & Wang
 * (Optimal trading strategy and supply/demand dynamics, 2013), read as depth.
 */
export function resilienceFactor(durationMs: number, halfLifeMs: number): number {
  const rt = (Math.LN2 * durationMs) / halfLifeMs
  return rt === 0 ? 1 : rt / -Math.expm1(-rt)
}

/**
 * Cascades over what is not known: which of the ensemble's maps is right, how deep the book is when it is needed, how much of what is
 * liquidated reaches it. Maps are taken in proportion to their weights, without chance; depth and pass-through are drawn.
 * FaultlineError `bad_input` on parameters that are none, or without maps.
 */
export function cascadeMonteCarlo(input: MonteCarloInput): CascadeDistribution {
  const { side, maps, depth, shock, draws = 1000, seed = 1 } = input
  const uncertainty = { ...UNCERTAINTY_DEFAULTS, ...input.uncertainty }
  check(uncertainty, draws, shock)
  const { price } = (maps[0] ?? fail('maps', 'an ensemble without maps; give at least one')).map
  const mapOfDraw = proportional(maps, draws)
  const logit = Math.log(uncertainty.passThroughMedian / (1 - uncertainty.passThroughMedian))
  const calm = resilienceFactor(uncertainty.durationMs, uncertainty.calmHalfLifeMs)
  const stressed = uncertainty.stressedDepth * resilienceFactor(uncertainty.durationMs, uncertainty.stressedHalfLifeMs)

  const random = generatorOf(seed)
  const out = { liquidatedUsd: new Float64Array(draws), overshoot: new Float64Array(draws), endPrice: new Float64Array(draws) }
  const prepared = new Map<number, PreparedCascade>()
  const from = 'distance' in shock ? shock.distance : 0
  const eaten = depth.within(side, from)
  let exhausted = 0
  for (let i = 0; i < draws; i++) {
    const passThrough = 1 / (1 + Math.exp(-(logit + uncertainty.passThroughSpread * random.normal())))
    const state = random.uniform() < uncertainty.stressedShare ? stressed : calm
    const depthFactor = state * Math.exp(uncertainty.depthSpread * random.normal())
    const which = mapOfDraw[i] as number
    const cascade = prepared.get(which) ?? prepareCascade(side, levelsOf((maps[which] as WeightedMap).map, side), depth)
    prepared.set(which, cascade)
    // k times the depth takes what 1/k of the orders would: the depth itself need not be built anew for every draw.
    const end =
      'usd' in shock
        ? cascadeOnce(cascade, shock.usd / depthFactor, 0, 0, passThrough / depthFactor)
        : cascadeOnce(cascade, eaten, from, countWithin(cascade.levels, from), passThrough / depthFactor)
    if (end.bookExhausted) exhausted++
    out.liquidatedUsd[i] = end.liquidatedUsd
    out.overshoot[i] = end.distance - from
    out.endPrice[i] = priceAt(side, end.distance, price)
  }
  return {
    liquidatedUsd: out.liquidatedUsd.sort(),
    overshoot: out.overshoot.sort(),
    endPrice: out.endPrice.sort(),
    exhaustedShare: exhausted / draws,
  }
}

/** Index of the map of each draw: map k gets its weight's share of the draws, to within one. */
function proportional(maps: readonly WeightedMap[], draws: number): Int32Array {
  const total = maps.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0 && Number.isFinite(total)) || maps.some(({ weight }) => !(weight >= 0))) fail('maps', 'weights that are no shares')
  const out = new Int32Array(draws)
  let [k, sum] = [0, (maps[0] as WeightedMap).weight]
  for (let i = 0; i < draws; i++) {
    while (((i + 0.5) / draws) * total > sum && k + 1 < maps.length) sum += (maps[++k] as WeightedMap).weight
    out[i] = k
  }
  return out
}

function check(uncertainty: CascadeUncertainty, draws: number, shock: Shock): void {
  if (!(Number.isSafeInteger(draws) && draws > 0)) fail('draws', `${draws} is not a number of draws`)
  for (const [field, value] of Object.entries(shock))
    if (!(Number.isFinite(value) && value >= 0)) fail(field, `${value} is not a number of at least 0`)
  for (const [field, value] of Object.entries(uncertainty))
    if (!(Number.isFinite(value) && value >= 0)) fail(field, `${value} is not a number of at least 0`)
  const { passThroughMedian, stressedShare, stressedDepth, calmHalfLifeMs, stressedHalfLifeMs } = uncertainty
  if (!(passThroughMedian > 0 && passThroughMedian < 1)) fail('passThroughMedian', `${passThroughMedian} does not lie between 0 and 1`)
  if (stressedShare > 1) fail('stressedShare', `${stressedShare} is not a share`)
  for (const [field, value] of Object.entries({ stressedDepth, calmHalfLifeMs, stressedHalfLifeMs }))
    if (value === 0) fail(field, '0 is not a positive number')
}

function fail(field: string, message: string): never {
  throw new FaultlineError('bad_input', message, { place: { field } })
}
