import { COLUMN_FLOOR_USD } from '@faultline/market/column'
import { FaultlineError } from '@faultline/market/errors'
import { BIN_LOG_STEP, binCentrePrice, binLowerPrice, binOf, binUpperPrice } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import type { HeatMap } from '../map/heat-map.ts'
import { binDistance } from './levels.ts'

/** Neighbouring bins of one side that stand out from what is around them. */
export interface Cluster {
  side: Side
  /** first and last bin, both inclusive */
  firstBin: number
  lastBin: number
  /** edges of those bins, quote per base coin */
  lowPrice: number
  highPrice: number
  /** centre of the bin that holds most */
  peakPrice: number
  /** USD of that bin, and of all of them */
  peakUsd: number
  usd: number
  /** USD per bin that would be usual there: the mean of the local background over the cluster */
  backgroundUsd: number
  /** log distance from the price to the peak, never negative */
  distance: number
  /** the move from the price to the peak in per cent, with sign */
  distancePercent: number
}

export interface ClusterOptions {
  /** a bin stands out when it holds more than so many times its background */
  factor?: number
  /** the background of a bin is the median of so many bins on either side of it */
  windowBins?: number
  /** so many bins in a row that do not stand out do not part a cluster */
  gapBins?: number
  /** a cluster holds at least this share of its side */
  minShare?: number
}

export const CLUSTER_DEFAULTS: Required<ClusterOptions> = { factor: 2, windowBins: 40, gapBins: 2, minShare: 0.01 }

/**
 * The clusters of a map, longs before shorts, each side from the price outwards. The background of a bin is the median of the bins within
 * `windowBins` of it on its own side of the price; bins outside the plane hold nothing and count, the other side of the price does not.
 * FaultlineError `bad_input` on options that are none.
 */
export function clustersOf(map: HeatMap, options: ClusterOptions = {}): Cluster[] {
  const settings = { ...CLUSTER_DEFAULTS, ...options }
  check(settings)
  return SIDES.flatMap((side) => {
    const clusters = clustersOfSide(map, side, settings)
    return side === 'long' ? clusters.reverse() : clusters
  })
}

/** From the lowest bin up. */
function clustersOfSide(map: HeatMap, side: Side, settings: Required<ClusterOptions>): Cluster[] {
  const { firstBin, usd } = map[side]
  const priceBin = binOf(map.price)
  // What stands on the wrong side of the price can no longer be reached.
  const from = side === 'long' ? 0 : Math.max(0, priceBin - firstBin)
  const to = side === 'long' ? Math.min(usd.length, priceBin - firstBin + 1) : usd.length
  let total = 0
  for (let i = from; i < to; i++) total += usd[i] as number
  const background = localMedian(usd, from, to, side, settings.windowBins)
  const standsOut = (i: number): boolean =>
    (usd[i] as number) >= COLUMN_FLOOR_USD && (usd[i] as number) > settings.factor * (background[i - from] as number)

  const clusters: Cluster[] = []
  for (let i = from; i < to; i++) {
    if (!standsOut(i)) continue
    let last = i
    for (let j = i + 1; j < to && j - last <= settings.gapBins + 1; j++) if (standsOut(j)) last = j
    const cluster = measure(map, side, i, last, background, from)
    if (cluster.usd >= settings.minShare * total) clusters.push(cluster)
    i = last
  }
  return clusters
}

function measure(map: HeatMap, side: Side, first: number, last: number, background: Float64Array, from: number): Cluster {
  const { firstBin, usd } = map[side]
  let [sum, usual, peak] = [0, 0, first]
  for (let i = first; i <= last; i++) {
    sum += usd[i] as number
    usual += background[i - from] as number
    const nearer = side === 'long' ? (usd[i] as number) >= (usd[peak] as number) : (usd[i] as number) > (usd[peak] as number)
    if (nearer) peak = i
  }
  const peakPrice = binCentrePrice(firstBin + peak)
  return {
    side,
    firstBin: firstBin + first,
    lastBin: firstBin + last,
    lowPrice: binLowerPrice(firstBin + first),
    highPrice: binUpperPrice(firstBin + last),
    peakPrice,
    peakUsd: usd[peak] as number,
    usd: sum,
    backgroundUsd: usual / (last - first + 1),
    distance: Math.max(0, binDistance(side, firstBin + peak, map.price)),
    distancePercent: 100 * (peakPrice / map.price - 1),
  }
}

/** Median of usd[i − window … i + window] for i in [from, to): zeros beyond the far end, the window cut off at the price. */
function localMedian(usd: Float32Array, from: number, to: number, side: Side, window: number): Float64Array {
  const out = new Float64Array(Math.max(0, to - from))
  const values = new Float32Array(2 * window + 1)
  for (let i = from; i < to; i++) {
    const low = side === 'short' ? Math.max(from, i - window) : i - window
    const high = side === 'long' ? Math.min(to - 1, i + window) : i + window
    const count = high - low + 1
    for (let j = 0; j < count; j++) values[j] = low + j >= from && low + j < to ? (usd[low + j] as number) : 0
    const sorted = values.subarray(0, count).sort()
    const middle = count >> 1
    out[i - from] = count % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
  }
  return out
}

/** Width in natural log of price. */
export const clusterWidth = ({ firstBin, lastBin }: Pick<Cluster, 'firstBin' | 'lastBin'>): number =>
  (lastBin - firstBin + 1) * BIN_LOG_STEP

function check({ factor, windowBins, gapBins, minShare }: Required<ClusterOptions>): void {
  if (!(Number.isFinite(factor) && factor >= 1)) throw bad('factor', `${factor} is not a number of at least 1`)
  if (!(Number.isSafeInteger(windowBins) && windowBins >= 1)) throw bad('windowBins', `${windowBins} is not a number of bins`)
  if (!(Number.isSafeInteger(gapBins) && gapBins >= 0)) throw bad('gapBins', `${gapBins} is not a number of bins`)
  if (!(minShare >= 0 && minShare <= 1)) throw bad('minShare', `${minShare} is not a share`)
}

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })
