/**
 * What can be done to a watchlist, as small operations that say what was meant and not what the whole list is to be: each can be
 * done again on a newer version of the list, after somebody else has changed it. Pure.
 */
import { z } from 'zod'
import type { WatchlistContent } from '../../saved/server/content.ts'

export type WatchlistRow = WatchlistContent['rows'][number]
export interface Watchlist {
  name: string
  content: WatchlistContent
}

/** As the server has it (features/saved/server/content.ts), to say so before it does. */
export const MOST_ROWS = 500
export const MOST_NOTE = 500
export const MOST_NOTES = 10_000
export const MOST_NAME = 120

const key = z.string().min(3).max(120)
const row = z.object({ instrument: key, note: z.string().max(MOST_NOTE) })
/** Between which rows: named, since places move when others change the list. */
const between = { before: key.nullable(), after: key.nullable() }

export const operation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('add'), rows: z.array(row).max(MOST_ROWS), ...between }),
  z.object({ kind: z.literal('remove'), instrument: key }),
  z.object({ kind: z.literal('move'), instrument: key, ...between }),
  /** `was`: the text that was there for whoever wrote this */
  z.object({ kind: z.literal('note'), instrument: key, note: z.string().max(MOST_NOTE), was: z.string() }),
  z.object({ kind: z.literal('notes'), notes: z.string().max(MOST_NOTES), was: z.string() }),
  z.object({ kind: z.literal('rename'), name: z.string().min(1).max(MOST_NAME), was: z.string() }),
])
export type Operation = z.infer<typeof operation>

/** Why an operation is no more possible: the row is gone, the list is full, or somebody else wrote another text there. */
export type Refusal = 'gone' | 'full' | 'changed'

/** `list` is the same object where nothing changes. */
export interface Applied {
  list: Watchlist
  refusal: Refusal | null
}

/** Does `operation` to `list`. Doing it a second time changes nothing more. */
export function applyOperation(list: Watchlist, operation: Operation): Applied {
  const { rows } = list.content
  const same = (refusal: Refusal | null = null): Applied => ({ list, refusal })
  const withRows = (next: WatchlistRow[]): Applied => ({ list: { ...list, content: { ...list.content, rows: next } }, refusal: null })
  switch (operation.kind) {
    case 'add': {
      const there = new Set(rows.map((row) => row.instrument))
      const added = operation.rows.filter(({ instrument }) => !there.has(instrument) && there.add(instrument))
      if (added.length === 0) return same()
      if (rows.length + added.length > MOST_ROWS) return same('full')
      return withRows(insert(rows, added, operation))
    }
    case 'remove': {
      const left = rows.filter((row) => row.instrument !== operation.instrument)
      return left.length === rows.length ? same() : withRows(left)
    }
    case 'move': {
      const moved = rows.find((row) => row.instrument === operation.instrument)
      if (!moved) return same('gone')
      const others = rows.filter((row) => row !== moved)
      const next = insert(others, [moved], operation)
      return next.every((row, i) => row === rows[i]) ? same() : withRows(next)
    }
    case 'note': {
      const noted = rows.find((row) => row.instrument === operation.instrument)
      if (!noted) return same('gone')
      if (noted.note === operation.note) return same()
      if (noted.note !== operation.was) return same('changed')
      return withRows(rows.map((row) => (row === noted ? { ...row, note: operation.note } : row)))
    }
    case 'notes': {
      const { notes } = list.content
      if (notes === operation.notes) return same()
      if (notes !== operation.was) return same('changed')
      return { list: { ...list, content: { ...list.content, notes: operation.notes } }, refusal: null }
    }
    case 'rename':
      if (list.name === operation.name) return same()
      return list.name === operation.was ? { list: { ...list, name: operation.name }, refusal: null } : same('changed')
  }
}

/** Before the row `before`, else after `after`; where both are gone, at the end. */
function insert(
  rows: readonly WatchlistRow[],
  added: readonly WatchlistRow[],
  { before, after }: { before: string | null; after: string | null },
): WatchlistRow[] {
  const placeOf = (key: string | null) => (key === null ? -1 : rows.findIndex((row) => row.instrument === key))
  const [next, previous] = [placeOf(before), placeOf(after)]
  const at = next >= 0 ? next : previous >= 0 ? previous + 1 : rows.length
  return [...rows.slice(0, at), ...added, ...rows.slice(at)]
}

export interface AllApplied {
  list: Watchlist
  refused: { index: number; refusal: Refusal }[]
}

/** One after the other; what is refused is left out. */
export function applyAll(list: Watchlist, operations: readonly Operation[]): AllApplied {
  const refused: AllApplied['refused'] = []
  let now = list
  operations.forEach((operation, index) => {
    const { list: next, refusal } = applyOperation(now, operation)
    if (refusal) refused.push({ index, refusal })
    now = next
  })
  return { list: now, refused }
}

/** The move that takes the row at `from` to place `to` of the list without it; null where it stands there. */
export function moveTo(rows: readonly WatchlistRow[], from: number, to: number): Operation | null {
  const moved = rows[from]
  const others = rows.filter((_, i) => i !== from)
  const at = Math.max(0, Math.min(others.length, to))
  if (!moved || at === from) return null
  return { kind: 'move', instrument: moved.instrument, before: others[at]?.instrument ?? null, after: others[at - 1]?.instrument ?? null }
}

/** The operation that takes back the removal of the row at `index`. */
export function restoreRow(rows: readonly WatchlistRow[], index: number): Operation | null {
  const row = rows[index]
  if (!row) return null
  return { kind: 'add', rows: [row], before: rows[index + 1]?.instrument ?? null, after: rows[index - 1]?.instrument ?? null }
}
