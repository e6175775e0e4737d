import { BIN_LOG_STEP, binOf } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import type { Band, BandPlane, Bands } from '../map/heat-map.ts'
import type { Ratio } from './statistics.ts'
import type { TruthMap } from './truth-map.ts'

/** Distances from price, in log price, within which sums are compared with their band. */
export const COVERAGE_DISTANCES = [0.01, 0.02, 0.03, 0.05, 0.1] as const

export type CumulativeBands = Readonly<Record<Side, readonly Band[]>>

/** Per time: of how many comparisons the truth lay within [p10, p90]. A band that is right covers 80 %. */
export interface CoverageCounts {
  /** bins of the price grid within the span in which truth or the band's upper edge holds a dollar */
  bins: Ratio[]
  /** per distance of COVERAGE_DISTANCES, two sides per time */
  cumulative: Ratio[][]
}

export const noCoverage = (): CoverageCounts => ({ bins: [], cumulative: COVERAGE_DISTANCES.map(() => []) })

export function countBins(counts: CoverageCounts, truth: TruthMap, price: number, bands: Bands, span: number): void {
  let [inside, total] = [0, 0]
  const reach = Math.floor(span / BIN_LOG_STEP)
  const priceBin = binOf(price)
  for (const side of SIDES) {
    const held = new Float64Array(reach)
    for (let i = 0; i < truth.price.length; i++) {
      const bin = binOf(truth.price[i] as number)
      const k = side === 'long' ? priceBin - bin : bin - priceBin
      if (k >= 0 && k < reach) held[k] = (held[k] as number) + (truth[side][i] as number)
    }
    for (let k = 0; k < reach; k++) {
      const { p10, p90 } = bandAt(bands[side], priceBin + (side === 'long' ? -k : k))
      const usd = held[k] as number
      if (usd < 1 && p90 < 1) continue
      total++
      if (usd >= p10 && usd <= p90) inside++
    }
  }
  counts.bins.push({ time: truth.time, sum: inside, count: total })
}

export function countCumulative(counts: CoverageCounts, truth: TruthMap, price: number, bands: CumulativeBands): void {
  COVERAGE_DISTANCES.forEach((distance, d) => {
    let inside = 0
    for (const side of SIDES) {
      let usd = 0
      for (let i = 0; i < truth.price.length; i++) {
        const away = Math.log((truth.price[i] as number) / price) * (side === 'long' ? -1 : 1)
        if (away >= 0 && away <= distance) usd += truth[side][i] as number
      }
      const { p10, p90 } = bands[side][d] as Band
      if (usd >= p10 && usd <= p90) inside++
    }
    counts.cumulative[d]?.push({ time: truth.time, sum: inside, count: SIDES.length })
  })
}

function bandAt(plane: BandPlane, bin: number): { p10: number; p90: number } {
  const i = bin - plane.firstBin
  return { p10: plane.p10[i] ?? 0, p90: plane.p90[i] ?? 0 }
}
