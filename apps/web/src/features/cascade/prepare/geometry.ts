/** Places and paths of the simulator's charts: pure, CSS pixels. */
import type { Side } from '@faultline/market/units'
import { niceStep } from '@faultline/ui/chart/ticks'
import { distanceOf } from './scenario.ts'
import type { CascadeChart, Histogram } from './simulate.ts'

/** 0, step, 2·step … up to `top`, about `count` of them. */
export function ticksTo(top: number, count: number): number[] {
  if (!(top > 0 && Number.isFinite(top))) return [0]
  const step = niceStep(top, count)
  return Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, i) => i * step)
}

/** Whole moves (ratios without sign) between two log distances, about `count` of them. */
export function moveTicks(side: Side, from: number, to: number, count: number): { move: number; distance: number }[] {
  const size = (distance: number) => Math.abs(Math.expm1(side === 'long' ? -distance : distance))
  const step = niceStep(size(to) - size(from), count)
  const out: { move: number; distance: number }[] = []
  for (let k = Math.ceil(size(from) / step - 1e-9); k * step <= size(to) * (1 + 1e-9); k++) {
    const move = Number((k * step).toPrecision(9))
    out.push({ move, distance: distanceOf(side, move) })
  }
  return out
}

/** `M0,1L2,3…`; the y of what is out of reach (Infinity) is `top`. */
export function linePath(xs: ArrayLike<number>, ys: ArrayLike<number>, top = 0): string {
  let path = ''
  for (let i = 0; i < xs.length; i++) {
    const y = ys[i] as number
    path += `${i === 0 ? 'M' : 'L'}${round(xs[i] as number)},${round(Number.isFinite(y) ? y : top)}`
  }
  return path
}

const round = (value: number): number => Math.round(value * 10) / 10

/** Top of the axis of sums. What is liquidated fits; depth may leave it at the top, or a deep book would press the rest flat. */
export function sumsTop({ cumulative, depth }: CascadeChart): number {
  const forced = cumulative.at(-1) ?? 0
  const held = depth.at(-1) ?? 0
  return (forced > 0 ? Math.max(forced, Math.min(held, 1.5 * forced)) : held > 0 ? held : 1) * 1.05
}

/** Log distance at which depth leaves a scale that ends at `top`, where that is in the nearer half: a line that is hardly seen wants a word. */
export function depthLeaves({ x, depth, span }: CascadeChart, top: number): number | null {
  const at = x[depth.findIndex((usd) => usd > top)]
  return at !== undefined && at < span / 2 ? at : null
}

/** Top of the branching ratio's axis: the line at 1 is always in it, and what is far above is cut off. */
export function branchingTop({ branching }: CascadeChart): number {
  const finite = branching.filter((n) => Number.isFinite(n))
  return Math.max(1.25, Math.min(3, 1.1 * finite.reduce((most, n) => Math.max(most, n), 0)))
}

export const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0)

/** Is most of a bar of the histogram within the 80 % of runs? */
export function isWithin({ edges }: Histogram, bar: number, low: number, high: number): boolean {
  const middle = ((edges[bar] as number) + (edges[bar + 1] as number)) / 2
  const half = ((edges[bar + 1] as number) - (edges[bar] as number)) / 2
  return middle + half > low - 1e-12 && middle - half <= high
}

/** Where a label's centre goes so that it stays in [0, width]. */
export function labelPlace(centre: number, half: number, width: number): number {
  return Math.min(width - half, Math.max(half, centre))
}
