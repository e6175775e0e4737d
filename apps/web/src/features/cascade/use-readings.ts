'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { useColumnsNews } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'

/** A map that changes under a hand that drags is no help, and draws are large. */
const REFRESH_MS = 60_000

/** The newest column's readings, asked again when there is a newer one. Not asked for before there is a column. */
export function useReadings({ key, lastBucket }: InstrumentListItem) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const input = { instrument: key }
  const query = useQuery({ ...trpc.readings.current.queryOptions(input), enabled: lastBucket !== null })
  const refresh = useMemo(
    () => throttle(() => void queryClient.invalidateQueries({ queryKey: trpc.readings.current.queryKey({ instrument: key }) }), REFRESH_MS),
    [queryClient, trpc, key],
  )
  useEffect(() => refresh.cancel, [refresh])
  const shown = query.data
  useColumnsNews((news) => {
    if (news.instrumentKey === key && shown && (news.lastBucket > shown.bucket || news.buildId !== shown.buildId)) refresh.call()
  })
  return query
}
