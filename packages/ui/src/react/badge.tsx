'use client'
import { Check, CircleAlert, Info, type LucideIcon, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { formatAge } from '../format.ts'
import { classNames } from './class-names.ts'

export type BadgeTone = 'neutral' | 'accent' | 'ok' | 'warn' | 'err' | 'long' | 'short'

export interface BadgeProps {
  tone?: BadgeTone
  /** status tones carry an icon of their own, so that colour is never the only sign; `null` leaves it out */
  icon?: ReactNode
  title?: string
  className?: string
  children: ReactNode
}

const STATUS_ICONS: Partial<Record<BadgeTone, LucideIcon>> = { ok: Check, warn: TriangleAlert, err: CircleAlert, accent: Info }

/** A short status or category. */
export function Badge({ tone = 'neutral', icon, title, className, children }: BadgeProps) {
  const Status = STATUS_ICONS[tone]
  return (
    <span className={classNames('fl-badge', `fl-badge-${tone}`, className)} title={title}>
      {icon === undefined ? Status && <Status size={12} aria-hidden="true" /> : icon}
      {children}
    </span>
  )
}

export interface LiveBadgeProps {
  /** UTC milliseconds of the newest data, i.e. the END of the last bucket; null when there is none */
  dataTime: number | null
  /** length of a bucket: data may be one bucket old and still be live */
  bucketMs: number
  /** the event stream's state; `offline` wins over the data's age */
  connection?: 'open' | 'connecting' | 'offline'
  /** history only (an import without a live feed): says the age plainly and is never green */
  historic?: boolean
  /** UTC milliseconds of now, for tests and for a server's clock; default: the browser's clock, ticking each second */
  now?: number
  className?: string
}

/** Green while fresh, amber "Late", red "Stale", with the data's age; never green on stale data. */
export function LiveBadge({ dataTime, bucketMs, connection = 'open', historic = false, now, className }: LiveBadgeProps) {
  const clock = useClock(now)
  if (clock === null) return <span className={classNames('fl-live', 'fl-live-idle', className)}>Live</span>
  const { tone, text } = liveState({ dataTime, bucketMs, connection, historic, now: clock })
  return (
    <span
      className={classNames('fl-live', `fl-live-${tone}`, className)}
      title={dataTime === null ? undefined : new Date(dataTime).toISOString()}
    >
      <span className="fl-live-dot" aria-hidden="true" />
      {text}
    </span>
  )
}

/** Tone and words of a live badge; ages count from when the next bucket was due. */
export function liveState(o: {
  dataTime: number | null
  bucketMs: number
  connection: 'open' | 'connecting' | 'offline'
  historic: boolean
  now: number
}): { tone: 'ok' | 'warn' | 'err' | 'idle'; text: string } {
  if (o.dataTime === null) return { tone: 'idle', text: 'No data' }
  const age = Math.max(0, o.now - o.dataTime)
  if (o.historic) return { tone: 'idle', text: `Data ${formatAge(age)} old` }
  if (o.connection === 'offline') return { tone: 'err', text: `Offline · data ${formatAge(age)} old` }
  const late = age - o.bucketMs
  if (late < 10_000) return { tone: o.connection === 'open' ? 'ok' : 'warn', text: `Live · ${formatAge(age)}` }
  if (late < 120_000) return { tone: 'warn', text: `Late ${formatAge(age)}` }
  return { tone: 'err', text: `Stale ${formatAge(age)}` }
}

/** Null until mounted: the server does not know the reader's clock, and a guess would not match the first client render. */
function useClock(fixed: number | undefined): number | null {
  const [now, setNow] = useState<number | null>(fixed ?? null)
  useEffect(() => {
    if (fixed !== undefined) return setNow(fixed)
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [fixed])
  return now
}
