'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { useUser } from '../shell/user-context.tsx'
import type { ColumnsNews } from './server/news.ts'

/** `offline` carries since when, so that the page can say it. */
export type Connection = { state: 'connecting' | 'open' } | { state: 'offline'; since: number }
type Listener = (news: ColumnsNews) => void

interface ColumnsStream {
  connection: Connection
  subscribe(listener: Listener): () => void
}

const StreamContext = createContext<ColumnsStream | null>(null)

/** Between the tabs of one browser. A tab that has no stream of its own hears everything through the channel. */
type Shared = { kind: 'news'; news: ColumnsNews } | { kind: 'connection'; connection: Connection } | { kind: 'hello' }

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

  const deliver = useCallback((news: ColumnsNews) => {
    for (const listener of listeners.current) listener(news)
  }, [])

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
        if (leading) shared.postMessage({ kind: 'connection', connection: told.current } satisfies Shared)
      } else if (leading) return
      else if (data.kind === 'news') deliver(data.news)
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

  const tell = useCallback(
    (next: Connection) => {
      connected(next)
      channel.current?.postMessage({ kind: 'connection', connection: told.current } satisfies Shared)
    },
    [connected],
  )

  useSubscription(
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
      onError: () => tell({ state: 'offline', since: Date.now() }),
    }),
  )

  const stream = useMemo<ColumnsStream>(
    () => ({
      connection,
      subscribe(listener) {
        listeners.current.add(listener)
        return () => listeners.current.delete(listener)
      },
    }),
    [connection],
  )
  return <StreamContext value={stream}>{children}</StreamContext>
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
