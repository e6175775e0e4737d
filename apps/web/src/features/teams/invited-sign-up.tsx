'use client'
import { Field } from '@faultline/ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { enter } from '../joining/enter.ts'
import { JoiningCard, TextLink } from '../joining/joining-card.tsx'
import { JoiningForm } from '../joining/joining-form.tsx'
import { joinPath } from './prepare/join-path.ts'
import type { SignUpOffer } from './server/sign-up.ts'

const text = messages.teams.signUp
const words = messages.joining

/** An account for whoever is invited into a team, and the team with it. */
export function InvitedSignUp({ token, offer }: { token: string; offer: SignUpOffer }) {
  const signUp = useMutation(useTRPC().teams.signUp.mutationOptions())
  return (
    <JoiningCard
      title={text.title}
      lead={<InvitationLine offer={offer} />}
      below={
        <>
          {words.signUp.have} <TextLink href={`/sign-in?callbackUrl=${encodeURIComponent(joinPath(token))}`}>{words.toSignIn}</TextLink>
        </>
      }
    >
      <JoiningForm
        submit={text.submit}
        pending={words.signUp.pending}
        missing={text.missing}
        required={['name', 'password']}
        onSubmit={async ({ name = '', password = '' }) => {
          const { email, teamId } = await signUp.mutateAsync({ token, name, password })
          // whoever could not join any more learns why on the page of the invitation
          await enter(email, password, teamId === null ? joinPath(token) : `/teams/${teamId}`)
        }}
      >
        <Field label={words.email} name="email" type="email" autoComplete="username" value={offer.email} readOnly />
        <Field label={words.name} name="name" autoComplete="name" autoFocus required hint={words.nameHint} />
        <Field label={words.password} name="password" type="password" autoComplete="new-password" required hint={words.passwordHint} />
      </JoiningForm>
    </JoiningCard>
  )
}

/** Who invites where to. */
export function InvitationLine({ offer: { inviter, teamName, role } }: { offer: Pick<SignUpOffer, 'inviter' | 'teamName' | 'role'> }) {
  return (
    <>
      {inviter === null ? (
        messages.teams.join.invitesNobody
      ) : (
        <>
          <bdi className="font-semibold text-t1">{inviter}</bdi> {messages.teams.join.invites}
        </>
      )}{' '}
      <bdi className="font-semibold text-t1">{teamName}</bdi>, {text.as(messages.teams.a[role])}
    </>
  )
}
