'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { useNews } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { mergeRows } from './prepare/rows.ts'
import type { ScreenerBreakout, ScreenerList, ScreenerRow } from './server/schema.ts'

const REFRESH_MS = 3_000
/** All pages hear of new readings at once. */
const CALM_MS = () => 100 + 900 * Math.random()
/** Instruments that are gone are noticed by asking for all of them now and then. */
const WHOLE_MS = 15 * 60_000

export interface ScreenerRows {
  /** undefined until they have been read */
  rows: readonly ScreenerRow[] | undefined
  /** the last question was not answered: figures are from before */
  failed: boolean
  retry: () => void
}

export interface Screener extends ScreenerRows {
  rows: readonly ScreenerRow[]
  breakouts: readonly ScreenerBreakout[]
}

/**
 * Rows of all markets, kept up to date by the stream: after each news only what has changed is asked for. All that is on the page
 * shares them. `alongside` is asked for with them.
 */
export function useScreenerRows({
  initial,
  enabled = true,
  alongside,
}: {
  initial?: ScreenerList
  enabled?: boolean
  alongside?: () => Promise<void>
} = {}): ScreenerRows {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const whole = useMemo(() => trpc.screener.list.queryOptions(), [trpc])
  const { data, isError, refetch } = useQuery({
    ...whole,
    ...(initial ? { initialData: initial } : {}),
    enabled,
    refetchInterval: WHOLE_MS,
  })
  const [failed, setFailed] = useState(false)
  const others = useRef(alongside)
  useEffect(() => {
    others.current = alongside
  })

  const refresh = useMemo(() => {
    const ask = async () => {
      const since = queryClient.getQueryData(whole.queryKey)?.asOf
      // the first question is on its way
      if (since === undefined) return
      try {
        const [changed] = await Promise.all([
          queryClient.fetchQuery({ ...trpc.screener.list.queryOptions({ since }), staleTime: 0, gcTime: 0 }),
          others.current?.(),
        ])
        queryClient.setQueryData(
          whole.queryKey,
          (known) => known && { rows: mergeRows(known.rows, changed.rows), asOf: Math.max(known.asOf, changed.asOf) },
        )
        setFailed(false)
      } catch {
        setFailed(true)
      }
    }
    return throttle(() => void ask(), REFRESH_MS, CALM_MS)
  }, [queryClient, trpc, whole])
  useEffect(() => refresh.cancel, [refresh])
  useNews((news) => {
    if (news.kind === 'readings' && enabled) refresh.call()
  })
  const retry = useCallback(() => {
    if (data) refresh.call()
    else void refetch()
  }, [data, refresh, refetch])
  return { rows: data?.rows, failed: failed || isError, retry }
}

/** Rows and breakouts. */
export function useScreener(initial: ScreenerList, initialBreakouts: readonly ScreenerBreakout[]): Screener {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const feed = useMemo(() => trpc.screener.breakouts.queryOptions(), [trpc])
  const { data: breakouts } = useQuery({ ...feed, initialData: [...initialBreakouts] })
  const alongside = () => queryClient.invalidateQueries({ queryKey: feed.queryKey })
  const { rows = initial.rows, failed, retry } = useScreenerRows({ initial, alongside })
  return { rows, breakouts, failed, retry }
}
