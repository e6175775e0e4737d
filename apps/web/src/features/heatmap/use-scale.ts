'use client'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import { histogramBars, histogramOf } from '@faultline/ui/chart/heat-histogram'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { throttle } from '../stream/prepare/throttle.ts'
import { nearPrice } from './prepare/near-price.ts'
import { type ColourScale, colourScale } from './prepare/threshold.ts'
import type { HeatmapView } from './server/schema.ts'

/** The handle's bars follow a hand that moves the view so often. */
const BARS_MS = 200

/**
 * The colour scale that suits the picture as it opened. It stays while one moves through it, however fine the columns become: the same
 * amount keeps its colour.
 */
export function useScale(picture: string, heat: HeatGridPair | null, view: HeatmapView | null): ColourScale {
  const kept = useRef<{ picture: string; scale: ColourScale } | null>(null)
  return useMemo(() => {
    if (kept.current?.picture === picture) return kept.current.scale
    const scale = colourScale(heat && view && nearPrice(heat, view.candles.rows))
    if (heat) kept.current = { picture, scale }
    return scale
  }, [picture, heat, view])
}

interface Seen {
  from: number
  to: number
  priceLow: number
  priceHigh: number
}

/**
 * How the amounts on screen are spread over the threshold's scale; no bars before anything is drawn. `onSeen` is to be told of every
 * change of what is on screen: it draws nothing anew by itself, or each frame of a pan would.
 */
export function useHistogram(
  heat: HeatGridPair | null,
  { min, max }: { min: number; max: number },
): { bars: readonly number[] | undefined; onSeen: (seen: Seen) => void } {
  const [settled, setSettled] = useState<Seen | null>(null)
  const latest = useRef<Seen | null>(null)
  const settle = useMemo(() => throttle(() => setSettled(latest.current), BARS_MS), [])
  useEffect(() => settle.cancel, [settle])
  const onSeen = useCallback(
    (seen: Seen) => {
      latest.current = seen
      settle.call()
    },
    [settle],
  )
  const counts = useMemo(
    () => (heat && settled ? histogramOf(heat, settled.from, settled.to, settled.priceLow, settled.priceHigh) : null),
    [heat, settled],
  )
  return { bars: useMemo(() => (counts ? histogramBars(counts, min, max) : undefined), [counts, min, max]), onSeen }
}
