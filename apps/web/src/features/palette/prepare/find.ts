/** What the palette lists, in which order: pure. */
import { score } from './score.ts'

export const KINDS = ['view', 'instrument', 'page', 'action'] as const
export type Kind = (typeof KINDS)[number]

export interface PaletteItem {
  /** unique, and the same on the next visit: recent ones are kept by it */
  id: string
  kind: Kind
  title: string
  /** beside the title: where an instrument is traded */
  detail?: string
  /** found by, not shown */
  keywords?: string
  simulated?: boolean
  /** figure at the right */
  figure?: string
  /** keys that do the same, named as in shell/prepare/chords.ts */
  keys?: string
  /** it is what the page shows */
  current?: boolean
  run: () => void
}

export interface Group {
  kind: Kind | 'recent'
  items: PaletteItem[]
  /** of this kind, not listed for their number */
  more: number
}

/** Before anything is typed, and per kind afterwards: a list that nobody reads to its end. */
const FIRST = 12
const MOST = 50
const RECENT = 5
/** A recent one is before those that answer as well, not before those that answer better. */
const RECENT_BONUS = 4

/** Groups with at least one item; the best answer stands first. `recent` are ids, the newest first. */
export function find(items: readonly PaletteItem[], query: string, recent: readonly string[]): Group[] {
  return query.trim() === '' ? offered(items, recent) : answers(items, query, recent)
}

function offered(items: readonly PaletteItem[], recent: readonly string[]): Group[] {
  const again = recent.flatMap((id) => items.filter((item) => item.id === id && !item.current)).slice(0, RECENT)
  const rest = items.filter((item) => !again.includes(item))
  return [groupOf('recent', again, again.length), ...KINDS.map((kind) => groupOf(kind, ofKind(rest, kind), FIRST))].filter(isFilled)
}

function answers(items: readonly PaletteItem[], query: string, recent: readonly string[]): Group[] {
  const found = items
    .map((item) => {
      const keywords = `${item.detail ?? ''} ${item.keywords ?? ''}`
      const value = score(query, { title: item.title, keywords })
      return { item, value: value && value + (recent.includes(item.id) ? RECENT_BONUS : 0) }
    })
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
  const order = [...new Set(found.map(({ item }) => item.kind))]
  const sorted = found.map(({ item }) => item)
  return order.map((kind) => groupOf(kind, ofKind(sorted, kind), MOST))
}

const ofKind = (items: readonly PaletteItem[], kind: Kind): PaletteItem[] => items.filter((item) => item.kind === kind)
const groupOf = (kind: Group['kind'], items: readonly PaletteItem[], most: number): Group => ({
  kind,
  items: items.slice(0, most),
  more: Math.max(0, items.length - most),
})
const isFilled = ({ items }: Group): boolean => items.length > 0

/** Ids kept for the next visit. */
const KEPT = 12

/** `id` as the newest of the recent ones. */
export const withRecent = (recent: readonly string[], id: string): string[] =>
  [id, ...recent.filter((other) => other !== id)].slice(0, KEPT)

/** What was kept; nothing where it is not a list of ids. */
export function readRecent(kept: string | null): string[] {
  try {
    const ids: unknown = JSON.parse(kept ?? '[]')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string').slice(0, KEPT) : []
  } catch {
    return []
  }
}
