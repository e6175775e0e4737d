/** What the reader chooses: pure. */
import type { Side } from '@faultline/market/units'

export const DIRECTIONS = ['down', 'up'] as const
export type Direction = (typeof DIRECTIONS)[number]

export interface Scenario {
  direction: Direction
  /** per cent without sign, 0 to MAX_SHOCK */
  shock: number
  /** η, 0 to 1: share of a liquidation that reaches the book as a market order */
  passThrough: number
  /** of the depth that is known, one of DEPTH_FACTORS */
  depthFactor: number
  /** after how long half of what was eaten is there again in a calm market, ms; a stressed one takes STRESSED_REFILL times as long */
  halfLifeMs: number
  /** how long the cascade takes, ms */
  durationMs: number
}

export const MAX_SHOCK = 10
/** per cent */
export const SHOCK_STEP = 0.1
/** How often; and always from the same seed, so that what changes is the scenario's doing and not chance's. */
export const RUNS = 2_000
export const SEED = 1
/** The engine's own: 120 s against 20 s. */
export const STRESSED_REFILL = 6

/** Seconds, 5 s to 5 min and 10 s to an hour: steps that a hand can tell apart. */
export const HALF_LIVES_S = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300] as const
export const DURATIONS_S = [10, 20, 30, 60, 120, 300, 600, 1_800, 3_600] as const
/** Down to a hundredth: books have emptied that far in crashes, and the impact law is the optimistic end to begin with. */
export const DEPTH_FACTORS = [0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1, 1.25, 1.5, 2] as const

export const DEFAULTS = { dir: 'down', shock: 2, eta: 70, depth: 1, half: 20, dur: 60 } as const

/** Longs lie below the price and are hit by a fall. */
export const sideOf = (direction: Direction): Side => (direction === 'down' ? 'long' : 'short')

/** The shock's price; not price × (1 − shock/100), which misses the level that it is to reach by a rounding error. */
export const shockPrice = ({ direction, shock }: Pick<Scenario, 'direction' | 'shock'>, price: number): number =>
  (price * (direction === 'down' ? 100 - shock : 100 + shock)) / 100

/** Signed ratio of a log distance on that side. */
export const moveOf = (side: Side, distance: number): number => Math.expm1(side === 'long' ? -distance : distance)
/** Log distance of a move without sign. */
export const distanceOf = (side: Side, move: number): number => Math.abs(Math.log1p(side === 'long' ? -move : move))

/** What stands in the address, as far as it is possible: others are brought to the nearest that is. */
export interface AskedScenario {
  dir: Direction
  shock: number
  eta: number
  depth: number
  half: number
  dur: number
}

export function scenarioOf(asked: AskedScenario): Scenario {
  return {
    direction: asked.dir,
    shock: stepped(asked.shock, 0, MAX_SHOCK, SHOCK_STEP),
    passThrough: stepped(asked.eta, 0, 100, 1) / 100,
    depthFactor: nearest(DEPTH_FACTORS, asked.depth),
    halfLifeMs: nearest(HALF_LIVES_S, asked.half) * 1_000,
    durationMs: nearest(DURATIONS_S, asked.dur) * 1_000,
  }
}

/** The multiple of `step` that is nearest, without the digits that adding steps up would leave. */
const stepped = (value: number, min: number, max: number, step: number): number =>
  Number((Math.round(Math.min(max, Math.max(min, value)) / step) * step).toFixed(6))

/** The choice whose ratio to the value is nearest to 1. */
function nearest(choices: readonly number[], value: number): number {
  const away = (choice: number) => Math.abs(Math.log(choice / value))
  return value > 0 ? choices.reduce((best, choice) => (away(choice) < away(best) ? choice : best)) : (choices[0] as number)
}
