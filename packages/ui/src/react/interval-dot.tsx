'use client'
import { classNames } from './class-names.ts'

export interface IntervalDotProps {
  /** ends of the scale */
  min: number
  max: number
  value: number
  low: number
  high: number
  /** the same in words */
  label: string
  className?: string
}

/** A point and its interval on a line: how sure a number is, at a glance. What lies outside the scale stands at its end. */
export function IntervalDot({ min, max, value, low, high, label, className }: IntervalDotProps) {
  const at = (v: number) => `${100 * Math.min(1, Math.max(0, (v - min) / (max - min)))}%`
  return (
    <span role="img" aria-label={label} title={label} className={classNames('fl-interval', className)}>
      <span className="fl-interval-line" />
      <span className="fl-interval-band" style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
      <span className="fl-interval-dot" style={{ left: at(value) }} />
    </span>
  )
}
