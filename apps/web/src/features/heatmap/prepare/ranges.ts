import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import type { HeatmapRange } from '../server/schema.ts'

/** The schema's ranges; written again so that the browser does not load the schema's library for seven names. */
export const RANGE_NAMES = ['12h', '1d', '3d', '7d', '30d', '90d', '1y'] as const satisfies readonly HeatmapRange[]

export const RANGE_MS: Readonly<Record<HeatmapRange, number>> = {
  '12h': 12 * HOUR_MS,
  '1d': DAY_MS,
  '3d': 3 * DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
  '1y': 365 * DAY_MS,
}

/** What the address asks for; null for nothing or for what is not a range. */
export function askedRange(text: string | string[] | undefined | null): HeatmapRange | null {
  return RANGE_NAMES.find((name) => name === text) ?? null
}

/** The next wider (+1) or narrower (−1) range; at the ends it stays. */
export function neighbourRange(range: HeatmapRange, step: 1 | -1): HeatmapRange {
  const at = RANGE_NAMES.indexOf(range) + step
  return RANGE_NAMES[Math.min(RANGE_NAMES.length - 1, Math.max(0, at))] ?? range
}
