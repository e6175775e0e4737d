'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { signIn } from 'next-auth/react'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useHydrated } from '../shell/use-hydrated.ts'

const text = messages.signIn

/** @param target path of this site to open afterwards, checked by safeCallbackPath() */
export function SignInForm({ target }: { target: string }) {
  const hydrated = useHydrated()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<string | null>(null)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const form = new FormData(event.currentTarget)
    const email = String(form.get('email') ?? '').trim()
    const password = String(form.get('password') ?? '')
    if (!email || !password) return setError(text.missing)
    setPending(true)
    setError(null)
    const problem = await attempt(email, password)
    // A load of the whole page: the server renders it with the new session. The button stays busy until then.
    if (problem === null) return location.assign(target)
    setError(problem)
    setPending(false)
  }

  return (
    // Without scripts the form must not put a password into the address.
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-4">
      <Field label={text.email} name="email" type="email" autoComplete="username" autoFocus required />
      <Field label={text.password} name="password" type="password" autoComplete="current-password" required />
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
      <Button type="submit" variant="primary" size="large" busy={pending} disabled={!hydrated}>
        {pending ? text.pending : text.submit}
      </Button>
    </form>
  )
}

/** What to tell the person, or null when they are in. */
async function attempt(email: string, password: string): Promise<string | null> {
  try {
    const result = await signIn('credentials', { email, password, redirect: false })
    if (result?.ok && !result.error) return null
    // next-auth's own word for "authorize() said no"; anything else was written for people
    return !result?.error || result.error === 'CredentialsSignin' ? text.wrong : result.error
  } catch {
    return text.failed
  }
}
