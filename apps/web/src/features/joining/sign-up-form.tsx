'use client'
import { Field } from '@faultline/ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { enter } from './enter.ts'
import { JoiningCard, TextLink, WayOn } from './joining-card.tsx'
import { JoiningForm } from './joining-form.tsx'

const text = messages.joining

/** Name, address and password; then either in (at `target`, a path of this site), or: look into your mail. */
export function SignUpForm({ target }: { target: string }) {
  const trpc = useTRPC()
  const signUp = useMutation(trpc.joining.signUp.mutationOptions())
  const [mailedTo, setMailedTo] = useState<string | null>(null)
  if (mailedTo !== null)
    return (
      <JoiningCard title={text.signUp.mailTitle} lead={text.signUp.mail(mailedTo)}>
        <p className="text-t2">{text.signUp.noMail}</p>
        <WayOn href="/sign-in">{text.toSignIn}</WayOn>
      </JoiningCard>
    )
  return (
    <JoiningCard
      title={text.signUp.title}
      lead={text.signUp.lead}
      below={
        <>
          {text.signUp.have} <TextLink href={`/sign-in?callbackUrl=${encodeURIComponent(target)}`}>{text.toSignIn}</TextLink>
        </>
      }
    >
      <JoiningForm
        submit={text.signUp.submit}
        pending={text.signUp.pending}
        missing={text.signUp.missing}
        required={['name', 'email', 'password']}
        onSubmit={async ({ name = '', email = '', password = '' }) => {
          const { next } = await signUp.mutateAsync({ name, email, password, target })
          if (next === 'sign in') await enter(email, password, target)
          else setMailedTo(email.trim())
        }}
      >
        <Field label={text.name} name="name" autoComplete="name" autoFocus required hint={text.nameHint} />
        <Field label={text.email} name="email" type="email" autoComplete="username" required />
        <Field label={text.password} name="password" type="password" autoComplete="new-password" required hint={text.passwordHint} />
      </JoiningForm>
    </JoiningCard>
  )
}
