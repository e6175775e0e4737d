'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { useColumnsNews } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import type { InstrumentListItem } from './server/list.ts'

const REFRESH_MS = 5_000
/** A column of one market is followed by those of the others, and all pages hear of them at once. */
const CALM_MS = () => 300 + 1_700 * Math.random()

/** The list, kept up to date by the stream. `initial` came with the page. */
export function useInstruments(initial: InstrumentListItem[]): InstrumentListItem[] {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data } = useQuery({
    ...trpc.instruments.list.queryOptions(),
    initialData: initial,
  })
  const refresh = useMemo(
    () => throttle(() => void queryClient.invalidateQueries({ queryKey: trpc.instruments.list.queryKey() }), REFRESH_MS, CALM_MS),
    [queryClient, trpc],
  )
  useEffect(() => refresh.cancel, [refresh])
  useColumnsNews((news) => {
    const row = data.find((known) => known.key === news.instrumentKey)
    // the same column told again may mean that the build is complete
    if (row?.currentBuildId !== news.buildId || (row.lastBucket ?? 0) < news.lastBucket || row.status === 'building') refresh.call()
  })
  return data
}
