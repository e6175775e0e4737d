'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC, useTRPCClient } from '../../trpc/provider.tsx'
import type { SavedItem, WatchlistContent } from '../saved/server/content.ts'
import { toast } from '../shell/toasts.tsx'
import { problemOf } from '../teams/prepare/words.ts'
import type { ShownList } from './use-watchlists.ts'
import { isList, type ListItem, useSync } from './watchlists-provider.tsx'

const text = messages.watchlists

export interface ListActions {
  /** Each rejects with what the server says. */
  create: (given: { teamId: string | null; name: string; content: WatchlistContent }) => Promise<ListItem>
  /** as it is shown, with what has not arrived yet */
  duplicate: (list: ShownList, given: { teamId: string | null; name: string }) => Promise<ListItem>
  /** with a way back for a few seconds */
  remove: (list: ShownList) => Promise<void>
}

/** What can be done to whole lists: where the server answers, since it counts and names them. */
export function useListActions(): ListActions {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const { chosen, choose } = useSync()
  return useMemo(() => {
    const queryKey = trpc.saved.readAll.queryKey({ kind: 'watchlist' })
    const shows = (change: (known: SavedItem[]) => SavedItem[]) => queryClient.setQueryData(queryKey, (known) => known && change(known))
    const create: ListActions['create'] = async ({ teamId, name, content }) => {
      const made = await client.saved.create.mutate({ teamId, name, kind: 'watchlist', content })
      if (!isList(made)) throw new Error(`The server made a ${made.kind}.`)
      shows((known) => [...known.filter(({ id }) => id !== made.id), made])
      return made
    }
    return {
      create,
      duplicate: (list, { teamId, name }) => create({ teamId, name, content: list.content }),
      remove: async (list) => {
        await client.saved.remove.mutate({ id: list.id })
        shows((known) => known.filter(({ id }) => id !== list.id))
        const wasChosen = chosen === list.id
        if (wasChosen) choose(null)
        const back = async () => {
          try {
            const again = await create({ teamId: list.teamId, name: list.name, content: list.content })
            await client.saved.move.mutate({ id: again.id, position: list.position })
            if (wasChosen) choose(again.id)
            await queryClient.invalidateQueries({ queryKey })
            toast(text.remove.undone(list.name))
          } catch (error) {
            toast(text.refused.failed(messageOf(error)), 'warn', { label: text.retry, run: () => void back() })
          }
        }
        toast(text.remove.done(list.name), 'ok', { label: text.undo, run: () => void back() })
      },
    }
  }, [trpc, client, queryClient, chosen, choose])
}

/** In the server's words; without an answer in ours. */
export function messageOf(error: unknown): string {
  const answered = error instanceof Error && 'data' in error && error.data != null
  return answered ? problemOf(error) : text.offline
}
