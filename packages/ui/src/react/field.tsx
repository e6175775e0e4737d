'use client'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'

export interface FieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  /** visible and accessible name */
  label: string
  /** one line under the field */
  hint?: ReactNode
  /** what is wrong with the value; carries `data-testid={errorTestId}` when that is given */
  error?: ReactNode
  /** usually `form-error`, on the one field or note that speaks for the form */
  errorTestId?: string
}

/** Label, input, hint and error, tied together for assistive technology. Other props go to the input. */
export function Field({ label, hint, error, errorTestId, className, ...input }: FieldProps) {
  const id = useId()
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ')
  return (
    <div className={classNames('fl-field', className)}>
      <label htmlFor={id} className="fl-field-label">
        {label}
      </label>
      <input {...input} id={id} aria-invalid={error ? true : undefined} aria-describedby={described || undefined} className="fl-input" />
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
