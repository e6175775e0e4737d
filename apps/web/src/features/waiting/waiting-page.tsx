'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { useColumnsNews, useFeeds } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { firstToOpen } from '../venues/prepare/venue-choice.ts'
import { ImportHelp } from './import-help.tsx'
import { worthOpening } from './prepare/progress.ts'
import { SourcesPanel } from './sources-panel.tsx'

const text = messages.waiting

/** Before there is any column: what is going on with the sources. Whatever brings a market, this page turns into its heatmap. */
export function WaitingPage({ now }: { now: number }) {
  useOpenFirstMarket()
  return (
    <AppFrame section="heatmap">
      <PageBody title={text.title}>
        <p className="max-w-[76ch] text-[13px] leading-5 text-t2">{text.lead}</p>
        <div className="grid items-start gap-3 wide:grid-cols-2">
          <SourcesPanel renderedAt={now} />
          <ImportHelp title={text.importTitle} lead={text.importLead} />
        </div>
      </PageBody>
    </AppFrame>
  )
}

/** Opens the first market that is worth opening, without a reload. */
function useOpenFirstMarket(): void {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const router = useRouter()
  const feeds = useFeeds()
  const { data } = useQuery(trpc.instruments.list.queryOptions())
  const refresh = useMemo(
    () => throttle(() => void queryClient.invalidateQueries({ queryKey: trpc.instruments.list.queryKey() }), 1_000),
    [queryClient, trpc],
  )
  useEffect(() => refresh.cancel, [refresh])
  useColumnsNews(refresh.call)
  const market = firstToOpen(data?.filter((row) => worthOpening(row, feeds.get(row.key)?.state ?? null)) ?? [])?.key
  useEffect(() => {
    if (market) router.replace(heatmapPath(market))
  }, [market, router])
}
