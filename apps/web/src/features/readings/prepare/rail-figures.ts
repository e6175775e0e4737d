import { formatUsd } from '@faultline/ui/format'
import type { ClusterReading, CurrentReadings, HistoryReadings } from '../server/schema.ts'
import { countFates, type Fates } from './earlier-clusters.ts'

const DAY_MS = 86_400_000
/** A column farther than this from a day ago is not what the index was then: over months there is one every few hours only. */
const DAY_AGO_WITHIN_MS = 1_800_000

/** `94–222M`, `620k–1.4M`: a dollar sign and a unit too many are what makes a column too wide. */
export function formatBand({ p10, p90 }: { p10: number; p90: number }): string {
  const [low, high] = [formatUsd(p10).slice(1), formatUsd(p90).slice(1)]
  const unit = /[kMB]$/.exec(high)?.[0]
  return `${unit && low.endsWith(unit) ? low.slice(0, -1) : low}–${high}`
}

/** Points by which the risk index has changed in a day; null where the past that is at hand does not reach so far. */
export function riskChange(readings: CurrentReadings, history: HistoryReadings | null): number | null {
  if (!readings.risk || !history) return null
  const then = readings.bucket + readings.bucketMs - DAY_MS
  let nearest: readonly [number, number] | null = null
  for (const point of history.risk)
    if (Math.abs(point[0] - then) <= DAY_AGO_WITHIN_MS && (!nearest || Math.abs(point[0] - then) < Math.abs(nearest[0] - then)))
      nearest = point
  return nearest && readings.risk.value - nearest[1]
}

/** What became of earlier clusters of this one's side and size. */
export const fatesLike = (cluster: ClusterReading, history: HistoryReadings | null): Fates | null =>
  history && countFates(history.earlier, [cluster])

/** Readings of a column that had closed by a moment; null for those of a later one, which are still there while the earlier ones load. */
export const saidBy = (readings: CurrentReadings | null, at: number | null): CurrentReadings | null =>
  readings && (at === null || readings.bucket + readings.bucketMs <= at) ? readings : null

/**
 * What of a stretch's past was known at a moment within it: what had happened by then. Fates and means over the whole stretch say more than
 * that, so they are left out: `whole` says whether they are there.
 */
export function knownBy(history: HistoryReadings | null, at: number | null): { history: HistoryReadings | null; whole: boolean } {
  if (history === null || at === null || history.to <= at) return { history, whole: true }
  const past = {
    ...history,
    to: at,
    risk: history.risk.filter(([time]) => time <= at),
    breakouts: history.breakouts.filter(({ time }) => time <= at),
    moves: history.moves.filter(({ to }) => to <= at),
    fates: { turned: 0, ranThrough: 0, missed: 0, within: 0 },
    earlier: [],
    liquidity: [],
  }
  return { history: past, whole: false }
}

export interface LiquidityRow {
  venue: string
  /** per hour of the day: USD, and how it compares with the row's least and most, 0 to 1; null where no book was stored */
  hours: ({ usd: number; share: number } | null)[]
  least: { hour: number; usd: number }
  most: { hour: number; usd: number }
}

/** Each venue on a scale of its own: which hours are thin there. */
export function liquidityRows(liquidity: HistoryReadings['liquidity']): LiquidityRow[] {
  return liquidity.flatMap(({ venue, byHour }) => {
    const known = byHour.flatMap((usd, hour) => (usd === null ? [] : [{ hour, usd }]))
    const [first] = known
    if (!first) return []
    const least = known.reduce((a, b) => (b.usd < a.usd ? b : a), first)
    const most = known.reduce((a, b) => (b.usd > a.usd ? b : a), first)
    const hours = byHour.map((usd) => (usd === null ? null : { usd, share: most.usd > 0 ? usd / most.usd : 0 }))
    return [{ venue, hours, least, most }]
  })
}
