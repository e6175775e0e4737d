'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
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

export interface Screener {
  rows: readonly ScreenerRow[]
  breakouts: readonly ScreenerBreakout[]
  /** the last question was not answered: figures are from before */
  failed: boolean
  retry: () => void
}

/** Rows and breakouts, kept up to date by the stream: after each news only what has changed is asked for. */
export function useScreener(initial: ScreenerList, initialBreakouts: readonly ScreenerBreakout[]): Screener {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const whole = useMemo(() => trpc.screener.list.queryOptions(), [trpc])
  const feed = useMemo(() => trpc.screener.breakouts.queryOptions(), [trpc])
  const { data, isError } = useQuery({ ...whole, initialData: initial, refetchInterval: WHOLE_MS })
  const { data: breakouts } = useQuery({ ...feed, initialData: [...initialBreakouts] })
  const [failed, setFailed] = useState(false)

  const refresh = useMemo(() => {
    const ask = async () => {
      const since = queryClient.getQueryData(whole.queryKey)?.asOf
      try {
        const [changed] = await Promise.all([
          queryClient.fetchQuery({ ...trpc.screener.list.queryOptions({ since }), staleTime: 0, gcTime: 0 }),
          queryClient.invalidateQueries({ queryKey: feed.queryKey }),
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
  }, [queryClient, trpc, whole, feed])
  useEffect(() => refresh.cancel, [refresh])
  useNews((news) => {
    if (news.kind === 'readings') refresh.call()
  })
  return { rows: data.rows, breakouts, failed: failed || isError, retry: refresh.call }
}
