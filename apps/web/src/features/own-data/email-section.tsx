'use client'
import { Field } from '@faultline/ui/react/field'
import { Panel } from '@faultline/ui/react/panel'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { JoiningForm } from '../joining/joining-form.tsx'
import { useUser } from '../shell/user-context.tsx'

const text = messages.joining

/** The address that one signs in with, and another one. */
export function EmailSection() {
  const user = useUser()
  const router = useRouter()
  const change = useMutation(useTRPC().joining.changeEmail.mutationOptions())
  const [said, setSaid] = useState<string | null>(null)
  // each success begins the form anew, so that no password stays in it
  const [round, setRound] = useState(0)
  return (
    <Panel title={text.emailSection.title}>
      <p className="mb-3 [overflow-wrap:anywhere]">
        <span className="text-t3">{text.emailSection.current}</span> <bdi className="font-medium">{user.email}</bdi>
        {user.confirmEmail && <span className="ml-2 text-warn">{text.emailSection.unconfirmed}</span>}
      </p>
      <p className="mb-3 max-w-[60ch] text-t2">{user.sendsMail ? text.emailSection.leadMail : text.emailSection.leadNoMail}</p>
      {said && (
        <p role="status" className="mb-3 max-w-[60ch] [overflow-wrap:anywhere] text-t2">
          {said}
        </p>
      )}
      <JoiningForm
        key={round}
        className="max-w-sm"
        submit={text.emailSection.submit}
        pending={text.emailSection.pending}
        missing={text.emailSection.missing}
        required={['email', 'password']}
        fitted
        variant="secondary"
        onSubmit={async ({ email = '', password = '' }) => {
          setSaid(null)
          const { changed } = await change.mutateAsync({ email, password })
          setSaid(changed ? text.emailSection.changed : text.emailSection.look(email.trim()))
          setRound(round + 1)
          router.refresh()
        }}
      >
        <Field label={text.emailSection.next} name="email" type="email" autoComplete="email" required />
        <Field label={text.emailSection.password} name="password" type="password" autoComplete="current-password" required />
      </JoiningForm>
    </Panel>
  )
}
