'use client'
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { useNews } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import type { TeamItem } from '../teams/server/schema.ts'
import type { SavedItem } from './server/content.ts'

export interface Team {
  id: string
  name: string
}

/** A view or a layout in lists. */
export interface Entry {
  id: string
  kind: 'view' | 'layout'
  name: string
  version: number
  /** null: one's own */
  team: Team | null
  editable: boolean
  /** of a view */
  instrument: string | null
  range: string | null
  /** UTC ms */
  updatedAt: number
  /** who changed it last: 'you' of one's own; null: somebody who has left */
  who: 'you' | { name: string } | null
}

export interface SavedEntries {
  state: 'loading' | 'ready' | 'failed'
  /** what was changed last comes first */
  entries: readonly Entry[]
  teams: readonly Team[]
  /** in which one may make something */
  editableTeams: readonly Team[]
  retry: () => void
}

const AT_MOST_EVERY_MS = 1_000

/** All views and layouts that the person may see, kept up to date by the news. */
export function useSavedEntries(): SavedEntries {
  const trpc = useTRPC()
  const own = useQuery(trpc.saved.readAll.queryOptions({ kind: 'view', teamId: null }))
  const ownLayouts = useQuery(trpc.saved.readAll.queryOptions({ kind: 'layout', teamId: null }))
  const mine = useQuery(trpc.teams.mine.queryOptions())
  const open = useMemo(() => (mine.data ?? []).filter(({ locked }) => !locked), [mine.data])
  const ofTeams = useQueries({ queries: open.map(({ id }) => trpc.teams.items.queryOptions({ teamId: id })) })
  useSavedNews()
  const all = [own, ownLayouts, mine, ...ofTeams]
  const failed = all.some(({ isError, data }) => isError && data === undefined)
  const loaded = all.every(({ data }) => data !== undefined)
  const entries = [
    ...[...(own.data ?? []), ...(ownLayouts.data ?? [])].map(ownEntry),
    ...open.flatMap((team, i) => (ofTeams[i]?.data ?? []).flatMap((item) => teamEntry(team, team.role !== 'viewer', item))),
  ].sort((a, b) => b.updatedAt - a.updatedAt)
  return {
    state: loaded ? 'ready' : failed ? 'failed' : 'loading',
    entries,
    teams: open,
    editableTeams: open.filter(({ role }) => role !== 'viewer'),
    retry: () => {
      for (const query of all) if (query.isError) void query.refetch()
    },
  }
}

const ownEntry = (item: SavedItem): Entry => ({
  id: item.id,
  kind: item.kind === 'layout' ? 'layout' : 'view',
  name: item.name,
  version: item.version,
  team: null,
  editable: true,
  instrument: item.kind === 'view' ? item.content.instrument : null,
  range: item.kind === 'view' ? (item.content.query.r ?? null) : null,
  updatedAt: item.updatedAt,
  who: 'you',
})

function teamEntry({ id, name }: Team, editable: boolean, item: TeamItem): Entry[] {
  if (item.kind === 'watchlist') return []
  return [{ ...item, kind: item.kind, team: { id, name }, editable, who: item.updatedBy === null ? null : { name: item.updatedBy } }]
}

/** Asks again for lists of views and layouts when one has changed, here or elsewhere. */
export function useSavedNews(): void {
  const refresh = useRefreshSaved()
  const ask = useMemo(() => throttle(refresh, AT_MOST_EVERY_MS), [refresh])
  useEffect(() => () => ask.cancel(), [ask])
  useNews((news) => {
    if (news.kind !== 'people') return
    const ofItem = news.subject === 'item' && news.itemKind !== 'watchlist'
    if (ofItem || news.subject === 'team' || news.subject === 'member') {
      ask.call()
      // the interval's end asks once more
      ask.call()
    }
  })
}

/** Lists of views and layouts; watchlists are kept by their own. */
export function useRefreshSaved(): () => void {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return useCallback(() => {
    for (const kind of ['view', 'layout'] as const) void queryClient.invalidateQueries({ queryKey: trpc.saved.readAll.queryKey({ kind }) })
    void queryClient.invalidateQueries({ queryKey: trpc.saved.list.pathKey() })
    void queryClient.invalidateQueries({ queryKey: trpc.saved.versions.pathKey() })
    void queryClient.invalidateQueries({ queryKey: trpc.teams.items.pathKey() })
    void queryClient.invalidateQueries({ queryKey: trpc.teams.mine.queryKey() })
  }, [trpc, queryClient])
}
