import { bodyWidth, chooseCandleInterval, lastAtOrBefore } from './candles.ts'
import { snap, type TimeScale } from './custom-item.ts'

/** Rows added up over intervals as long as the candles on screen; entries ascending, those without a row left out. */
export interface Bins {
  intervalMs: number
  count: number
  start: Float64Array
  /** one array per channel */
  sums: readonly Float64Array[]
}

export const NO_BINS: Bins = { intervalMs: 0, count: 0, start: new Float64Array(0), sums: [] }

/**
 * Rows at `time` (ascending, UTC ms, each `baseMs` long) that touch [from, to], added up over the interval that candles have at
 * `msPerPixel`. Whole intervals are summed at both ends, so that a bar does not change while it is panned out of sight. NaN in a channel
 * makes the whole sum NaN: a sum of what is not known is not known.
 */
export function binsOnScreen(
  time: Float64Array,
  channels: readonly Float64Array[],
  baseMs: number,
  span: { from: number; to: number; msPerPixel: number },
): Bins {
  const intervalMs = chooseCandleInterval(span.msPerPixel, baseMs)
  const first = Math.floor(span.from / intervalMs) * intervalMs
  const last = Math.ceil(span.to / intervalMs) * intervalMs
  const size = Math.max(0, Math.round((last - first) / intervalMs))
  const start = new Float64Array(size)
  const sums = channels.map(() => new Float64Array(size))
  let count = 0
  let current = Number.NaN
  for (let i = lastAtOrBefore(time, first - 1) + 1; i < time.length && (time[i] as number) < last; i++) {
    const bin = Math.floor((time[i] as number) / intervalMs) * intervalMs
    if (bin !== current) {
      current = bin
      start[count++] = bin
    }
    for (let c = 0; c < sums.length; c++) {
      const sum = sums[c] as Float64Array
      sum[count - 1] = (sum[count - 1] as number) + ((channels[c] as Float64Array)[i] as number)
    }
  }
  return { intervalMs, count, start: start.subarray(0, count), sums: sums.map((s) => s.subarray(0, count)) }
}

/** Index of the bin that holds `time`, −1 when none does. */
export function binAt(bins: Bins, time: number): number {
  const i = lastAtOrBefore(bins.start, time)
  return i >= 0 && time < (bins.start[i] as number) + bins.intervalMs ? i : -1
}

/** The bin at `time`; where there is none after the last one, the last. */
export function binAtOrLast(bins: Bins, time: number): number {
  const i = binAt(bins, time)
  return i < 0 && bins.count > 0 && time >= (bins.start[bins.count - 1] as number) ? bins.count - 1 : i
}

/** Left edge and width of each bar in CSS pixels, on whole device pixels, as wide as candles are. */
export function barPlaces(bins: Bins, x: TimeScale, dpr: number): { left: Float64Array; width: number } {
  const width = Math.max(1 / dpr, snap(bodyWidth(bins.intervalMs, x.msPerPixel), dpr))
  const left = new Float64Array(bins.count)
  for (let i = 0; i < bins.count; i++) left[i] = snap(x.toX((bins.start[i] as number) + bins.intervalMs / 2) - width / 2, dpr)
  return { left, width }
}
