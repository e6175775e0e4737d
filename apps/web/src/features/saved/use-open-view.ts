'use client'
import type { Drawing } from '@faultline/ui/chart/drawings'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC, useTRPCClient } from '../../trpc/provider.tsx'
import { drawingsSaved, setDrawings, useDrawings } from '../drawings/drawing-store.ts'
import { toast } from '../shell/toasts.tsx'
import { besideLayout, overLayout, type Query, sameView } from './prepare/view-query.ts'
import { sameDrawings } from './prepare/working.ts'
import type { ViewContent } from './server/content.ts'
import { type ItemOf, type LoadedWhy, type OpenItem, useSavedItem } from './use-saved-item.ts'
import { useWorkingStore } from './use-working.ts'

const NO_DRAWINGS: readonly Drawing[] = []

export interface OpenView {
  saved: OpenItem<'view'>
  notes: string
  setNotes: (notes: string) => void
  drawings: readonly Drawing[]
  /** something on screen is not saved in the view; without one: something was drawn or written */
  changed: boolean
  /** what is on screen, to be saved */
  content: () => ViewContent
  save: () => Promise<'saved' | 'conflict'>
  /** it was saved as `item`, which is opened now: call it before its id stands in the address */
  savedAs: (item: ItemOf<'view'>) => void
  /** throws away what is not saved */
  discard: () => void
  /** the same before the view is closed: call it before its id leaves the address */
  close: () => void
}

interface Options {
  instrument: string
  viewId: string | null
  /** what the screen shows, with its range */
  query: Query
  /** that is applied, as it is saved */
  layout: { id: string; query: Query } | null
  /** puts all of a view's parameters into the address */
  onQuery: (query: Query) => void
}

/**
 * The view that is open, or none: what is drawn and written over the market, what of it is not saved, and drafts of it that survive a
 * reload. What an address says of a view that was just opened goes before what the view says.
 */
