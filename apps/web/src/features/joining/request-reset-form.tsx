'use client'
import { Field } from '@faultline/ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { JoiningCard, TextLink, WayOn } from './joining-card.tsx'
import { JoiningForm } from './joining-form.tsx'

const text = messages.joining

/** Asks for a new password; the answer is the same for every address. */
export function RequestResetForm() {
  const trpc = useTRPC()
  const ask = useMutation(trpc.joining.requestReset.mutationOptions())
  const [asked, setAsked] = useState<{ email: string; mail: boolean } | null>(null)
  if (asked)
    return (
      <JoiningCard title={text.reset.doneTitle} lead={asked.mail ? text.reset.doneMail(asked.email) : text.reset.doneNoMail(asked.email)}>
        <WayOn href="/sign-in">{text.toSignIn}</WayOn>
      </JoiningCard>
    )
  return (
    <JoiningCard title={text.reset.title} lead={text.reset.ask} below={<TextLink href="/sign-in">{text.toSignIn}</TextLink>}>
      <JoiningForm
        submit={text.reset.askSubmit}
        pending={text.reset.askPending}
        missing={text.reset.askMissing}
        required={['email']}
        onSubmit={async ({ email = '' }) => setAsked({ email: email.trim(), ...(await ask.mutateAsync({ email })) })}
      >
        <Field label={text.email} name="email" type="email" autoComplete="username" autoFocus required />
      </JoiningForm>
    </JoiningCard>
  )
}
