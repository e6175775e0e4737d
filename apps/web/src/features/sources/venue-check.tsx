'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useMutation, useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleSlash, CircleX, PlugZap } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { refusalOf } from './prepare/refusal.ts'
import type { VenueCheckResult } from './server/schema.ts'

const text = messages.sources.check
const channelNames: Record<string, string> = messages.sources.channels
const ASK_AGAIN_MS = 1_000

/** What is to be checked; null while the form beside it is not right yet. */
export interface CheckedVenue {
  venue: string
  restUrl: string | null
  wsUrl: string | null
  symbols: string[]
}

/** A button that has a worker connect to the venue for some seconds, and what came of it. */
export function VenueCheck({ target }: { target: () => CheckedVenue | null }) {
  const trpc = useTRPC()
  const [job, setJob] = useState<string | null>(null)
  const begin = useMutation(trpc.sources.check.mutationOptions({ onSuccess: ({ job }) => setJob(job) }))
  const asked = useQuery(
    trpc.sources.checkResult.queryOptions(
      { job: job ?? '' },
      {
        enabled: job !== null,
        retry: false,
        refetchInterval: ({ state: { data, error } }) =>
          error || data?.state === 'done' || data?.state === 'failed' ? false : ASK_AGAIN_MS,
      },
    ),
  )
  const state = asked.data
  const running = begin.isPending || (job !== null && !asked.error && state?.state !== 'done' && state?.state !== 'failed')
  const problem = begin.error ?? asked.error
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          icon={<PlugZap size={14} />}
          busy={running}
          onClick={() => {
            const checked = target()
            if (!checked || running) return
            setJob(null)
            begin.mutate(checked as Parameters<typeof begin.mutate>[0])
          }}
        >
          {text.begin}
        </Button>
        <p role="status" className="text-t2">
          {running ? (state?.state === 'active' ? text.active : text.waiting) : null}
        </p>
      </div>
      {problem && <ErrorNote>{refusalOf(problem, messages.errors.noAnswer).message}</ErrorNote>}
      {state?.state === 'failed' && <ErrorNote>{text.failed(state.message)}</ErrorNote>}
      {state?.state === 'done' && <Result result={state.result} />}
    </div>
  )
}

function Result({ result }: { result: VenueCheckResult }) {
  if (result.unreachable !== null) return <ErrorNote>{text.unreachable(result.unreachable)}</ErrorNote>
  return (
    <div className="fl-inner flex flex-col gap-2 rounded-lg border border-line p-3">
      <p className={`flex items-center gap-2 font-semibold ${result.ok ? 'text-ok' : 'text-warn'}`}>
        {result.ok ? <CircleCheck size={14} aria-hidden="true" /> : <CircleX size={14} aria-hidden="true" />}
        {result.ok ? text.ok : text.notAll}
      </p>
      <p className="text-t2">
        {text.facts(
          formatCount(result.listed),
          result.symbols.join(', ') || '–',
          result.clockOffsetMs === null ? '–' : formatCount(result.clockOffsetMs),
        )}
      </p>
      <ul className="flex flex-col gap-1">
        {result.channels.map(({ channel, verdict, socket, rest }) => (
          <li key={channel} className="flex flex-wrap items-baseline gap-x-2">
            <Verdict verdict={verdict} />
            <span className="min-w-32 font-medium text-t1">{channelNames[channel] ?? channel}</span>
            <span className="text-t2">{text.verdicts[verdict]}</span>
            <span className="text-t3 [overflow-wrap:anywhere]">
              {[socket, rest]
                .flatMap((part) => (part?.message ? [part.message] : part ? [text.part(part.source, formatCount(part.count))] : []))
                .join(' · ')}
            </span>
          </li>
        ))}
      </ul>
      {result.unread.length > 0 && (
        <p className="text-warn [overflow-wrap:anywhere]">
          {text.unread(result.unread.map(({ reason, count }) => `${reason} (${formatCount(count)})`).join('; '))}
        </p>
      )}
    </div>
  )
}

function Verdict({ verdict }: { verdict: VenueCheckResult['channels'][number]['verdict'] }) {
  const Icon = verdict === 'arrived' ? CircleCheck : verdict === 'quiet' || verdict === 'unpublished' ? CircleSlash : CircleX
  const colour = verdict === 'arrived' ? 'text-ok' : verdict === 'quiet' || verdict === 'unpublished' ? 'text-t3' : 'text-err'
  return <Icon size={12} aria-hidden="true" className={`self-center ${colour}`} />
}
