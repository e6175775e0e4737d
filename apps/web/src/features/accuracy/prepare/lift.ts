import type { Gain } from './accuracy.ts'

/** e^gain: how many times likelier the map made the places of a liquidation than the null did, by the geometric mean. */
export const liftOf = (gain: number): number => Math.exp(gain)

/** `1.44×`; beyond a hundred without decimals, and never written as 0 */
export function formatLift(gain: number): string {
  const lift = liftOf(gain)
  if (!Number.isFinite(lift)) return '–'
  if (lift < 0.005) return '< 0.01×'
  return `${lift >= 99.5 ? Math.round(lift).toLocaleString('en-US') : lift.toFixed(2)}×`
}

/** `1.12 – 1.80`; null where there is no interval */
export const formatLiftInterval = (gain: { low: number | null; high: number | null }): string | null =>
  gain.low === null || gain.high === null ? null : `${formatLift(gain.low).slice(0, -1)} – ${formatLift(gain.high)}`

/** `+0.17` */
export const formatSkill = (skill: number): string => {
  const written = Math.abs(skill).toFixed(2)
  return written === '0.00' ? written : `${skill < 0 ? '−' : '+'}${written}`
}

/** `early`: too few days to say, whatever the interval */
export type Verdict = 'above' | 'unclear' | 'below' | 'early'

/** Where the 95 % interval lies against 1×: an edge on it holds it. */
export function verdictOf(gain: Gain, moreDays: number): Verdict {
  if (moreDays > 0 || gain === null || gain.low === null || gain.high === null) return 'early'
  return gain.low > 0 ? 'above' : gain.high < 0 ? 'below' : 'unclear'
}

/** A logarithmic axis of lifts: gains in nats are its even steps. */
export interface LiftAxis {
  /** gains at its ends */
  low: number
  high: number
  /** gains that are labelled, and their words */
  ticks: { gain: number; label: string }[]
  /** 0 to 1 along the axis, kept within it */
  at(gain: number): number
}

const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100]
const MOST_TICKS = 6

/** Wide enough for all of `gains`, for 1× and for a little of both sides of it. */
export function liftAxis(gains: readonly (number | null | undefined)[]): LiftAxis {
  const known = gains.filter((gain): gain is number => gain != null && Number.isFinite(gain))
  const low = Math.min(Math.log(0.75), ...known)
  const high = Math.max(Math.log(1.5), ...known)
  const margin = 0.05 * (high - low)
  const [from, to] = [low - margin, high + margin]
  const inside = TICKS.filter((lift) => Math.log(lift) > from && Math.log(lift) < to)
  const step = Math.ceil(inside.length / MOST_TICKS)
  const one = inside.indexOf(1)
  const ticks = inside.filter((_, i) => (i - one) % step === 0).map((lift) => ({ gain: Math.log(lift), label: `${lift}×` }))
  return { low: from, high: to, ticks, at: (gain) => Math.min(1, Math.max(0, (gain - from) / (to - from))) }
}
