'use client'
import { useMemo } from 'react'
import { messages } from '../../messages.ts'
import { toast } from '../shell/toasts.tsx'
import { moveTo, restoreRow, type WatchlistRow } from './prepare/operations.ts'
import type { ShownList } from './use-watchlists.ts'
import { useSync } from './watchlists-provider.tsx'

const text = messages.watchlists

export interface RowActions {
  /** at the end of the list */
  add: (rows: readonly WatchlistRow[]) => void
  /** with a way back for a few seconds */
  remove: (instrument: string, symbol: string) => void
  move: (from: number, to: number) => void
  /** `was`: what the person saw when they began to write */
  note: (instrument: string, note: string, was: string) => void
  notes: (notes: string, was: string) => void
  rename: (name: string, was: string) => void
}

/** What can be done to the rows of `list`; null where the person may only look at it. */
export function useRowActions(list: ShownList | null): RowActions | null {
  const { change } = useSync()
  return useMemo(() => {
    if (!list?.editable) return null
    const { id } = list
    const { rows } = list.content
    return {
      add: (added) => change(id, { kind: 'add', rows: [...added], before: null, after: rows.at(-1)?.instrument ?? null }),
      remove: (instrument, symbol) => {
        const undo = restoreRow(
          rows,
          rows.findIndex((row) => row.instrument === instrument),
        )
        change(id, { kind: 'remove', instrument })
        toast(text.rows.removed(symbol), 'ok', undo ? { label: text.undo, run: () => change(id, undo) } : undefined)
      },
      move: (from, to) => {
        const operation = moveTo(rows, from, to)
        if (operation) change(id, operation)
      },
      note: (instrument, note, was) => change(id, { kind: 'note', instrument, note, was }),
      notes: (notes, was) => change(id, { kind: 'notes', notes, was }),
      rename: (name, was) => change(id, { kind: 'rename', name, was }),
    }
  }, [list, change])
}
