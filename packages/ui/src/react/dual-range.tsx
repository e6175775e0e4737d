'use client'
import { type KeyboardEvent, type PointerEvent, useCallback, useRef } from 'react'
import type { Palette } from '../chart/palette.ts'
import { formatUsd } from '../format.ts'
import { classNames } from './class-names.ts'

export interface DualRangeProps {
  /** accessible name, e.g. "Threshold" */
  label: string
  /** ends of the scale in USD, both > 0; the scale is logarithmic */
  min: number
  max: number
  /** current handles in USD, `low < high` */
  low: number
  high: number
  /** on every move */
  onChange: (low: number, high: number) => void
  /** when a move ends (pointer up, key): the moment to put it into the URL */
  onCommit?: (low: number, high: number) => void
  disabled?: boolean
  /** draws the two heat ramps behind the handles (default) */
  ramps?: boolean
  /** whose ramps; default `twin` */
  palette?: Palette
  /** heights from 0 to 1, evenly over the logarithmic scale from `min` to `max`: what is on screen, drawn over the track (`histogramBars`) */
  histogram?: readonly number[]
  className?: string
}

/** One arrow key: 1/100 of the scale. */
const STEP = 0.01
/** Two labels need this part of the scale between their centres, and stay inside this part of it. */
const LABELS_APART = 0.26
const LABELS_END = 0.94
/** The handles stay at least this far apart, as a part of the scale. */
const GAP = 0.01

/** Two handles on a logarithmic USD scale: arrows move by 1 %, Shift or Page keys by 10 %, Home and End to the ends. */
export function DualRange({
  label,
  min,
  max,
  low,
  high,
  onChange,
  onCommit,
  disabled,
  ramps = true,
  palette,
  histogram,
  className,
}: DualRangeProps) {
  const track = useRef<HTMLDivElement>(null)
  const dragging = useRef<'low' | 'high' | null>(null)
  const scale = Math.log(max / min)
  const toPart = (usd: number) => Math.min(1, Math.max(0, Math.log(usd / min) / scale))
  const toUsd = (part: number) => min * Math.exp(part * scale)
  const parts = { low: toPart(low), high: toPart(high) }

  const moved = (handle: 'low' | 'high', part: number): [number, number] => {
    const clamped = handle === 'low' ? Math.min(Math.max(0, part), parts.high - GAP) : Math.max(Math.min(1, part), parts.low + GAP)
    return handle === 'low' ? [toUsd(clamped), high] : [low, toUsd(clamped)]
  }
  const partAt = useCallback((clientX: number) => {
    const box = track.current?.getBoundingClientRect()
    return box && box.width > 0 ? (clientX - box.left) / box.width : 0
  }, [])

  const onPointerDown = (event: PointerEvent) => {
    if (disabled || event.button !== 0) return
    const part = partAt(event.clientX)
    const handle = Math.abs(part - parts.low) <= Math.abs(part - parts.high) ? 'low' : 'high'
    dragging.current = handle
    event.currentTarget.setPointerCapture(event.pointerId)
    track.current?.querySelector<HTMLElement>(`[data-handle=${handle}]`)?.focus()
    event.preventDefault()
    onChange(...moved(handle, part))
  }
  const onPointerMove = (event: PointerEvent) => {
    if (dragging.current) onChange(...moved(dragging.current, partAt(event.clientX)))
  }
  const onPointerUp = (event: PointerEvent) => {
    if (!dragging.current) return
    const end = moved(dragging.current, partAt(event.clientX))
    dragging.current = null
    onCommit?.(...end)
  }
  const onKeyDown = (handle: 'low' | 'high') => (event: KeyboardEvent) => {
    const target = keyTarget(event, parts[handle])
    if (target === null || disabled) return
    event.preventDefault()
    const end = moved(handle, target)
    onChange(...end)
    onCommit?.(...end)
  }

  return (
    <fieldset className={classNames('fl-range', className)} aria-label={label} disabled={disabled} data-palette={palette}>
      {histogram && <Histogram bars={histogram} parts={parts} />}
      <div
        ref={track}
        className="fl-range-track"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
      >
        {ramps ? (
          <div
            className="fl-range-ramps"
            aria-hidden="true"
            style={{ '--fl-low': `${parts.low * 100}%`, '--fl-high': `${parts.high * 100}%` } as Record<string, string>}
          >
            <span className="fl-range-ramp fl-range-ramp-long" />
            <span className="fl-range-ramp fl-range-ramp-short" />
          </div>
        ) : (
          <div className="fl-range-bar" aria-hidden="true" />
        )}
        {(['low', 'high'] as const).map((handle) => {
          const usd = handle === 'low' ? low : high
          return (
            <div
              key={handle}
              data-handle={handle}
              role="slider"
              tabIndex={disabled ? -1 : 0}
              aria-label={`${label}, ${handle === 'low' ? 'lowest' : 'highest'}`}
              aria-valuemin={Math.round(handle === 'low' ? min : low)}
              aria-valuemax={Math.round(handle === 'low' ? high : max)}
              aria-valuenow={Math.round(usd)}
              aria-valuetext={formatUsd(usd)}
              aria-disabled={disabled || undefined}
              onKeyDown={onKeyDown(handle)}
              className="fl-range-handle"
              style={{ left: `${parts[handle] * 100}%` }}
            />
          )
        })}
      </div>
      <RangeLabels min={min} max={max} low={low} high={high} parts={parts} />
    </fieldset>
  )
}

