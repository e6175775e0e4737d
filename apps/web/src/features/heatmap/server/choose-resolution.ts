import { PYRAMID_MS, resolutionName, resolutionsOf } from '@faultline/market/resolution'
import { floorTo } from '@faultline/market/units'
import { RANGE_MS } from '../prepare/ranges.ts'
import type { HeatmapRange, HeatmapResolution } from './schema.ts'

/** More columns than a wide screen has pixels are work for nothing: 7 days of 5 minutes (2,016) still fit. */
const MAX_COLUMNS = 2_200
/** What somebody may ask for: 30 days of 5 minutes. More becomes coarser. */
export const MOST_COLUMNS = 8_800

export interface HeatmapWindow {
  resolutionMs: number
  /** aligned to resolutionMs, at most one resolution earlier than `to - range` */
  from: number
  /** end of the last bucket */
  to: number
}

/** The window that ends with the last bucket, at the finest resolution of the build that gives at most 2,200 columns. */
export function chooseWindow(range: HeatmapRange, build: { bucketMs: number; lastBucket: number }): HeatmapWindow {
  const resolutions = resolutionsOf(build.bucketMs)
  const fitting = resolutions.find((resolutionMs) => RANGE_MS[range] / resolutionMs <= MAX_COLUMNS)
  const resolutionMs = fitting ?? (resolutions.at(-1) as number)
  const to = build.lastBucket + build.bucketMs
  return { resolutionMs, from: floorTo(to - RANGE_MS[range], resolutionMs), to }
}

/**
 * What is asked for, at the resolution that is asked for or the next coarser one that the build has and that gives at most 8,800
 * columns. Never later than the last bucket, nor earlier than a range before the first.
 */
export function askedWindow(
  asked: { range: HeatmapRange; resolution?: HeatmapResolution | undefined; window?: { from: number; to: number } | undefined },
  build: { bucketMs: number; firstBucket: number; lastBucket: number },
): HeatmapWindow {
  if (!asked.window && !asked.resolution) return chooseWindow(asked.range, build)
  const end = build.lastBucket + build.bucketMs
  const window = asked.window ?? { from: end - RANGE_MS[asked.range], to: end }
  const to = Math.min(end, Math.max(window.to, build.firstBucket + build.bucketMs))
  const from = Math.min(to - build.bucketMs, Math.max(window.from, Math.min(build.firstBucket, end - RANGE_MS[asked.range])))
  const least = asked.resolution ? (PYRAMID_MS.find((ms) => resolutionName(ms) === asked.resolution) ?? 0) : 0
  const most = asked.resolution ? MOST_COLUMNS : MAX_COLUMNS
  const resolutions = resolutionsOf(build.bucketMs)
  const resolutionMs = resolutions.find((ms) => ms >= least && (to - from) / ms <= most) ?? (resolutions.at(-1) as number)
  const cut = Math.max(from, to - MOST_COLUMNS * resolutionMs)
  // A window in the past ends with whole columns; at the end the open one is there.
  return { resolutionMs, from: floorTo(cut, resolutionMs), to: to === end ? end : Math.min(end, ceilTo(to, resolutionMs)) }
}

const ceilTo = (time: number, step: number): number => Math.ceil(time / step) * step

/** How finely a line is drawn over the range: it does not get coarser because candles of an hour or a day were imported. */
export const lineStep = (spanMs: number): number => PYRAMID_MS.find((ms) => spanMs / ms <= MAX_COLUMNS) ?? (PYRAMID_MS.at(-1) as number)
