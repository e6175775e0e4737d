'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC, useTRPCClient } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { useUser } from '../shell/user-context.tsx'
import { useConnection, useNews } from '../stream/news-stream.tsx'
import { codeOf } from '../teams/prepare/words.ts'
import type { SavedContent, SavedHead, SavedItem } from './server/content.ts'

const text = messages.savedSync

export type ItemOf<K extends SavedItem['kind']> = SavedHead & { kind: K; content: Extract<SavedContent, { kind: K }>['content'] }
/** What is to be saved: what is not named stays. */
export type SavedChange<K extends SavedItem['kind']> = { name?: string; content?: ItemOf<K>['content'] }
/** Why what is shown is another one than before. */
export type LoadedWhy = 'opened' | 'theirs' | 'restored'

/** An item and who changed it last. */
export interface Loaded<K extends SavedItem['kind']> {
  item: ItemOf<K>
  who: string
}

export interface OpenItem<K extends SavedItem['kind']> {
  state: 'none' | 'loading' | 'ready' | 'gone' | 'failed'
  /** as it was loaded or saved last; stays for its content where it is gone */
  item: ItemOf<K> | null
  who: string
  team: { id: string; name: string } | null
  editable: boolean
  /** newer than what one's own changes stand on */
  theirs: Loaded<K> | null
  takeTheirs: () => void
  retry: () => void
  /** Rejects with what the server says, but for a conflict, which stands in `conflict` then. */
  save: (change: SavedChange<K>) => Promise<'saved' | 'conflict'>
  saving: boolean
  conflict: (Loaded<K> & { mine: SavedChange<K> }) | null
  /** `over`: rejects with what the server says; where somebody was first again, there is another conflict */
  settle: (how: 'theirs' | 'over' | 'close') => Promise<void>
  /** the server's answer to a change that was made elsewhere on the page: it is shown */
  adopt: (item: ItemOf<K>) => void
  /** the same, of an item that was just made of what is on screen and whose id comes next: nothing has to be loaded */
  expect: (item: ItemOf<K>) => void
}

interface Held<K extends SavedItem['kind']> {
  id: string | null
  state: OpenItem<K>['state']
  loaded: Loaded<K> | null
  /** version that one's own changes stand on */
  base: number
  theirs: Loaded<K> | null
  conflict: OpenItem<K>['conflict']
}

interface Options<K extends SavedItem['kind']> {
  /** there are changes of one's own: what others save is told and not loaded */
  dirty: () => boolean
  /** Shows it. Gives the version that stands under what is on screen, where that is an older one. */
  onLoaded: (item: ItemOf<K>, why: LoadedWhy) => number | undefined
}

