'use client'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { stepFrom } from './prepare/replay.ts'
import type { HeatmapView } from './server/schema.ts'
import type { SetHeatmapUrl } from './use-heatmap-url.ts'

/** The address follows when the hand, or the play button, rests. */
const ADDRESS_MS = 400

/**
 * The moment whose knowledge is shown; null: now. It goes through what is on screen, and begins two thirds into it, so that there is
 * something that happened after.
 */
export function useReplay(
  linked: number | null,
  view: HeatmapView | null,
  screen: { from: number; to: number } | null,
  setUrl: SetHeatmapUrl,
) {
  const [at, setAtNow] = useState(linked)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => setAtNow(linked), [linked])
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current)
    },
    [],
  )
  const span = useMemo(() => {
    if (!view) return { from: 0, to: 0 }
    const end = view.build.lastBucket + view.build.bucketMs
    return { from: Math.max(screen?.from ?? view.from, view.build.firstBucket), to: Math.min(screen?.to ?? view.to, end) }
  }, [view, screen])
  const setAt = useCallback(
    (next: number) => {
      setAtNow(next)
      if (timer.current) clearTimeout(timer.current)
      timer.current = setTimeout(() => void setUrl({ at: next }), ADDRESS_MS)
    },
    [setUrl],
  )
  const toggle = () => {
    if (timer.current) clearTimeout(timer.current)
    const next = at === null && view ? stepFrom(span.from + (2 / 3) * (span.to - span.from), 0, view.resolutionMs, span) : null
    setAtNow(next)
    void setUrl({ at: next })
  }
  return { at, setAt, toggle, span }
}
