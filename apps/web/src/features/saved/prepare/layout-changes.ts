/** A layout against the screen that it was applied to: pure. */
import type { LayoutContent } from '../server/content.ts'
import { sameLayout } from './view-query.ts'

/** A closed column's width. */
export const CLOSED = 0

/** Sizes that either does not know are nobody's choice. */
export function layoutChanged(saved: LayoutContent, now: LayoutContent): boolean {
  if (!sameLayout(saved.query, now.query)) return true
  if (saved.theme !== null && now.theme !== null && saved.theme !== now.theme) return true
  return (['watchlist', 'rail', 'profile'] as const).some((key) => {
    const [a, b] = [saved.sizes[key], now.sizes[key]]
    return a !== undefined && b !== undefined && a !== b
  })
}

/** The column of the watchlist as a layout keeps it; nothing before the person's settings are known. */
export const watchlistSize = (
  settings: { watchlistOpen?: boolean | undefined; watchlistWidth?: number | undefined } | undefined,
): LayoutContent['sizes'] => {
  if (!settings) return {}
  if (settings.watchlistOpen === false) return { watchlist: CLOSED }
  return settings.watchlistWidth === undefined ? {} : { watchlist: settings.watchlistWidth }
}

/** And as settings again; null: the layout does not say. */
export function watchlistSettings({ watchlist }: LayoutContent['sizes']): { watchlistOpen: boolean; watchlistWidth?: number } | null {
  if (watchlist === undefined) return null
  return watchlist === CLOSED ? { watchlistOpen: false } : { watchlistOpen: true, watchlistWidth: clamp(Math.round(watchlist)) }
}

/** As the settings of a person allow. */
const clamp = (width: number): number => Math.min(420, Math.max(220, width))
