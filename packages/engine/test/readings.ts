import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import type { Side } from '@faultline/market/units'
import fc from 'fast-check'
import type { HeatMap } from '../src/map/heat-map.ts'
import type { Levels } from '../src/readings/levels.ts'

/** Bin 0 covers prices from 1 to 1.001; its centre is the price of all maps here, so that bin ±k lies at a log distance of k/1000. */
export const PRICE = binCentrePrice(0)

/** A plane from `{bin: USD}`. */
export function plane(cells: Readonly<Record<number, number>>) {
  const bins = Object.keys(cells).map(Number)
  if (bins.length === 0) return { firstBin: 0, usd: new Float32Array(0) }
  const firstBin = Math.min(...bins)
  const usd = new Float32Array(Math.max(...bins) - firstBin + 1)
  for (const bin of bins) usd[bin - firstBin] = cells[bin] as number
  return { firstBin, usd }
}

/** A map at PRICE: keys are bins, negative ones below the price. */
export const mapOf = (long: Readonly<Record<number, number>>, short: Readonly<Record<number, number>> = {}, price = PRICE): HeatMap => ({
  time: 0,
  price,
  long: plane(long),
  short: plane(short),
})

/** The same map seen in a mirror that stands at the price: longs and shorts change places. Price must be PRICE. */
export function mirrored(map: HeatMap): HeatMap {
  const turn = (side: Side) => {
    const { firstBin, usd } = map[side]
    return { firstBin: 2 * binOf(map.price) - (firstBin + usd.length - 1), usd: usd.slice().reverse() }
  }
  return { ...map, long: turn('short'), short: turn('long') }
}

const cells = (sign: 1 | -1, farthest: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: farthest }), fc.integer({ min: 1, max: 1_000_000 })), { maxLength: 40 })
    .map((rows) => Object.fromEntries(rows.map(([distance, usd]) => [sign * distance, usd])))

/** Maps with whole dollars within `farthest` bins of PRICE. */
export const mapArbitrary = (farthest = 300): fc.Arbitrary<HeatMap> =>
  fc.tuple(cells(-1, farthest), cells(1, farthest)).map(([long, short]) => mapOf(long, short))

/** Levels at given distances, which need not be centres of bins. */
export function levelsAt(rows: readonly (readonly [distance: number, usd: number])[]): Levels {
  const sorted = [...rows].sort(([a], [b]) => a - b)
  let sum = 0
  return {
    bin: new Int32Array(sorted.length),
    distance: Float64Array.from(sorted, ([distance]) => distance),
    usd: Float64Array.from(sorted, ([, usd]) => usd),
    cumulative: Float64Array.from(sorted, ([, usd]) => {
      sum += usd
      return sum
    }),
  }
}
