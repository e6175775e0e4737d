import { heatmapPath } from '../../heatmap/prepare/heatmap-path.ts'

/** Where a saved item is opened; null: a view that names no instrument. */
export function itemPath(item: { id: string; kind: 'layout' | 'view' | 'watchlist'; instrument: string | null }): string | null {
  if (item.kind === 'view') return item.instrument === null ? null : `${heatmapPath(item.instrument)}?view=${item.id}`
  return item.kind === 'layout' ? `/?layout=${item.id}` : `/watchlists?list=${item.id}`
}
