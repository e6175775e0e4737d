'use client'
import { Button } from '@faultline/ui/react/button'
import { useQuery } from '@tanstack/react-query'
import { MessageSquare } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { CommentsDrawer } from './comments-drawer.tsx'
import { useCommentNews } from './use-comment-news.ts'
import { useLastRead } from './use-last-read.ts'

const text = messages.teams.comments

/**
 * Opens the comments on a saved item, and says how many there are and whether others wrote since they were read here.
 * @param itemId of a view, a layout or a watchlist that the reader may see
 */
export function CommentsButton({ itemId, name }: { itemId: string; name?: string }) {
  const trpc = useTRPC()
  const [open, setOpen] = useState(false)
  const [lastRead, markRead] = useLastRead(itemId)
  const { data } = useQuery(trpc.comments.summary.queryOptions({ id: itemId }))
  useCommentNews(itemId)
  const count = data?.count ?? 0
  const unread = !open && lastRead !== null && (data?.newestOfOthers ?? 0) > lastRead
  const label = [text.buttonCount(formatCount(count)), unread && text.unread].filter(Boolean).join(', ')
  const close = () => {
    if (data?.newestOfOthers) markRead(data.newestOfOthers)
    setOpen(false)
  }
  return (
    <>
      <span className="relative inline-flex">
        <Button aria-label={label} title={label} aria-haspopup="dialog" icon={<MessageSquare size={14} />} onClick={() => setOpen(true)}>
          {count > 0 ? formatCount(count) : undefined}
        </Button>
        {unread && (
          <span
            aria-hidden="true"
            className="pointer-events-none absolute -top-1 -right-1 size-2.5 rounded-full border-2 border-s1 bg-acc"
          />
        )}
      </span>
      {open && <CommentsDrawer itemId={itemId} name={name} onRead={markRead} onClose={close} />}
    </>
  )
}
