/** Which part of a market's history is to be loaded, and how finely, for what is on screen. */
import { resolutionName, resolutionsOf } from '@faultline/market/resolution'
import { TILE_COLUMNS } from '@faultline/market/tile'
import type { HeatmapRange, HeatmapResolution } from '../server/schema.ts'
import { RANGE_MS } from './ranges.ts'
import type { AskedView } from './view-path.ts'

/** The schema's resolutions; written again so that the browser does not load the schema's library for five names. */
export const RESOLUTION_NAMES = ['1m', '5m', '30m', '4h', '1d'] as const satisfies readonly HeatmapResolution[]

/** As many columns as a wide screen can tell apart; the server's limit of a range, too. */
const ENOUGH_COLUMNS = 2_200
/** What the server serves at most. */
const MOST_COLUMNS = 8_800
/** Beside what is on screen so much of it is loaded on either side: panning finds it there. */
const MARGIN = 0.5

interface Build {
  bucketMs: number
  firstBucket: number
  lastBucket: number
}

/** UTC ms */
export interface Stretch {
  from: number
  to: number
}

/**
 * What to ask for. Without `screen`, or where that lies in the range and needs nothing finer: the range itself, which everybody asks
 * for. Else a stretch of whole tiles around the screen, so that small moves ask for the same.
 */
export function askedView({
  range,
  resolution,
  screen,
  build,
}: {
  range: HeatmapRange
  resolution: HeatmapResolution | null
  screen: Stretch | null
  build: Build
}): AskedView {
  const whole: AskedView = { range, resolution, window: null }
  if (!screen || !(screen.to > screen.from)) return whole
  const end = build.lastBucket + build.bucketMs
  const rangeFrom = end - RANGE_MS[range]
  const inRange = screen.from >= rangeFrom
  const finest = finestFor(build.bucketMs, screen.to - screen.from, resolution)
  if (inRange && finest === finestFor(build.bucketMs, RANGE_MS[range], resolution)) return whole
  const name = RESOLUTION_NAMES.find((r) => r === resolutionName(finest))
  const margin = MARGIN * (screen.to - screen.from)
  const tileMs = TILE_COLUMNS * finest
  const from = Math.max(0, Math.floor((screen.from - margin) / tileMs) * tileMs)
  const to = Math.ceil((screen.to + margin) / tileMs) * tileMs
  // A bucket of its own length (3m, 15m) has no name: the server chooses the same by itself when the next finer one is named.
  return { range, resolution: name ?? finerName(finest), window: { from, to } }
}

/** The finest resolution of the build that shows `spanMs` in as many columns as are of use; with a choice, that one or the next coarser. */
function finestFor(bucketMs: number, spanMs: number, chosen: HeatmapResolution | null): number {
  const least = chosen ? lengthOf(chosen) : 0
  const most = chosen ? MOST_COLUMNS / (1 + 2 * MARGIN) - 2 * TILE_COLUMNS : ENOUGH_COLUMNS
  const resolutions = resolutionsOf(bucketMs)
  return resolutions.find((ms) => ms >= least && spanMs / ms <= most) ?? (resolutions.at(-1) as number)
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const lengthOf = (name: HeatmapResolution): number => Number.parseInt(name, 10) * (UNIT_MS[name.slice(-1)] as number)
const finerName = (ms: number): HeatmapResolution => RESOLUTION_NAMES.findLast((name) => lengthOf(name) <= ms) ?? '1m'

/** Resolutions that a build has and that show the range in a number of columns that can be loaded. */
export const resolutionChoices = (range: HeatmapRange, bucketMs: number): HeatmapResolution[] =>
  RESOLUTION_NAMES.filter(
    (name) => lengthOf(name) >= bucketMs && RANGE_MS[range] / lengthOf(name) <= MOST_COLUMNS && RANGE_MS[range] / lengthOf(name) >= 2,
  )
