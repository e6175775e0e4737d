'use client'
import { formatAge } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { FlaskConical } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { useUser } from '../shell/user-context.tsx'
import { useColumnsNews } from '../stream/columns-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { ImportHelp } from './import-help.tsx'
import { type JobProgress, progressFigures, worthOpening } from './prepare/progress.ts'

const text = messages.firstRun

/** Before there is any data: two ways to get some. Whatever brings a market, this page turns into its heatmap. */
export function FirstRun() {
  const progress = useAnyProgress()
  useOpenFirstMarket()
  return (
    <AppFrame section="heatmap">
      <PageBody title={text.title}>
        <p className="max-w-[76ch] text-[13px] leading-5 text-t2">{text.lead}</p>
        <div className="grid items-start gap-3 wide:grid-cols-2">
          <SamplePanel progress={progress} />
          <ImportHelp title={text.importTitle} lead={text.importLead} />
        </div>
      </PageBody>
    </AppFrame>
  )
}

function SamplePanel({ progress }: { progress: JobProgress | null }) {
  const user = useUser()
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const statusKey = trpc.sample.status.queryKey()
  // The job's progress comes by the stream. That it failed, only the status says: it is asked while the job runs.
  const { data: status } = useQuery(
    trpc.sample.status.queryOptions(undefined, { staleTime: 0, refetchInterval: ({ state }) => (state.data?.running ? 2_000 : false) }),
  )
  const start = useMutation(
    trpc.sample.start.mutationOptions({
      onSuccess: (data) => queryClient.setQueryData(statusKey, data),
      onError: () => queryClient.invalidateQueries({ queryKey: statusKey }),
    }),
  )
  const running = start.isPending || status?.running === true
  const finished = start.isSuccess && status !== undefined && !status.running && !status.error
  const error = running ? null : (status?.error ?? start.error?.message ?? null)
  const shown = progress ?? (status?.running ? status : null)

  return (
    <Panel
      title={
        <span className="flex items-center gap-2">
          <FlaskConical size={16} aria-hidden="true" className="text-t3" />
          {text.sampleTitle}
        </span>
      }
    >
      <p className="max-w-[70ch] leading-[18px] text-t2">{text.sampleLead}</p>
      {user.role === 'admin' ? (
        <Button variant="primary" size="large" className="mt-4" busy={running || finished} onClick={() => start.mutate()}>
          {text.sampleButton}
        </Button>
      ) : (
        <p className="mt-3 text-t2">{text.sampleMember}</p>
      )}
      {(running || finished || progress) && <Progress progress={shown} />}
      {error && (
        <div className="mt-4">
          <ErrorNote data-testid="sample-error">
            <b className="font-semibold">{text.sampleFailed}</b> <span className="whitespace-pre-line">{error}</span>
          </ErrorNote>
        </div>
      )}
    </Panel>
  )
}

function Progress({ progress }: { progress: JobProgress | null }) {
  const { share, percent, etaMs } = progressFigures(progress ?? { phase: null, done: null, total: null, etaMs: null })
  return (
    <div className="mt-4" data-testid="sample-progress">
      <div className="mb-1.5 flex items-baseline gap-2">
        <span className="font-medium first-letter:uppercase">{progress?.phase ?? text.sampleStarting}</span>
        {etaMs !== null && <span className="text-t3">{text.eta(formatAge(etaMs))}</span>}
        <span className="ml-auto font-semibold">{percent}</span>
      </div>
      <div
        role="progressbar"
        aria-label={text.progress}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.floor(share * 100)}
        className="h-1.5 overflow-hidden rounded-full bg-s3"
      >
        <div
          className={`h-full rounded-full bg-acc ${share === null ? 'w-1/4 animate-pulse' : ''}`}
          style={share === null ? undefined : { width: `${share * 100}%` }}
        />
      </div>
    </div>
  )
}

/** Newest progress of any job: the sample market or an import at the command line. */
function useAnyProgress(): JobProgress | null {
  const trpc = useTRPC()
  const [progress, setProgress] = useState<JobProgress | null>(null)
  useSubscription(trpc.stream.progress.subscriptionOptions(undefined, { onData: setProgress }))
  return progress
}

/** Opens the first market that is worth opening, without a reload. */
function useOpenFirstMarket(): void {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const router = useRouter()
  const { data } = useQuery(trpc.instruments.list.queryOptions())
  const refresh = useMemo(
    () => throttle(() => void queryClient.invalidateQueries({ queryKey: trpc.instruments.list.queryKey() }), 1_000),
    [queryClient, trpc],
  )
  useEffect(() => refresh.cancel, [refresh])
  useColumnsNews(refresh.call)
  const market = data?.find(worthOpening)?.key
  useEffect(() => {
    if (market) router.replace(heatmapPath(market))
  }, [market, router])
}
