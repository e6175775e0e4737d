'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { useNews } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { oneAtATime } from './prepare/one-at-a-time.ts'
import type { SourceList } from './server/schema.ts'

const SOON_MS = 1_000
const AT_LEISURE_MS = 5_000

/** The list, asked again when the stream has news. `initial` came with the page, if the server could read it. */
export function useSourceList(initial: SourceList | undefined) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const query = useQuery({ ...trpc.sources.list.queryOptions(), ...(initial ? { initialData: initial } : {}) })
  const [soon, atLeisure] = useMemo(() => {
    // not cancelled by the next news: where those come faster than answers, nothing would ever arrive
    const ask = oneAtATime(() => queryClient.invalidateQueries({ queryKey: trpc.sources.list.queryKey() }, { cancelRefetch: false }))
    return [throttle(ask, SOON_MS), throttle(ask, AT_LEISURE_MS)]
  }, [queryClient, trpc])
  useEffect(
    () => () => {
      soon.cancel()
      atLeisure.cancel()
    },
    [soon, atLeisure],
  )
  useNews((news) => {
    // after a failure asking anew would take its message away: that is for who reads it to decide
    if (query.data === undefined) return
    if (news.kind === 'source' || news.kind === 'feed') soon.call()
    // a column is no change of a feed, but coverage and request limits have moved since the last one
    else if (news.kind === 'columns') atLeisure.call()
  })
  return query
}
