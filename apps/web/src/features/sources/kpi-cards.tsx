import { formatAge } from '@faultline/ui/format'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount, formatShare, MISSING } from '../shell/prepare/format.ts'
import { summarise } from './prepare/summary.ts'
import type { SourceList } from './server/schema.ts'

const text = messages.sources.kpi

/** What the table adds up to. */
export function KpiCards({ list }: { list: SourceList }) {
  const { live, total, others, openGaps, oldestGapMs, lag, coverage, worst, quarantined } = summarise(list.sources, list.asked)
  const parts = others.map(({ kind, count }) => text.other(formatCount(count), messages.sources.status[kind].replace(' …', '')))
  const uncounted = others.slice(2).reduce((sum, { count }) => sum + count, 0)
  const rest = [...parts.slice(0, 2), ...(uncounted > 0 ? [text.more(formatCount(uncounted))] : [])].join(', ')
  return (
    <dl className="grid grid-cols-2 gap-2 phone:grid-cols-3 phone:gap-3 wide:grid-cols-5">
      <Card
        label={text.live}
        title={parts.join(', ')}
        value={total === 0 ? MISSING : messages.sources.markets(formatCount(live), formatCount(total))}
        note={total === 0 ? text.none : rest || text.allLive}
        tone={live < total ? 'warn' : 'calm'}
      />
      <Card
        label={text.coverage}
        title={text.coverageWhy}
        value={formatShare(coverage.coveredMs, coverage.expectedMs)}
        note={worst && text.worst(worst.symbol, formatShare(worst.coveredMs, worst.expectedMs))}
        tone={worst && worst.coveredMs < 0.95 * worst.expectedMs ? 'warn' : 'calm'}
      />
      <Card label={text.lag} title={text.lagWhy} value={lag ? formatAge(lag.ms) : MISSING} note={lag?.symbol} />
      <Card
        label={text.gaps}
        value={formatCount(openGaps)}
        note={oldestGapMs === null ? text.noGaps : text.oldest(formatAge(oldestGapMs))}
        tone={openGaps > 0 ? 'warn' : 'calm'}
      />
      <Card
        label={text.quarantine}
        value={`${formatCount(quarantined.count)}${quarantined.atLeast ? '+' : ''}`}
        note={quarantined.newestMs === null ? text.readable : text.newest(formatAge(quarantined.newestMs))}
        tone={quarantined.count > 0 ? 'warn' : 'calm'}
      />
    </dl>
  )
}

function Card({
  label,
  value,
  note,
  title,
  tone = 'calm',
}: {
  label: string
  value: ReactNode
  note?: ReactNode
  title?: string
  tone?: 'calm' | 'warn'
}) {
  return (
    <div className="fl-panel flex min-w-0 flex-col gap-1 px-3 py-3 last:max-phone:col-span-2 phone:px-4" title={title}>
      <dt className="text-[11px] leading-[14px] text-t3">{label}</dt>
      <dd className="flex min-w-0 flex-wrap items-baseline gap-x-2">
        <span className="text-[20px] leading-[26px] font-semibold tracking-[-0.015em] whitespace-nowrap">{value}</span>
        {note && <span className={`min-w-0 ${tone === 'warn' ? 'text-warn' : 'text-t2'}`}>{note}</span>}
      </dd>
    </div>
  )
}
