'use client'
import { formatAge } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { FeedIcon } from '../feeds/feed-icon.tsx'
import { FEED_TONES } from '../feeds/prepare/feed-status.ts'
import { useConnection, useFeeds, useNewestColumn, useServerNow } from '../stream/news-stream.tsx'
import { sumStatus } from './prepare/sum-status.ts'
import type { SumFacts } from './server/schema.ts'

const text = messages.venues

/** How the venues of a sum are, in the top bar; null where no feed brings any of them. */
export function SumPill({ instrument, facts, now: renderedAt }: { instrument: string; facts: SumFacts; now: number }) {
  const feeds = useFeeds()
  const connection = useConnection()
  const newest = useNewestColumn(instrument)
  const now = useServerNow(renderedAt, 1_000)
  const status = sumStatus(facts, feeds)
  if (status.state === 'none') return null
  const offline = connection.state === 'offline'
  const state = offline ? 'stale' : status.state
  const word = offline ? messages.feeds.offline : messages.feeds.states[state]
  const age = newest?.madeAt == null ? null : formatAge(now - newest.madeAt)
  const venues = status.live < status.fed ? text.live(String(status.live), String(status.fed)) : null
  return (
    <span
      role="status"
      data-testid="feed-state"
      data-feed-state={state}
      title={venues ?? undefined}
      className={`fl-live flex-none fl-live-${FEED_TONES[state]}`}
    >
      <FeedIcon state={state} />
      <span className="sr-only phone:not-sr-only">{word}</span>
      {venues && !offline && <span>{venues}</span>}
      {/* what ticks is not to be read out each second */}
      {!offline && !venues && age !== null && <span aria-hidden="true">{age}</span>}
    </span>
  )
}
