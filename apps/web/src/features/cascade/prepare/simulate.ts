/** All that the page shows of one scenario: pure, for the worker and for tests. */
import type { HeatMap } from '@faultline/engine/map/heat-map'
import { branchingRatios } from '@faultline/engine/readings/branching'
import { Cascade, prepareCascade } from '@faultline/engine/readings/cascade'
import { type CascadeUncertainty, cascadeMonteCarlo, UNCERTAINTY_DEFAULTS } from '@faultline/engine/readings/cascade-monte-carlo'
import type { Depth } from '@faultline/engine/readings/depth'
import { type Levels, levelsOf, priceAt, usdWithin } from '@faultline/engine/readings/levels'
import { quantile, shareAtLeast } from '@faultline/engine/readings/quantile'
import type { Side } from '@faultline/market/units'
import { type ChainStep, chainSteps } from './chain.ts'
import { type CascadeMarket, depthOf } from './market.ts'
import { distanceOf, moveOf, RUNS, type Scenario, SEED, STRESSED_REFILL, shockPrice, sideOf } from './scenario.ts'

/** Low, middle and high, 10th, 50th and 90th percentile of the runs. */
export interface Spread {
  p10: number
  p50: number
  p90: number
}

export interface ChanceOfEnd {
  /** signed ratio of the price */
  move: number
  price: number
  /** share of runs that end there or beyond */
  probability: number
  /** 80 % */
  low: number
  high: number
}

/** Curves over log distance from the price outwards; `x` rises from 0 to `span`. */
export interface CascadeChart {
  span: number
  /** log width of a bar; bar i begins at i times that */
  barWidth: number
  /** USD of the levels in each bar */
  bars: Float64Array
  x: Float64Array
  /** USD that would be liquidated on the way, and USD that the book holds on the way */
  cumulative: Float64Array
  depth: Float64Array
  /** n, may be Infinity */
  branching: Float64Array
}

export interface Histogram {
  /** log distances, one more than counts */
  edges: Float64Array
  counts: Float64Array
  /** runs beyond the last edge */
  beyond: number
}

export interface CascadeResult {
  scenario: Scenario
  side: Side
  price: number
  /** log distance of the shock */
  shock: number
  /** the cascade in closed form: the map and the depth as they stand, η as chosen, nothing refilled */
  closed: { endPrice: number; end: number; liquidatedUsd: number; bookExhausted: boolean; steps: ChainStep[] }
  runs: number
  tookMs: number
  /** log distances of the ends; p90 is the farthest */
  end: Spread
  liquidatedUsd: Spread
  /** share of runs that sold more than is known to be there, or more than the book held where a law goes on from there; null without a book */
  pastBook: number | null
  chances: ChanceOfEnd[]
  /** how many maps the intervals of `chances` are over; 0: of the counting of runs alone */
  drawnMaps: number
  runsPerMap: number
  histogram: Histogram
  chart: CascadeChart
}

/** Beyond the shock, per cent: where chances are read. */
const CHANCES_BEYOND = [0.5, 1, 2, 3.5, 5.5] as const
/** Log distances that the chart may reach and bins per bar there: whole numbers of bins, or bars would hold now two of them and now three. */
const SPANS = [
  [0.15, 3],
  [0.24, 6],
  [0.36, 9],
  [0.6, 15],
] as const
const BIN = 0.001
/** What lies beyond the median end is where the other half goes. */
const ROOM = 1.3
const POINTS = 150
const HISTOGRAM_BINS = 36
/** Runs of each map, all from the same seed: what they differ by is the map. */
const RUNS_PER_MAP = 200
/** Fewer maps make no interval. */
const ENOUGH_MAPS = 5
/** 10 and 90 % of a normal */
const Z80 = 1.2816

/** Null where no depth is known on the side that is asked for. `now` in ms, to say how long it took. */
export function simulate(market: CascadeMarket, scenario: Scenario, now: () => number): CascadeResult | null {
  const began = now()
  const side = sideOf(scenario.direction)
  const known = depthOf(market, side, scenario.depthFactor)
  if (!known) return null
  const { map } = market
  const { depth, bookEnd } = known
  const shock = Math.abs(Math.log(shockPrice(scenario, map.price) / map.price))
  const levels = levelsOf(map, side)
  const prepared = prepareCascade(side, levels, depth)
  const end = new Cascade(prepared, scenario.passThrough).priceShock(shock)

  const maps = market.draws.length > 0 ? market.draws : [map]
  const uncertainty = uncertaintyOf(scenario)
  const run = (of: readonly HeatMap[], draws: number) =>
    cascadeMonteCarlo({
      side,
      maps: of.map((m) => ({ weight: 1, map: m })),
      depth,
      shock: { distance: shock },
      draws,
      seed: SEED,
      uncertainty,
    })
  const all = run(maps, RUNS)
  const perMap = maps.length >= ENOUGH_MAPS ? maps.map((m) => run([m], RUNS_PER_MAP).overshoot) : []
  const ends = spreadOf(all.overshoot.map((overshoot) => shock + overshoot))

  return {
    scenario,
    side,
    price: map.price,
    shock,
    closed: {
      end: end.distance,
      endPrice: priceAt(side, end.distance, map.price),
      liquidatedUsd: end.liquidatedUsd,
      bookExhausted: end.bookExhausted,
      steps: chainSteps(prepared, shock, scenario.passThrough),
    },
    runs: RUNS,
    end: ends,
    liquidatedUsd: spreadOf(all.liquidatedUsd),
    pastBook: bookEnd > 0 ? (depth.end(side) > bookEnd ? shareBeyond(all.overshoot, bookEnd - shock) : all.exhaustedShare) : null,
    chances: chancesOf({ side, price: map.price, scenario, shock, overshoot: all.overshoot, perMap }),
    drawnMaps: perMap.length,
    runsPerMap: RUNS_PER_MAP,
    histogram: histogramOf(all.overshoot, shock),
    chart: chartOf(side, levels, depth, scenario.passThrough, Math.max(shock, ends.p50)),
    tookMs: now() - began,
  }
}

