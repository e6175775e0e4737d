'use client'
import { formatAge } from '@faultline/ui/format'
import { Panel } from '@faultline/ui/react/panel'
import { Database, Settings2 } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useMemo } from 'react'
import { messages } from '../../messages.ts'
import { FeedIcon } from '../feeds/feed-icon.tsx'
import { backfillOf, FEED_TONES, percent, sourceSentence } from '../feeds/prepare/feed-status.ts'
import { sourceName } from '../feeds/prepare/source-name.ts'
import { useUser } from '../shell/user-context.tsx'
import { useFeeds, useProgress, useServerNow, useSources } from '../stream/news-stream.tsx'
import type { SourceNews } from '../stream/server/news.ts'
import { progressFigures } from './prepare/progress.ts'

const text = messages.waiting

/** What every source is doing, by itself up to date; also where a list has nothing to show yet. */
export function SourcesPanel({ renderedAt }: { renderedAt: number }) {
  const sources = useSources()
  const user = useUser()
  const now = useServerNow(renderedAt, 1_000)
  const progress = useProgress()
  const figures = progress && progressFigures(progress)
  return (
    <Panel
      title={
        <span className="flex items-center gap-2">
          <Database size={16} aria-hidden="true" className="text-t3" />
          {text.sources}
        </span>
      }
      actions={
        user.role === 'admin' && (
          <Link href="/admin/sources" className="fl-button fl-button-secondary fl-button-small">
            <Settings2 size={14} aria-hidden="true" />
            {text.manage}
          </Link>
        )
      }
    >
      {sources.length === 0 && !progress && (
        <p className="leading-[18px] text-t2">
          {text.noSources} {user.role === 'admin' && text.noSourcesAdmin}
        </p>
      )}
      <ul className="flex flex-col gap-4">
        {sources.map((source) => (
          <SourceRow key={source.sourceId} source={source} now={now} />
        ))}
        {progress && figures && (
          <Item name={text.import} share={figures.share} testId="import-progress">
            {[progress.phase, figures.percent].filter(Boolean).join(', ')}
            {figures.etaMs !== null && ` · ${text.eta(formatAge(figures.etaMs))}`}
          </Item>
        )}
      </ul>
    </Panel>
  )
}

const TEXT = { ok: 'text-ok', warn: 'text-warn', err: 'text-err', accent: 'text-accfg', idle: 'text-t3' } as const

function SourceRow({ source, now }: { source: SourceNews; now: number }) {
  const feeds = useFeeds()
  const own = useMemo(() => [...feeds.values()].filter((feed) => feed.sourceId === source.sourceId), [feeds, source.sourceId])
  const work = source.enabled && source.silent === null ? backfillOf(own) : null
  const state = source.state === 'live' && work ? 'backfilling' : source.state
  return (
    <Item
      name={sourceName(source.name)}
      icon={state && <FeedIcon state={state} size={14} />}
      tone={state ? TEXT[FEED_TONES[state]] : TEXT.warn}
      share={work?.share ?? null}
      testId="source-line"
      state={source.state ?? 'none'}
    >
      {sourceSentence(source, own, now)}
    </Item>
  )
}

function Item({
  name,
  icon,
  tone = '',
  share,
  testId,
  state,
  children,
}: {
  name: string
  icon?: ReactNode
  tone?: string
  share: number | null
  testId: string
  state?: string
  children: ReactNode
}) {
  return (
    <li data-testid={testId} data-source-state={state}>
      <p className="flex items-start gap-2 text-[13px] leading-5">
        {icon && <span className={`flex h-5 w-3.5 flex-none items-center justify-center ${tone}`}>{icon}</span>}
        <span className="[overflow-wrap:anywhere]">
          <b className="font-semibold">{name}</b>: <span className="text-t2">{children}</span>
        </span>
      </p>
      {share !== null && (
        <div
          role="progressbar"
          aria-label={`${text.progress}: ${name}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.floor(share * 100)}
          aria-valuetext={percent(share)}
          className="mt-2 h-1.5 overflow-hidden rounded-full bg-s3"
        >
          <div className="h-full rounded-full bg-acc" style={{ width: `${share * 100}%` }} />
        </div>
      )}
    </li>
  )
}
