import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { safeCallbackPath } from '../../features/account/prepare/safe-callback-path.ts'
import { JoiningCard, WayOn } from '../../features/joining/joining-card.tsx'
import { SignUpForm } from '../../features/joining/sign-up-form.tsx'
import { InvitedSignUp } from '../../features/teams/invited-sign-up.tsx'
import { joinTokenOf } from '../../features/teams/prepare/join-path.ts'
import { messages } from '../../messages.ts'
import { getCurrentUser, serverApi } from '../../server/current-user.ts'
import { TRPCProvider } from '../../trpc/provider.tsx'

const text = messages.joining

export const metadata: Metadata = { title: text.signUp.title }

export default async function SignUpPage({ searchParams }: PageProps<'/sign-up'>) {
  const target = safeCallbackPath((await searchParams).callbackUrl)
  if (await getCurrentUser()) redirect(target)
  const api = await serverApi()
  // on the way to the invitation of a team: that lets its address in where others are not let in
  const token = joinTokenOf(target)
  const offer = token === null ? null : await api.teams.signUpOffer({ token })
  if (token !== null && offer)
    return (
      <TRPCProvider>
        <InvitedSignUp token={token} offer={offer} />
      </TRPCProvider>
    )
  const { mode } = await api.joining.policy()
  if (mode !== 'open')
    return (
      <JoiningCard
        title={mode === 'invitation' ? text.signUp.invitationTitle : text.signUp.closedTitle}
        lead={mode === 'invitation' ? text.signUp.invitation : text.signUp.closed}
      >
        <WayOn href="/sign-in">{text.toSignIn}</WayOn>
      </JoiningCard>
    )
  return (
    <TRPCProvider>
      <SignUpForm target={target} />
    </TRPCProvider>
  )
}
