'use client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { useSettings } from '../account/use-settings.ts'
import { toast } from '../shell/toasts.tsx'
import { useTheme } from '../shell/use-theme.ts'
import { problemOf } from '../teams/prepare/words.ts'
import { layoutChanged, watchlistSettings, watchlistSize } from './prepare/layout-changes.ts'
import { layoutQueryOf, type Query } from './prepare/view-query.ts'
import type { LayoutContent, SavedItem } from './server/content.ts'
import { NO_LAYOUT, type SetOpenIds } from './use-open-ids.ts'
import type { Team } from './use-saved-entries.ts'
import { type ItemOf, useSavedItem } from './use-saved-item.ts'

const text = messages.saved.menu
export type LayoutItem = ItemOf<'layout'>
export const isLayout = (item: SavedItem): item is LayoutItem => item.kind === 'layout'

export interface LayoutEntry {
  item: LayoutItem
  /** null: one's own */
  team: Team | null
  editable: boolean
}

/** Which layout this tab had applied last: a reload leaves the theme as it was changed since. */
const APPLIED = 'faultline-layout'

/** The layouts that there are, the one that the screen stands on, and what can be done with them. */
export function useLayouts({
  query,
  id,
  viewOpen,
  setIds,
  onLook,
}: {
  /** of the address */
  query: Query
  /** of the address */
  id: string | null
  /** its own parameters stand over those of the layout: that they differ is no change of it */
  viewOpen: boolean
  setIds: SetOpenIds
  /** puts the parameters of a layout into the address */
  onLook: (query: Query) => void
}) {
  const trpc = useTRPC()
  const { theme, setTheme } = useTheme()
  const { settings, patch } = useSettings()
  const items = useQuery(trpc.saved.readAll.queryOptions({ kind: 'layout' }))
  const teams = useQuery(trpc.teams.mine.queryOptions())
  const layoutId = id === NO_LAYOUT ? null : id
  const now: LayoutContent = { query: layoutQueryOf(query), theme, sizes: watchlistSize(settings) }
  const changedRef = useRef(false)

  const look = ({ theme, sizes }: LayoutContent) => {
    if (theme !== null) setTheme(theme)
    const column = watchlistSettings(sizes)
    // as before on the next visit where the server does not take it
    if (column && settings) void patch(column).catch(() => undefined)
  }
  const saved = useSavedItem('layout', layoutId, {
    dirty: () => changedRef.current,
    onLoaded: (item, why) => {
      // under a view its own parameters stay
      if (why !== 'opened' && !viewOpen) onLook(item.content.query)
      if (why !== 'opened' || appliedLast() !== item.id) look(item.content)
      rememberApplied(item.id)
      return undefined
    },
  })
  const { item } = saved
  const changed = item !== null && !viewOpen && layoutChanged(item.content, now)
  changedRef.current = changed
  useEffect(() => {
    if (id === NO_LAYOUT) rememberApplied(null)
  }, [id])

  // what somebody else deleted leaves its look behind
  const name = useRef('')
  if (item) name.current = item.name
  useEffect(() => {
    if (saved.state !== 'gone') return
    if (name.current !== '') toast(text.gone(name.current), 'warn')
    name.current = ''
    void setIds({ layout: NO_LAYOUT })
  }, [saved.state, setIds])

  const list = useMemo(() => {
    const known = new Map(teams.data?.map((team) => [team.id, team]))
    const entries = (items.data ?? []).filter(isLayout).map((item): LayoutEntry => {
      const team = item.teamId === null ? null : known.get(item.teamId)
      return {
        item,
        team: item.teamId === null ? null : { id: item.teamId, name: team?.name ?? '' },
        editable: item.own || team?.role === 'editor' || team?.role === 'owner',
      }
    })
    return [...entries.filter(({ team }) => !team), ...entries.filter(({ team }) => team)]
  }, [items.data, teams.data])

  const apply = (layout: LayoutItem | null) => {
    onLook(layout?.content.query ?? {})
    rememberApplied(layout?.id ?? null)
    if (layout) look(layout.content)
    void setIds({ layout: layout?.id ?? NO_LAYOUT })
    toast(text.applied(layout?.name ?? text.standard))
  }
  const setDefault = async (layout: LayoutItem | null) => {
    try {
      await patch({ defaultLayoutId: layout?.id ?? null })
      toast(layout ? text.nowDefault(layout.name) : text.noDefault)
    } catch (error) {
      toast(messages.saved.failedTo(problemOf(error)), 'warn')
    }
  }
  return {
    state: items.data ? ('ready' as const) : items.isError ? ('failed' as const) : ('loading' as const),
    list,
    /** with conflicts and news, see useSavedItem */
    saved,
    item,
    changed,
    /** what is on screen, as a layout */
    now,
    apply,
    /** a new one: what is on screen stands on it from now on */
    applied: (layout: LayoutItem) => {
      saved.expect(layout)
      rememberApplied(layout.id)
      void setIds({ layout: layout.id })
    },
    /** the look stays, the layout is gone */
    forget: () => {
      name.current = ''
      void setIds({ layout: NO_LAYOUT })
    },
    defaultId: settings?.defaultLayoutId ?? null,
    setDefault,
    editableTeams: (teams.data ?? []).filter(({ role, locked }) => role !== 'viewer' && !locked).map(({ id, name }) => ({ id, name })),
  }
}
export type Layouts = ReturnType<typeof useLayouts>

function appliedLast(): string | null {
  try {
    return sessionStorage.getItem(APPLIED)
  } catch {
    return null
  }
}

function rememberApplied(id: string | null): void {
  try {
    if (id === null) sessionStorage.removeItem(APPLIED)
    else sessionStorage.setItem(APPLIED, id)
  } catch {
    // storage is blocked: a reload applies the theme again
  }
}
