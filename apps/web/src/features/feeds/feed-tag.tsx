'use client'
import { Badge, type BadgeTone } from '@faultline/ui/react/badge'
import { messages } from '../../messages.ts'
import { useConnection } from '../stream/news-stream.tsx'
import type { FeedNews } from '../stream/server/news.ts'
import { FeedIcon } from './feed-icon.tsx'
import { type FeedTone, feedStatus, percent } from './prepare/feed-status.ts'

const TONES: Readonly<Record<FeedTone, BadgeTone>> = { ok: 'ok', warn: 'warn', err: 'err', accent: 'accent', idle: 'neutral' }

/** The state of a feed in a word, for lists. */
export function FeedTag({ feed, className }: { feed: FeedNews; className?: string | undefined }) {
  const connection = useConnection()
  const { state, tone, word, why, done } = feedStatus(feed, { source: null, connection, newestAt: null, now: 0 })
  return (
    <Badge tone={TONES[tone]} icon={<FeedIcon state={state} />} title={why ?? undefined} className={className}>
      {state === 'backfilling' && done !== null ? messages.feeds.tag(word, percent(done)) : word}
    </Badge>
  )
}
