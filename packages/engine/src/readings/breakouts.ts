import { FaultlineError } from '@faultline/market/errors'
import { BIN_LOG_STEP, binLowerPrice, binOf, binUpperPrice } from '@faultline/market/price-grid'
import { SIDES, type Side } from '@faultline/market/units'
import type { Band, Bands, HeatMap } from '../map/heat-map.ts'
import { BRANCHING_WIDTH, branchingBetween } from './branching.ts'
import { bandOfBins, planeUsd } from './cluster-details.ts'
import type { Depth } from './depth.ts'
import { binDistance, levelsOf } from './levels.ts'
import { quantile } from './quantile.ts'

/** A stretch of price on one side where the map is dense for its surroundings. */
export interface DenseZone {
  side: Side
  /** both inclusive */
  firstBin: number
  lastBin: number
  lowPrice: number
  highPrice: number
  usd: number
  /** null where the map came without bands */
  band: Band | null
  /** branching ratio over the zone, and over a stretch of the same length before it */
  n: number
  nBefore: number
}

/** Price has entered a dense zone into which n rises. */
export interface Breakout {
  /** UTC ms of the map after the move */
  time: number
  /** the zone as it stood on the last map before price entered */
  zone: DenseZone
}

/** Plain numbers, as JSON keeps them. */
export interface BreakoutState {
  /** zones that price has not entered */
  armed: readonly DenseZone[]
  /** zones that price has entered and not yet left */
  entered: readonly DenseZone[]
}

export const NO_ZONES: BreakoutState = { armed: [], entered: [] }

export interface BreakoutOptions {
  /** how far from the price zones are looked for, log distance */
  horizon?: number
  /** share of the bins within the horizon that are called dense */
  top?: number
  /** price leaves a zone when it is so far outside it (log distance); a zone that comes up nearer than this is not armed */
  hysteresis?: number
}

export const BREAKOUT_DEFAULTS: Required<BreakoutOptions> = { horizon: 0.08, top: 0.1, hysteresis: 0.003 }

export interface BreakoutObservation {
  /** the map after the move */
  map: HeatMap
  /** extremes of the price since the observation before */
  low: number
  high: number
  depth: Depth
  /** η */
  passThrough: number
  bands?: Bands
}

/**
 * One step of the detector, once per map. An entry is told once: the zone stays entered until price is `hysteresis` outside it, on either
 * end, and only then can one that overlaps it be armed again. A zone that comes up around a price that is already there is not entered but
 * grown, and is not told. FaultlineError `bad_input` on options that are none. The state that is handed in is left as it is.
 */
export function stepBreakouts(
  state: BreakoutState,
  observation: BreakoutObservation,
  options: BreakoutOptions = {},
): { state: BreakoutState; breakouts: Breakout[] } {
  const settings = { ...BREAKOUT_DEFAULTS, ...options }
  if (!(settings.hysteresis >= 0)) throw bad('hysteresis', `${settings.hysteresis} is not a log distance`)
  const { map, low, high } = observation
  const isEntered = (zone: DenseZone) => (zone.side === 'long' ? low <= zone.highPrice : high >= zone.lowPrice)
  const hits = state.armed.filter(isEntered)
  const isLeft = (zone: DenseZone) =>
    map.price > zone.highPrice * Math.exp(settings.hysteresis) || map.price < zone.lowPrice * Math.exp(-settings.hysteresis)
  const entered = [...state.entered, ...hits].filter((zone) => !isLeft(zone))

  const waiting = state.armed.filter((zone) => !isEntered(zone))
  const armed = denseZones(observation, settings).filter((zone) => {
    if (entered.some((other) => overlap(zone, other))) return false
    return nearEdge(zone, map.price) >= settings.hysteresis || waiting.some((other) => overlap(zone, other))
  })
  const breakouts = hits.filter((zone) => zone.n > zone.nBefore).map((zone) => ({ time: map.time, zone }))
  return { state: { armed, entered }, breakouts }
}

/**
 * The dense zones of a map: bins whose density over 50 bp is above that of all but a share `top` of the bins within the horizon on their
 * side, joined where they touch; longs first, each side from the price outwards.
 */
export function denseZones(
  { map, depth, passThrough, bands }: Pick<BreakoutObservation, 'map' | 'depth' | 'passThrough' | 'bands'>,
  options: Pick<BreakoutOptions, 'horizon' | 'top'> = {},
): DenseZone[] {
  const { horizon, top } = { ...BREAKOUT_DEFAULTS, ...options }
  if (!(horizon > 0)) throw bad('horizon', `${horizon} is not a positive log distance`)
  if (!(top > 0 && top < 1)) throw bad('top', `${top} is not a share between 0 and 1`)
  return SIDES.flatMap((side) => {
    const levels = levelsOf(map, side)
    return denseRanges(map, side, horizon, top).map(({ firstBin, lastBin }): DenseZone => {
      const near = Math.max(0, nearEdge({ side, firstBin, lastBin }, map.price))
      const length = (lastBin - firstBin + 1) * BIN_LOG_STEP
      const n = (from: number, to: number) => branchingBetween(side, levels, depth, passThrough, Math.max(0, from), to)
      return {
        side,
        firstBin,
        lastBin,
        lowPrice: binLowerPrice(firstBin),
        highPrice: binUpperPrice(lastBin),
        usd: planeUsd(map[side], { firstBin, lastBin }),
        band: bands ? bandOfBins({ side, firstBin, lastBin }, bands) : null,
        n: n(near, near + length),
        nBefore: near > 0 ? n(near - length, near) : 0,
      }
    })
  })
}

type BinRange = Pick<DenseZone, 'side' | 'firstBin' | 'lastBin'>

/** Log distance from the price to the edge that it would meet first; negative inside the zone. */
const nearEdge = ({ side, firstBin, lastBin }: BinRange, price: number): number =>
  binDistance(side, side === 'long' ? lastBin : firstBin, price) - BIN_LOG_STEP / 2

const overlap = (a: BinRange, b: BinRange): boolean => a.side === b.side && a.firstBin <= b.lastBin && b.firstBin <= a.lastBin

/** From the price outwards. */
function denseRanges(map: HeatMap, side: Side, horizon: number, top: number): { firstBin: number; lastBin: number }[] {
  const { firstBin, usd } = map[side]
  const outwards = side === 'long' ? -1 : 1
  const start = binOf(map.price)
  const count = Math.max(1, Math.round(horizon / BIN_LOG_STEP))
  const half = Math.round(BRANCHING_WIDTH / BIN_LOG_STEP / 2 - 0.5)
  const at = (k: number): number => (k < 0 ? 0 : (usd[start + outwards * k - firstBin] ?? 0))
  const density = new Float64Array(count)
  for (let k = 0; k < count; k++) for (let j = -half; j <= half; j++) density[k] = (density[k] as number) + at(k + j)
  const threshold = quantile(density.slice().sort(), 1 - top)

  const ranges: { firstBin: number; lastBin: number }[] = []
  for (let k = 0; k < count; k++) {
    if (!((density[k] as number) > threshold)) continue
    const from = k
    while (k + 1 < count && (density[k + 1] as number) > threshold) k++
    const [a, b] = [start + outwards * from, start + outwards * k]
    ranges.push({ firstBin: Math.min(a, b), lastBin: Math.max(a, b) })
  }
  return ranges
}

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })
