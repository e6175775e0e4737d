/**
 * A book of resting orders in levels on both sides of the price. A market order eats its way up or down and the price goes
 * with it; what it leaves behind itself is thin on the other side until makers come back. Levels move with the price when
 * makers quote anew (news), which costs nobody anything.
 */

/** Half of what is missing at a level is back after this time, in calm and in stressed markets. */
export const CALM_HALF_LIFE_MS = 20_000
export const STRESSED_HALF_LIFE_MS = 120_000
/** Volatility over its mean at which the book counts as wholly stressed. */
const FULL_STRESS = 3
/** Makers who go with the price quote this share of what is usual at once behind a move. */
const FOLLOWING = 0.4
/** Levels per side; what lies beyond the last is as dense as the last is meant to be. */
const LEVELS = 400

export interface OrderBookOptions {
  /** USD per unit of log price right beside the price, at rest */
  depthUsd: number
  /** at this distance in log price the book is twice as dense */
  thickening: number
  /** width of a level in log price */
  width: number
}

export type OrderBookState = { depthUsd: number; above: Float64Array; below: Float64Array; edgeAbove: number; edgeBelow: number }

/** One side: USD per unit of log price, by level; level i covers the distances from edge + i·width on. */
interface Side {
  readonly density: Float64Array
  /** in (−width, 0]: the first level has been eaten, or lies, this far behind the price */
  edge: number
}

export class OrderBook {
  /** as the weather has it now; levels drift there as they are replenished */
  depthUsd: number
  private readonly width: number
  private readonly shape = new Float64Array(LEVELS)
  private readonly above: Side
  private readonly below: Side

  constructor({ depthUsd, thickening, width }: OrderBookOptions) {
    this.depthUsd = depthUsd
    this.width = width
    for (let i = 0; i < LEVELS; i++) this.shape[i] = 1 + ((i + 0.5) * width) / thickening
    this.above = { density: this.shape.map((s) => s * depthUsd), edge: 0 }
    this.below = { density: this.shape.map((s) => s * depthUsd), edge: 0 }
  }

  state(): OrderBookState {
    const { depthUsd, above, below } = this
    return {
      depthUsd,
      above: above.density.slice(),
      below: below.density.slice(),
      edgeAbove: above.edge,
      edgeBelow: below.edge,
    }
  }

  restore(state: OrderBookState): void {
    this.depthUsd = state.depthUsd
    this.above.density.set(state.above)
    this.below.density.set(state.below)
    this.above.edge = state.edgeAbove
    this.below.edge = state.edgeBelow
  }

  /** A market order of `usd` ≥ 0; gives the log price move, signed. */
  take(direction: 1 | -1, usd: number): number {
    const [eaten, left] = direction > 0 ? [this.above, this.below] : [this.below, this.above]
    let rest = usd
    let moved = 0
    for (;;) {
      const density = eaten.density[0] as number
      const room = eaten.edge + this.width
      const there = density * room
      if (rest < there) {
        const part = rest / density
        eaten.edge -= part
        moved += part
        break
      }
      rest -= there
      moved += room
      eaten.edge = 0
      eaten.density.copyWithin(0, 1)
      eaten.density[LEVELS - 1] = this.target(LEVELS - 1)
    }
    this.leave(left, moved)
    return direction * moved
  }

  /** USD that rest within `distance` of log price on one side. */
  within(direction: 1 | -1, distance: number): number {
    const { density, edge } = direction > 0 ? this.above : this.below
    let sum = 0
    for (let i = 0; i < LEVELS; i++) {
      const from = Math.max(0, edge + i * this.width)
      if (from >= distance) break
      sum += (density[i] as number) * (Math.min(distance, edge + (i + 1) * this.width) - from)
    }
    return sum
  }

  /** Time goes by: levels come back to what the weather lets makers quote. `stress` is volatility over its mean. */
  replenish(ms: number, stress: number): void {
    const strain = Math.min(1, Math.max(0, Math.log(stress) / Math.log(FULL_STRESS)))
    const halfLife = CALM_HALF_LIFE_MS * (STRESSED_HALF_LIFE_MS / CALM_HALF_LIFE_MS) ** strain
    const share = 1 - 0.5 ** (ms / halfLife)
    for (const { density } of [this.above, this.below]) {
      for (let i = 0; i < LEVELS; i++) {
        const has = density[i] as number
        density[i] = has + (this.target(i) - has) * share
      }
    }
  }

  private target(level: number): number {
    return this.depthUsd * (this.shape[level] as number)
  }

  /** The price goes away from a side by `way`: little rests in between. */
  private leave(side: Side, way: number): void {
    // What is left of a level that was begun now lies behind a gap of its own: the same USD over its wider rest.
    const rest = side.edge + this.width
    const back = Math.min(way, -side.edge)
    side.density[0] = ((side.density[0] as number) * rest) / (rest + back)
    side.edge += way
    const fresh = Math.ceil(side.edge / this.width)
    if (fresh <= 0) return
    side.density.copyWithin(fresh, 0)
    for (let i = 0; i < Math.min(fresh, LEVELS); i++) side.density[i] = FOLLOWING * this.target(i)
    side.edge -= fresh * this.width
  }
}
