'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { type FormEvent, type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { Dialog } from '../sources/dialog.tsx'
import { problemOf } from './prepare/words.ts'

export interface FormDialogProps {
  title: string
  action: string
  /** what the button says meanwhile */
  acting?: string
  danger?: boolean
  /** why it cannot be sent, found out here; null: nothing is wrong */
  check?: () => string | null
  /** `stay` in the end: something else stands in its place now */
  onSubmit: () => Promise<unknown>
  /** it was done, or given up */
  onClose: () => void
  children: ReactNode
}

/** A question or a short form: what was refused stands in it, and what was typed stays. */
export function FormDialog({ title, action, acting, danger = false, check, onSubmit, onClose, children }: FormDialogProps) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const wrong = check?.() ?? null
    setError(wrong)
    if (wrong) return
    setBusy(true)
    try {
      if ((await onSubmit()) !== 'stay') onClose()
    } catch (refused) {
      setError(problemOf(refused))
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form method="post" noValidate onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto overscroll-contain p-4">
          {children}
          {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
        </div>
        <footer className="flex flex-none justify-end gap-2 border-t border-line p-3">
          <Button size="large" onClick={onClose}>
            {messages.teams.form.cancel}
          </Button>
          <Button type="submit" variant={danger ? 'danger' : 'primary'} size="large" busy={busy}>
            {busy && acting ? acting : action}
          </Button>
        </footer>
      </form>
    </Dialog>
  )
}

/** Label and choice, as wide as the form. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  hint,
}: {
  label: string
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
  hint?: ReactNode
}) {
  return (
    <label className="fl-field">
      <span className="fl-field-label">{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value as T)} className="fl-input">
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint && <span className="fl-field-hint">{hint}</span>}
    </label>
  )
}
