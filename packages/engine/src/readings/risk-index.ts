import { FaultlineError } from '@faultline/market/errors'
import { SIDES, type Side } from '@faultline/market/units'
import type { HeatMap } from '../map/heat-map.ts'
import { BRANCHING_WIDTH } from './branching.ts'
import type { Depth } from './depth.ts'
import { erfc } from './erfc.ts'
import { type Levels, levelsOf } from './levels.ts'

/** Names the definition. It changes whenever the same market would get another number. */
export const RISK_INDEX_VERSION = 'reach-1'

export interface RiskInput {
  map: HeatMap
  /** volatility of log price per square root of a day as it is now, not as it was all day: `recentVolatility` */
  sigmaDay: number
  depth: Depth
  /** USD of one side */
  openInterestUsd: number
  /** how unusual funding is, in standard deviations of its own past: positive when longs pay. 0 without it */
  fundingZ?: number
  /** how unusual open interest is. 0 without it */
  openInterestZ?: number
  /** η, share of a liquidation that reaches the book */
  passThrough?: number
}

export interface RiskIndex {
  version: typeof RISK_INDEX_VERSION
  /** 0 to 100 */
  value: number
  /** USD that price is expected to reach on either side, by the chance of getting there */
  reachedUsd: Readonly<Record<Side, number>>
  /** what the reached USD set off is worth beside them: 0 for a market that takes them, at most MOST_BRANCHING */
  branching: number
  /** factor for what is crowded, 1 where nothing is known to be */
  crowding: Readonly<Record<Side, number>>
}

/** Weight of the chance to get there within an hour; the rest is that within a day. */
const HOUR_WEIGHT = 0.85
const HOURS = 24
/** A branching ratio beyond this is a cascade anyway. */
const MOST_BRANCHING = 3
/** Log of the crowding factor per standard deviation, and how many of them count. */
const CROWDING_PER_Z = 0.15
const MOST_Z = 3
/** The share of open interest at risk that stands in the middle of the scale. */
const HALF_SHARE = 0.03
const DEFAULT_PASS_THROUGH = 0.7

/**
 * The risk index: how much forced flow the next hour may bring, for the size of the market. Per side
 *
 *     R = Σ USD(x) · w(x) · (1 + n̄(x)) · crowding / open interest,   index = 100 · R / (R + 0.03)
 *
 * with w(x) = 0.85·P(price gets to x within an hour) + 0.15·P(within a day) and n̄(x) = η·F(x)/D(x), the mean branching ratio from the price
 * to x, at most 3. It rises when any USD of the map moves nearer to the price or more of them stand there, and falls when they spread
 * outwards; it rises with volatility, |funding z| and open-interest z, and falls with depth. Definition and reasons: docs/readings.md.
 * FaultlineError `bad_input` on numbers that are none.
 */
export function riskIndex(input: RiskInput): RiskIndex {
  const { map, sigmaDay, depth, openInterestUsd, fundingZ = 0, openInterestZ = 0, passThrough = DEFAULT_PASS_THROUGH } = input
  check({ sigmaDay, openInterestUsd }, { fundingZ, openInterestZ }, passThrough)
  const crowded = (z: number) => Math.exp(CROWDING_PER_Z * Math.min(MOST_Z, Math.max(-MOST_Z, z)))
  const crowding = {
    long: crowded(Math.max(0, fundingZ)) * crowded(openInterestZ),
    short: crowded(Math.max(0, -fundingZ)) * crowded(openInterestZ),
  }
  const sides = SIDES.map((side) => ({ side, ...atRisk(side, levelsOf(map, side), depth, sigmaDay, passThrough) }))
  const reached = sides.reduce((sum, { usd }) => sum + usd, 0)
  const risk = sides.reduce((sum, { side, usd, setOff }) => sum + (usd + setOff) * crowding[side], 0) / openInterestUsd
  return {
    version: RISK_INDEX_VERSION,
    value: (100 * risk) / (risk + HALF_SHARE),
    reachedUsd: { long: sides[0]?.usd ?? 0, short: sides[1]?.usd ?? 0 },
    branching: reached > 0 ? sides.reduce((sum, { setOff }) => sum + setOff, 0) / reached : 0,
    crowding,
  }
}

/** Chance that price comes as far as a log distance, between the hour's and the day's. 1 at no distance, falling. */
export function reachWeight(distance: number, sigmaDay: number): number {
  const within = (sigma: number) => erfc(distance / (sigma * Math.SQRT2))
  return HOUR_WEIGHT * within(sigmaDay / Math.sqrt(HOURS)) + (1 - HOUR_WEIGHT) * within(sigmaDay)
}

function atRisk(side: Side, { distance, cumulative, usd }: Levels, depth: Depth, sigmaDay: number, passThrough: number) {
  const sum = { usd: 0, setOff: 0 }
  for (let i = 0; i < distance.length; i++) {
    const x = distance[i] as number
    const weight = reachWeight(x, sigmaDay)
    const held = depth.within(side, Math.max(x, BRANCHING_WIDTH))
    const to = cumulative[i] as number
    sum.usd += weight * (usd[i] as number)
    sum.setOff += weight * (branchedUsd(to, held, passThrough) - branchedUsd(to - (usd[i] as number), held, passThrough))
  }
  return sum
}

/**
 * ∫₀ᶠ min(η·f/held, MOST_BRANCHING) df. Every dollar counts with the branching ratio that it meets, so a level counts the same whole or in
 * parts, and the index rises for certain when any of them comes nearer: the integrand falls with distance at every f.
 */
function branchedUsd(f: number, held: number, passThrough: number): number {
  if (passThrough === 0) return 0
  const bend = (MOST_BRANCHING * held) / passThrough
  if (f <= bend) return (passThrough * f * f) / (2 * held || 1)
  return MOST_BRANCHING * (f - bend / 2)
}

function check(positive: Record<string, number>, finite: Record<string, number>, passThrough: number): void {
  for (const [field, value] of Object.entries(positive))
    if (!(Number.isFinite(value) && value > 0)) throw bad(field, `${value} is not a positive number`)
  for (const [field, value] of Object.entries(finite)) if (!Number.isFinite(value)) throw bad(field, `${value} is not a number`)
  if (!(Number.isFinite(passThrough) && passThrough >= 0)) throw bad('passThrough', `${passThrough} is not a number of at least 0`)
}

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })
