'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { useHydrated } from '../shell/use-hydrated.ts'
import { useUser } from '../shell/user-context.tsx'
import { checkPassword } from './prepare/check-password.ts'

const text = messages.account

/** Changing the password ends every session, this one too: afterwards the sign-in page is what comes. */
export function ChangePasswordForm() {
  const user = useUser()
  const hydrated = useHydrated()
  const trpc = useTRPC()
  const change = useMutation(trpc.account.changePassword.mutationOptions())
  const [problem, setProblem] = useState<string | null>(null)
  const busy = change.isPending || change.isSuccess
  const error = problem ?? (change.error ? change.error.message || text.failed : null)

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    const form = new FormData(event.currentTarget)
    const fields = { current: String(form.get('current')), next: String(form.get('next')), repeat: String(form.get('repeat')) }
    const found = checkPassword(fields)
    setProblem(found && text[found])
    change.reset()
    if (found) return
    change.mutate({ currentPassword: fields.current, newPassword: fields.next }, { onSuccess: () => location.assign('/sign-in?changed=1') })
  }

  return (
    <form method="post" noValidate onSubmit={submit} className="flex max-w-sm flex-col gap-4">
      <p className="text-t2">{text.passwordLead}</p>
      {/* For password managers: whose password this is. */}
      <input type="hidden" name="username" autoComplete="username" value={user.email} readOnly />
      <Field label={text.current} name="current" type="password" autoComplete="current-password" required />
      <Field label={text.next} name="next" type="password" autoComplete="new-password" required />
      <Field label={text.repeat} name="repeat" type="password" autoComplete="new-password" required />
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
      <Button type="submit" variant="primary" size="large" busy={busy} disabled={!hydrated} className="self-start">
        {busy ? text.pending : text.submit}
      </Button>
    </form>
  )
}
