'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../../trpc/provider.tsx'
import { useNews } from '../stream/news-stream.tsx'

/** Asks again for what the page shows of comments on one item when somebody writes, changes or deletes one. */
export function useCommentNews(itemId: string): void {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  useNews((news) => {
    if (news.kind === 'people' && news.subject === 'comment' && news.id === itemId)
      void queryClient.invalidateQueries({ queryKey: trpc.comments.pathKey() })
  })
}
