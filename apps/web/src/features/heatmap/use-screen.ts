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

/** Of an address: a stretch of time and the prices of it; all null: the range as it is. */
export type Zoom = Pick<HeatmapUrl, 'from' | 'to' | 'pl' | 'ph'>

const linkedSpan = ({ from, to }: Zoom) => (from !== null && to !== null && to > from ? { from, to } : null)

/** The stretch of time of a link, and its prices where it has any. */
function linkedScreen(url: Zoom): Opening['screen'] {
  const span = linkedSpan(url)
  return span && { ...span, ...(url.pl && url.ph && url.ph > url.pl ? { priceLow: url.pl, priceHigh: url.ph } : {}) }
}

/**
 * What is on screen, between the chart, the loading and the address. A link with a zoom opens with it; a press on a range begins anew.
 */
export function useScreen(instrument: string, range: string, url: HeatmapUrl, setUrl: SetHeatmapUrl) {
  const [presses, setPresses] = useState(0)
  const [screen, setScreen] = useState(() => linkedSpan(url))
  const [first] = useState(() => ({ current: linkedScreen(url) }))
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
    [first],
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
    [load, setUrl, first],
  )
  /** Back to what a range shows, this one or the `next`, or to a zoom of it. */
  const pressed = useRef<string | null>(null)
  const begin = useCallback(
    (next: string, zoom: Zoom | null = null) => {
      pressed.current = next
      first.current = zoom && linkedScreen(zoom)
      latest.current = null
      load.cancel()
      if (timer.current) clearTimeout(timer.current)
      setScreen(zoom && linkedSpan(zoom))
      setPresses((n) => n + 1)
    },
    [first, load],
  )
  // Back and forward bring a range that nobody pressed, with the zoom that its address had.
  const [here, setHere] = useState(range)
  if (here !== range) {
    setHere(range)
    if (pressed.current !== range) {
      first.current = linkedScreen(url)
      latest.current = null
      load.cancel()
      if (timer.current) clearTimeout(timer.current)
      setScreen(linkedSpan(url))
    }
    pressed.current = null
  }

  const key = `${instrument} ${range} ${presses}`
  const opening = useMemo((): Opening => ({ key, screen: first.current }), [key, first])
  return { screen, opening, onViewport, begin }
}
