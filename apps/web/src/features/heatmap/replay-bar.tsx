'use client'
import { formatDateTime, type TimeZone } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { Pause, Play, SkipBack, SkipForward, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { stepFrom } from './prepare/replay.ts'

const text = messages.chart.replay

/** Steps per second. */
const SPEEDS = { '1×': 2, '4×': 8, '16×': 30 } as const
type Speed = keyof typeof SPEEDS

export interface ReplayBarProps {
  /** the moment whose knowledge is shown, UTC ms */
  at: number
  onAt: (at: number) => void
  onClose: () => void
  /** what may be replayed */
  span: { from: number; to: number }
  /** length of a column: one step */
  resolutionMs: number
  zone: TimeZone
}

/** Goes through history: the map as it was known then, never with later knowledge, beside what happened. */
export function ReplayBar({ at, onAt, onClose, span, resolutionMs, zone }: ReplayBarProps) {
  const [playing, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<Speed>('4×')
  const latest = useRef({ at, span, resolutionMs, onAt })
  useEffect(() => {
    latest.current = { at, span, resolutionMs, onAt }
  })
  useEffect(() => {
    if (!playing) return
    const timer = setInterval(() => {
      const now = latest.current
      const next = stepFrom(now.at, 1, now.resolutionMs, now.span)
      if (next <= now.at) setPlaying(false)
      else now.onAt(next)
    }, 1000 / SPEEDS[speed])
    return () => clearInterval(timer)
  }, [playing, speed])
  const step = (steps: number) => {
    setPlaying(false)
    onAt(stepFrom(at, steps, resolutionMs, span))
  }
  return (
    <section
      aria-label={text.region}
      data-testid="replay"
      data-at={new Date(at).toISOString()}
      className="flex flex-none flex-wrap items-center gap-x-3 gap-y-1.5 border-y border-line bg-s2 px-3 py-1.5"
    >
      <div className="flex items-center gap-1">
        <Button variant="ghost" size="small" icon={<SkipBack size={14} />} aria-label={text.back} onClick={() => step(-1)} />
        <Button
          size="small"
          icon={playing ? <Pause size={14} /> : <Play size={14} />}
          aria-label={playing ? text.pause : text.play}
          onClick={() => setPlaying(!playing)}
        />
        <Button variant="ghost" size="small" icon={<SkipForward size={14} />} aria-label={text.forward} onClick={() => step(1)} />
      </div>
      <input
        type="range"
        aria-label={text.slider}
        aria-valuetext={formatDateTime(at, zone)}
        min={span.from}
        max={span.to}
        step={resolutionMs}
        value={at}
        onChange={(event) => {
          setPlaying(false)
          onAt(Number(event.target.value))
        }}
        className="h-7 min-w-40 flex-1 cursor-pointer accent-acc"
      />
      <SegmentedControl
        label={text.speed}
        size="small"
        options={(Object.keys(SPEEDS) as Speed[]).map((value) => ({ value }))}
        value={speed}
        onChange={setSpeed}
      />
      <p className="text-[11px] leading-[14px] text-t2">
        <b className="font-semibold text-t1">{text.known(formatDateTime(at, zone))}</b>{' '}
        <span className="hidden full:inline">{text.after}</span>
      </p>
      <Button variant="ghost" size="small" icon={<X size={14} />} aria-label={text.close} onClick={onClose} className="ml-auto" />
    </section>
  )
}
