import { resolutionsOf } from '@faultline/market/resolution'
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { RANGE_MS } from '../prepare/ranges.ts'
import type { HeatmapRange } from './schema.ts'

/** More columns than a wide screen has pixels are work for nothing: 7 days of 5 minutes (2,016) still fit. */
const MAX_COLUMNS = 2_200

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

/** How finely a line is drawn over the range: it does not get coarser because candles of an hour or a day were imported. */
export const lineStep = (range: HeatmapRange): number => chooseWindow(range, { bucketMs: MINUTE_MS, lastBucket: 0 }).resolutionMs
