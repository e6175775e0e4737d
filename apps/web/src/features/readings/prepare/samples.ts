import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'

/** Columns that a stretch of history is looked at by, at most. */
export const MOST_SAMPLES = 400

/** Every so many minutes: steps that divide a day, so that whoever looks at a neighbouring stretch looks at the same columns. */
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440] as const

export interface Samples {
  stepMs: number
  /** length of the bars that prices are read in */
  barMs: number
  /** ends of the columns, multiples of stepMs, UTC ms, rising */
  ends: number[]
}

/** How far apart the columns lie at the least that are looked at over `span` ms, whatever the build. */
export const stepOf = (span: number): number =>
  STEPS_MIN.map((minutes) => minutes * MINUTE_MS).find((step) => step >= span / MOST_SAMPLES) ?? Math.ceil(span / MOST_SAMPLES)

/** Which columns of a build stand for [from, to), a stretch that holds at least the end of one bucket, or `ends` is empty. */
export function chooseSamples(from: number, to: number, bucketMs: number): Samples {
  const least = Math.max(bucketMs, (to - from) / MOST_SAMPLES)
  const fitting = STEPS_MIN.map((minutes) => minutes * MINUTE_MS).find((step) => step >= least && step % bucketMs === 0)
  const stepMs = fitting ?? Math.ceil(least / bucketMs) * bucketMs
  const ends: number[] = []
  for (let end = (Math.floor(from / stepMs) + 1) * stepMs; end <= to; end += stepMs) ends.push(end)
  return { stepMs, barMs: barOf(to - from, bucketMs), ends }
}

/** Volatility of a day and the path of price need no minutes where months are looked at. */
function barOf(span: number, bucketMs: number): number {
  const wanted = span <= 2 * DAY_MS ? bucketMs : span <= 14 * DAY_MS ? 5 * MINUTE_MS : HOUR_MS / 2
  return wanted <= bucketMs || wanted % bucketMs !== 0 ? bucketMs : wanted
}
