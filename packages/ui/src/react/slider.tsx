'use client'
import { useId } from 'react'
import { classNames } from './class-names.ts'

export interface SliderProps {
  /** visible label and accessible name */
  label: string
  /** the value in words, beside the label and read out with it, e.g. "70%" */
  valueText: string
  min: number
  max: number
  step: number
  value: number
  /** on every move */
  onChange: (value: number) => void
  /** what the two ends are, under the track; in the order of the track */
  ends?: readonly [string, string]
  /** a longer word on what this is */
  title?: string
  /** the value is written elsewhere, larger: label and value are for those who do not see it */
  bare?: boolean
  className?: string
}

/** One handle on a linear scale: the browser's own range input, so that keys, touch and screen readers work as they do everywhere. */
export function Slider({ label, valueText, min, max, step, value, onChange, ends, title, bare = false, className }: SliderProps) {
  const id = useId()
  const part = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0
  return (
    <div className={classNames('fl-slider', className)} title={title}>
      <div className={bare ? 'fl-sr-only' : 'fl-slider-head'}>
        <label htmlFor={id}>{label}</label>
        {!bare && (
          <span className="fl-slider-value" aria-hidden="true">
            {valueText}
          </span>
        )}
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={valueText}
        onChange={(event) => onChange(event.target.valueAsNumber)}
        className="fl-slider-input"
        style={{ '--fl-part': part } as Record<string, number>}
      />
      {ends && (
        <div className="fl-slider-ends" aria-hidden="true">
          <span>{ends[0]}</span>
          <span>{ends[1]}</span>
        </div>
      )}
    </div>
  )
}
