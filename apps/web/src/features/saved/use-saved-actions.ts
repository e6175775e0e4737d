'use client'
import { useMemo } from 'react'
import { messages } from '../../messages.ts'
import { useTRPCClient } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { problemOf } from '../teams/prepare/words.ts'
import type { SavedContent, SavedItem } from './server/content.ts'
import { type Entry, type Team, useRefreshSaved } from './use-saved-entries.ts'

const text = messages.saved

export interface SavedActions {
  /** Each rejects with what the server says. `teamId` null: one's own. */
  create: (given: { name: string; teamId: string | null } & SavedContent) => Promise<SavedItem>
  rename: (entry: Pick<Entry, 'id' | 'version'>, name: string) => Promise<SavedItem>
  duplicate: (id: string, given: { name: string; teamId: string | null }) => Promise<SavedItem>
  adopt: (entry: Pick<Entry, 'id' | 'name'>, team: Team) => Promise<void>
  /** with a way back for a while; says by itself where it fails. Whether it is gone. `onBack`: it is there again, under another id */
  remove: (entry: Pick<Entry, 'id' | 'name' | 'team'>, onBack?: (item: SavedItem) => void) => Promise<boolean>
}

/** What can be done to views and layouts in lists, where the server answers. */
export function useSavedActions(): SavedActions {
  const client = useTRPCClient()
  const refresh = useRefreshSaved()
  return useMemo(() => savedActions(client, refresh), [client, refresh])
}

/** The same for any client. `refresh`: lists are to be asked again. */
export function savedActions(client: SavedClient, refresh: () => void): SavedActions {
  const create: SavedActions['create'] = async (given) => {
    const made = await client.saved.create.mutate(given)
    refresh()
    return made
  }
  return {
    create,
    rename: async ({ id, version }, name) => {
      try {
        return await client.saved.update.mutate({ id, version, name })
      } finally {
        // also where somebody was first: the next attempt stands on theirs
        refresh()
      }
    },
    duplicate: async (id, { name, teamId }) => {
      const made = await client.saved.duplicate.mutate({ of: id, name, teamId })
      refresh()
      return made
    },
    adopt: async ({ id, name }, team) => {
      await client.teams.adoptItem.mutate({ id, teamId: team.id })
      refresh()
      toast(text.moved(name, team.name))
    },
    remove: async ({ id, name, team }, onBack) => {
      try {
        const gone = await client.saved.get.query({ id })
        await client.saved.remove.mutate({ id })
        const back = async () => {
          try {
            const { kind, content } = gone
            // first: nothing inside an optional call happens where nobody wants it
            const made = await create({ name, teamId: team?.id ?? null, kind, content } as Parameters<SavedActions['create']>[0])
            onBack?.(made)
            toast(text.back(name))
          } catch (error) {
            toast(text.notBack(problemOf(error)), 'warn', { label: text.undo, run: () => void back() })
          }
        }
        toast(text.removed(name), 'ok', { label: text.undo, run: () => void back() })
        return true
      } catch (error) {
        toast(text.failedTo(problemOf(error)), 'warn')
        return false
      } finally {
        refresh()
      }
    },
  }
}

type Client = ReturnType<typeof useTRPCClient>
interface SavedClient {
  saved: Pick<Client['saved'], 'create' | 'update' | 'duplicate' | 'get' | 'remove'>
  teams: Pick<Client['teams'], 'adoptItem'>
}
