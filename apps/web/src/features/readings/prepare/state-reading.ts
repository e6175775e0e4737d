/** What an estimator's state says beside its column, and the same of several markets added up. Pure. */

import type { Band, BandPlane, Bands, HeatMap, LeveragePlanes, WeightedMap } from '@faultline/engine/map/heat-map'
import { levelsOf, usdWithin } from '@faultline/engine/readings/levels'
import type { PlaneData } from '@faultline/market/column'
import type { Side } from '@faultline/market/units'

/** Everything in USD. Planes of one side may lie over different bins. */
export interface StateReading {
  map: HeatMap
  bands: Bands
  /** how sure the sums within each of the log distances are that were asked for, in their order */
  within: Readonly<Record<Side, readonly Band[]>>
  /** per class of effective leverage, in the order of LEVERAGE_BOUNDS */
  leverage: Readonly<Record<Side, readonly PlaneData[]>>
  /** maps of equal weight */
  draws: readonly WeightedMap[]
}

/** Planes by the classes of the model put together to those that are shown: a class counts where its centre lies. */
export function groupLeverage({ leverage, planes }: LeveragePlanes, bounds: readonly number[]): PlaneData[] {
  const groups: PlaneData[][] = Array.from({ length: bounds.length + 1 }, () => [])
  planes.forEach((plane, i) => {
    const group = bounds.findIndex((bound) => (leverage[i] as number) <= bound)
    groups[group === -1 ? bounds.length : group]?.push(plane)
  })
  return groups.map((group) => addPlanes(group))
}

/** The sum of planes over all bins that any of them has. */
export function addPlanes(planes: readonly PlaneData[]): PlaneData {
  const filled = planes.filter(({ usd }) => usd.length > 0)
  if (filled.length === 0) return { firstBin: 0, usd: new Float32Array(0) }
  const firstBin = Math.min(...filled.map((p) => p.firstBin))
  const end = Math.max(...filled.map((p) => p.firstBin + p.usd.length))
  return { firstBin, usd: Float32Array.from(sumOver(filled, firstBin, end - firstBin)) }
}

/**
 * What the states say of `map`, which is their sum as it is stored: a sum's own column, or one market's, where the states differ from it
 * a little, are a bucket ahead of it, or lack a member. Planes, bands and draws of the states are added (bands as if all markets erred
 * together) and brought to the map bin by bin; where the map holds something and no state does, the ratio of the side is taken, and the
 * leverage of the nearest bin. Null without a state.
 */
export function stateOfSum(states: readonly StateReading[], map: HeatMap, distances: readonly number[]): StateReading | null {
  const [first] = states
  if (!first) return null
  const fits = { long: new Fit(states, map, 'long'), short: new Fit(states, map, 'short') }
  const bands = (side: Side): BandPlane => {
    const plane = (p: 'p10' | 'p50' | 'p90') =>
      fits[side].total(states.map(({ bands: b }) => ({ firstBin: b[side].firstBin, usd: b[side][p] })))
    return { firstBin: map[side].firstBin, p10: plane('p10'), p50: plane('p50'), p90: plane('p90') }
  }
  const within = (side: Side): Band[] => {
    const [own, theirs] = [levelsOf(map, side), levelsOf({ ...map, [side]: addPlanes(states.map((s) => s.map[side])) }, side)]
    return distances.map((distance, i) => {
      const sum = usdWithin(theirs, distance)
      const factor = sum > 0 ? usdWithin(own, distance) / sum : 1
      const at = (p: keyof Band) => factor * states.reduce((usd, state) => usd + (state.within[side][i]?.[p] ?? 0), 0)
      return { p10: at('p10'), p50: at('p50'), p90: at('p90') }
    })
  }
  const drawn = Math.min(...states.map(({ draws }) => draws.length))
  return {
    map,
    bands: { long: bands('long'), short: bands('short') },
    within: { long: within('long'), short: within('short') },
    leverage: { long: fits.long.leverage(states), short: fits.short.leverage(states) },
    draws: first.draws.slice(0, drawn).map(({ weight }, i): WeightedMap => {
      const plane = (side: Side): PlaneData => ({
        firstBin: map[side].firstBin,
        usd: fits[side].total(states.map(({ draws }) => draws[i]?.map[side] as PlaneData)),
      })
      return { weight, map: { time: map.time, price: map.price, long: plane('long'), short: plane('short') } }
    }),
  }
}

/** Brings what states say of a side to what the map holds there. */
class Fit {
  private readonly map: PlaneData
  private readonly side: Side
  /** of the states together, over the map's bins, and in all */
  private readonly sums: Float64Array
  private readonly sum: number

  constructor(states: readonly StateReading[], map: HeatMap, side: Side) {
    this.side = side
    this.map = map[side]
    const planes = states.map((state) => state.map[side])
    this.sums = sumOver(planes, this.map.firstBin, this.map.usd.length)
    this.sum = planes.reduce((usd, plane) => usd + total(plane.usd), 0)
  }

  /** Planes that belong to the states' maps as the map's own. */
  total(planes: readonly PlaneData[]): Float32Array {
    const sums = sumOver(planes, this.map.firstBin, this.map.usd.length)
    const ratio = this.sum > 0 ? planes.reduce((usd, plane) => usd + total(plane.usd), 0) / this.sum : 1
    return Float32Array.from(sums, (value, i) => {
      const [held, theirs] = [this.map.usd[i] as number, this.sums[i] as number]
      return theirs > 0 ? (held * value) / theirs : held * ratio
    })
  }

  /** Classes that together are the map. */
  leverage(states: readonly StateReading[]): PlaneData[] {
    const { firstBin, usd } = this.map
    const classes = states[0]?.leverage[this.side].length ?? 0
    const raw = Array.from({ length: classes }, (_, j) =>
      sumOver(
        states.map((state) => state.leverage[this.side][j] as PlaneData),
        firstBin,
        usd.length,
      ),
    )
    const known = nearestKnown(raw, usd.length)
    return raw.map((plane) => ({
      firstBin,
      usd: Float32Array.from(usd, (held, i) => {
        const at = known[i] as number
        if (at < 0) return 0
        const sum = raw.reduce((all, other) => all + (other[at] as number), 0)
        return (held * (plane[at] as number)) / sum
      }),
    }))
  }
}

/** Per bin the nearest one in which any plane holds something; −1 where none does anywhere. */
function nearestKnown(planes: readonly Float64Array[], length: number): Int32Array {
  const known = new Int32Array(length).fill(-1)
  for (let i = 0, last = -1; i < length; i++) {
    if (planes.some((plane) => (plane[i] as number) > 0)) last = i
    known[i] = last
  }
  for (let i = length - 1, next = -1; i >= 0; i--) {
    if (known[i] === i) next = i
    if (next >= 0 && ((known[i] as number) < 0 || next - i < i - (known[i] as number))) known[i] = next
  }
  return known
}

/** Sums over the bins [firstBin, firstBin + length), in the order of the planes. */
function sumOver(planes: readonly PlaneData[], firstBin: number, length: number): Float64Array {
  const sums = new Float64Array(length)
  for (const { firstBin: own, usd } of planes) {
    const to = Math.min(length, own + usd.length - firstBin)
    for (let i = Math.max(0, own - firstBin); i < to; i++) sums[i] = (sums[i] as number) + (usd[i + firstBin - own] as number)
  }
  return sums
}

const total = (usd: Float32Array): number => usd.reduce((sum, value) => sum + value, 0)
