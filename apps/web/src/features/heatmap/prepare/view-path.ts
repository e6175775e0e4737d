import type { HeatmapRange, HeatmapResolution } from '../server/schema.ts'

/** What of a market is on screen: a range that ends with the newest bucket, or a stretch of its history. */
export interface AskedView {
  range: HeatmapRange
  /** null: the one that suits */
  resolution: HeatmapResolution | null
  /** UTC ms; null: the range */
  window: { from: number; to: number } | null
}

/** Where the front serves a view of an instrument. The colon of the key may stand in a path as it is. */
export function viewPath(instrument: string, { range, resolution, window }: AskedView): string {
  const query = new URLSearchParams()
  if (resolution) query.set('res', resolution)
  if (window) {
    query.set('from', String(window.from))
    query.set('to', String(window.to))
  }
  const asked = query.size > 0 ? `?${query}` : ''
  return `/views/${encodeURIComponent(instrument).replaceAll('%3A', ':')}/${range}${asked}`
}
