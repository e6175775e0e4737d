'use client'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Activity as ActivityIcon } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { PageBody } from '../shell/app-frame.tsx'
import { useServerNow } from '../stream/news-stream.tsx'
import { ActivityList } from './activity-list.tsx'
import { problemOf } from './prepare/words.ts'
import type { ActivityFilter, TeamDetails } from './server/schema.ts'
import { TeamFrame } from './team-frame.tsx'

const text = messages.teams.activity
type Shown = ActivityFilter | 'all'
const FILTERS = (Object.keys(text.filters) as Shown[]).map((value) => ({ value, label: text.filters[value] }))

/** What happened in a team. */
export function ActivityPage({ team: initial, now }: { team: TeamDetails; now: number }) {
  const [filter, setFilter] = useState<Shown>('all')
  return (
    <TeamFrame initial={initial} tab="activity">
      {(team) => (
        <PageBody title={text.title}>
          <div className="-mx-1 overflow-x-auto px-1 pb-1">
            <SegmentedControl label={text.filter} options={FILTERS} value={filter} onChange={setFilter} />
          </div>
          <Feed key={filter} teamId={team.id} filter={filter} renderedAt={now} />
        </PageBody>
      )}
    </TeamFrame>
  )
}

function Feed({ teamId, filter, renderedAt }: { teamId: string; filter: Shown; renderedAt: number }) {
  const trpc = useTRPC()
  const now = useServerNow(renderedAt, 30_000)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    trpc.teams.activity.infiniteQueryOptions(
      { teamId, filter: filter === 'all' ? null : filter },
      { getNextPageParam: ({ next }) => next ?? undefined, initialCursor: null, staleTime: 0 },
    ),
  )
  const entries = data?.pages.flatMap((page) => page.entries)
  return (
    <div className="fl-panel" aria-busy={!entries && !error}>
      {error && (
        <ErrorNote className="m-3" onRetry={() => void refetch()}>
          {text.failed} {problemOf(error)}
        </ErrorNote>
      )}
      {!entries && !error && <Skeleton />}
      {entries?.length === 0 && <EmptyState title={filter === 'all' ? text.empty : text.emptyFiltered} icon={<ActivityIcon size={24} />} />}
      {entries && entries.length > 0 && <ActivityList entries={entries} now={now} />}
      {hasNextPage && (
        <div className="flex justify-center border-t border-line p-3">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? text.loadingMore : text.more}
          </Button>
        </div>
      )}
    </div>
  )
}

/** Rows keep their height; grey bars, and nothing moves. */
function Skeleton() {
  return (
    <div role="status" aria-busy="true">
      <span className="sr-only">{text.loading}</span>
      {['a', 'b', 'c', 'd'].map((key) => (
        <div key={key} aria-hidden="true" className="flex h-12 items-center gap-3 border-b border-line px-4 last:border-b-0">
          <span className="size-6 rounded-full bg-s3" />
          <span className="h-3 w-56 max-w-full rounded-sm bg-s3" />
        </div>
      ))}
    </div>
  )
}
