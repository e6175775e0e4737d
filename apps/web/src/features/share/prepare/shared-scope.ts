/** What a shared view shows of its market, and with that all that may be read with its link. Pure. */
import { RESOLUTION_NAMES } from '../../heatmap/prepare/asked-view.ts'
import { askedRange, RANGE_MS } from '../../heatmap/prepare/ranges.ts'
import type { HeatmapRange, HeatmapViewInput } from '../../heatmap/server/schema.ts'

export interface SharedScope {
  /** the one question of views that is answered */
  input: HeatmapViewInput
  /** nothing that came later is shown, UTC ms; null: live */
  frozenAt: number | null
  /** the map holds what was known then, while prices go on; null: as it is */
  replayAt: number | null
  /** prices on screen; null: the chart chooses */
  prices: { low: number; high: number } | null
}

type Query = Readonly<Record<string, string | undefined>>

const timeOf = (text: string | undefined): number | null => (text !== undefined && /^\d{12,14}$/.test(text) ? Number(text) : null)
const priceOf = (text: string | undefined): number | null => (Number(text) > 0 && Number.isFinite(Number(text)) ? Number(text) : null)

/** `suiting`: the range where the view names none. */
export function sharedScope(instrument: string, query: Query, frozenAt: number | null, suiting: HeatmapRange): SharedScope {
  const range = askedRange(query.r) ?? suiting
  const resolution = RESOLUTION_NAMES.find((name) => name === query.res)
  const [from, to] = [timeOf(query.from), timeOf(query.to)]
  const zoom = from !== null && to !== null && to > from ? { from, to } : null
  const window = frozenAt === null ? zoom : before(frozenAt, zoom, RANGE_MS[range])
  const at = timeOf(query.at)
  const [low, high] = [priceOf(query.pl), priceOf(query.ph)]
  return {
    input: { instrument, range, ...(resolution ? { resolution } : {}), ...(window ? { window } : {}) },
    frozenAt,
    replayAt: at === null || (frozenAt !== null && at >= frozenAt) ? null : at,
    prices: zoom && low !== null && high !== null && high > low ? { low, high } : null,
  }
}

/** The stretch as far as it was there; one that lay ahead is the range up to then. */
function before(moment: number, zoom: { from: number; to: number } | null, rangeMs: number): { from: number; to: number } {
  if (zoom && zoom.from < moment) return { from: zoom.from, to: Math.min(zoom.to, moment) }
  return { from: Math.max(0, moment - rangeMs), to: moment }
}

/** The view's own parameters over those of the layout that it stands on. */
export const mergedQuery = (layout: Query | null, own: Query): Query => ({ ...layout, ...own })
