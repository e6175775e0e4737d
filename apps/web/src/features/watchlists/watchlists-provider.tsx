'use client'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC, useTRPCClient } from '../../trpc/provider.tsx'
import type { PersonSettings } from '../account/server/settings.ts'
import { type SettingsPatch, useSettings } from '../account/use-settings.ts'
import type { SavedItem } from '../saved/server/content.ts'
import { toast } from '../shell/toasts.tsx'
import { useUser } from '../shell/user-context.tsx'
import { useConnection, useNews } from '../stream/news-stream.tsx'
import { failureOf } from './prepare/failure-of.ts'
import type { Operation } from './prepare/operations.ts'
import { type Answer, Outbox, type Pending, type Told } from './prepare/outbox.ts'
import { useChoice } from './use-choice.ts'

export type ListItem = Extract<SavedItem, { kind: 'watchlist' }>
/** Two texts for one place, of which a person has to choose. */
export type Clash = Extract<Told, { kind: 'refused' }>

interface Sync {
  pending: readonly Pending[]
  /** the last attempt left something */
  waiting: boolean
  clashes: readonly Clash[]
  settle: (clash: Clash, take: 'mine' | 'theirs') => void
  change: (listId: string, operation: Operation) => void
  /** the list beside the heatmap; null: all markets */
  chosen: string | null
  choose: (listId: string | null) => void
  settings: PersonSettings | undefined
  patchSettings: (patch: SettingsPatch) => Promise<void>
}

const SyncContext = createContext<Sync | null>(null)
const NONE: readonly Pending[] = []
/** While the server does not answer; a connection that returns is tried at once. */
const AGAIN_MS = { first: 2_000, most: 60_000 }
const text = messages.watchlists

/** Brings changes of watchlists to the server, wherever on the signed-in pages they are made, and hears of those of others. */
export function WatchlistsProvider({ settings: initial, children }: { settings: PersonSettings; children: ReactNode }) {
  const { userId } = useUser()
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const connection = useConnection()
  const [waiting, setWaiting] = useState(false)
  const [clashes, setClashes] = useState<readonly Clash[]>([])
  const queryKey = useMemo(() => trpc.saved.readAll.queryKey({ kind: 'watchlist' }), [trpc])
  const key = `faultline-watchlists-${userId}`

  const outbox = useMemo(() => {
    const tell = (told: Told) => {
      if (told.kind === 'failed') toast(text.refused.failed(told.message), 'warn')
      else if (told.refusal === 'changed') setClashes((known) => [...known.filter((other) => !isSamePlace(other, told)), told])
      else toast(told.refusal === 'full' ? text.refused.full : text.refused.gone(symbolOf(told.pending.operation)), 'warn')
    }
    return new Outbox<ListItem>({
      read: () => stored(key),
      write: (value) => store(key, value),
      alone: (work) => (navigator.locks ? navigator.locks.request(key, work) : work()),
      known: (id) => listsIn(queryClient, queryKey).find((item) => item.id === id),
      get: (id) => answerOf(async () => asList(await client.saved.get.query({ id }))),
      update: (id, version, { name, content }) =>
        answerOf(async () => asList(await client.saved.update.mutate({ id, version, name, content }))),
      took: (item) => {
        queryClient.setQueryData(queryKey, (known) =>
          known?.map((other) => (other.id === item.id && other.version <= item.version ? item : other)),
        )
      },
      tell,
    })
  }, [key, client, queryClient, queryKey])

  const { settings, patch: patchSettings } = useSettings(initial)
  const [chosen, choose] = useChoice(settings, patchSettings, connection.state === 'open')
  const flush = useFlush(outbox, setWaiting, connection.state === 'open')
  useEffect(() => {
    const onStorage = (event: StorageEvent) => {
      if (event.key === key) outbox.changed()
    }
    addEventListener('storage', onStorage)
    return () => removeEventListener('storage', onStorage)
  }, [key, outbox])

  useNews((news) => {
    if (news.kind !== 'people') return
    const itemOfList = news.subject === 'item' && news.itemKind === 'watchlist'
    // who joins or leaves a team sees other lists, and may do other things with them
    if (news.subject === 'member' || news.subject === 'team') void queryClient.invalidateQueries({ queryKey: trpc.teams.mine.queryKey() })
    if (!itemOfList && news.subject !== 'member') return
    const known = listsIn(queryClient, queryKey).find((item) => item.id === news.id)
    if (itemOfList && (news.gone ? !known : known && known.version >= (news.version ?? 0))) return
    void queryClient.invalidateQueries({ queryKey })
  })

  const change = useCallback(
    (listId: string, operation: Operation) => {
      outbox.add({ id: newId(), listId, operation })
      flush()
    },
    [outbox, flush],
  )
  const settle = useCallback(
    (clash: Clash, take: 'mine' | 'theirs') => {
      setClashes((known) => known.filter((other) => other !== clash))
      const mine = take === 'mine' ? overTheirs(clash) : null
      if (mine) change(clash.pending.listId, mine)
    },
    [change],
  )
  const pending = useSyncExternalStore(
    outbox.subscribe,
    () => outbox.pending(),
    () => NONE,
  )
  const sync: Sync = { pending, waiting, clashes, settle, change, chosen, choose, settings, patchSettings }
  return <SyncContext value={sync}>{children}</SyncContext>
}

