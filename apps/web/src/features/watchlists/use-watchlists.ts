'use client'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { withPending } from './prepare/outbox.ts'
import { isList, type ListItem, useSync } from './watchlists-provider.tsx'

export type ShownList = ListItem & {
  /** null: one's own */
  team: { id: string; name: string } | null
  editable: boolean
}

export interface Watchlists {
  state: 'loading' | 'ready' | 'failed'
  /** one's own first, then those of teams */
  lists: readonly ShownList[]
  /** teams in which one may make lists */
  editableTeams: readonly { id: string; name: string }[]
  retry: () => void
}

/** All lists that the person may see, with what they have just changed. */
export function useWatchlists(): Watchlists {
  const trpc = useTRPC()
  const { pending } = useSync()
  const items = useQuery(trpc.saved.readAll.queryOptions({ kind: 'watchlist' }))
  const teams = useQuery(trpc.teams.mine.queryOptions())
  const lists = useMemo(() => {
    const known = new Map(teams.data?.map((team) => [team.id, team]))
    const shown = (items.data ?? []).filter(isList).map((item): ShownList => {
      const team = item.teamId === null ? null : known.get(item.teamId)
      return {
        ...withPending(item, pending),
        team: item.teamId === null ? null : { id: item.teamId, name: team?.name ?? '' },
        editable: item.own || team?.role === 'editor' || team?.role === 'owner',
      }
    })
    return [...shown.filter(({ team }) => !team), ...shown.filter(({ team }) => team)]
  }, [items.data, teams.data, pending])
  const editableTeams = useMemo(
    () => (teams.data ?? []).filter(({ role, locked }) => role !== 'viewer' && !locked).map(({ id, name }) => ({ id, name })),
    [teams.data],
  )
  const { refetch } = items
  return {
    state: items.data ? 'ready' : items.isError ? 'failed' : 'loading',
    lists,
    editableTeams,
    retry: useCallback(() => void refetch(), [refetch]),
  }
}