/** A saved item that is open: follows what others save, and never overwrites it unseen. `id` null: none is. */
export function useSavedItem<K extends 'layout' | 'view'>(kind: K, id: string | null, options: Options<K>): OpenItem<K> {
  const client = useTRPCClient()
  const whoOf = useWho()
  const connected = useConnection().state === 'open'
  const [held, setHeld] = useState<Held<K>>(() => nothing(id))
  const [saving, setSaving] = useState(false)
  const latest = useRef({ held, options, saving })
  useEffect(() => {
    latest.current = { held, options, saving }
  })
  /** newest version that was told of */
  const heard = useRef(0)
  const expected = useRef<ItemOf<K> | null>(null)

  const update = useCallback((of: string | null, change: Partial<Held<K>>) => {
    setHeld((now) => (now.id === of ? { ...now, ...change } : now))
  }, [])
  const read = useCallback(
    async (of: string): Promise<Loaded<K>> => {
      const item = await client.saved.get.query({ id: of })
      if (item.kind !== kind) throw new WrongKind()
      return { item: item as ItemOf<K>, who: await whoOf(item) }
    },
    [client, kind, whoOf],
  )
  const show = useCallback(
    (loaded: Loaded<K>, why: LoadedWhy) => {
      const { item } = loaded
      const base = latest.current.options.onLoaded(item, why) ?? item.version
      const behind = base < item.version
      update(item.id, { state: 'ready', loaded, base, theirs: behind ? loaded : null, conflict: null })
    },
    [update],
  )
  const failed = useCallback(
    (of: string, error: unknown) => update(of, { state: error instanceof WrongKind || codeOf(error) === 'NOT_FOUND' ? 'gone' : 'failed' }),
    [update],
  )

  const open = useCallback(
    (of: string) => {
      setHeld({ ...nothing<K>(of), state: 'loading' })
      read(of).then(
        (loaded) => latest.current.held.id === of && show(loaded, 'opened'),
        (error) => failed(of, error),
      )
    },
    [read, show, failed],
  )
  useEffect(() => {
    heard.current = 0
    const made = expected.current
    expected.current = null
    if (id === null) setHeld(nothing(null))
    else if (made?.id === id) {
      const loaded = { item: made, who: text.you }
      setHeld({ ...nothing<K>(id), state: 'ready', loaded, base: made.version })
    } else open(id)
  }, [id, open])

  /** Looks what others have saved, and shows it where nothing of one's own is in the way. */
  const look = useCallback(
    async (of: string) => {
      try {
        const found = await read(of)
        const { held: now, options: given } = latest.current
        if (now.id !== of || !now.loaded || found.item.version <= Math.max(now.base, now.theirs?.item.version ?? 0)) return
        if (given.dirty()) return update(of, { theirs: found })
        show(found, 'theirs')
        toast(found.who === text.you ? text.loadedOwn(found.item.name) : text.loaded(found.who, found.item.name))
      } catch (error) {
        if (codeOf(error) === 'NOT_FOUND') update(of, { state: 'gone' })
      }
    },
    [read, show, update],
  )
  useNews((news) => {
    if (news.kind !== 'people' || news.subject !== 'item' || id === null || news.id !== id) return
    if (news.gone) return update(id, { state: 'gone' })
    heard.current = Math.max(heard.current, news.version ?? 0)
    const { held: now, saving: busy } = latest.current
    // one's own change is told before it is answered
    if (now.loaded && now.base < heard.current && !busy) void look(id)
  })
  // what happened while nobody listened, or while one's own change was on its way
  useEffect(() => {
    if (id !== null && held.loaded && !saving && held.base < heard.current) void look(id)
  }, [id, held.loaded, held.base, saving, look])
  const before = useRef(connected)
  useEffect(() => {
    if (connected && !before.current && id !== null) void look(id)
    before.current = connected
  }, [connected, id, look])

  const write = async (version: number, mine: SavedChange<K>): Promise<'saved' | 'conflict'> => {
    if (id === null) throw new Error('Nothing is open that could be saved.')
    setSaving(true)
    try {
      const item = (await client.saved.update.mutate({ id, version, ...mine })) as ItemOf<K>
      update(id, { state: 'ready', loaded: { item, who: text.you }, base: item.version, theirs: null, conflict: null })
      return 'saved'
    } catch (error) {
      if (codeOf(error) === 'NOT_FOUND') update(id, { state: 'gone' })
      if (codeOf(error) !== 'CONFLICT') throw error
      update(id, { conflict: { ...(await read(id)), mine } })
      return 'conflict'
    } finally {
      setSaving(false)
    }
  }

  const { loaded, theirs, conflict } = held
  const { team, editable } = useMay(loaded?.item ?? null)
  return {
    // of what was open before, nothing is said
    state: held.id === id ? held.state : id === null ? 'none' : 'loading',
    item: held.id === id ? (loaded?.item ?? null) : null,
    who: loaded?.who ?? '',
    team,
    editable,
    theirs: held.id === id && !conflict ? theirs : null,
    takeTheirs: () => theirs && show(theirs, 'theirs'),
    retry: () => id !== null && open(id),
    save: (change) => write(held.base, change),
    saving,
    conflict: held.id === id ? conflict : null,
    settle: async (how) => {
      if (!conflict) return
      if (how === 'theirs') show(conflict, 'theirs')
      else if (how === 'over') await write(conflict.item.version, conflict.mine)
      else update(id, { conflict: null, theirs: { item: conflict.item, who: conflict.who } })
    },
    adopt: (item) => show({ item, who: text.you }, 'restored'),
    expect: (item) => {
      expected.current = item
    },
  }
}

class WrongKind extends Error {}

const nothing = <K extends SavedItem['kind']>(id: string | null): Held<K> => ({
  id,
  state: id === null ? 'none' : 'loading',
  loaded: null,
  base: 0,
  theirs: null,
  conflict: null,
})

/** Name of who changed an item last, as its readers may know it. */
function useWho() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { userId } = useUser()
  return useCallback(
    async ({ updatedBy, teamId }: Pick<SavedItem, 'updatedBy' | 'teamId'>): Promise<string> => {
      if (updatedBy === userId) return text.you
      if (teamId === null) return text.somebody
      const members = await queryClient.fetchQuery(trpc.teams.members.queryOptions({ teamId })).catch(() => [])
      return members.find((member) => member.userId === updatedBy)?.name ?? text.somebody
    },
    [trpc, queryClient, userId],
  )
}

/** Whose an item is, and whether one may change it. */
function useMay(item: Pick<SavedItem, 'teamId' | 'own'> | null) {
  const trpc = useTRPC()
  const teamId = item?.teamId ?? null
  const { data } = useQuery({ ...trpc.teams.mine.queryOptions(), enabled: teamId !== null })
  return useMemo(() => {
    const team = data?.find(({ id }) => id === teamId)
    return {
      team: teamId === null ? null : { id: teamId, name: team?.name ?? '' },
      editable: item?.own === true || team?.role === 'editor' || team?.role === 'owner',
    }
  }, [data, teamId, item?.own])
}
