'use client'
import { type KeyboardEvent, type ReactNode, startTransition, useEffect, useRef, useState } from 'react'
import { LiquidationMapChart, type MapChartOptions, type MapPicture } from '../map/map-chart.ts'
import type { PriceWindow } from '../map/price-window.ts'
import type { MapBars } from '../map/profile.ts'
import type { BarReading } from '../map/reading.ts'
import type { Theme } from '../tokens.ts'
import { classNames } from './class-names.ts'

export interface LiquidationMapProps {
  instrument: string
  /** the last picture stays on screen (dimmed) while `state` is `error` */
  picture: MapPicture | null
  state: 'loading' | 'empty' | 'ready' | 'error'
  theme: Theme
  window: PriceWindow
  words: MapChartOptions['words']
  /** accessible name of the picture, and what a screen reader is told of a bar */
  label: string
  wordsOf: (reading: BarReading | null) => string
  onReset: () => void
  onBars?: (bars: MapBars) => void
  /** covers the picture: why there is none, a failure with what to do, or a table of it */
  children?: ReactNode
  className?: string
}

/**
 * The liquidation map with its keyboard: arrows walk bars (with Shift ten), + and − zoom, Home resets, Escape frees the crosshair. To a
 * screen reader it is a slider over the bars that says what each holds. It fills its parent, which must have a height.
 */
export function LiquidationMap(props: LiquidationMapProps) {
  const { picture, state, theme, wordsOf } = props
  const outer = useRef<HTMLDivElement>(null)
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<LiquidationMapChart | null>(null)
  const latest = useRef(props)
  const [bars, setBars] = useState(0)
  const [place, setPlace] = useState({ bar: 0, text: wordsOf(null) })
  useEffect(() => {
    latest.current = props
  })

  useEffect(() => {
    if (!host.current) return
    const { theme, window, words } = latest.current
    let timer: ReturnType<typeof setTimeout> | undefined
    const made = new LiquidationMapChart(host.current, {
      theme,
      window,
      words,
      onReset: () => latest.current.onReset(),
      onBars: (next) => {
        // figures beside the picture may come a moment later than the picture
        startTransition(() => {
          setBars(next.count)
          latest.current.onBars?.(next)
        })
      },
      // the pointer may pass many bars a frame: only where it rests is said
      onReading: (reading) => {
        clearTimeout(timer)
        timer = setTimeout(() => setPlace({ bar: reading?.bar ?? 0, text: latest.current.wordsOf(reading) }), 60)
      },
    })
    chart.current = made
    return () => {
      clearTimeout(timer)
      made.destroy()
      chart.current = null
    }
  }, [])
  useEffect(() => chart.current?.setPicture(picture), [picture])
  useEffect(() => chart.current?.setTheme(theme), [theme])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (chart.current?.press(event.key, event.shiftKey)) event.preventDefault()
  }

  return (
    <div
      ref={outer}
      data-testid="liquidation-map"
      data-state={state}
      data-instrument={props.instrument}
      data-bars={state === 'ready' || picture ? bars : 0}
      className={classNames('fl-map', props.className)}
    >
      <div
        ref={host}
        role="slider"
        tabIndex={picture ? 0 : -1}
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, bars - 1)}
        aria-valuenow={Math.min(place.bar, Math.max(0, bars - 1))}
        aria-valuetext={place.text}
        onKeyDown={onKeyDown}
        onBlur={() => chart.current?.clear()}
        style={picture ? undefined : { visibility: 'hidden' }}
        className={classNames('fl-map-host', state === 'error' && 'fl-heatmap-dimmed')}
      />
      {props.children}
    </div>
  )
}
