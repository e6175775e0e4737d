'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import { useUser } from '../shell/user-context.tsx'
import { useNews } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'

const AT_MOST_EVERY_MS = 1_000

/**
 * Asks again for what the page shows of teams when the stream says that it changed: of one team, or of all of the reader's.
 * The last of several changes is made up for, so what is told after a change, as the activity is, comes in too.
 */
export function useTeamNews(teamId: string | null): void {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { userId } = useUser()
  const ask = useMemo(
    () => throttle(() => void queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() }), AT_MOST_EVERY_MS),
    [queryClient, trpc],
  )
  useEffect(() => () => ask.cancel(), [ask])
  useNews((news) => {
    if (news.kind !== 'people' || !['item', 'comment', 'member', 'team'].includes(news.subject)) return
    const mine = news.subject === 'member' && news.id === userId
    if (mine || (news.teamId !== null && (teamId === null || news.teamId === teamId))) {
      ask.call()
      // the interval's end asks once more
      ask.call()
    }
  })
}
