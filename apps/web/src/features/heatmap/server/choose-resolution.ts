import { PYRAMID_MS, resolutionName, resolutionsOf } from '@faultline/market/resolution'
import { floorTo, MINUTE_MS } from '@faultline/market/units'
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

/** What there is of a build. Retention leaves one column in five minutes, or in thirty, of what starts before these; UTC ms */
interface ThinnedBuild {
  bucketMs: number
  lastBucket: number
  thinnedTo?: number | null
  thinned30mTo?: number | null
}

/** The window that ends with the last bucket, at the finest resolution of the build that gives at most 2,200 columns. */
export function chooseWindow(range: HeatmapRange, build: ThinnedBuild): HeatmapWindow {
  const to = build.lastBucket + build.bucketMs
  const least = stepLeft(build, to - RANGE_MS[range])
  const resolutions = resolutionsOf(build.bucketMs)
  const fitting = resolutions.find((resolutionMs) => resolutionMs >= least && RANGE_MS[range] / resolutionMs <= MAX_COLUMNS)
  const resolutionMs = fitting ?? (resolutions.at(-1) as number)
  return { resolutionMs, from: floorTo(to - RANGE_MS[range], resolutionMs), to }
}

/**
 * What is asked for, at the resolution that is asked for or the next coarser one that the build has, that retention has left and that
 * gives at most 8,800 columns. Never later than the last bucket, nor earlier than a range before the first.
 */
export function askedWindow(
  asked: { range: HeatmapRange; resolution?: HeatmapResolution | undefined; window?: { from: number; to: number } | undefined },
  build: ThinnedBuild & { firstBucket: number },
): HeatmapWindow {
  if (!asked.window && !asked.resolution) return chooseWindow(asked.range, build)
  const end = build.lastBucket + build.bucketMs
  const window = asked.window ?? { from: end - RANGE_MS[asked.range], to: end }
  const to = Math.min(end, Math.max(window.to, build.firstBucket + build.bucketMs))
  const from = Math.min(to - build.bucketMs, Math.max(window.from, Math.min(build.firstBucket, end - RANGE_MS[asked.range])))
  const named = PYRAMID_MS.find((ms) => resolutionName(ms) === asked.resolution) ?? 0
  const least = Math.max(named, stepLeft(build, from))
  const most = asked.resolution ? MOST_COLUMNS : MAX_COLUMNS
  const resolutions = resolutionsOf(build.bucketMs)
  const resolutionMs = resolutions.find((ms) => ms >= least && (to - from) / ms <= most) ?? (resolutions.at(-1) as number)
  const cut = Math.max(from, to - MOST_COLUMNS * resolutionMs)
  // A window in the past ends with whole columns; at the end the open one is there.
  return { resolutionMs, from: floorTo(cut, resolutionMs), to: to === end ? end : Math.min(end, ceilTo(to, resolutionMs)) }
}

/** How far apart columns lie from `from` on: finer ones than that would be holes, though nothing is missing. */
function stepLeft({ thinnedTo, thinned30mTo }: ThinnedBuild, from: number): number {
  if (from < (thinned30mTo ?? Number.NEGATIVE_INFINITY)) return 30 * MINUTE_MS
  return from < (thinnedTo ?? Number.NEGATIVE_INFINITY) ? 5 * MINUTE_MS : 0
}

const ceilTo = (time: number, step: number): number => Math.ceil(time / step) * step

/** How finely a line is drawn over the range: it does not get coarser because candles of an hour or a day were imported. */
export const lineStep = (spanMs: number): number => PYRAMID_MS.find((ms) => spanMs / ms <= MAX_COLUMNS) ?? (PYRAMID_MS.at(-1) as number)
