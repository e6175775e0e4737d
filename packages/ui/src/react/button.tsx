'use client'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'

export interface ButtonProps extends ComponentProps<'button'> {
  /** `primary` once per view; `ghost` has no border until hovered; `danger` for what cannot be undone */
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger'
  /** 28, 24 and 40 px; 40 is for forms and touch */
  size?: 'medium' | 'small' | 'large'
  /** decorative icon before the text; an icon alone needs `aria-label` */
  icon?: ReactNode
  /** shows progress and refuses clicks, but keeps focus */
  busy?: boolean
}

/** A button; `type="button"` unless said otherwise, so that it never submits a form by accident. */
export function Button({ variant = 'secondary', size = 'medium', icon, busy = false, className, children, onClick, ...rest }: ButtonProps) {
  const iconOnly = icon !== undefined && (children === undefined || children === null)
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled'] || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
      className={classNames('fl-button', `fl-button-${variant}`, `fl-button-${size}`, iconOnly && 'fl-button-icon', className)}
    >
      {busy ? <span className="fl-spinner" aria-hidden="true" /> : icon ? <span className="fl-button-glyph">{icon}</span> : null}
      {children}
    </button>
  )
}
