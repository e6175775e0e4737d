'use client'
import type { ChannelStatus } from '@faultline/market/feed'
import { formatAge } from '@faultline/ui/format'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useEffect, useRef } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatShare, MISSING } from '../shell/prepare/format.ts'
import { useUser } from '../shell/user-context.tsx'
import { useNewestColumn } from '../stream/news-stream.tsx'
import type { FeedNews, SourceNews } from '../stream/server/news.ts'
import { FeedIcon } from './feed-icon.tsx'
import type { FeedStatus } from './prepare/feed-status.ts'
import { sourceName } from './prepare/source-name.ts'
import type { FeedDetail } from './server/detail.ts'

const text = messages.feeds.details

/** The channels of one feed: when each was last heard of, and how much of the last day it has covered. */
export function FeedDetails({
  id,
  feed,
  source,
  status,
  now,
}: {
  id: string
  feed: FeedNews
  source: SourceNews | null
  status: FeedStatus
  /** server's clock */
  now: number
}) {
  const trpc = useTRPC()
  const user = useUser()
  const { data, isError, refetch } = useQuery(
    trpc.feeds.detail.queryOptions({ instrument: feed.instrumentKey }, { staleTime: 0, retry: false }),
  )
  // While it is open: times of channels move without being news, but not without columns or a change of state.
  const column = useNewestColumn(feed.instrumentKey)?.lastBucket
  const seen = useRef({ feed, column })
  useEffect(() => {
    if (seen.current.feed === feed && seen.current.column === column) return
    seen.current = { feed, column }
    void refetch()
  }, [feed, column, refetch])
  return (
    <section
      id={id}
      aria-label={text.title}
      data-testid="feed-details"
      className="app-popover fixed inset-x-2 top-12 z-40 mt-1 p-3.5 phone:absolute phone:inset-x-auto phone:top-full phone:right-0 phone:mt-2 phone:w-[360px]"
    >
      <h2 className="flex items-center gap-2 text-[13px] leading-[18px] font-semibold">
        {source ? sourceName(source.name) : text.title}
        <span className={`ml-auto flex items-center gap-1.5 text-[12px] font-medium ${TONES[status.tone]}`}>
          <FeedIcon state={status.state} />
          {status.word}
        </span>
      </h2>
      {status.why && <p className="mt-1 text-[12px] leading-[17px] [overflow-wrap:anywhere] text-t2">{status.why}</p>}
      {status.history && <p className="mt-1 text-t2">{status.history}</p>}
      {data ? <Channels detail={data} now={now} /> : <p className="mt-3 text-t3">{isError ? text.failed : text.loading}</p>}
      {user.role === 'admin' && (
        <Link href="/admin/sources" className="mt-3 inline-block font-semibold text-accfg underline underline-offset-2">
          {text.manage}
        </Link>
      )}
    </section>
  )
}

const TONES = { ok: 'text-ok', warn: 'text-warn', err: 'text-err', accent: 'text-accfg', idle: 'text-t2' } as const

function Channels({ detail, now }: { detail: FeedDetail; now: number }) {
  return (
    <>
      <table className="mt-2.5 w-full text-[12px]">
        <thead className="text-[11px] text-t3">
          <tr>
            <th scope="col" className="h-6 text-left font-normal">
              {text.channel}
            </th>
            <th scope="col" className="text-right font-normal">
              {text.newest}
            </th>
            <th scope="col" className="text-right font-normal">
              {text.coverage}
            </th>
          </tr>
        </thead>
        <tbody>
          {detail.channels.map(({ channel, status, coverage }) => (
            <tr key={channel} className="border-t border-line2">
              <th scope="row" className="h-7 text-left font-medium first-letter:uppercase">
                {messages.provenance.channels[channel] ?? channel}
              </th>
              <td className="text-right whitespace-nowrap text-t2">
                <Newest status={status} now={now} />
              </td>
              <td className="text-right font-medium">
                {coverage.expectedMs > 0 ? formatShare(coverage.coveredMs, coverage.expectedMs) : MISSING}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-[11px] leading-[15px] text-t3">
        {text.share} {detail.liquidationsSampled && text.sampled}
      </p>
    </>
  )
}

function Newest({ status, now }: { status: ChannelStatus; now: number }) {
  if (status.receivedAt === null) return <span className="text-t3">{text.notYet}</span>
  const age = text.ago(formatAge(now - status.receivedAt))
  return (
    <span className={status.state === 'late' || status.state === 'suspect' ? 'text-warn' : ''}>
      {[age, text.states[status.state]].filter(Boolean).join(', ')}
    </span>
  )
}
