'use client'
import { LiveBadge } from '@faultline/ui/react/badge'
import { ChevronDown } from 'lucide-react'
import { useCallback, useId, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { useDismiss } from '../shell/use-dismiss.ts'
import { useConnection, useFeed, useNewestColumn, useServerNow, useSources } from '../stream/news-stream.tsx'
import type { FeedNews } from '../stream/server/news.ts'
import { FeedDetails } from './feed-details.tsx'
import { FeedIcon } from './feed-icon.tsx'
import { feedStatus } from './prepare/feed-status.ts'

/** Newest data of a market without a feed. */
interface Imported {
  /** end of the last bucket, UTC ms; null while there is none */
  dataTime: number | null
  bucketMs: number
  /** no column is to be expected any more: the age is said plainly, and never green */
  historic: boolean
}

/** How the feed of the shown instrument is, in the top bar; a press lists its channels. */
export function FeedPill({ instrument, imported, now }: { instrument: string; imported: Imported; now: number }) {
  const feed = useFeed(instrument)
  const connection = useConnection()
  if (feed) return <LivePill feed={feed} renderedAt={now} />
  return (
    <span role="status" data-testid="feed-state" data-feed-state="none">
      <span className="sr-only">{messages.feeds.states.none}</span>
      {/* what ticks is not to be read out each second */}
      <span aria-hidden="true">
        <LiveBadge {...imported} connection={connection.state} />
      </span>
    </span>
  )
}

function LivePill({ feed, renderedAt }: { feed: FeedNews; renderedAt: number }) {
  const sources = useSources()
  const connection = useConnection()
  const newest = useNewestColumn(feed.instrumentKey)
  const now = useServerNow(renderedAt, 1_000)
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  useDismiss(
    open,
    root,
    useCallback(() => setOpen(false), []),
  )
  const source = sources.find(({ sourceId }) => sourceId === feed.sourceId) ?? null
  const status = feedStatus(feed, { source, connection, newestAt: newest?.madeAt ?? null, now })
  return (
    <div ref={root} className="relative flex flex-none items-center gap-2">
      {status.history && (
        <span data-testid="feed-history" className="hidden text-[11px] whitespace-nowrap text-t3 wide:inline">
          {status.history}
        </span>
      )}
      <span role="status" data-testid="feed-state" data-feed-state={status.state} className="flex">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={open ? id : undefined}
          title={status.why ?? undefined}
          onClick={() => setOpen(!open)}
          className={`fl-live fl-live-${status.tone}`}
        >
          <FeedIcon state={status.state} />
          <span className="sr-only phone:not-sr-only">{status.word}</span>
          {/* what ticks is not to be read out each second */}
          {status.detail && (
            <span aria-hidden="true" className="hidden phone:inline">
              {status.state === 'backfilling' ? status.detail : `· ${status.detail}`}
            </span>
          )}
          <span aria-hidden="true" className="phone:hidden">
            {status.short}
          </span>
          <span className="sr-only">{messages.feeds.details.open}</span>
          <ChevronDown size={12} aria-hidden="true" className="hidden opacity-80 phone:inline" />
        </button>
      </span>
      {open && <FeedDetails id={id} feed={feed} source={source} status={status} now={now} />}
    </div>
  )
}
