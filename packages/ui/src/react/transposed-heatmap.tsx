'use client'
import { type ReactNode, useEffect, useRef } from 'react'
import type { PriceWindow } from '../map/price-window.ts'
import { UnderChart, type UnderChartOptions, type UnderPicture } from '../map/under-chart.ts'
import type { Theme } from '../tokens.ts'
import { classNames } from './class-names.ts'

export interface TransposedHeatmapProps {
  /** the heatmap turned by its diagonal, or an order book; null while there is neither */
  picture: UnderPicture | null
  state: 'loading' | 'empty' | 'ready' | 'error'
  theme: Theme
  window: PriceWindow
  words: UnderChartOptions['words']
  /** what it shows, in a sentence */
  label: string
  onReset: () => void
  children?: ReactNode
  className?: string
}

/** What stands under the map on its price axis. It fills its parent, which must have a height. */
export function TransposedHeatmap(props: TransposedHeatmapProps) {
  const { picture, state, theme } = props
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<UnderChart | null>(null)
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  useEffect(() => {
    if (!host.current) return
    const { theme, window, words } = latest.current
    const made = new UnderChart(host.current, { theme, window, words, onReset: () => latest.current.onReset() })
    chart.current = made
    return () => {
      made.destroy()
      chart.current = null
    }
  }, [])
  useEffect(() => chart.current?.setPicture(picture), [picture])
  useEffect(() => chart.current?.setTheme(theme), [theme])
  return (
    <div
      data-testid="transposed-heatmap"
      data-state={state}
      data-view={picture?.view}
      data-columns={picture?.view === 'heat' ? picture.grid.columns : undefined}
      className={classNames('fl-map', props.className)}
    >
      <div
        ref={host}
        role="img"
        aria-label={props.label}
        style={picture ? undefined : { visibility: 'hidden' }}
        className={classNames('fl-map-host', state === 'error' && 'fl-heatmap-dimmed')}
      />
      {props.children}
    </div>
  )
}
