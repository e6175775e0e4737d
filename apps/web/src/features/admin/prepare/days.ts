/** Days as fields of a form have them (2026-03-05), in UTC: pure. */
import { DAY_MS } from '@faultline/market/units'

/** Start of the day, UTC ms; undefined for an empty field or no day. */
export function dayStart(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const time = Date.parse(`${text}T00:00:00Z`)
  // 2026-02-31 is no day
  return Number.isNaN(time) || dayOf(time) !== text ? undefined : time
}

/** End of the day: the first millisecond that is not part of it. */
export function dayEnd(text: string): number | undefined {
  const start = dayStart(text)
  return start === undefined ? undefined : start + DAY_MS
}

export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
