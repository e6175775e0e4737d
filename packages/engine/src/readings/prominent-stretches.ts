import { FaultlineError } from '@faultline/market/errors'
import { BIN_LOG_STEP, binCentrePrice, binLowerPrice, binOf, binUpperPrice } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import type { HeatMap } from '../map/heat-map.ts'
import { type Cluster, type ClusterOptions, clustersOf } from './clusters.ts'
import { binDistance } from './levels.ts'

export interface ProminentOptions {
  /** stretches per side */
  count?: number
  /** how far from the price is looked, log distance */
  reach?: number
  /** length of a stretch in bins, odd */
  lengthBins?: number
  /** surroundings: so many bins on either side of a stretch's middle, on its own side of the price */
  windowBins?: number
  /** so many bins lie between the middles of two stretches at least */
  apartBins?: number
  /** a stretch holds at least so many times the mean of the stretches around it */
  factor?: number
}

export const PROMINENT_DEFAULTS: Required<ProminentOptions> = {
  count: 4,
  reach: 0.12,
  lengthBins: 5,
  windowBins: 40,
  apartBins: 10,
  factor: 1.05,
}

/**
 * Where a map stands out most from what is around it, however little that is: stretches of half a per cent that hold more, against the mean
 * over the bins within `windowBins`, than any within `apartBins` of them; the `count` of each side that stand out most. Where `clustersOf`
 * finds clusters these are there too; on a smooth map, which has none, they are where its density steps up. Longs before shorts, each side
 * from the price outwards, in the shape of clusters. FaultlineError `bad_input` on options that are none.
 */
export function prominentStretches(map: HeatMap, options: ProminentOptions = {}): Cluster[] {
  const settings = { ...PROMINENT_DEFAULTS, ...options }
  check(settings)
  return SIDES.flatMap((side) => {
    const profile = outwards(map, side, settings)
    const first = peaks(profile.ratio, settings)
      .sort((a, b) => (profile.ratio[b] as number) - (profile.ratio[a] as number) || a - b)
      .slice(0, settings.count)
    return first.sort((a, b) => a - b).map((k) => stretchAt(map, side, k, profile, settings))
  })
}

/** `standsOut`: it is a cluster; false: only a prominent stretch. */
export type Standout = Cluster & { standsOut: boolean }

/** The clusters of a map and the prominent stretches that touch none of them, longs before shorts, each side from the price outwards. */
export function standoutsOf(map: HeatMap, options: { clusters?: ClusterOptions; prominent?: ProminentOptions } = {}): Standout[] {
  const clusters = clustersOf(map, options.clusters)
  const stretches = prominentStretches(map, options.prominent).filter(
    (a) => !clusters.some((b) => a.side === b.side && a.firstBin <= b.lastBin && b.firstBin <= a.lastBin),
  )
  const all = [...clusters.map((c) => ({ ...c, standsOut: true })), ...stretches.map((c) => ({ ...c, standsOut: false }))]
  return SIDES.flatMap((side) => all.filter((c) => c.side === side).sort((a, b) => a.distance - b.distance))
}

interface Profile {
  /** per step from the price outwards: USD of the stretch around it, the mean of those around, one against the other */
  held: Float64Array
  around: Float64Array
  ratio: Float64Array
}

const direction = (side: Side): 1 | -1 => (side === 'long' ? -1 : 1)

function outwards(map: HeatMap, side: Side, { reach, lengthBins, windowBins }: Required<ProminentOptions>): Profile {
  const { firstBin, usd } = map[side]
  const start = binOf(map.price)
  const count = Math.max(1, Math.round(reach / BIN_LOG_STEP))
  // Where the map ends is no feature of it: there the surroundings end, too.
  const end = side === 'long' ? start - firstBin + 1 : firstBin + usd.length - start
  const far = Math.max(0, Math.min(count + windowBins, end))
  const half = (lengthBins - 1) / 2
  const at = (k: number): number => (k < 0 ? 0 : (usd[start + direction(side) * k - firstBin] ?? 0))
  const held = new Float64Array(far)
  for (let k = 0; k < far; k++) for (let j = -half; j <= half; j++) held[k] = (held[k] as number) + at(k + j)
  const sums = new Float64Array(far + 1)
  for (let k = 0; k < far; k++) sums[k + 1] = (sums[k] as number) + (held[k] as number)
  const around = new Float64Array(Math.min(count, far))
  const ratio = new Float64Array(around.length)
  for (let k = 0; k < ratio.length; k++) {
    const [from, to] = [Math.max(0, k - windowBins), Math.min(far, k + windowBins + 1)]
    around[k] = ((sums[to] as number) - (sums[from] as number)) / (to - from)
    ratio[k] = (around[k] as number) > 0 ? (held[k] as number) / (around[k] as number) : 0
  }
  return { held, around, ratio }
}

/** Steps whose ratio is the highest within `apartBins`; of equal ones the nearest to the price. A stretch lies whole on its side. */
function peaks(ratio: Float64Array, { apartBins, lengthBins, factor }: Required<ProminentOptions>): number[] {
  const found: number[] = []
  for (let k = (lengthBins - 1) / 2; k < ratio.length; k++) {
    const own = ratio[k] as number
    if (own < factor) continue
    let highest = true
    for (let j = Math.max(0, k - apartBins); highest && j <= Math.min(ratio.length - 1, k + apartBins); j++)
      highest = j < k ? (ratio[j] as number) < own : (ratio[j] as number) <= own
    if (highest) found.push(k)
  }
  return found
}

function stretchAt(map: HeatMap, side: Side, k: number, { held, around }: Profile, { lengthBins }: Required<ProminentOptions>): Cluster {
  const middle = binOf(map.price) + direction(side) * k
  const half = (lengthBins - 1) / 2
  const [firstBin, lastBin] = [middle - half, middle + half]
  const { firstBin: own, usd } = map[side]
  let peak = middle
  for (let bin = firstBin; bin <= lastBin; bin++) if ((usd[bin - own] ?? 0) > (usd[peak - own] ?? 0)) peak = bin
  const peakPrice = binCentrePrice(middle)
  return {
    side,
    firstBin,
    lastBin,
    lowPrice: binLowerPrice(firstBin),
    highPrice: binUpperPrice(lastBin),
    peakPrice,
    peakUsd: usd[peak - own] ?? 0,
    usd: held[k] as number,
    backgroundUsd: (around[k] as number) / lengthBins,
    distance: Math.max(0, binDistance(side, middle, map.price)),
    distancePercent: 100 * (peakPrice / map.price - 1),
  }
}

function check({ count, reach, lengthBins, windowBins, apartBins, factor }: Required<ProminentOptions>): void {
  for (const [field, value] of Object.entries({ count, windowBins, apartBins, lengthBins }))
    if (!(Number.isSafeInteger(value) && value >= 1)) throw bad(field, `${value} is not a positive number`)
  if (lengthBins % 2 === 0) throw bad('lengthBins', `${lengthBins} is not odd`)
  if (!(reach > 0 && reach < 2)) throw bad('reach', `${reach} is not a log distance`)
  if (!(factor >= 1)) throw bad('factor', `${factor} is not a number of at least 1`)
}

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })
