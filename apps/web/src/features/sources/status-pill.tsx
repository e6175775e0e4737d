'use client'
import { formatClock } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  RefreshCw,
  TriangleAlert,
  Unplug,
} from 'lucide-react'
import { messages } from '../../messages.ts'
import { useServerNow } from '../stream/news-stream.tsx'
import type { Progress, Status, StatusKind } from './prepare/status.ts'
import { formatLeft, wholePercent } from './prepare/words.ts'

const text = messages.sources

const ICONS: Record<StatusKind, LucideIcon> = {
  connecting: LoaderCircle,
  backfilling: RefreshCw,
  live: CircleCheck,
  late: TriangleAlert,
  stale: Clock,
  blocked: Ban,
  unreachable: Unplug,
  paused: CirclePause,
  pausing: LoaderCircle,
  starting: LoaderCircle,
  unattended: CircleX,
  silent: CircleX,
  waiting: CircleDashed,
}

/** The state in a word. */
export function StatusPill({ status, progress = null }: { status: Status; progress?: Progress | null }) {
  const Icon = ICONS[status.kind]
  const share = status.kind === 'backfilling' && progress?.share != null ? ` ${text.percent(String(wholePercent(progress.share)))}` : ''
  return (
    <Badge tone={status.tone} icon={<Icon size={12} aria-hidden="true" className="flex-none" />}>
      {text.status[status.kind]}
      {share}
    </Badge>
  )
}

/** Whether there is more to say than the word. */
export const hasNote = (status: Status, missing = false): boolean =>
  missing || status.message !== null || status.until !== null || ['unattended', 'silent'].includes(status.kind)

/** Why, and until when. `missing`: the venue is heard, and nobody has begun with this symbol. */
export function StatusNote({ status, asked, missing = false }: { status: Status; asked: number; missing?: boolean }) {
  const { kind, message, until, since } = status
  const why = missing
    ? text.why.waiting
    : kind === 'unattended'
      ? text.why.unattended
      : kind === 'silent' && since !== null
        ? text.why.silent(formatClock(since, 'utc'))
        : message
  return (
    <>
      {why && (
        <span className="line-clamp-3" title={why}>
          {why}
        </span>
      )}
      {until !== null && (
        <span className="block text-t1">
          <Countdown kind={kind} until={until} asked={asked} />
        </span>
      )}
    </>
  )
}

function Countdown({ kind, until, asked }: { kind: StatusKind; until: number; asked: number }) {
  const now = useServerNow(asked, 1_000)
  const left = until - now
  if (kind === 'blocked')
    return left > 0 ? text.blockedUntil(formatClock(until, 'utc'), formatLeft(left)) : text.blockedOver(formatClock(until, 'utc'))
  return left > 0 ? text.nextAttempt(formatLeft(left)) : text.attemptNow
}
