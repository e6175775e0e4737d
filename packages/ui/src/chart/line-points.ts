import { lastAtOrBefore } from './candles.ts'
import type { TimeScale } from './custom-item.ts'
import { decimateLine } from './decimate.ts'
import type { Rect } from './layout.ts'
import type { HeightScale } from './scales.ts'

/**
 * The part of a line that is on screen, thinned to the pixel: interleaved x, y in CSS pixels, NaN pairs at breaks. One point more on each
 * side, so that the line runs into the plot's edges. `breakAfter`: no line from entry `i` to the next; NaN values break it too.
 */
export function linePoints(
  time: Float64Array,
  value: Float64Array,
  x: TimeScale,
  y: HeightScale,
  plot: Rect,
  breakAfter: (i: number) => boolean,
): Float64Array {
  const from = Math.max(0, lastAtOrBefore(time, x.toTime(plot.x)))
  const to = Math.min(time.length, lastAtOrBefore(time, x.toTime(plot.x + plot.width)) + 2)
  const xs = new Float64Array(Math.max(0, to - from))
  const ys = new Float64Array(xs.length)
  const breaks = new Uint8Array(xs.length)
  let n = 0
  for (let i = from; i < to; i++) {
    const v = value[i] as number
    if (Number.isNaN(v)) {
      if (n > 0) breaks[n - 1] = 1
      continue
    }
    xs[n] = x.toX(time[i] as number)
    ys[n] = y.toY(v)
    if (i + 1 < time.length && breakAfter(i)) breaks[n] = 1
    n++
  }
  return decimateLine(xs.subarray(0, n), ys.subarray(0, n), (i) => breaks[i] === 1)
}

/** The usual distance between entries; infinite for fewer than two. */
export function medianStep(time: Float64Array): number {
  if (time.length < 2) return Number.POSITIVE_INFINITY
  const steps = new Float64Array(time.length - 1)
  for (let i = 0; i < steps.length; i++) steps[i] = (time[i + 1] as number) - (time[i] as number)
  steps.sort()
  return steps[steps.length >> 1] as number
}

/** Lowest and highest value over [from, to], with the one in force at `from`; null when there is none. NaN does not count. */
export function lineExtent(time: Float64Array, value: Float64Array, from: number, to: number): [number, number] | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = Math.max(0, lastAtOrBefore(time, from)); i < time.length && (time[i] as number) <= to; i++) {
    const v = value[i] as number
    if (v < low) low = v
    if (v > high) high = v
  }
  return low <= high ? [low, high] : null
}
