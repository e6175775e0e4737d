'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { type FormEvent, type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { refusalOf } from '../sources/prepare/refusal.ts'
import { CodeField } from './sign-in-form.tsx'

const text = messages.security

/** Rows keep their height; grey bars, and nothing moves. */
export const LinesSkeleton = ({ lines }: { lines: 1 | 2 | 3 | 4 }) => (
  <div role="status" aria-busy="true" className="flex flex-col gap-4 py-1">
    <span className="sr-only">{text.loading}</span>
    {['a', 'b', 'c', 'd'].slice(0, lines).map((key) => (
      <span key={key} aria-hidden="true" className="block h-3 max-w-sm rounded-sm bg-s3" />
    ))}
  </div>
)

export const LoadFailed = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => (
  <ErrorNote onRetry={onRetry}>{refusalOf(error, messages.errors.noAnswer).message || text.failed}</ErrorNote>
)

/**
 * A form that asks for a code, and for the password where `password` is true; its error stands in it. `onSubmit` rejects with
 * what the server said.
 */
export function ConfirmForm({
  lead,
  password = false,
  recovery = true,
  submit,
  danger = false,
  onSubmit,
  onCancel,
  children,
}: {
  lead?: string
  password?: boolean
  /** false: a recovery code does not do */
  recovery?: boolean
  submit: string
  danger?: boolean
  onSubmit: (given: { code: string; password: string }) => Promise<void>
  onCancel: () => void
  children?: ReactNode
}) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)

  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    const form = new FormData(event.currentTarget)
    const given = { code: String(form.get('code') ?? '').trim(), password: String(form.get('password') ?? '') }
    if (password && (!given.password || !given.code)) return setError(text.factor.passwordMissing)
    if (!given.code) return setError(text.factor.codeMissing)
    setBusy(true)
    setError(null)
    try {
      await onSubmit(given)
    } catch (caught) {
      setError(refusalOf(caught, messages.errors.noAnswer).message)
    }
    setBusy(false)
  }

  return (
    <form method="post" noValidate onSubmit={send} className="flex max-w-sm flex-col gap-4">
      {lead && <p className="text-t2">{lead}</p>}
      {children}
      {password && (
        <Field label={text.factor.password} name="password" type="password" autoComplete="current-password" autoFocus required />
      )}
      <CodeField recovery={recovery} autoFocus={!password} />
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant={danger ? 'danger' : 'primary'} size="large" busy={busy}>
          {submit}
        </Button>
        <Button variant="ghost" size="large" onClick={onCancel}>
          {text.cancel}
        </Button>
      </div>
    </form>
  )
}
