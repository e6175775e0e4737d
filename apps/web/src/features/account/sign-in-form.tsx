'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { type FormEvent, useState } from 'react'
import { messages } from '../../messages.ts'
import { useHydrated } from '../shell/use-hydrated.ts'
import { attemptSignIn } from './attempt-sign-in.ts'

const text = messages.signIn

/**
 * Address and password; then, where the account has a second factor, a code. The password stays in memory between the two.
 * @param target path of this site to open afterwards, checked by safeCallbackPath()
 * @param problem what an attempt through another site ended with
 */
export function SignInForm({ target, problem = null }: { target: string; problem?: string | null }) {
  const hydrated = useHydrated()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<string | null>(problem)
  const [first, setFirst] = useState<{ email: string; password: string } | null>(null)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (pending) return
    const form = new FormData(event.currentTarget)
    const field = (name: string) => String(form.get(name) ?? '')
    const given = first ?? { email: field('email').trim(), password: field('password') }
    const code = field('code').trim()
    if (!given.email || !given.password) return setError(text.missing)
    if (first && !code) return setError(messages.security.signIn.codeMissing)
    setPending(true)
    setError(null)
    const answer = await attemptSignIn({ ...given, ...(code ? { code } : {}) })
    // A load of the whole page: the server renders it with the new session. The button stays busy until then.
    if (answer.is === 'in') return location.assign(target)
    if (answer.is === 'codeNeeded') setFirst(given)
    else setError(answer.problem)
    setPending(false)
  }

  return (
    // Without scripts the form must not put a password into the address.
    <form method="post" noValidate onSubmit={submit} className="flex flex-col gap-4">
      {first ? (
        <>
          <p className="text-t2" role="status">
            {messages.security.signIn.codeLead}
          </p>
          <CodeField />
        </>
      ) : (
        <>
          <Field label={text.email} name="email" type="email" autoComplete="username" autoFocus required />
          <Field label={text.password} name="password" type="password" autoComplete="current-password" required />
        </>
      )}
      {error && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
      <Button type="submit" variant="primary" size="large" busy={pending} disabled={!hydrated}>
        {pending ? text.pending : text.submit}
      </Button>
      {first && (
        <Button
          variant="ghost"
          onClick={() => {
            setFirst(null)
            setError(null)
          }}
        >
          {messages.security.signIn.back}
        </Button>
      )}
    </form>
  )
}

/** Takes six digits or, but for the first code of all, a recovery code. */
export const CodeField = ({ recovery = true, autoFocus = true }: { recovery?: boolean; autoFocus?: boolean }) => (
  <Field
    label={messages.security.signIn.code}
    hint={recovery ? messages.security.signIn.codeHint : messages.security.signIn.codeHintFirst}
    inputMode={recovery ? 'text' : 'numeric'}
    name="code"
    autoComplete="one-time-code"
    autoCapitalize="none"
    spellCheck={false}
    autoFocus={autoFocus}
    required
  />
)
