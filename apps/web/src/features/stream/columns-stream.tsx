'use client'
import { useQueryClient } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { goToSignIn } from '../shell/go-to-sign-in.ts'
import { onSignOutElsewhere } from '../shell/sign-out.ts'
import { useUser } from '../shell/user-context.tsx'
import type { ColumnsNews } from './server/news.ts'

/** `offline` carries since when, so that the page can say it. */
export type Connection = { state: 'connecting' | 'open' } | { state: 'offline'; since: number }
type Listener = (news: ColumnsNews) => void

interface ColumnsStream {
  connection: Connection
  subscribe(listener: Listener): () => void
}

/** On average; not all browsers at once. */
const AGAIN_MS = 4_000

const StreamContext = createContext<ColumnsStream | null>(null)

/** Between the tabs of one browser. A tab that has no stream of its own hears everything through the channel. */
type Shared = { kind: 'news'; news: ColumnsNews } | { kind: 'connection'; connection: Connection } | { kind: 'ended' } | { kind: 'hello' }

/**
 * News of columns for all that is on the page. The tabs of one browser share one event stream: a browser opens six
 * connections to a host at most (HTTP/1.1), and streams would use them up. Who holds the lock has the stream and tells the others;
 * where there are no locks (plain HTTP on another machine's name) each tab has its own.
 */
export function ColumnsStreamProvider({ children }: { children: ReactNode }) {
  const { userId } = useUser()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [leads, setLeads] = useState(false)
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  const listeners = useRef(new Set<Listener>())
  const channel = useRef<BroadcastChannel | null>(null)
  const told = useRef<Connection>(connection)

  /** the newest of each instrument, for those who begin to listen later: their data may be from before it came */
  const newest = useRef(new Map<string, ColumnsNews>())

  const deliver = useCallback(
    (news: ColumnsNews) => {
      newest.current.set(news.instrumentKey, news)
      // What was kept of pictures that are not on screen is out of date: coming back asks again. Who shows one asks by itself.
      void queryClient.invalidateQueries({
        queryKey: [...trpc.heatmap.view.pathKey(), { input: { instrument: news.instrumentKey } }],
        type: 'inactive',
        refetchType: 'none',
      })
      for (const listener of listeners.current) listener(news)
    },
    [queryClient, trpc],
  )

  const connected = useCallback(
    (next: Connection) => {
      const before = told.current
      if (before.state === next.state) return
      told.current = next
      setConnection(next)
      // What happened while nobody listened: the stream repeats the newest columns, everything else is asked again.
      if (before.state === 'offline' && next.state === 'open') void queryClient.invalidateQueries()
    },
    [queryClient],
  )

  useEffect(() => {
    const name = `faultline-columns-${userId}`
    if (typeof BroadcastChannel === 'undefined' || !navigator.locks) {
      setLeads(true)
      return () => setLeads(false)
    }
    const shared = new BroadcastChannel(name)
    channel.current = shared
    const left = new AbortController()
    let release = () => {}
    let leading = false
    shared.onmessage = ({ data }: MessageEvent<Shared>) => {
      if (data.kind === 'hello') {
        if (!leading) return
        shared.postMessage({ kind: 'connection', connection: told.current } satisfies Shared)
        for (const news of newest.current.values()) shared.postMessage({ kind: 'news', news } satisfies Shared)
      } else if (leading) return
      else if (data.kind === 'news') deliver(data.news)
      else if (data.kind === 'ended') sessionEnded()
      else connected(data.connection)
    }
    shared.postMessage({ kind: 'hello' } satisfies Shared)
    navigator.locks
      .request(name, { signal: left.signal }, () => {
        leading = true
        setLeads(true)
        return new Promise<void>((resolve) => {
          release = resolve
        })
      })
      .catch(() => {
        // the page left before its turn came
      })
    return () => {
      left.abort()
      release()
      shared.close()
      channel.current = null
      setLeads(false)
    }
  }, [userId, deliver, connected])

  useEffect(() => onSignOutElsewhere(goToSignIn), [])

  const tell = useCallback(
    (next: Connection) => {
      connected(next)
      channel.current?.postMessage({ kind: 'connection', connection: told.current } satisfies Shared)
    },
    [connected],
  )

  const subscription = useSubscription(
    trpc.stream.columns.subscriptionOptions(undefined, {
      enabled: leads,
      onData: ({ data }) => {
        deliver(data)
        channel.current?.postMessage({ kind: 'news', news: data } satisfies Shared)
      },
      onStarted: () => tell({ state: 'open' }),
      onConnectionStateChange: ({ state }) => {
        if (state === 'pending') tell({ state: 'open' })
        else if (state === 'connecting' && told.current.state === 'open') tell({ state: 'offline', since: Date.now() })
      },
      onError: (error) => {
        tell({ state: 'offline', since: Date.now() })
        void comeBack(error.data?.code === 'UNAUTHORIZED')
      },
    }),
  )

  // Browsers reconnect a stream that breaks, but not one that was answered with an error; and they do not say with which.
  const again = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(again.current), [])
  const comeBack = async (refused: boolean): Promise<void> => {
    const ended =
      refused ||
      (await queryClient.fetchQuery({ ...trpc.account.me.queryOptions(), staleTime: 0, retry: false }).then(() => false, isSignedOut))
    if (ended) {
      channel.current?.postMessage({ kind: 'ended' } satisfies Shared)
      sessionEnded()
      return
    }
    clearTimeout(again.current)
    again.current = setTimeout(subscription.reset, AGAIN_MS * (0.5 + Math.random()))
  }

  const stream = useMemo<ColumnsStream>(
    () => ({
      connection,
      subscribe(listener) {
        listeners.current.add(listener)
        for (const news of newest.current.values()) listener(news)
        return () => listeners.current.delete(listener)
      },
    }),
    [connection],
  )
  return <StreamContext value={stream}>{children}</StreamContext>
}

const isSignedOut = (error: unknown): boolean => error instanceof TRPCClientError && error.data?.code === 'UNAUTHORIZED'

/** The account page ends sessions itself, its own too, and says what comes next. */
function sessionEnded(): void {
  if (location.pathname !== '/account') goToSignIn()
}

function useStream(): ColumnsStream {
  const stream = use(StreamContext)
  if (!stream) throw new Error('The stream needs the signed-in layout around it.')
  return stream
}

export const useConnection = (): Connection => useStream().connection

/** Calls `listener` for each change of the newest column of any instrument. It may be a new function on every render. */
export function useColumnsNews(listener: Listener): void {
  const { subscribe } = useStream()
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => subscribe((news) => latest.current(news)), [subscribe])
}
