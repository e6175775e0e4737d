'use client'
import { resolutionName } from '@faultline/market/resolution'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { lastPriceOf } from '../chart/data-view.ts'
import type { Drawing, DrawingKind } from '../chart/drawings.ts'
import { coveredColumns } from '../chart/heat-grid.ts'
import { HeatmapChart, type ViewportChange } from '../chart/heatmap-chart.ts'
import type { HeatmapData, HoverReading, ObservedRun } from '../chart/heatmap-data.ts'
import type { InterestUnit } from '../chart/interest-series.ts'
import type { HeatScale, Palette, PriceStyle, ShownSides } from '../chart/palette.ts'
import type { PaneState } from '../chart/panes.ts'
import { formatDateTime, formatPrice, formatTimeSpan, type TimeZone } from '../format.ts'
import type { Theme } from '../tokens.ts'
import { classNames } from './class-names.ts'
import { EmptyState } from './empty-state.tsx'
import { ErrorNote } from './error-note.tsx'

export interface HeatmapProps {
  /** null until something is known; the last data stay on screen (dimmed) while `state` is `error` */
  data: HeatmapData | null
  state: 'loading' | 'empty' | 'ready' | 'error'
  theme: Theme
  /** the heat layer's visibility (the "Heat" toggle); default true */
  heat?: boolean
  /** colours of the heat, how USD become brightness, which sides are drawn; absent: twin, absolute, both */
  palette?: Palette
  heatScale?: HeatScale
  sides?: ShownSides
  /** default candles */
  priceStyle?: PriceStyle
  /** panes under the heat, from top to bottom; absent: funding and open interest */
  panes?: readonly PaneState[]
  /** the reader resized, moved or closed a pane; without it they have no controls */
  onPanes?: (panes: readonly PaneState[]) => void
  /** default USD, where they are known */
  interestUnit?: InterestUnit
  /** levels of observed positions, drawn over the heat in a colour of their own */
  observed?: readonly ObservedRun[]
  /** what is drawn onto the heat, anchored to time and price */
  drawings?: readonly Drawing[]
  /** the reader drew, moved or deleted one, or typed its words: the whole list; without it they are only shown */
  onDrawings?: (drawings: readonly Drawing[]) => void
  /** what the next press on the heat begins; null: nothing */
  tool?: DrawingKind | null
  /** drawing has ended, by Escape or because it is done */
  onTool?: (tool: DrawingKind | null) => void
  /** id of the drawing that has handles */
  selected?: string | null
  onSelect?: (id: string | null) => void
  /** drawings cannot be changed, whoever listens */
  readOnly?: boolean
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
  /** after each change of what is on screen, by whomever: to be throttled by the one who asks */
  onViewport?: (change: ViewportChange) => void
  /** the chart itself, for commands (`setView`, `resetView`, `resetPrices`); null when it is gone */
  onChart?: (chart: HeatmapChart | null) => void
  /** names for outside checks: `data-instrument` and `data-range` */
  instrument?: string
  range?: string
  className?: string
}

/** The heatmap with its states. It fills its parent, which must have a height. */
export function Heatmap(props: HeatmapProps) {
  const { data, state, timeZone = 'utc' } = props
  const host = useChart(props)
  const columns = useMemo(() => (data?.heat ? columnsWithin(data) : 0), [data])
  const showPicture = data !== null && state !== 'empty'
  return (
    <div
      data-testid="heatmap"
      data-state={state}
      data-columns={columns}
      data-bins={data?.heat?.bins ?? 0}
      data-last-bucket={data ? new Date(data.lastBucket).toISOString() : undefined}
      data-instrument={props.instrument}
      data-range={props.range}
      data-resolution={data ? resolutionName(data.resolutionMs) : undefined}
      data-simulated={data ? String(data.simulated) : undefined}
      data-gaps={data?.gaps.filter((gap) => gap.channel === 'candle').length ?? 0}
      className={classNames('fl-heatmap', props.className)}
    >
      <figure // not an image: that would hide the tooltip inside it
        ref={host}
        aria-label={summary(data, state, timeZone)}
        // Not `hidden`: without a size the chart could not be laid out before it is shown.
        style={showPicture ? undefined : { visibility: 'hidden' }}
        className={classNames('fl-heatmap-canvas', state === 'error' && 'fl-heatmap-dimmed')}
      />
      {state === 'loading' && <Loading text={props.loadingText ?? 'Loading'} cover={data === null} />}
      {state === 'empty' && (
        <div className="fl-heatmap-cover">
          <EmptyState title={props.emptyText ?? 'Nothing to show yet'} action={props.emptyAction} />
        </div>
      )}
      {state === 'error' && (
        <div className={data === null ? 'fl-heatmap-cover' : 'fl-heatmap-bar'}>
          <ErrorNote onRetry={props.onRetry} errorId={props.errorId}>
            {props.error ?? 'The heatmap could not be loaded.'}
          </ErrorNote>
        </div>
      )}
    </div>
  )
}

