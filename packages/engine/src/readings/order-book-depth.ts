import { FaultlineError } from '@faultline/market/errors'
import type { Side } from '@faultline/market/units'
import { type Depth, SAME_USD } from './depth.ts'
import { firstIndex } from './levels.ts'

/** Price in quote per base coin, size in base coin. */
export type BookLevel = readonly [price: number, size: number]

interface Ladder {
  /** log distances, rising, each once */
  distance: Float64Array
  /** USD up to and with that level */
  cumulative: Float64Array
}

/**
 * Depth of an order book as it stands: bids below `price`, asks above; what stands at the price itself is on neither side. Order and
 * repetition do not matter, empty levels are left out. FaultlineError `bad_input` on a price or size that is none.
 */
export function orderBookDepth(price: number, levels: Iterable<BookLevel>): Depth {
  if (!(Number.isFinite(price) && price > 0)) throw bad('price', `${price} is not a price`)
  const sides: Record<Side, Map<number, number>> = { long: new Map(), short: new Map() }
  for (const [at, size] of levels) {
    if (!(Number.isFinite(at) && at > 0)) throw bad('price', `${at} is not a price`)
    if (!(Number.isFinite(size) && size >= 0)) throw bad('size', `${size} is not a size in base coin`)
    if (size === 0 || at === price) continue
    const side = sides[at < price ? 'long' : 'short']
    const distance = Math.abs(Math.log(at / price))
    side.set(distance, (side.get(distance) ?? 0) + at * size)
  }
  const ladders: Record<Side, Ladder> = { long: ladderOf(sides.long), short: ladderOf(sides.short) }
  const sumTo = (side: Side, passes: (x: number) => boolean): number => {
    const { distance, cumulative } = ladders[side]
    const count = firstIndex(distance, passes)
    return count === 0 ? 0 : (cumulative[count - 1] as number)
  }
  return {
    within: (side, distance) => sumTo(side, (x) => x > distance),
    before: (side, distance) => sumTo(side, (x) => x >= distance),
    reach(side, usd) {
      if (!(usd > 0)) return 0
      const { distance, cumulative } = ladders[side]
      return distance[firstIndex(cumulative, (sum) => sum * (1 + SAME_USD) >= usd)] ?? Number.POSITIVE_INFINITY
    },
    end: (side) => ladders[side].distance.at(-1) ?? 0,
  }
}

function ladderOf(usdAt: Map<number, number>): Ladder {
  const rows = [...usdAt].sort(([a], [b]) => a - b)
  let sum = 0
  return {
    distance: Float64Array.from(rows, ([distance]) => distance),
    cumulative: Float64Array.from(rows, ([, usd]) => {
      sum += usd
      return sum
    }),
  }
}

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })
