'use client'
import { formatAge, formatDateTime } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { toast } from '../shell/toasts.tsx'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { LinesSkeleton, LoadFailed } from './section-parts.tsx'
import type { SessionEntry } from './server/sessions.ts'

const text = messages.security.sessions

/** "Last seen" is written every five minutes: less than that is now. */
const NOW_MS = 6 * 60_000
/** Until all are asked for. */
const SHOWN = 6

export function SessionsSection() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data, error, refetch, dataUpdatedAt } = useQuery({ ...trpc.account.sessions.queryOptions(), staleTime: 0 })
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.account.sessions.queryKey() })
  const end = useMutation(
    trpc.account.endSession.mutationOptions({
      onSuccess: () => toast(text.ended),
      onSettled: refresh,
    }),
  )
  const endOthers = useMutation(
    trpc.account.endOtherSessions.mutationOptions({
      onSuccess: ({ ended }) => toast(text.endedOthers(ended)),
      onSettled: refresh,
    }),
  )
  const [all, setAll] = useState(false)
  const failure = end.error ?? endOthers.error

  const content = () => {
    if (error && !data) return <LoadFailed error={error} onRetry={refetch} />
    if (!data) return <LinesSkeleton lines={4} />
    return (
      <>
        <ul className="flex flex-col">
          {data.slice(0, all ? undefined : SHOWN).map((session) => (
            <Row
              key={session.id}
              session={session}
              now={dataUpdatedAt}
              busy={end.isPending && end.variables?.id === session.id}
              onEnd={() => end.mutate({ id: session.id })}
            />
          ))}
        </ul>
        {!all && data.length > SHOWN && (
          <Button variant="ghost" className="w-full" onClick={() => setAll(true)}>
            {text.more(data.length - SHOWN)}
          </Button>
        )}
        {failure && <ErrorNote className="mt-3">{refusalOf(failure, messages.errors.noAnswer).message}</ErrorNote>}
        {data.length > 1 ? (
          <Button size="large" className="mt-4" busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {text.endOthers}
          </Button>
        ) : (
          <p className="mt-3 text-t3">{text.alone}</p>
        )}
      </>
    )
  }

  return (
    <Panel title={text.title}>
      <p className="mb-2 max-w-[60ch] text-t2">{text.lead}</p>
      {content()}
    </Panel>
  )
}

function Row({ session, now, busy, onEnd }: { session: SessionEntry; now: number; busy: boolean; onEnd: () => void }) {
  const { current, browser, method, ip, startedAt, lastSeenAt } = session
  const name = browser ?? text.unknown
  const age = now - lastSeenAt
  const how = Object.hasOwn(messages.security.methods, method) ? messages.security.methods[method as 'password'] : ''
  return (
    <li className="flex min-h-14 items-center gap-3 border-b border-line py-2 last:border-b-0" data-testid="session-row">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          {name}
          {current && <Badge tone="accent">{text.current}</Badge>}
        </p>
        <p className="text-t3 [overflow-wrap:anywhere]">
          {[text.from(ip), how, text.started(formatDateTime(startedAt, 'local')), age < NOW_MS ? text.seenNow : text.seen(formatAge(age))]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      {!current && (
        <Button busy={busy} aria-label={text.endOf(name, ip)} onClick={onEnd} className="flex-none max-phone:h-10">
          {text.end}
        </Button>
      )}
    </li>
  )
}