/** Small bars of what is on screen; those between the handles stand out. */
function Histogram({ bars, parts }: { bars: readonly number[]; parts: { low: number; high: number } }) {
  const path = barsPath(bars)
  return (
    <svg className="fl-range-histogram" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      <path d={path} className="fl-range-histogram-all" />
      <path
        d={path}
        className="fl-range-histogram-shown"
        style={{ clipPath: `inset(0 ${(1 - parts.high) * 100}% 0 ${parts.low * 100}%) view-box` }}
      />
    </svg>
  )
}

/** Bars of width 1/n with a gap, from the bottom of the unit square. */
export function barsPath(bars: readonly number[]): string {
  const width = 1 / Math.max(1, bars.length)
  return bars
    .map((height, i) =>
      height > 0 ? `M${fixed((i + 0.1) * width)} 1V${fixed(1 - Math.min(1, height))}H${fixed((i + 0.9) * width)}V1Z` : '',
    )
    .join('')
}

const fixed = (value: number): number => Number(value.toFixed(4))

/** The two values under their handles, and the ends of the scale where there is room for them. */
function RangeLabels({
  min,
  max,
  low,
  high,
  parts,
}: {
  min: number
  max: number
  low: number
  high: number
  parts: { low: number; high: number }
}) {
  const [lowAt, highAt] = labelPlaces(parts)
  return (
    <div className="fl-range-labels" aria-hidden="true">
      {parts.low > 0.3 && (
        <span className="fl-range-end" style={{ left: 0 }}>
          {formatUsd(min)}
        </span>
      )}
      <span className="fl-range-value" style={{ left: `${lowAt * 100}%` }}>
        {formatUsd(low)}
      </span>
      <span className="fl-range-value" style={{ left: `${highAt * 100}%` }}>
        {formatUsd(high)}
      </span>
      {parts.high < 0.7 && (
        <span className="fl-range-end" style={{ right: 0 }}>
          {formatUsd(max)}
        </span>
      )}
    </div>
  )
}

/** Centre of the labels, as parts of the scale. Closer than a quarter they would overlap: they are pushed apart, and stay inside. */
export function labelPlaces(parts: { low: number; high: number }): [number, number] {
  const inside = (part: number) => Math.min(LABELS_END, Math.max(1 - LABELS_END, part))
  const [low, high] = [inside(parts.low), inside(parts.high)]
  if (high - low >= LABELS_APART) return [low, high]
  const half = LABELS_APART / 2
  const middle = Math.min(LABELS_END - half, Math.max(1 - LABELS_END + half, (low + high) / 2))
  return [middle - half, middle + half]
}

function keyTarget(event: KeyboardEvent, part: number): number | null {
  const step = event.shiftKey ? STEP * 10 : STEP
  switch (event.key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return part + step
    case 'ArrowLeft':
    case 'ArrowDown':
      return part - step
    case 'PageUp':
      return part + STEP * 10
    case 'PageDown':
      return part - STEP * 10
    case 'Home':
      return 0
    case 'End':
      return 1
    default:
      return null
  }
}
