'use client'
import { Field } from '@faultline/ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { enter } from './enter.ts'
import { JoiningCard, WayOn } from './joining-card.tsx'
import { JoiningForm } from './joining-form.tsx'

const text = messages.joining

/** What the page of a link gives its form. */
export interface LinkProps {
  token: string
  /** the address that the link is for */
  email: string
}

/** For password managers: whose password is typed here. */
const WhoseHidden = ({ email }: { email: string }) => <input type="hidden" name="username" autoComplete="username" value={email} readOnly />

/** The end of a sign-up: the password that was chosen, once more; then in, at `target`. */
export function ConfirmSignUpForm({ token, email, target }: LinkProps & { target: string }) {
  const confirm = useMutation(useTRPC().joining.confirmSignUp.mutationOptions())
  return (
    <JoiningForm
      submit={text.confirm.submit}
      pending={text.confirm.pending}
      missing={text.confirm.missing}
      required={['password']}
      onSubmit={async ({ password = '' }) => {
        await confirm.mutateAsync({ token, password })
        await enter(email, password, target)
      }}
    >
      <WhoseHidden email={email} />
      <Field label={text.password} name="password" type="password" autoComplete="current-password" autoFocus required />
    </JoiningForm>
  )
}

export function AcceptInvitationForm({ token, email }: LinkProps) {
  const accept = useMutation(useTRPC().joining.acceptInvitation.mutationOptions())
  return (
    <JoiningForm
      submit={text.invitation.submit}
      pending={text.invitation.pending}
      missing={text.invitation.missing}
      required={['name', 'password']}
      onSubmit={async ({ name = '', password = '' }) => {
        await accept.mutateAsync({ token, name, password })
        await enter(email, password)
      }}
    >
      <Field label={text.email} name="email" type="email" value={email} readOnly autoComplete="username" />
      <Field label={text.name} name="name" autoComplete="name" autoFocus required hint={text.nameHint} />
      <Field label={text.password} name="password" type="password" autoComplete="new-password" required hint={text.passwordHint} />
    </JoiningForm>
  )
}

export function ResetForm({ token, email }: LinkProps) {
  const reset = useMutation(useTRPC().joining.reset.mutationOptions())
  return (
    <JoiningForm
      submit={text.reset.submit}
      pending={text.reset.pending}
      missing={text.reset.missing}
      required={['password']}
      onSubmit={async ({ password = '' }) => {
        await reset.mutateAsync({ token, password })
        location.assign('/sign-in?changed=1')
      }}
    >
      <WhoseHidden email={email} />
      <Field
        label={text.newPassword}
        name="password"
        type="password"
        autoComplete="new-password"
        autoFocus
        required
        hint={text.passwordHint}
      />
    </JoiningForm>
  )
}

/** A button, so that a scanner of mail that opens every link confirms nothing. */
export function VerifyForm({ token, email, change }: LinkProps & { change: boolean }) {
  const verify = useMutation(useTRPC().joining.verify.mutationOptions())
  const [done, setDone] = useState(false)
  if (done)
    return (
      <JoiningCard title={text.verify.doneTitle} lead={text.verify.done(email)}>
        <WayOn href="/" primary>
          {text.toHeatmap}
        </WayOn>
      </JoiningCard>
    )
  return (
    <JoiningCard title={text.verify.title} lead={change ? text.verify.changeLead(email) : text.verify.lead(email)}>
      <JoiningForm
        submit={text.verify.submit}
        pending={text.verify.pending}
        missing=""
        required={[]}
        onSubmit={async () => {
          await verify.mutateAsync({ token })
          setDone(true)
        }}
      />
    </JoiningCard>
  )
}
