import type { Drawing } from '@faultline/ui/chart/drawings'
import { formatDateTime, formatPrice, type TimeZone } from '@faultline/ui/format'
import { drawings as text } from '../../../messages/drawings.ts'

/** So much of its words names a drawing. */
const NAMED = 40

/** `Box “support”` */
export function nameOfDrawing({ kind, text: words }: Pick<Drawing, 'kind' | 'text'>): string {
  const line = words.replace(/\s+/g, ' ').trim()
  const characters = [...line]
  return text.named(text.kinds[kind], characters.length > NAMED ? `${characters.slice(0, NAMED).join('')}…` : line)
}

/** Its prices, and its times where it has any. */
export function placeOfDrawing({ kind, points }: Drawing, zone: TimeZone): { prices: string; times: string | null } {
  const [first, second] = points
  if (!first) return { prices: '', times: null }
  const time = (at: number) => formatDateTime(at, zone)
  if (!second) return { prices: formatPrice(first.price), times: kind === 'horizontal' ? null : time(first.time) }
  const [from, to] = first.time <= second.time ? [first, second] : [second, first]
  return { prices: text.between(formatPrice(from.price), formatPrice(to.price)), times: text.between(time(from.time), time(to.time)) }
}
