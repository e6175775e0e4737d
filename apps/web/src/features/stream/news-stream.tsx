'use client'
import { useQueryClient } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { goToSignIn } from '../shell/go-to-sign-in.ts'
import { onSignOutElsewhere } from '../shell/sign-out.ts'
import { useUser } from '../shell/user-context.tsx'
import { NewsStore } from './prepare/news-store.ts'
import type { ClockNews, ColumnsNews, FeedNews, News, ProgressNews, SourceNews } from './server/news.ts'

/** `offline` carries since when, so that the page can say it. */
export type Connection = { state: 'connecting' | 'open' } | { state: 'offline'; since: number }

interface NewsStream {
  connection: Connection
  store: NewsStore
  /** tries again at once, where the stream is cut */
  reconnect: () => void
}

/** On average; not all browsers at once. */
const AGAIN_MS = 4_000

const StreamContext = createContext<NewsStream | null>(null)

/** Between the tabs of one browser. A tab that has no stream of its own hears everything through the channel. */
type Shared =
  | { kind: 'news'; news: News | ClockNews }
  | { kind: 'connection'; connection: Connection }
  | { kind: 'ended' }
  | { kind: 'hello' }
  | { kind: 'reconnect' }

/**
 * News of columns, feeds and sources for all that is on the page. The tabs of one browser share one event stream: a browser
 * opens six connections to a host at most (HTTP/1.1), and streams would use them up. Who holds the lock has the stream and
 * tells the others; where there are no locks (plain HTTP on another machine's name) each tab has its own.
 */
export function NewsStreamProvider({ initial, children }: { initial: readonly News[]; children: ReactNode }) {
  const { userId } = useUser()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [leads, setLeads] = useState(false)
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  const [store] = useState(() => new NewsStore(initial))
  const channel = useRef<BroadcastChannel | null>(null)
  const told = useRef<Connection>(connection)

  const resume = useRef(() => {})

  const deliver = useCallback((news: News | ClockNews) => store.deliver(news), [store])

  const connected = useCallback(
    (next: Connection) => {
      const before = told.current
      if (before.state === next.state) return
      told.current = next
      setConnection(next)
      // What happened while nobody listened: the stream repeats the newest news, everything else is asked again.
      if (before.state === 'offline' && next.state === 'open') void queryClient.invalidateQueries()
    },
    [queryClient],
  )

  useEffect(() => {
    const name = `faultline-news-${userId}`
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
        for (const news of [store.clock(), ...store.all()]) shared.postMessage({ kind: 'news', news } satisfies Shared)
      } else if (data.kind === 'reconnect') {
        if (leading) resume.current()
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
  }, [userId, store, deliver, connected])

  useEffect(() => onSignOutElsewhere(goToSignIn), [])

  const tell = useCallback(
    (next: Connection) => {
      connected(next)
      channel.current?.postMessage({ kind: 'connection', connection: told.current } satisfies Shared)
    },
    [connected],
  )

  const subscription = useSubscription(
    trpc.stream.follow.subscriptionOptions(undefined, {
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

  useEffect(() => {
    resume.current = () => {
      if (told.current.state !== 'offline') return
      clearTimeout(again.current)
      subscription.reset()
    }
  })
  const reconnect = useCallback(() => {
    if (leads) resume.current()
    else channel.current?.postMessage({ kind: 'reconnect' } satisfies Shared)
  }, [leads])

  const stream = useMemo<NewsStream>(() => ({ connection, store, reconnect }), [connection, store, reconnect])
  return <StreamContext value={stream}>{children}</StreamContext>
}

const isSignedOut = (error: unknown): boolean => error instanceof TRPCClientError && error.data?.code === 'UNAUTHORIZED'

/** The account page ends sessions itself, its own too, and says what comes next. */
function sessionEnded(): void {
  if (location.pathname !== '/account') goToSignIn()
}

function useStream(): NewsStream {
  const stream = use(StreamContext)
  if (!stream) throw new Error('The stream needs the signed-in layout around it.')
  return stream
}

export const useConnection = (): Connection => useStream().connection
/** Tries at once to hear from the server again, instead of waiting for the next attempt; nothing while it is heard. */
export const useReconnect = (): (() => void) => useStream().reconnect

/**
 * Calls `listener` for each news, beginning with the newest of each subject: the data on the page may be from before it came.
 * It may be a new function on every render.
 */
export function useNews(listener: (news: News) => void): void {
  const { store } = useStream()
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => {
    for (const news of store.all()) latest.current(news)
    return store.subscribe((news) => latest.current(news))
  }, [store])
}

/** The same for changes of the newest column of any instrument only. */
export function useColumnsNews(listener: (news: ColumnsNews) => void): void {
  useNews((news) => {
    if (news.kind === 'columns') listener(news)
  })
}

function useFromStore<T>(read: (store: NewsStore) => T): T {
  const { store } = useStream()
  const snapshot = () => read(store)
  const subscribe = useCallback((changed: () => void) => store.subscribe(changed), [store])
  return useSyncExternalStore(subscribe, snapshot, snapshot)
}

/** How all feeds are, by instrument key. */
export const useFeeds = (): ReadonlyMap<string, FeedNews> => useFromStore((store) => store.feeds)
/** How the feed of one instrument is; null where it has none. */
export const useFeed = (instrumentKey: string): FeedNews | null => useFromStore((store) => store.feeds.get(instrumentKey) ?? null)
/** How all data sources are. */
export const useSources = (): readonly SourceNews[] => useFromStore((store) => store.sources)
/** The newest column of an instrument; null before the stream has told of one. */
export const useNewestColumn = (instrumentKey: string): ColumnsNews | null => useFromStore((store) => store.columnsOf(instrumentKey))
/** The server's clock, ticking every `everyMs`; `first` (what it was then) until the page runs, so that both render the same. */
export function useServerNow(first: number, everyMs = 10_000): number {
  const { store } = useStream()
  const [now, setNow] = useState(first)
  useEffect(() => {
    const tick = () => setNow(store.clock().now)
    tick()
    const timer = setInterval(tick, everyMs)
    return () => clearInterval(timer)
  }, [store, everyMs])
  return now
}
/** The job that moved last; null when none has since the page was opened. */
export const useProgress = (): ProgressNews | null => useFromStore((store) => store.progress)
/** How far the adding up of one sum over venues is. */
export const useSumNews = (instrumentKey: string): ProgressNews | null => useFromStore((store) => store.sumOf(instrumentKey))
