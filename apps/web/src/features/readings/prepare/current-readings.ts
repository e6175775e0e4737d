import type { HeatMap } from '@faultline/engine/map/heat-map'
import { asymmetryOf } from '@faultline/engine/readings/asymmetry'
import { bandOfDraws, planeUsd } from '@faultline/engine/readings/cluster-details'
import { levelsOf, usdWithin } from '@faultline/engine/readings/levels'
import type { MarketInputs } from '@faultline/engine/readings/market-inputs'
import { maxPain } from '@faultline/engine/readings/max-pain'
import { type Standout, standoutsOf } from '@faultline/engine/readings/prominent-stretches'
import { type RiskIndex, riskIndex } from '@faultline/engine/readings/risk-index'
import type { PlaneData } from '@faultline/market/column'
import { binOf } from '@faultline/market/price-grid'
import type { Side } from '@faultline/market/units'
import type { ClusterReading, CurrentReadings } from '../server/schema.ts'
import { round, roundAll } from './round.ts'
import type { StateReading } from './state-reading.ts'

/** Moves of the price that are asked for, signed ratios. */
export const WHAT_IF = [-0.05, -0.02, -0.01, 0.01, 0.02, 0.05] as const
/** Their log distances, in the same order. */
export const WHAT_IF_DISTANCES: readonly number[] = WHAT_IF.map((move) => Math.abs(Math.log(1 + move)))
/** What travels of a map: ±30 % of the price. */
const LOWEST = Math.log(0.7)
const HIGHEST = Math.log(1.3)
/** Of what is only drawn, two digits are known at best. */
const DRAW_DIGITS = 3
const MOST_LEVELS = 400

type BookSide = readonly (readonly [price: number, size: number])[]
type Facts = Pick<CurrentReadings, 'instrument' | 'simulated' | 'buildId' | 'modelVersion' | 'bucket' | 'bucketMs'>

/** All that one column says: `state` is what the estimator knows beside it, null where that is not at hand. Pure. */
export function currentReadingsOf(
  facts: Facts,
  map: HeatMap,
  inputs: Pick<MarketInputs, 'openInterestUsd' | 'fundingRate' | 'fundingHours' | 'sigmaDay' | 'volumeDayUsd' | 'book'> & RiskInputs,
  state: StateReading | null,
): CurrentReadings {
  const pain = maxPain(map).most
  const risk = riskOf(map, inputs)
  return {
    ...facts,
    price: map.price,
    openInterestUsd: rounded(inputs.openInterestUsd),
    fundingRate: inputs.fundingRate,
    fundingHours: inputs.fundingHours,
    profile: { long: profileOf('long', map, state), short: profileOf('short', map, state) },
    clusters: standoutsOf(map)
      .sort((a, b) => a.distance - b.distance)
      .map((cluster) => clusterReading(cluster, state)),
    whatIf: whatIfOf(map, state),
    asymmetry: asymmetryOf(map).map(({ distance, longUsd, shortUsd, balance }) => ({
      within: distance,
      longUsd: round(longUsd),
      shortUsd: round(shortUsd),
      balance: round(balance),
    })),
    maxPain: pain && { side: pain.side, price: pain.price, usd: round(pain.usd) },
    risk: risk && {
      value: round(risk.value),
      version: risk.version,
      longUsd: round(risk.reachedUsd.long),
      shortUsd: round(risk.reachedUsd.short),
      branching: round(risk.branching),
    },
    sigmaDay: rounded(inputs.sigmaDay),
    volumeDayUsd: rounded(inputs.volumeDayUsd),
    book: inputs.book && { time: inputs.book.time, bids: thinned(inputs.book.bids), asks: thinned(inputs.book.asks) },
    draws: (state?.draws ?? []).map(({ map: draw }) => ({
      long: drawnPlane(draw.long, map.price),
      short: drawnPlane(draw.short, map.price),
    })),
  }
}

type RiskInputs = Pick<MarketInputs, 'sigmaDay' | 'depth' | 'openInterestUsd' | 'fundingZ' | 'openInterestZ'>

