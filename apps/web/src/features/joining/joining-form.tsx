'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useHydrated } from '../shell/use-hydrated.ts'
import { problemWords } from './prepare/problem-words.ts'

export interface JoiningFormProps {
  submit: string
  pending: string
  /** said when a field is empty */
  missing: string
  /** names of fields that must not be empty */
  required: readonly string[]
  /** resolves when all is done and the page goes on; what it throws is shown */
  onSubmit: (fields: Record<string, string>) => Promise<unknown>
  variant?: 'primary' | 'secondary' | 'danger'
  /** the button is as wide as its text; default: as the form */
  fitted?: boolean
  /** beside the button */
  aside?: ReactNode
  children?: ReactNode
  className?: string
}

/** A form of a few fields with one button; the button stays busy until `onSubmit` has ended. */
export function JoiningForm({
  submit,
  pending,
  missing,
  required,
  onSubmit,
  variant = 'primary',
  fitted = false,
  aside,
  children,
  className,
}: JoiningFormProps) {
  const hydrated = useHydrated()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    const fields = Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]))
    // spaces may be all of a password
    if (required.some((name) => !(name === 'password' ? fields[name] : fields[name]?.trim()))) return setProblem(missing)
    setBusy(true)
    setProblem(null)
    try {
      await onSubmit(fields)
    } catch (error) {
      setProblem(problemWords(error))
    }
    setBusy(false)
  }
  return (
    // Without scripts the form must not put a password into the address.
    <form method="post" noValidate onSubmit={send} className={`flex flex-col gap-4 ${className ?? ''}`}>
      {children}
      {problem && <ErrorNote data-testid="form-error">{problem}</ErrorNote>}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant={variant} size="large" busy={busy} disabled={!hydrated} className={fitted ? '' : 'flex-1'}>
          {busy ? pending : submit}
        </Button>
        {aside}
      </div>
    </form>
  )
}
