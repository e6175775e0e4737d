import { FaultlineError } from '@faultline/market/errors'
import { BIN_LOG_STEP } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import type { HeatMap } from '../map/heat-map.ts'
import { type Levels, levelsOf, priceAt } from './levels.ts'

/** The price of one side that hurts most. */
export interface PainPoint {
  side: Side
  /** middle of the stretch of price, quote per base coin */
  price: number
  /** its log distance from the map's price, never negative */
  distance: number
  /** USD that is liquidated while the price crosses the stretch */
  usd: number
}

export interface MaxPain {
  /** null where a side holds nothing in the range */
  long: PainPoint | null
  short: PainPoint | null
  /** the worse of the two, the nearer one where they are equal */
  most: PainPoint | null
}

export interface MaxPainOptions {
  /** how far from the price is looked, log distance */
  range?: number
  /** length of the stretch, natural log of price */
  width?: number
}

export const MAX_PAIN_DEFAULTS: Required<MaxPainOptions> = { range: 0.1, width: 0.005 }

/** Sums of distances are equal when they differ by far less than a bin. */
const SAME_DISTANCE = BIN_LOG_STEP * 1e-6

/**
 * Max pain: of all stretches of `width` within `range` of the price, on either side, the one whose crossing liquidates the most. The price
 * is the middle between the nearest and the farthest level in it. Of equal ones the nearest to the price.
 * FaultlineError `bad_input` unless both are positive.
 */
export function maxPain(map: HeatMap, options: MaxPainOptions = {}): MaxPain {
  const settings = { ...MAX_PAIN_DEFAULTS, ...options }
  for (const [field, value] of Object.entries(settings))
    if (!(value > 0)) throw new FaultlineError('bad_input', `${value} is not a positive log distance`, { place: { field } })
  const [long, short] = SIDES.map((side) => worstStretch(map, side, levelsOf(map, side), settings)) as [PainPoint | null, PainPoint | null]
  return { long, short, most: worse(long, short) }
}

function worstStretch(map: HeatMap, side: Side, { distance, usd }: Levels, { range, width }: Required<MaxPainOptions>): PainPoint | null {
  let worst: PainPoint | null = null
  let [from, sum] = [0, 0]
  for (let to = 0; to < distance.length && (distance[to] as number) <= range; to++) {
    sum += usd[to] as number
    // A level stands for its bin: stretches of 5 bins hold 5 levels, the first and last of which are 4 steps apart.
    while ((distance[to] as number) - (distance[from] as number) > width - BIN_LOG_STEP + SAME_DISTANCE && from < to)
      sum -= usd[from++] as number
    if (worst !== null && sum <= worst.usd) continue
    const middle = ((distance[from] as number) + (distance[to] as number)) / 2
    worst = { side, price: priceAt(side, middle, map.price), distance: middle, usd: sum }
  }
  return worst
}

function worse(a: PainPoint | null, b: PainPoint | null): PainPoint | null {
  if (a === null || b === null) return a ?? b
  if (a.usd !== b.usd) return a.usd > b.usd ? a : b
  return b.distance < a.distance ? b : a
}