export function useOpenView({ instrument, viewId, query, layout, onQuery }: Options): OpenView {
  const store = useWorkingStore()
  const looksOf = useLooks()
  const drawn = useDrawings()
  const here = drawn.instrument === instrument
  const drawings = here ? drawn.drawings : NO_DRAWINGS
  const desk = `${instrument} ${viewId ?? ''}`
  /** what `notes` and the drawings belong to; null: to nothing yet */
  const [page, setPage] = useState<{ desk: string | null; notes: string }>({ desk: null, notes: '' })
  const ready = page.desk === desk && here
  const notes = page.desk === desk ? page.notes : ''

  /** a draft of what is on this desk is kept, by this page or by what it found: another tab's is not ours to drop */
  const kept = useRef(false)
  const lay = (content: { drawings: readonly Drawing[]; notes: string }, isDraft = false) => {
    kept.current = isDraft
    setDrawings(content.drawings, { instrument, dirty: isDraft })
    setPage({ desk, notes: content.notes })
  }
  const onLoaded = (item: ItemOf<'view'>, why: LoadedWhy): number | undefined => {
    if (why === 'opened') {
      const draft = store.draft(instrument, viewId)
      lay(draft?.content ?? item.content, Boolean(draft?.content))
      if (!draft?.content) return undefined
      toast(messages.savedSync.restored)
      return draft.version ?? undefined
    }
    store.drop(instrument, viewId, Date.now())
    lay(item.content)
    void looksOf(item.content.layoutId).then((looks) => onQuery(overLayout(looks, item.content.query)))
    return undefined
  }

  // the change is known after the item is, and the item's news depend on the change
  const dirty = useRef(false)
  const saved = useSavedItem('view', viewId, { dirty: () => dirty.current, onLoaded })
  const under = useUnder(saved.item?.content.layoutId ?? null, layout)
  const content = viewId === null ? null : (saved.item?.content ?? null)
  const unsaved =
    ready && (content ? notes !== content.notes || !sameDrawings(drawings, content.drawings) : notes !== '' || drawings.length > 0)
  const moved = content !== null && under !== undefined && !sameView(overLayout(under, content.query), query)
  const changed = unsaved || moved
  useEffect(() => {
    dirty.current = changed
  }, [changed])

  // without a view, what was drawn last time is on the chart again
  useEffect(() => {
    if (viewId !== null) return
    const draft = store.draft(instrument, null)?.content ?? null
    kept.current = draft !== null
    setDrawings(draft?.drawings ?? NO_DRAWINGS, { instrument, dirty: draft !== null })
    setPage({ desk: `${instrument} `, notes: draft?.notes ?? '' })
  }, [store, instrument, viewId])

  // of a view that is gone, or does not come, one's own work is still here, and can be saved as another
  const { state } = saved
  const lost = state === 'gone' || state === 'failed'
  const unlaid = viewId !== null && page.desk !== desk
  useEffect(() => {
    if (!lost || !unlaid || viewId === null) return
    const draft = store.draft(instrument, viewId)?.content ?? null
    if (state === 'failed' && !draft) return
    kept.current = draft !== null
    setDrawings(draft?.drawings ?? NO_DRAWINGS, { instrument, dirty: draft !== null })
    setPage({ desk: `${instrument} ${viewId}`, notes: draft?.notes ?? '' })
  }, [store, instrument, viewId, state, lost, unlaid])

  // what another machine left comes a little later than the page
  const late = useRef(() => {})
  useEffect(() => {
    late.current = () => {
      const draft = store.draft(instrument, viewId)
      if (!draft?.content || kept.current || !ready || unsaved) return
      lay(draft.content, true)
      toast(messages.savedSync.restored)
    }
  })
  useEffect(() => void store.start().then(() => late.current()), [store])

  const version = useRef<number | null>(null)
  const behind = saved.theirs !== null || saved.conflict !== null
  const newest = saved.item?.version ?? null
  useEffect(() => {
    // while others' change waits, one's own stands on what was there before
    if (!behind) version.current = newest
  }, [behind, newest])
  const loading = viewId !== null && saved.state === 'loading'
  useEffect(() => {
    if (!ready || loading) return
    // a name that was changed is a version too
    const on = behind ? (store.draft(instrument, viewId)?.version ?? version.current) : newest
    if (!unsaved) {
      if (kept.current) store.drop(instrument, viewId, Date.now())
      kept.current = false
      return
    }
    const draft = store.draft(instrument, viewId)
    const same = draft?.content?.notes === notes && sameDrawings(draft.content.drawings, drawings) && draft.version === on
    kept.current = true
    if (!same) store.keep({ instrument, viewId, version: on, content: { drawings, notes }, at: Date.now() })
  }, [store, ready, loading, unsaved, behind, newest, instrument, viewId, drawings, notes])

  const onScreen = (): ViewContent => ({
    instrument,
    query: besideLayout(layout?.query ?? null, query),
    layoutId: layout?.id ?? null,
    drawings: drawings.map((drawing) => ({
      ...drawing,
      points: drawing.points.map(({ time, price }) => ({ time: Math.round(time), price })),
    })),
    notes,
  })
  return {
    saved,
    notes,
    setNotes: (next) => setPage({ desk, notes: next }),
    drawings,
    changed,
    content: onScreen,
    save: async () => {
      const answer = await saved.save({ content: onScreen() })
      if (answer === 'saved') drawingsSaved(drawings)
      return answer
    },
    savedAs: (item) => {
      saved.expect(item)
      store.drop(instrument, viewId, Date.now())
      drawingsSaved(drawings)
      setPage({ desk: `${instrument} ${item.id}`, notes })
    },
    close: () => {
      kept.current = false
      store.drop(instrument, viewId, Date.now())
      // or what is on screen now would be kept once more
      setPage({ desk: null, notes: '' })
    },
    discard: () => saved.item && saved.adopt(saved.item),
  }
}

/** How the layout looks that a view stands on; nothing where it has none or it is gone. */
function useLooks() {
  const client = useTRPCClient()
  return async (layoutId: string | null): Promise<Query | null> => {
    if (layoutId === null) return null
    const item = await client.saved.get.query({ id: layoutId }).catch(() => null)
    return item?.kind === 'layout' ? item.content.query : null
  }
}

/** The same as the page knows it; undefined: not known yet. */
function useUnder(layoutId: string | null, applied: Options['layout']): Query | null | undefined {
  const trpc = useTRPC()
  const known = layoutId === null || applied?.id === layoutId
  const { data, isError } = useQuery({ ...trpc.saved.get.queryOptions({ id: layoutId ?? '' }), enabled: !known, retry: false })
  if (layoutId === null || isError) return null
  if (applied?.id === layoutId) return applied.query
  return data && (data.kind === 'layout' ? data.content.query : null)
}
