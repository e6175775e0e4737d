'use client'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { useNews } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'

const SOON_MS = 1_000
/** While something is on its way. */
const LOG_EVERY_MS = 2_000
const LOG_AT_LEISURE_MS = 30_000

/** Whose: null is the person's own. */
export function useAlerts(teamId: string | null) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const rules = useQuery(trpc.alerts.rules.queryOptions({ teamId }))
  const channels = useQuery(trpc.alerts.channels.queryOptions({ teamId }))
  const again = useMemo(
    () =>
      throttle(() => {
        void queryClient.invalidateQueries({ queryKey: trpc.alerts.rules.queryKey() })
        void queryClient.invalidateQueries({ queryKey: trpc.alerts.log.infiniteQueryKey() })
      }, SOON_MS),
    [queryClient, trpc],
  )
  useEffect(() => again.cancel, [again])
  useNews((news) => {
    if (news.kind === 'people' && (news.subject === 'rule' || news.subject === 'inbox')) again.call()
  })
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: trpc.alerts.rules.queryKey() }),
      queryClient.invalidateQueries({ queryKey: trpc.alerts.channels.queryKey() }),
      queryClient.invalidateQueries({ queryKey: trpc.alerts.log.infiniteQueryKey() }),
    ])
  return { rules, channels, refresh }
}

/** By pages, newest first; asked again while something in it is on its way. */
export function useDeliveryLog(teamId: string | null, problems: boolean) {
  const trpc = useTRPC()
  return useInfiniteQuery(
    trpc.alerts.log.infiniteQueryOptions(
      { teamId, problems },
      {
        initialCursor: null,
        getNextPageParam: (page) => page.next,
        refetchInterval: ({ state }) =>
          state.data?.pages[0]?.rows.some((row) => row.state === 'queued' || row.state === 'retrying') ? LOG_EVERY_MS : LOG_AT_LEISURE_MS,
      },
    ),
  )
}
