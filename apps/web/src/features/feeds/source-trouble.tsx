'use client'
import Link from 'next/link'
import { messages } from '../../messages.ts'
import { useUser } from '../shell/user-context.tsx'
import { useSources } from '../stream/news-stream.tsx'
import { FeedIcon } from './feed-icon.tsx'
import { isTroubled, sourceSentence } from './prepare/feed-status.ts'
import { sourceName } from './prepare/source-name.ts'

/** A source that brings nothing, in a small line: the pictures of other sources have nothing to do with it. */
export function SourceTrouble({ now, className = '' }: { now: number; className?: string }) {
  const sources = useSources()
  const user = useUser()
  const troubled = sources.filter(isTroubled)
  const first = troubled[0]
  if (!first) return null
  const line = (
    <>
      <span className="flex-none text-warn">
        <FeedIcon state={first.state ?? 'connecting'} />
      </span>
      <span className="truncate">
        {sourceName(first.name)}: {sourceSentence(first, [], now)}
        {troubled.length > 1 && ` ${messages.feeds.others(String(troubled.length - 1))}`}
      </span>
    </>
  )
  const look = `flex min-w-0 items-center gap-1.5 text-[11px] leading-[15px] text-t2 ${className}`
  return user.role === 'admin' ? (
    <Link href="/admin/sources" prefetch={false} data-testid="source-trouble" className={`${look} hover:underline`}>
      {line}
    </Link>
  ) : (
    <p data-testid="source-trouble" className={look}>
      {line}
    </p>
  )
}
