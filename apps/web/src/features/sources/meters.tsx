import { formatAge } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { formatCount, MISSING } from '../shell/prepare/format.ts'
import type { Progress } from './prepare/status.ts'
import { weightTone, wholePercent } from './prepare/words.ts'

const text = messages.sources
const TONES = { calm: ['bg-t2', 'text-t2'], warn: ['bg-warn', 'text-warn'], err: ['bg-err', 'text-err'] } as const

/** How much of the venue's request limit is used. */
export function WeightMeter({ weight }: { weight: { used: number; limit: number } | null | undefined }) {
  if (!weight) return <span className="text-t3">{MISSING}</span>
  const [fill, colour] = TONES[weightTone(weight)]
  const [used, limit] = [formatCount(weight.used), formatCount(weight.limit)]
  return (
    <span className="flex items-center gap-2" title={text.weightWhy(used, limit)}>
      <meter aria-label={text.columns.weight} min={0} max={weight.limit} value={weight.used} className="sr-only">
        {text.weightWhy(used, limit)}
      </meter>
      <span aria-hidden="true" className="block h-[5px] w-14 flex-none overflow-hidden rounded-full bg-s3">
        <span
          className={`block h-full rounded-full ${fill}`}
          style={{ width: `${Math.min(100, weight.limit > 0 ? (weight.used / weight.limit) * 100 : 0)}%` }}
        />
      </span>
      <span className={`whitespace-nowrap ${colour}`}>{text.weightText(used, limit)}</span>
    </span>
  )
}

/** How far the history is. */
export function BackfillBar({ progress, name }: { progress: Progress | null; name: string }) {
  if (!progress) return <span className="text-t3">{MISSING}</span>
  const percent = progress.share === null ? null : wholePercent(progress.share)
  const eta = progress.etaMs === null ? text.etaUnknown : text.left(formatAge(progress.etaMs))
  return (
    <span className="block w-full min-w-[112px] max-w-[160px]">
      <span className="flex items-baseline gap-1.5 whitespace-nowrap">
        {percent !== null && <span className="font-semibold text-t1">{text.percent(String(percent))}</span>}
        <span className="text-[11px] text-t2">{eta}</span>
      </span>
      <span
        role="progressbar"
        aria-label={`${text.columns.backfill}: ${name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
        className="mt-1 block h-[4px] overflow-hidden rounded-full bg-s3"
      >
        <span className="block h-full rounded-full bg-acc" style={{ width: `${percent ?? 0}%` }} />
      </span>
    </span>
  )
}
