'use client'
import { TRPCClientError } from '@trpc/client'
import { useEffect, useMemo, useRef } from 'react'
import { useTRPCClient } from '../../trpc/provider.tsx'
import { useUser } from '../shell/user-context.tsx'
import { useConnection } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { sameView } from './prepare/view-query.ts'
import type { WorkingState } from './prepare/working.ts'
import { WorkingStore } from './prepare/working-store.ts'

/** Storage has it at once; the server at most so often. */
const SEND_MS = 2_000
/** While the server does not answer; a connection that returns is tried at once. */
const AGAIN_MS = { first: 2_000, most: 60_000 }

let held: { userId: string; store: WorkingStore } | null = null

/** The one of this page, for whoever is signed in. */
export function useWorkingStore(): WorkingStore {
  const { userId } = useUser()
  const client = useTRPCClient()
  return useMemo(() => {
    // rendered on the server, where people must not meet in one
    if (typeof window === 'undefined') return storeOf(userId, client)
    if (held?.userId !== userId) held = { userId, store: storeOf(userId, client) }
    return held.store
  }, [userId, client])
}

const keyOf = (userId: string): string => `faultline-working-${userId}`

function storeOf(userId: string, client: ReturnType<typeof useTRPCClient>): WorkingStore {
  const key = keyOf(userId)
  return new WorkingStore({
    read: () => {
      try {
        return typeof window === 'undefined' ? null : localStorage.getItem(key)
      } catch {
        return null
      }
    },
    write: (text) => {
      try {
        localStorage.setItem(key, text)
      } catch {
        // blocked or full: the server has it soon
      }
    },
    get: () => client.saved.working.get.query(),
    put: async ({ version, state }) => {
      try {
        return await client.saved.working.put.mutate({ version, state: asInput(state) })
      } catch (error) {
        if (error instanceof TRPCClientError && error.data?.code === 'BAD_REQUEST') return 'refused'
        throw error
      }
    },
  })
}

type Input = Parameters<ReturnType<typeof useTRPCClient>['saved']['working']['put']['mutate']>[0]['state']
/** Lists that nobody changes, as lists that somebody might. */
const asInput = (state: WorkingState): Input => ({
  ...state,
  drafts: state.drafts.map((draft) => ({
    ...draft,
    content: draft.content && {
      notes: draft.content.notes,
      drawings: draft.content.drawings.map((drawing) => ({ ...drawing, points: [...drawing.points] })),
    },
  })),
})

/** Keeps what the workspace shows: in this browser at once, on the server soon, and when it answers again. Once per page. */
export function useWorking({ instrument, query, theme, layoutId, viewId }: Omit<WorkingState, 'at' | 'drafts'>): void {
  const store = useWorkingStore()
  const { userId } = useUser()
  const connected = useConnection().state === 'open'
  const shown = useRef<Omit<WorkingState, 'at' | 'drafts'> | null>(null)
  const sender = useMemo(() => {
    let again: ReturnType<typeof setTimeout> | undefined
    let wait = AGAIN_MS.first
    const flush = async (): Promise<void> => {
      clearTimeout(again)
      if (await store.flush()) {
        wait = AGAIN_MS.first
        return
      }
      again = setTimeout(() => void flush(), wait * (0.75 + Math.random() / 2))
      wait = Math.min(AGAIN_MS.most, wait * 2)
    }
    const soon = throttle(() => void flush(), SEND_MS)
    return {
      now: () => void flush(),
      soon: soon.call,
      stop: () => {
        soon.cancel()
        clearTimeout(again)
      },
    }
  }, [store])

  useEffect(() => {
    const onChange = () => store.unsent() && sender.soon()
    const onStorage = (event: StorageEvent) => event.key === keyOf(userId) && store.changed()
    // a page that is put away may not come back
    const onHide = () => document.visibilityState === 'hidden' && store.unsent() && sender.now()
    const ends = store.subscribe(onChange)
    addEventListener('storage', onStorage)
    addEventListener('online', sender.now)
    document.addEventListener('visibilitychange', onHide)
    return () => {
      ends()
      removeEventListener('storage', onStorage)
      removeEventListener('online', sender.now)
      document.removeEventListener('visibilitychange', onHide)
      sender.stop()
    }
  }, [store, sender, userId])

  useEffect(() => {
    if (connected && store.unsent()) sender.now()
  }, [connected, store, sender])

  useEffect(() => {
    let left = false
    // what was left elsewhere is read before this page writes over it
    void store.start().then(() => {
      const before = shown.current
      const screen = { instrument, query, theme, layoutId, viewId }
      if (left || (before && isSame(before, screen))) return
      shown.current = screen
      store.show(screen, Date.now())
    })
    return () => {
      left = true
    }
  }, [store, instrument, query, theme, layoutId, viewId])
}

type Screen = Omit<WorkingState, 'at' | 'drafts'>
const isSame = (a: Screen, b: Screen): boolean =>
  a.instrument === b.instrument && a.theme === b.theme && a.layoutId === b.layoutId && a.viewId === b.viewId && sameView(a.query, b.query)