/** A share that is lost in rounding. */
const NOTHING = 1e-15

/** The engine's, but for what the reader chooses. A median of 0 or 1 has no logit: so near to it that it makes no difference. */
export function uncertaintyOf({ passThrough, halfLifeMs, durationMs }: Scenario): CascadeUncertainty {
  return {
    ...UNCERTAINTY_DEFAULTS,
    passThroughMedian: Math.min(1 - NOTHING, Math.max(NOTHING, passThrough)),
    durationMs,
    calmHalfLifeMs: halfLifeMs,
    stressedHalfLifeMs: STRESSED_REFILL * halfLifeMs,
  }
}

const spreadOf = (sorted: Float64Array): Spread => ({ p10: quantile(sorted, 0.1), p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) })

/** Distances that are equal on paper differ in their last digits. */
const SAME = 1e-12
const shareFrom = (sorted: Float64Array, distance: number): number => shareAtLeast(sorted, distance - SAME)
const shareBeyond = (sorted: Float64Array, distance: number): number => shareAtLeast(sorted, distance + SAME)

function chancesOf(given: {
  side: Side
  price: number
  scenario: Scenario
  shock: number
  overshoot: Float64Array
  perMap: readonly Float64Array[]
}): ChanceOfEnd[] {
  const { side, price, scenario, shock, overshoot, perMap } = given
  return CHANCES_BEYOND.map((beyond) => {
    const distance = distanceOf(side, (scenario.shock + beyond) / 100)
    const needed = distance - shock
    const probability = shareFrom(overshoot, needed)
    const shares = Float64Array.from(perMap, (runs) => shareFrom(runs, needed)).sort()
    const [low, high] = shares.length > 0 ? overMaps(shares, probability) : wilson(probability, overshoot.length)
    return { move: moveOf(side, distance), price: priceAt(side, distance, price), probability, low, high }
  })
}

/** How far the maps lie apart, around what all runs say: fewer runs per map shift all of them alike. */
function overMaps(sorted: Float64Array, centre: number): [number, number] {
  const mean = sorted.reduce((sum, share) => sum + share, 0) / sorted.length
  const at = (q: number) => Math.min(1, Math.max(0, centre + quantile(sorted, q) - mean))
  return [Math.min(centre, at(0.1)), Math.max(centre, at(0.9))]
}

/** Wilson's interval of a share of `count`, 80 %. */
function wilson(share: number, count: number): [number, number] {
  const z2 = Z80 * Z80
  const middle = (share + z2 / (2 * count)) / (1 + z2 / count)
  const half = (Z80 / (1 + z2 / count)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count))
  return [Math.max(0, middle - half), Math.min(1, middle + half)]
}

/** From the shock to where all but a fiftieth end, in whole tenths of a bin per bar; what lies beyond is counted by itself. */
export function histogramOf(overshoot: Float64Array, shock: number): Histogram {
  const width = Math.max(1, Math.ceil(quantile(overshoot, 0.98) / HISTOGRAM_BINS / (BIN / 10))) * (BIN / 10)
  const counts = new Float64Array(HISTOGRAM_BINS)
  let beyond = 0
  for (const distance of overshoot) {
    const at = Math.floor(distance / width + 1e-9)
    if (at < HISTOGRAM_BINS) counts[at] = (counts[at] as number) + 1
    else beyond++
  }
  return { edges: Float64Array.from({ length: HISTOGRAM_BINS + 1 }, (_, i) => shock + i * width), counts, beyond }
}

function chartOf(side: Side, levels: Levels, depth: Depth, passThrough: number, reach: number): CascadeChart {
  const [span, bins] = SPANS.find(([end]) => reach * ROOM <= end) ?? SPANS[SPANS.length - 1] ?? SPANS[0]
  const barWidth = bins * BIN
  const bars = new Float64Array(Math.round(span / barWidth))
  levels.distance.forEach((distance, i) => {
    const at = Math.floor(distance / barWidth)
    if (at < bars.length) bars[at] = (bars[at] as number) + (levels.usd[i] as number)
  })
  const x = Float64Array.from({ length: POINTS + 1 }, (_, i) => (span * i) / POINTS)
  return {
    span,
    barWidth,
    bars,
    x,
    cumulative: x.map((at) => usdWithin(levels, at)),
    depth: x.map((at) => depth.within(side, at)),
    branching: branchingRatios(side, levels, depth, { passThrough, distances: [...x] }),
  }
}
