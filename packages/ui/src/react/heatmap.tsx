'use client'
import type { ReactNode } from 'react'
import type { HeatmapData, HoverReading } from '../chart/heatmap-data.ts'
import type { TimeZone } from '../format.ts'
import type { Theme } from '../tokens.ts'

export interface HeatmapProps {
  /** null until something is known; the last data stay on screen (dimmed) while `state` is `error` */
  data: HeatmapData | null
  state: 'loading' | 'empty' | 'ready' | 'error'
  theme: Theme
  /** the heat layer's visibility (the "Heat" toggle); default true */
  heat?: boolean
  /** USD; null or absent: chosen from what is loaded */
  threshold?: { lowUsd: number; highUsd: number } | null
  timeZone?: TimeZone
  priceScale?: 'linear' | 'log'
  /** beside the progress line, e.g. "Loading 3 d at 5 m" */
  loadingText?: string
  /** why there is nothing, and one action */
  emptyText?: string
  emptyAction?: ReactNode
  /** what went wrong, in words; shown with Retry when `onRetry` is given */
  error?: string
  errorId?: string
  onRetry?: () => void
  onHover?: (reading: HoverReading | null) => void
  className?: string
}

export function Heatmap(props: HeatmapProps) {
  return <div data-testid="heatmap" data-state={props.state} className={props.className} />
}
