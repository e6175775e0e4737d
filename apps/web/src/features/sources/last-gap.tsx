import { formatAge, formatClock, formatDayClock } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import type { SourceInstrument } from './server/schema.ts'

const text = messages.sources
const COLOURS = { open: 'text-warn', filled: 'text-ok', unrecoverable: 'text-t2' } as const

/** When it began, how long it was, what became of it. */
export function LastGap({ gap, asked }: { gap: SourceInstrument['lastGap']; asked: number }) {
  if (!gap) return <span className="text-t3">{text.noGap}</span>
  const why = [text.channels[gap.channel], gap.reason, text.gapWhy[gap.status]].filter(Boolean).join(' · ')
  const today = new Date(gap.from).toISOString().slice(0, 10) === new Date(asked).toISOString().slice(0, 10)
  return (
    <span className="whitespace-nowrap text-t2" title={why}>
      {today ? formatClock(gap.from, 'utc') : formatDayClock(gap.from, 'utc')} · {formatAge(gap.to - gap.from)}{' '}
      <span className={COLOURS[gap.status]}>{text.gapStatus[gap.status]}</span>
      <span className="sr-only">, {why}</span>
    </span>
  )
}
