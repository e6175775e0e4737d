'use client'
import { type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'

export interface ToggleProps {
  /** visible text and accessible name */
  label: string
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
  className?: string
}

/** A setting that is on or off: `role="switch"`. */
export function Toggle({ label, checked, onChange, disabled, className }: ToggleProps) {
  const id = useId()
  return (
    <span className={classNames('fl-toggle', className)}>
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={checked}
        disabled={disabled}
        onClick={() => onChange(!checked)}
        className="fl-toggle-track"
      >
        <span className="fl-toggle-thumb" />
      </button>
      <label htmlFor={id} className="fl-toggle-label">
        {label}
      </label>
    </span>
  )
}

export interface ToggleButtonProps {
  label: string
  pressed: boolean
  onChange: (pressed: boolean) => void
  icon?: ReactNode
  title?: string
  disabled?: boolean
  size?: 'medium' | 'small' | 'large'
  className?: string
}

/** A tool that is on or off: a button with `aria-pressed` (the chart's "Heat"). */
export function ToggleButton({ label, pressed, onChange, icon, title, disabled, size = 'medium', className }: ToggleButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      title={title}
      disabled={disabled}
      onClick={() => onChange(!pressed)}
      className={classNames('fl-button', 'fl-button-secondary', `fl-button-${size}`, 'fl-toggle-button', className)}
    >
      {icon ? <span className="fl-button-glyph">{icon}</span> : <span className="fl-toggle-dot" aria-hidden="true" />}
      {label}
    </button>
  )
}
