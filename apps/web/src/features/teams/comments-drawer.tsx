'use client'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { MessageSquare } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { useUser } from '../shell/user-context.tsx'
import { Dialog } from '../sources/dialog.tsx'
import { useServerNow } from '../stream/news-stream.tsx'
import { WriteComment } from './comment-form.tsx'
import { CommentItem } from './comment-item.tsx'
import { problemOf } from './prepare/words.ts'
import { useCommentNews } from './use-comment-news.ts'

const text = messages.teams.comments

/** All comments on one item, oldest first, and a field to write another. */
export function CommentsDrawer({
  itemId,
  name,
  onRead,
  onClose,
}: {
  itemId: string
  name?: string | undefined
  onRead: (time: number) => void
  onClose: () => void
}) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { userId } = useUser()
  const now = useServerNow(Date.now())
  useCommentNews(itemId)
  const end = useRef<HTMLDivElement>(null)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    trpc.comments.list.infiniteQueryOptions(
      { id: itemId },
      { getNextPageParam: ({ comments, earlier }) => (earlier ? comments[0]?.id : undefined), initialCursor: null, staleTime: 0 },
    ),
  )
  const comments = useMemo(() => data?.pages.toReversed().flatMap((page) => page.comments), [data])
  const newest = comments?.at(-1)
  useEffect(() => {
    if (newest) onRead(newest.createdAt)
    end.current?.scrollIntoView({ block: 'end' })
  }, [newest, onRead])
  const changed = () => queryClient.invalidateQueries({ queryKey: trpc.comments.pathKey() })

  return (
    <Dialog title={name ? `${text.title}: ${name}` : text.title} place="side" onClose={onClose}>
      <div className="min-h-32 flex-1 overflow-y-auto overscroll-contain" aria-busy={!comments && !error}>
        {error && (
          <ErrorNote className="m-4" onRetry={() => void refetch()}>
            {text.failed} {problemOf(error)}
          </ErrorNote>
        )}
        {!comments && !error && <p className="p-4 text-t3">{text.loading}</p>}
        {comments?.length === 0 && (
          <EmptyState title={text.empty} icon={<MessageSquare size={24} />}>
            {text.emptyLead}
          </EmptyState>
        )}
        {hasNextPage && (
          <div className="flex justify-center pt-3">
            <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {text.earlier}
            </Button>
          </div>
        )}
        {comments && comments.length > 0 && (
          <ol aria-label={text.title} className="flex flex-col gap-4 p-4">
            {comments.map((comment) => (
              <CommentItem
                key={comment.id}
                comment={comment}
                now={now}
                own={comment.authorId === userId}
                mayRemove={data?.pages[0]?.role === 'owner'}
                onChanged={changed}
              />
            ))}
          </ol>
        )}
        <div ref={end} />
      </div>
      <WriteComment itemId={itemId} onWritten={changed} />
    </Dialog>
  )
}
