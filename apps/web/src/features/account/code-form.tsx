'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { type FormEvent, useEffect, useState } from 'react'
import { messages } from '../../messages.ts'
import { useHydrated } from '../shell/use-hydrated.ts'
import { attemptSignIn } from './attempt-sign-in.ts'
import { CodeField } from './sign-in-form.tsx'

const text = messages.security.signIn

/** The second step of a sign-in that another site has begun. What it has begun comes behind the # of the address. */
export function CodeForm({ target }: { target: string }) {
  const hydrated = useHydrated()
  const [begun, setBegun] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)

  useEffect(() => {
    const behind = location.hash.slice(1)
    if (!behind) return
    setBegun(behind)
    // not to be kept in the history
    history.replaceState(null, '', location.pathname + location.search)
  }, [])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    const code = String(new FormData(event.currentTarget).get('code') ?? '').trim()
    if (!begun) return setError(text.noPending)
    if (!code) return setError(text.codeMissing)
    setBusy(true)
    setError(null)
    const answer = await attemptSignIn({ pending: begun, code })
    if (answer.is === 'in') return location.assign(target)
    setError(answer.is === 'refused' ? answer.problem : text.codeMissing)
    setBusy(false)
  }

  return (
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-4">
      <CodeField />
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
      <Button type="submit" variant="primary" size="large" busy={busy} disabled={!hydrated}>
        {busy ? messages.signIn.pending : messages.signIn.submit}
      </Button>
      <a href="/sign-in" className="self-center text-accfg underline underline-offset-2">
        {text.backToStart}
      </a>
    </form>
  )
}