export function useSync(): Sync {
  const sync = use(SyncContext)
  if (!sync) throw new Error('Watchlists need the signed-in layout around them.')
  return sync
}

/** Calls the outbox when there is reason to: something new, a connection that is back, and now and then while something is left. */
function useFlush(outbox: Outbox<ListItem>, setWaiting: (waiting: boolean) => void, connected: boolean): () => void {
  const run = useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let wait = AGAIN_MS.first
    const flush = async (): Promise<void> => {
      clearTimeout(timer)
      const done = await outbox.flush().catch(() => false)
      setWaiting(!done)
      clearTimeout(timer)
      if (done) wait = AGAIN_MS.first
      else {
        timer = setTimeout(() => void flush(), wait * (0.75 + Math.random() / 2))
        wait = Math.min(AGAIN_MS.most, wait * 2)
      }
    }
    return { flush: () => void flush(), stop: () => clearTimeout(timer) }
  }, [outbox, setWaiting])
  useEffect(() => {
    if (connected && outbox.pending().length > 0) run.flush()
  }, [connected, outbox, run])
  useEffect(() => {
    addEventListener('online', run.flush)
    return () => {
      removeEventListener('online', run.flush)
      run.stop()
    }
  }, [run])
  return run.flush
}

const listsIn = (queryClient: QueryClient, queryKey: readonly unknown[]): ListItem[] =>
  (queryClient.getQueryData<SavedItem[]>(queryKey) ?? []).filter(isList)

export const isList = (item: SavedItem): item is ListItem => item.kind === 'watchlist'

function asList(item: SavedItem): ListItem {
  if (!isList(item)) throw new Error(`Item ${item.id} is a ${item.kind}, no watchlist.`)
  return item
}

async function answerOf(ask: () => Promise<ListItem>): Promise<Answer<ListItem>> {
  try {
    return { ok: true, list: await ask() }
  } catch (error) {
    return failureOf(error)
  }
}

/** The same text, written over what is there now. */
function overTheirs({ pending: { operation }, list }: Clash): Operation | null {
  switch (operation.kind) {
    case 'note':
      return { ...operation, was: list.content.rows.find((row) => row.instrument === operation.instrument)?.note ?? '' }
    case 'notes':
      return { ...operation, was: list.content.notes }
    case 'rename':
      return { ...operation, was: list.name }
    default:
      return null
  }
}

const symbolOf = (operation: Operation): string =>
  'instrument' in operation ? (operation.instrument.split(':')[1] ?? operation.instrument) : ''
const isSamePlace = (a: Clash, b: Clash): boolean =>
  a.pending.listId === b.pending.listId &&
  a.pending.operation.kind === b.pending.operation.kind &&
  symbolOf(a.pending.operation) === symbolOf(b.pending.operation)

/** randomUUID is there on secure pages only. */
const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function store(key: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
    return true
  } catch {
    return false
  }
}