/** Null where the market is not known well enough: no volatility, no depth or no open interest. */
export function riskOf(map: HeatMap, { sigmaDay, depth, openInterestUsd, fundingZ, openInterestZ }: RiskInputs): RiskIndex | null {
  if (sigmaDay === null || !(sigmaDay > 0) || depth === null || openInterestUsd === null || !(openInterestUsd > 0)) return null
  return riskIndex({ map, sigmaDay, depth, openInterestUsd, fundingZ, openInterestZ })
}

function whatIfOf(map: HeatMap, state: StateReading | null): CurrentReadings['whatIf'] {
  const levels = { long: levelsOf(map, 'long'), short: levelsOf(map, 'short') }
  return WHAT_IF.map((distance, i) => {
    const side: Side = distance < 0 ? 'long' : 'short'
    const band = state?.within[side][i]
    const usd = usdWithin(levels[side], WHAT_IF_DISTANCES[i] as number)
    return { distance, usd: round(usd), band: band ? { p10: round(band.p10), p50: round(band.p50), p90: round(band.p90) } : null }
  })
}

function clusterReading(cluster: Standout, state: StateReading | null): ClusterReading {
  const { side, lowPrice, highPrice, peakPrice, distancePercent, usd, standsOut } = cluster
  const band = state && state.draws.length > 0 ? bandOfDraws(cluster, state.draws) : null
  const classes = state?.leverage[side].map((plane) => planeUsd(plane, cluster)) ?? []
  const known = classes.reduce((sum, value) => sum + value, 0)
  return {
    side,
    lowPrice,
    highPrice,
    peakPrice,
    distance: round(distancePercent / 100),
    usd: round(usd),
    standsOut,
    band: band && { p10: round(band.p10), p50: round(band.p50), p90: round(band.p90) },
    leverage: known > 0 ? classes.map((value) => round(value / known, 3)) : null,
  }
}

function profileOf(side: Side, map: HeatMap, state: StateReading | null): CurrentReadings['profile'][Side] {
  const { firstBin, length } = shown(map[side], map.price)
  const cut = (plane: PlaneData): number[] => Array.from({ length }, (_, i) => round(plane.usd[firstBin + i - plane.firstBin] ?? 0))
  const bands = state?.bands[side]
  return {
    total: { firstBin, usd: cut(map[side]) },
    leverage: state?.leverage[side].map(cut) ?? null,
    p10: bands ? cut({ firstBin: bands.firstBin, usd: bands.p10 }) : null,
    p90: bands ? cut({ firstBin: bands.firstBin, usd: bands.p90 }) : null,
  }
}

function drawnPlane(plane: PlaneData, price: number): { firstBin: number; usd: number[] } {
  const { firstBin, length } = shown(plane, price)
  return { firstBin, usd: roundAll(plane.usd.subarray(firstBin - plane.firstBin, firstBin - plane.firstBin + length), DRAW_DIGITS) }
}

/** Bins of a plane that travel. */
function shown(plane: PlaneData, price: number): { firstBin: number; length: number } {
  const firstBin = Math.max(plane.firstBin, binOf(price * Math.exp(LOWEST)))
  const end = Math.min(plane.firstBin + plane.usd.length, binOf(price * Math.exp(HIGHEST)) + 1)
  return end > firstBin ? { firstBin, length: end - firstBin } : { firstBin: plane.firstBin, length: 0 }
}

/** At most so many levels: of more, neighbours are put together at the mean of their prices by size. */
export function thinned(levels: BookSide, most = MOST_LEVELS): [number, number][] {
  const each = Math.ceil(levels.length / most)
  const out: [number, number][] = []
  for (let i = 0; i < levels.length; i += each) {
    const group = levels.slice(i, i + each)
    const size = group.reduce((sum, [, s]) => sum + s, 0)
    if (!(size > 0)) continue
    out.push([round(group.reduce((sum, [price, s]) => sum + price * s, 0) / size, 8), round(size)])
  }
  return out
}

const rounded = (value: number | null): number | null => (value === null ? null : round(value))
