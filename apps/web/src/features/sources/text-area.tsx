'use client'
import { type ComponentProps, type ReactNode, useId } from 'react'

export interface TextAreaProps extends Omit<ComponentProps<'textarea'>, 'id'> {
  /** visible and accessible name */
  label: string
  hint?: ReactNode
  error?: ReactNode
  errorTestId?: string
}

/** Field, for text of several lines. */
export function TextArea({ label, hint, error, errorTestId, ...area }: TextAreaProps) {
  const id = useId()
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ')
  return (
    <div className="fl-field">
      <label htmlFor={id} className="fl-field-label">
        {label}
      </label>
      <textarea
        {...area}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        className="fl-input h-auto resize-y py-2.5"
      />
      {error && (
        <p id={`${id}-error`} className="fl-field-error" role="alert" data-testid={errorTestId}>
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="fl-field-hint">
          {hint}
        </p>
      )}
    </div>
  )
}
