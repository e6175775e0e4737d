import { DAY_MS } from '@faultline/market/units'

/** Two days, both meant whole and in UTC; without the second up to now. Null where they are none or the wrong way round. */
export function readStretch(from: string, to: string, now: number): { from: number; to: number } | null {
  const begin = dayOf(from)
  const last = to.trim() === '' ? null : dayOf(to)
  if (begin === null || (to.trim() !== '' && last === null)) return null
  const end = last === null ? now : Math.min(now, last + DAY_MS)
  return begin < end ? { from: begin, to: end } : null
}

function dayOf(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text.trim())) return null
  const ms = Date.parse(`${text.trim()}T00:00:00Z`)
  return Number.isNaN(ms) ? null : ms
}
