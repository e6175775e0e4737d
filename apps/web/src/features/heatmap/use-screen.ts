'use client'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { throttle } from '../stream/prepare/throttle.ts'
import type { Opening } from './prepare/chart-data.ts'
import type { HeatmapUrl, SetHeatmapUrl } from './use-heatmap-url.ts'

/** What the chart shows. `touched`: somebody has moved it; else it is as it began. */
export interface Viewport {
  from: number
  to: number
  priceLow: number
  priceHigh: number
  touched: boolean
}

/** What is to be loaded follows the screen at once, and then at most so often. */
const LOAD_MS = 180
/** The address follows when the hand rests. */
const ADDRESS_MS = 500

/** Whether it is another view than the range's: moved by hand, or still as a link opened it. */
const isOwn = (view: Viewport, linked: { from: number; to: number } | null): boolean =>
  view.touched || (linked !== null && Math.abs(view.from - linked.from) < 1 && Math.abs(view.to - linked.to) < 1)

/**
 * What is on screen, between the chart, the loading and the address. A link with a zoom opens with it; a press on a range begins anew.
 */
export function useScreen(instrument: string, range: string, url: HeatmapUrl, setUrl: SetHeatmapUrl) {
  const linked = url.from !== null && url.to !== null && url.to > url.from ? { from: url.from, to: url.to } : null
  const [presses, setPresses] = useState(0)
  const [screen, setScreen] = useState(linked)
  const first = useRef(linked && { ...linked, ...(url.pl && url.ph && url.ph > url.pl ? { priceLow: url.pl, priceHigh: url.ph } : {}) })
  const latest = useRef<Viewport | null>(null)
  const address = useRef(url)
  useEffect(() => {
    address.current = url
  }, [url])
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const load = useMemo(
    () =>
      throttle(() => {
        const view = latest.current
        if (view) setScreen(isOwn(view, first.current) ? { from: view.from, to: view.to } : null)
      }, LOAD_MS),
    [],
  )
  useEffect(
    () => () => {
      load.cancel()
      if (timer.current) clearTimeout(timer.current)
    },
    [load],
  )

  const onViewport = useCallback(
    (view: Viewport) => {
      latest.current = view
      load.call()
      if (timer.current) clearTimeout(timer.current)
      timer.current = setTimeout(() => {
        const { from, to, priceLow, priceHigh } = view
        if (isOwn(view, first.current)) void setUrl({ from, to, pl: priceLow, ph: priceHigh })
        // Writing what stands there already would end a move to another page that has begun.
        else if (address.current.from !== null || address.current.to !== null) void setUrl({ from: null, to: null, pl: null, ph: null })
      }, ADDRESS_MS)
    },
    [load, setUrl],
  )
  /** Back to what the range shows. */
  const begin = useCallback(() => {
    first.current = null
    latest.current = null
    if (timer.current) clearTimeout(timer.current)
    setScreen(null)
    setPresses((n) => n + 1)
  }, [])

  const key = `${instrument} ${range} ${presses}`
  const opening = useMemo((): Opening => ({ key, screen: first.current }), [key])
  return { screen, opening, onViewport, begin }
}
