import type { HistoryLimit } from '../feed/venue-feed.ts'
import type { Stretch } from './windows.ts'

/** Between the decision to ask and the venue's look at its own clock: what is about to be too old is not asked for. */
const AGE_MARGIN_MS = 60_000

/** Time of the oldest event that may be asked for, UTC ms of the venue's clock. */
export const oldestAvailable = (limit: HistoryLimit, now: number): number =>
  limit.maxAgeMs === null ? Number.NEGATIVE_INFINITY : now - limit.maxAgeMs + AGE_MARGIN_MS

/** Cuts [from, to) into requests as long as the venue answers them, oldest first, and no older than it has them. */
export function pagesOf(range: Stretch, limit: HistoryLimit, now: number): Stretch[] {
  const pages: Stretch[] = []
  const first = Math.max(range.from, Math.ceil(oldestAvailable(limit, now)))
  for (let from = first; from < range.to; from += limit.pageMs) pages.push({ from, to: Math.min(range.to, from + limit.pageMs) })
  return pages
}
