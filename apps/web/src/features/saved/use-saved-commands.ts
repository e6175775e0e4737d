'use client'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useMemo } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import type { PaletteItem } from '../palette/prepare/find.ts'

const text = messages.saved

/** The same for an item wherever it is listed: a page may offer another way to it. */
export const commandId = (id: string): string => `saved:${id}`

/** Views and layouts as the search lists them: asked for when it opens. */
export function useSavedCommands(): PaletteItem[] {
  const trpc = useTRPC()
  const router = useRouter()
  const items = useQuery({ ...trpc.saved.list.queryOptions({}), staleTime: 0 })
  const teams = useQuery(trpc.teams.mine.queryOptions())
  return useMemo(() => {
    const names = new Map(teams.data?.map(({ id, name }) => [id, name]))
    return (items.data ?? []).flatMap(({ id, kind, name, teamId }): PaletteItem[] => {
      if (kind === 'watchlist') return []
      const what = kind === 'view' ? text.commands.view : text.commands.layoutKind
      const team = teamId === null ? null : (names.get(teamId) ?? null)
      return [
        {
          id: commandId(id),
          kind: 'view',
          title: name,
          detail: team === null ? what : `${what} · ${team}`,
          keywords: text.commands.keywords,
          run: () => router.push(`/saved/${id}`),
        },
      ]
    })
  }, [items.data, teams.data, router])
}