function Loading({ text, cover }: { text: string; cover: boolean }) {
  return (
    <div className={cover ? 'fl-heatmap-cover' : undefined}>
      <div className="fl-heatmap-loading" role="status">
        <div className="fl-heatmap-progress" />
        <span className="fl-heatmap-loading-text">{text}</span>
      </div>
    </div>
  )
}

/** Columns with data inside the range that was asked for. */
function columnsWithin(data: HeatmapData): number {
  const grid = data.heat
  if (!grid) return 0
  const first = Math.max(0, Math.floor((data.from - grid.from) / grid.resolutionMs))
  const last = Math.min(grid.columns, Math.ceil((data.to - grid.from) / grid.resolutionMs))
  return coveredColumns({ state: grid.state.subarray(first, last) }).count
}

/** One sentence for those who do not see the picture. */
function summary(data: HeatmapData | null, state: HeatmapProps['state'], zone: TimeZone): string {
  if (!data || state === 'empty') return state === 'loading' ? 'Liquidation heatmap, loading' : 'Liquidation heatmap without data'
  const last = lastPriceOf(data)
  const price = last === null ? '' : `, last price ${formatPrice(last)}`
  const kind = data.simulated ? 'Simulated liquidation heatmap' : 'Estimated liquidation heatmap'
  return `${kind} of ${data.symbol}, ${formatTimeSpan(data.from, data.to, zone)}${price}, data up to ${formatDateTime(data.lastBucket + data.bucketMs, zone)}`
}

const NO_RUNS: readonly ObservedRun[] = []
const NO_DRAWINGS: readonly Drawing[] = []

/** Keeps one chart in step with the props; each effect does only what its own prop changed. */
function useChart(props: HeatmapProps) {
  const { data, theme, heat = true, observed = NO_RUNS, threshold = null, timeZone = 'utc', priceScale = 'linear', state } = props
  const { palette = 'twin', heatScale = 'absolute', sides = 'both', priceStyle = 'candles', panes, interestUnit = 'usd' } = props
  const host = useRef<HTMLElement>(null)
  const chart = useRef<HeatmapChart | null>(null)
  const listeners = useRef(props)
  const first = useRef({ theme, timeZone, priceScale })

  useEffect(() => {
    listeners.current = props
  })

  useEffect(() => {
    if (!host.current) return
    const made = new HeatmapChart(host.current, first.current)
    made.onHover((reading) => listeners.current.onHover?.(reading))
    made.onViewport((change) => listeners.current.onViewport?.(change))
    made.drawings.listen({
      onDrawings: (drawings) => listeners.current.onDrawings?.(drawings),
      onTool: (tool) => listeners.current.onTool?.(tool),
      onSelect: (id) => listeners.current.onSelect?.(id),
    })
    chart.current = made
    listeners.current.onChart?.(made)
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(host.current)
    return () => {
      observer.disconnect()
      listeners.current.onChart?.(null)
      made.dispose()
      chart.current = null
    }
  }, [])

  useEffect(() => chart.current?.setTheme(theme), [theme])
  useEffect(() => chart.current?.setTimeZone(timeZone), [timeZone])
  useEffect(() => chart.current?.setPriceScale(priceScale), [priceScale])
  useEffect(() => chart.current?.setPriceStyle(priceStyle), [priceStyle])
  useEffect(() => chart.current?.setInterestUnit(interestUnit), [interestUnit])
  useEffect(() => {
    if (panes) chart.current?.setPanes(panes)
  }, [panes])
  const editable = props.onPanes !== undefined
  useEffect(() => chart.current?.onPanes(editable ? (changed) => listeners.current.onPanes?.(changed) : null), [editable])
  useEffect(() => chart.current?.setPalette(palette), [palette])
  useEffect(() => chart.current?.setHeatScale(heatScale), [heatScale])
  useEffect(() => chart.current?.setSides(sides), [sides])
  useEffect(() => {
    if (data && state !== 'empty') chart.current?.setData(data)
  }, [data, state])
  useEffect(() => chart.current?.setHeatVisible(heat), [heat])
  useEffect(() => chart.current?.setObserved(observed), [observed])
  const { drawings = NO_DRAWINGS, tool = null, selected = null } = props
  const fixed = props.readOnly === true || props.onDrawings === undefined
  useEffect(() => chart.current?.drawings.set(drawings), [drawings])
  useEffect(() => chart.current?.drawings.setReadOnly(fixed), [fixed])
  useEffect(() => chart.current?.drawings.setTool(tool), [tool])
  useEffect(() => chart.current?.drawings.select(selected), [selected])
  const [low, high] = [threshold?.lowUsd, threshold?.highUsd]
  useEffect(() => {
    if (low !== undefined && high !== undefined) chart.current?.setThreshold(low, high)
    else chart.current?.clearThreshold()
  }, [low, high])
  return host
}
