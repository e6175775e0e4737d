import type { CandleRow } from './heatmap-data.ts'

/** Candles column by column, in ascending time. */
export interface CandleSet {
  intervalMs: number
  length: number
  time: Float64Array
  open: Float64Array
  high: Float64Array
  low: Float64Array
  close: Float64Array
}

const MINUTE = 60_000
/** Lengths that people read easily; neighbours are never more than twice apart, so a body always fits 4 to 8 px. */
const NICE_MINUTES = [1, 2, 3, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 2880, 4320, 7200, 10080, 20160]

/** A body takes this part of the room of a candle. */
export const BODY_PART = 0.72
export const MIN_BODY_PX = 4
export const MAX_BODY_PX = 8

/**
 * Length of the candles to draw at `msPerPixel`: the shortest nice multiple of `baseMs` whose body is at least 4 px wide;
 * `baseMs` itself when that is wide enough. Independent of the heat's resolution.
 */
export function chooseCandleInterval(msPerPixel: number, baseMs: number): number {
  const least = (MIN_BODY_PX / BODY_PART) * msPerPixel
  if (baseMs >= least) return baseMs
  const most = (MAX_BODY_PX / BODY_PART) * msPerPixel
  const nice = NICE_MINUTES.map((m) => m * MINUTE).find((ms) => ms % baseMs === 0 && ms >= least)
  if (nice !== undefined && nice <= most) return nice
  // Odd base lengths (7 minutes) and spans of decades: the next whole multiple.
  return Math.ceil(least / baseMs) * baseMs
}

/** Width of a body in pixels for candles of `intervalMs`. */
export const bodyWidth = (intervalMs: number, msPerPixel: number): number => Math.min(MAX_BODY_PX, (intervalMs / msPerPixel) * BODY_PART)

/**
 * Candles of `intervalMs` from finer ones (ascending), aligned to multiples of `intervalMs` since 1970 UTC: first open,
 * highest high, lowest low, last close. An interval without any candle is left out, not filled.
 */
export function aggregateCandles(rows: readonly CandleRow[], intervalMs: number): CandleSet {
  const size = rows.length
  const out = {
    time: new Float64Array(size),
    open: new Float64Array(size),
    high: new Float64Array(size),
    low: new Float64Array(size),
    close: new Float64Array(size),
  }
  let n = -1
  let current = Number.NaN
  for (const [time, open, high, low, close] of rows) {
    const start = Math.floor(time / intervalMs) * intervalMs
    if (start !== current) {
      current = start
      n++
      out.time[n] = start
      out.open[n] = open
      out.high[n] = high
      out.low[n] = low
    } else {
      if (high > (out.high[n] as number)) out.high[n] = high
      if (low < (out.low[n] as number)) out.low[n] = low
    }
    out.close[n] = close
  }
  const length = n + 1
  return {
    intervalMs,
    length,
    time: out.time.subarray(0, length),
    open: out.open.subarray(0, length),
    high: out.high.subarray(0, length),
    low: out.low.subarray(0, length),
    close: out.close.subarray(0, length),
  }
}

/** Index of the last entry with `times[i] <= time`, −1 when there is none. */
export function lastAtOrBefore(times: ArrayLike<number>, time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}
