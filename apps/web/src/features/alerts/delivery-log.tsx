'use client'
import { formatAge, formatDateTime, formatDayClock } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Panel } from '@faultline/ui/react/panel'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { Check, CircleX, Clock, type LucideIcon, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { problemOf } from '../teams/prepare/words.ts'
import { CHANNEL_ICONS } from './channel-icons.tsx'
import type { DeliveryState, LoggedDelivery } from './server/schema.ts'
import { useDeliveryLog } from './use-alerts.ts'

const text = messages.alerts.log
/** As the queue does it: the first one, and its retries. */
const ATTEMPTS = 6

export function DeliveryLog({ teamId }: { teamId: string | null }) {
  const [which, setWhich] = useState<'all' | 'problems'>('all')
  const log = useDeliveryLog(teamId, which === 'problems')
  const rows = log.data?.pages.flatMap((page) => page.rows) ?? []
  const problems = String(log.data?.pages[0]?.problems ?? 0)
  return (
    <Panel
      title={text.title}
      flush
      actions={
        <SegmentedControl
          label={text.which}
          options={[
            { value: 'all', label: text.all },
            { value: 'problems', label: text.problems(problems) },
          ]}
          value={which}
          onChange={setWhich}
        />
      }
    >
      {log.isError && rows.length === 0 ? (
        <ErrorNote className="m-3" onRetry={() => void log.refetch()}>
          {text.failed} {problemOf(log.error)}
        </ErrorNote>
      ) : log.isPending ? (
        <div aria-busy="true" className="flex flex-col gap-2 p-3">
          {[0, 1, 2, 3].map((i) => (
            <div key={i} className="h-10 rounded-md bg-s2" />
          ))}
        </div>
      ) : rows.length === 0 ? (
        <EmptyState title={which === 'all' ? text.none : text.noProblems}>{which === 'all' ? text.noneWhy : null}</EmptyState>
      ) : (
        <>
          <ul>
            {rows.map((row) => (
              <LogRow key={row.id} row={row} />
            ))}
          </ul>
          <div className="flex items-center justify-between p-3 text-[11px] text-t3">
            {log.hasNextPage ? (
              <Button size="small" busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                {text.older}
              </Button>
            ) : (
              <span />
            )}
            <span>{text.kept}</span>
          </div>
        </>
      )}
    </Panel>
  )
}

const STATES: Record<DeliveryState, { icon: LucideIcon; tone: string }> = {
  queued: { icon: Clock, tone: 'text-t2' },
  retrying: { icon: RotateCw, tone: 'text-warn' },
  sent: { icon: Check, tone: 'text-ok' },
  failed: { icon: CircleX, tone: 'text-err' },
}

export function LogRow({ row }: { row: LoggedDelivery }) {
  const { state, attempts, message, durationMs, at, channel, title, rule, test } = row
  const { icon: Icon, tone } = STATES[state]
  const Channel = CHANNEL_ICONS[channel.kind]
  const problem = state === 'failed' || state === 'retrying'
  return (
    <li className="border-b border-line px-3 py-2">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="flex min-w-0 items-center gap-1.5">
            <bdi className="truncate font-semibold">{rule ?? text.channelTest}</bdi>
            {test && rule !== null && <Badge>{text.test}</Badge>}
          </p>
          {title !== null && <bdi className="block text-[11px] leading-4 text-t2 [overflow-wrap:anywhere]">{title}</bdi>}
        </div>
        <span className={`flex flex-none items-center gap-1 font-medium ${tone}`}>
          <Icon size={14} aria-hidden="true" />
          {text.states[state]}
        </span>
      </div>
      <p className="mt-0.5 flex flex-wrap items-center gap-x-1.5 text-[11px] text-t2">
        <time dateTime={new Date(at).toISOString()} title={formatDateTime(at, 'local')} className="text-t3">
          {formatDayClock(at, 'local')}
        </time>
        <Channel size={12} aria-hidden="true" className="ml-auto flex-none text-t3" />
        <bdi className="max-w-[160px] truncate">{channel.name}</bdi>
        {durationMs !== null && <span>· {formatAge(durationMs)}</span>}
      </p>
      {problem && (
        <p className="mt-0.5 text-[11px] text-t2 [overflow-wrap:anywhere]">
          {message}
          {attempts > 0 && ` · ${text.attempt(String(attempts), String(Math.max(attempts, ATTEMPTS)))}`}
        </p>
      )}
    </li>
  )
}
